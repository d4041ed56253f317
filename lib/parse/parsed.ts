// What every parser answers: the value it could read and a diagnostic, with its line, for each line it could not.
import type { Diagnostic, Severity } from '../core/diagnostic';

export type Parsed<T> = { value: T; diagnostics: Diagnostic[] };
/** `number` is 1-based. */
export type NumberedLine = { number: number; text: string };

/** Lines that are not blank; line ends LF or CRLF. */
export function numberedLines(text: string): NumberedLine[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, text: line }))
    .filter((line) => line.text.trim() !== '');
}

export function atLine(line: number, code: string, message: string, severity: Severity = 'error'): Diagnostic {
  return { severity, code, path: [], message, line };
}

const U64 = 2 ** 64;

/** A whole number as tools print it, without sign and without zeros before it; the nearest one above 2 ** 53, where counters of bytes get. */
export function readCount(text: string | undefined, most = U64): number | undefined {
  if (text === undefined || !/^(?:0|[1-9]\d{0,19})$/.test(text)) return undefined;
  const count = Number(text);
  return count <= most && count < U64 ? count : undefined;
}

/** The line is quoted, shortened and without control characters: it goes to logs and pages. */
export function unreadable(
  tool: string,
  { number, text }: NumberedLine,
  why = 'this is not a line that it prints',
): Diagnostic {
  return atLine(number, `${tool}.unreadable`, `Cannot read line ${number} of ${tool}: ${why}: ${quoteLine(text)}`);
}

export function quoteLine(text: string): string {
  const shown = text.replace(/\p{Cc}/gu, ' ').trim();
  return JSON.stringify(shown.length > 120 ? `${shown.slice(0, 117)}...` : shown);
}
