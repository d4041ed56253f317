// Lines and blocks of keepalived.conf, and how a text stands in one.

/** A line, or a block: its head and what stands in it. */
export type Line = string | { head: string; lines: Line[] };

export function block(head: string, lines: Line[]): Line {
  return { head, lines };
}

/** A backslash would otherwise take the meaning of the next character; quotes were refused (refuse-unsafe-texts.ts). */
export function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\')}"`;
}

export function printLines(lines: readonly Line[], indent: string): string {
  return lines
    .map((line) =>
      typeof line === 'string'
        ? `${indent}${line}\n`
        : `${indent}${line.head} {\n${printLines(line.lines, `${indent}    `)}${indent}}\n`,
    )
    .join('');
}
