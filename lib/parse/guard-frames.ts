// Takes the guard's frames apart, so that "could not read" and "is empty" stay different things.
import type { Diagnostic } from '../core/diagnostic';
import { atLine, quoteLine, type Parsed } from './parsed';

/** `status` is the tool's exit status: `text` of a section with another status than 0 is not its state. */
export type GuardFrame = { status: number; text: string };
type OpenFrame = { section: string; line: number; lines: string[] };

/** A section without its end is not in the map: the answer was cut off and nothing is known about it. */
export function parseGuardFrames(text: string): Parsed<Map<string, GuardFrame>> {
  const frames = new Map<string, GuardFrame>();
  const diagnostics: Diagnostic[] = [];
  let open: OpenFrame | undefined;
  for (const [index, line] of splitLines(text).entries()) {
    const [, begun] = /^@@ begin (\S+)$/.exec(line) ?? [];
    const [, ended, status] = /^@@ end (\S+) (\d{1,3})$/.exec(line) ?? [];
    if (begun !== undefined) {
      if (open) diagnostics.push(unfinished(open));
      open = { section: begun, line: index + 1, lines: [] };
    } else if (open && ended === open.section) {
      if (frames.has(ended))
        diagnostics.push(atLine(index + 1, 'guard-frames.duplicate', `Section ${ended} came twice.`));
      frames.set(ended, { status: Number(status), text: open.lines.map((each) => `${each}\n`).join('') });
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (line.trim() !== '') diagnostics.push(outside(line, index + 1));
  }
  if (open) diagnostics.push(unfinished(open));
  return { value: frames, diagnostics };
}

/** A last line without a line end is a cut-off line: it can be no end of a frame. */
function splitLines(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop();
  return last === undefined || last === '' ? lines : [...lines, `${last} (cut off)`];
}

function unfinished({ section, line }: OpenFrame): Diagnostic {
  return atLine(line, 'guard-frames.unfinished', `Section ${section} has no end: it could not be read.`);
}

function outside(line: string, number: number): Diagnostic {
  return atLine(number, 'guard-frames.outside', `Line ${number} is outside every section: ${quoteLine(line)}.`);
}
