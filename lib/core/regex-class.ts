// A class of characters in a regular expression, [a-z_]: what Perl and PCRE2 read alike in one.
import { fault, type RegexFault } from './regex-fault';

/** Escapes of one character, in a class or outside: punctuation without what is a word boundary to some engines. */
export const CHARACTER_ESCAPE = /^\\[dDwWsSntr !$%&()*+,\-./:;=?@[\\\]^{|}~]/;
const RANGE = /^(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9])/;
const NO_LETTERS = ':.=';

/** How many characters the class that begins at `at` has, with its brackets. */
export function readRegexClass(text: string, at: number): number | RegexFault {
  const first = text.startsWith('[^', at) ? at + 2 : at + 1;
  if (text[first] === ']') return fault(first, 'would close an empty class', 'Write \\] for the character.');
  let end = first;
  while (end < text.length && text[end] !== ']') {
    const length = readItem(text, end, first);
    if (typeof length !== 'number') return length;
    end += length;
  }
  if (end >= text.length) {
    return fault(at, 'opens a class that is never closed', 'Close it with ], or write \\[ for the character.');
  }
  return isPosixWord(text.slice(at + 1, end))
    ? fault(at, 'opens what PCRE2 takes for a POSIX class', 'Put another character of the class first.')
    : end + 1 - at;
}

function readItem(text: string, at: number, first: number): number | RegexFault {
  const rest = text.slice(at);
  if (RANGE.test(rest)) {
    return rest.charAt(0) <= rest.charAt(2) ? 3 : fault(at, 'begins a range that goes backwards', 'Write it as [a-z].');
  }
  if (CHARACTER_ESCAPE.test(rest)) return 2;
  if (rest.startsWith('\\')) return fault(at, 'has no meaning in a class', 'Write the character alone.');
  if (rest.startsWith('[')) return fault(at, 'stands alone in a class', 'Write \\[ for the character.');
  if (rest.startsWith('-') && at !== first && text[at + 1] !== ']') {
    return fault(at, 'is no range of letters or of digits', 'Write \\- for the character.');
  }
  return rest.charAt(0) > '\x7f'
    ? fault(at, 'is outside ASCII: a class would take its single bytes', 'Write alternatives, as in (?:a|b).')
    : 1;
}

/** [:alpha:], [.a.] and [=a=] outside a class: PCRE2 refuses them, Perl takes them for the characters. */
function isPosixWord(inside: string): boolean {
  const mark = inside.charAt(0);
  return inside.length > 1 && NO_LETTERS.includes(mark) && inside.endsWith(mark);
}
