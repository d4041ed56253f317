// The regular expressions that a check may hold: those that Perl (ldirectord) and PCRE2 (keepalived) take and read alike.
import { CHARACTER_ESCAPE, readRegexClass } from './regex-class';
import { fault, type RegexFault } from './regex-fault';

/** A quantifier cannot repeat an anchor. Both see bytes: of a letter outside ASCII they would repeat the last one. `fits` the empty text. */
type Piece = { kind: 'anchor' | 'character' | 'letter' | 'group'; parts: number; fits: boolean };
/**
 * `parts`: PCRE2 writes a repeated group down as often as it may come. `fits`: what this alternative has before its last piece fits the
 * empty text; `otherFits`: an alternative before this one does.
 */
type Group = {
  at: number;
  parts: number;
  isEmpty: boolean;
  last: Piece | undefined;
  fits: boolean;
  otherFits: boolean;
};
type Reader = { text: string; at: number; group: Group; outer: Group[] };

const MAX_LENGTH = 255;
/** PCRE2 has 64 KiB for an expression, and no part takes more than 50 bytes. */
const MAX_PARTS = 1000;
/** Perl before 5.30 counts no further. */
const MAX_TIMES = 32_766;
/** No number begins with a needless zero: Perl calls {00} and {1,03} invalid. */
const QUANTIFIER = /^(?:[*+?]|\{(?<least>0|[1-9]\d*)(?<open>,(?<most>0|[1-9]\d*|))?\})\??/;

/**
 * The first thing that is wrong, undefined when nothing is. Neither daemon's test of its file sees what cannot be compiled:
 * ldirectord dies of it at the first answer, keepalived logs it and compares with something it has freed (prepare_regex).
 */
export function findRegexFault(text: string): RegexFault | undefined {
  return readRegex(begin(text));
}

/**
 * Whether an expression without fault is found in the empty text. Read, not tried: an engine that goes back over every choice
 * needs years for (a*|b*){40}c, and the console stands still for all while it does.
 */
export function fitsEmptyText(text: string): boolean {
  const reader = begin(text);
  return readRegex(reader) === undefined && fitsInAny(reader.group);
}

function begin(text: string): Reader {
  const at = text.startsWith('(?i)') ? 4 : 0;
  return { text, at, group: groupAt(at), outer: [] };
}

function readRegex(reader: Reader): RegexFault | undefined {
  const { text } = reader;
  if (text.length > MAX_LENGTH) return fault(MAX_LENGTH, 'is too far on', `Use at most ${MAX_LENGTH} characters.`);
  while (reader.at < text.length) {
    const { at } = reader;
    const found = readPiece(reader);
    if (found) return found;
    if (reader.group.parts > MAX_PARTS) return fault(at, 'makes too long an expression for PCRE2', 'Repeat less.');
  }
  if (reader.outer.length === 0) return emptyBranch(reader);
  const hint = 'Close it with ), or write \\( for the character.';
  return fault(reader.group.at, 'opens a group that is never closed', hint);
}

function readPiece(reader: Reader): RegexFault | undefined {
  const character = reader.text.charAt(reader.at);
  if (character === '(') return openGroup(reader);
  if (character === ')') return closeGroup(reader);
  if (character === '|') return nextBranch(reader);
  if ('*+?{'.includes(character)) return repeat(reader);
  if (character === '[') return readClass(reader);
  if (character === '\\') return readEscape(reader);
  if (character === '^' || character === '$') return take(reader, 1, { kind: 'anchor', parts: 1, fits: true });
  return take(reader, 1, { kind: character > '\x7f' ? 'letter' : 'character', parts: 1, fits: false });
}

function take(reader: Reader, length: number, piece: Piece): undefined {
  const { group } = reader;
  reader.at += length;
  group.parts += piece.parts;
  group.fits = fitsSoFar(group);
  group.last = piece;
  group.isEmpty = false;
}

function groupAt(at: number): Group {
  return { at, parts: 1, isEmpty: true, last: undefined, fits: true, otherFits: false };
}

