// Lines of a tool's output as the page shows them, and which of them were not there a moment ago.

/** Beyond that a page is no help; the whole is copied, and in the support bundle. */
export const MOST_LINES = 3_000;

/** `ip -j` and `nft -j` write everything into one line: line breaks are added between objects, and nothing else is changed. */
export function linesOf(text: string): string[] {
  const isJson = /^\s*[[{]/.test(text);
  const broken = isJson ? text.replaceAll('},{', '},\n{').replaceAll('}, {', '},\n{') : text;
  return broken.replace(/\n$/, '').split('\n');
}

/** Places of lines that the text before did not have, or had fewer times. */
export function changedLines(before: readonly string[], now: readonly string[]): Set<number> {
  const left = new Map<string, number>();
  for (const line of before) left.set(line, (left.get(line) ?? 0) + 1);
  const changed = new Set<number>();
  for (const [at, line] of now.entries()) {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    else changed.add(at);
  }
  return changed;
}
