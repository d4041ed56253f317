// What is wrong at one place of a regular expression, and how it is said.

/** `at`: where, from 0; `what` ends a sentence about it; `instead`: what to write. */
export type RegexFault = { at: number; what: string; instead: string };

export function fault(at: number, what: string, instead: string): RegexFault {
  return { at, what, instead };
}

/** `"(" at character 6 opens a group that is never closed`. */
export function describeRegexFault(text: string, { at, what }: RegexFault): string {
  const [piece = ''] = /^(?:\\.|.)/su.exec(text.slice(at)) ?? [];
  return piece === '' ? `its end ${what}` : `${piece} at character ${at + 1} ${what}`;
}