const fitsSoFar = ({ fits, last }: Group): boolean => fits && (last?.fits ?? true);
const fitsInAny = (group: Group): boolean => fitsSoFar(group) || group.otherFits;

function openGroup(reader: Reader): RegexFault | undefined {
  const { text, at, group, outer } = reader;
  const length = text.startsWith('(?:', at) ? 3 : 1;
  if (length === 1 && text.startsWith('(?', at)) {
    const hint = 'Use (...) or (?:...), and (?i) at the very beginning only.';
    return fault(at, 'opens a group of a kind that not every checker knows', hint);
  }
  outer.push(group);
  reader.group = groupAt(at);
  reader.at += length;
  return undefined;
}

function closeGroup(reader: Reader): RegexFault | undefined {
  const outer = reader.outer.pop();
  if (!outer) return fault(reader.at, 'closes a group that was never opened', 'Write \\) for the character.');
  const { group } = reader;
  const empty = emptyBranch(reader);
  reader.group = outer;
  return empty ?? take(reader, 1, { kind: 'group', parts: group.parts, fits: fitsInAny(group) });
}

function nextBranch(reader: Reader): RegexFault | undefined {
  const empty = emptyBranch(reader);
  const { group } = reader;
  reader.at += 1;
  reader.group = { ...groupAt(group.at), parts: group.parts, otherFits: fitsInAny(group) };
  return empty;
}

/** At the outermost place it would take every answer, and not every engine has one. */
function emptyBranch({ at, group: { isEmpty } }: Reader): RegexFault | undefined {
  if (!isEmpty) return undefined;
  return fault(at, 'follows an empty alternative', 'Write something there; what may be missing has a ? behind it.');
}

function repeat(reader: Reader): RegexFault | undefined {
  const { text, at, group } = reader;
  const { last } = group;
  const found = QUANTIFIER.exec(text.slice(at));
  if (!found) return fault(at, 'begins no number of times', 'Write {3}, {3,} or {3,5}, or \\{ for the character.');
  if (!last || last.kind === 'anchor') {
    return fault(at, 'has nothing before it to repeat', `Write \\${text.charAt(at)} for the character.`);
  }
  if (last.kind === 'letter') {
    return fault(at, 'would repeat one byte of a letter outside ASCII', 'Put the letter into (?:...).');
  }
  const { least = '0', open, most = '' } = found.groups ?? {};
  const times = Number(open === undefined || most === '' ? least : most);
  if (Number(least) > times) return fault(at, 'counts backwards', 'Write the smaller number first.');
  if (times > MAX_TIMES) return fault(at, `counts further than ${MAX_TIMES}`, 'Repeat less.');
  if (last.kind === 'group') group.parts += Math.max(times - 1, 0) * last.parts;
  const mayBeLeftOut = /^(?:[*?]|\{0)/.test(found[0]);
  if (!mayBeLeftOut) group.fits = fitsSoFar(group);
  group.last = undefined;
  reader.at += found[0].length;
  return undefined;
}

function readClass(reader: Reader): RegexFault | undefined {
  const length = readRegexClass(reader.text, reader.at);
  return typeof length === 'number' ? take(reader, length, { kind: 'character', parts: 1, fits: false }) : length;
}

function readEscape(reader: Reader): RegexFault | undefined {
  const { text, at } = reader;
  const rest = text.slice(at);
  // Nothing has no boundary of a word: \b is not there, \B is.
  if (/^\\[bB]/.test(rest)) return take(reader, 2, { kind: 'anchor', parts: 1, fits: rest.startsWith('\\B') });
  if (CHARACTER_ESCAPE.test(rest)) return take(reader, 2, { kind: 'character', parts: 1, fits: false });
  if (rest === '\\') return fault(at, 'escapes nothing', 'Write \\\\ for the character.');
  const hint =
    'Write the character alone; of letters only \\b \\B \\d \\D \\n \\r \\s \\S \\t \\w and \\W have a meaning.';
  return fault(at, 'does not mean the same to every checker', hint);
}
