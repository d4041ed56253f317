// What is accepted as a regular expression is one: Perl itself and PCRE2 itself take it, whatever it is made of.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRegexFault, fitsEmptyText } from './find-regex-fault';
import { describeRegexFault } from './regex-fault';

const told = (text: string) => {
  const found = findRegexFault(text);
  return found && describeRegexFault(text, found);
};

describe('findRegexFault', () => {
  it.each([
    'Test Page',
    'Test Page \\d+ (ok|fine)',
    '^(?:ok|up)\\s+\\d{1,3}$',
    '(?i)ready',
    '<title>.*?</title>',
    '[A-Za-z_][\\w.-]*',
    '[^-a-f0-9\\]]+?',
    '[.,]',
    '192\\.168\\.0\\.80',
    'a{3}b{2,}c{0,32766}',
    '\\bup\\B',
    'x}]',
    'größer',
    '(?:ü)?',
    '((a|b){2,3}c){4}',
    'http://\\{\\}\\|\\(\\)\\?\\*\\+\\\\\\ \\-',
  ])('takes %s', (text) => {
    expect(told(text)).toBeUndefined();
  });

  it.each([
    ['Test (Page', '( at character 6 opens a group that is never closed'],
    ['Test Page)', ') at character 10 closes a group that was never opened'],
    ['[a-z', '[ at character 1 opens a class that is never closed'],
    ['[]', '] at character 2 would close an empty class'],
    ['[^]a]', '] at character 3 would close an empty class'],
    ['[z-a]', 'z at character 2 begins a range that goes backwards'],
    ['[a-\\d]', '- at character 3 is no range of letters or of digits'],
    ['[+-9]', '- at character 3 is no range of letters or of digits'],
    ['[[:alpha:]]', '[ at character 2 stands alone in a class'],
    ['[:alpha:]', '[ at character 1 opens what PCRE2 takes for a POSIX class'],
    ['[\\b]', '\\b at character 2 has no meaning in a class'],
    ['[ä]', 'ä at character 2 is outside ASCII: a class would take its single bytes'],
    ['ä+', '+ at character 2 would repeat one byte of a letter outside ASCII'],
    ['*', '* at character 1 has nothing before it to repeat'],
    ['a|+', '+ at character 3 has nothing before it to repeat'],
    ['(?:*)', '* at character 4 has nothing before it to repeat'],
    ['^*', '* at character 2 has nothing before it to repeat'],
    ['\\b{wb}', '{ at character 3 begins no number of times'],
    ['a**', '* at character 3 has nothing before it to repeat'],
    ['a*+', '+ at character 3 has nothing before it to repeat'],
    ['a*??', '? at character 4 has nothing before it to repeat'],
    ['a{2}{3}', '{ at character 5 has nothing before it to repeat'],
    ['${HOME}', '{ at character 2 begins no number of times'],
    ['a{03}', '{ at character 2 begins no number of times'],
    ['a{0,03}', '{ at character 2 begins no number of times'],
    ['a{,3}', '{ at character 2 begins no number of times'],
    ['a{3,2}', '{ at character 2 counts backwards'],
    ['a{32767}', '{ at character 2 counts further than 32766'],
    ['(ab){500}', '{ at character 5 makes too long an expression for PCRE2'],
    ['((a{9}b){20}){20}', '{ at character 14 makes too long an expression for PCRE2'],
    ['ok|', 'its end follows an empty alternative'],
    ['(|ok)', '| at character 2 follows an empty alternative'],
    ['()', ') at character 2 follows an empty alternative'],
    ['(?i)', 'its end follows an empty alternative'],
    ['a(?i)b', '( at character 2 opens a group of a kind that not every checker knows'],
    ['(?=a)', '( at character 1 opens a group of a kind that not every checker knows'],
    ['(?<!a)b', '( at character 1 opens a group of a kind that not every checker knows'],
    ['(?<name>a)', '( at character 1 opens a group of a kind that not every checker knows'],
    ['(?{print 1})', '( at character 1 opens a group of a kind that not every checker knows'],
    ['(*FAIL)', '* at character 2 has nothing before it to repeat'],
    ['(a)\\1', '\\1 at character 4 does not mean the same to every checker'],
    ['\\p{L}', '\\p at character 1 does not mean the same to every checker'],
    ['\\<up\\>', '\\< at character 1 does not mean the same to every checker'],
    ['\\Qa', '\\Q at character 1 does not mean the same to every checker'],
    ['a\\', '\\ at character 2 escapes nothing'],
    ['a'.repeat(256), 'a at character 256 is too far on'],
    ['('.repeat(9999), '( at character 256 is too far on'],
  ])('says of %s: %s', (text, fault) => {
    expect(told(text)).toBe(fault);
  });
});

describe('fitsEmptyText', () => {
  it.each([
    'a?',
    'a*',
    'a*?',
    'a{0}',
    'a{0,3}?',
    '(?i)a?',
    '^$',
    '\\B',
    'ab|c?',
    'c?|ab',
    '(a|b?)c?',
    '(?:a?){3}',
    '(a|b)*',
    '(a+){0,}',
    // Of two choices in each of forty rounds an engine that tries them goes over all before it leaves the group out.
    '((a*|b*){40}c){0,3}',
  ])('finds %s', (text) => {
    expect(fitsEmptyText(text)).toBe(true);
  });

  it.each([
    'a',
    'a+',
    'a{1,}',
    '^a',
    'a?b',
    'ba?',
    '\\b',
    'a?\\b',
    '(a|b)',
    '(a?|b)+c',
    '(ab?)+',
    '(?i).',
    '[a-z]',
    '\\.',
    '(?:a*|b*){40}c',
    '((a*|b*){40}c){2}',
    '()',
  ])('does not find %s', (text) => {
    expect(fitsEmptyText(text)).toBe(false);
  });
});

const PIECES = [
  ...[
    'a',
    'B',
    '7',
    ' ',
    'ä',
    '.',
    '^',
    '$',
    '|',
    '(',
    '(?:',
    ')',
    '*',
    '+',
    '?',
    '{2}',
    '{2,}',
    '{1,3}',
    '{01}',
    '{3,1}',
    '{',
  ],
  ...['}', '[', ']', '[^', '[a-z]', '[^0-9]', '-', ':', '=', '/', '@', '%', '\\d', '\\W', '\\s', '\\b', '\\n', '\\.'],
  ...['\\-', '\\\\', '\\(', '\\]', '\\{', '\\1', '\\x', '\\<', '(?i)', '(?=', '(?<', '{400}', '[:a:]', '[[', '&&', '~'],
];
const soup = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join(''));
const { whole } = fc.letrec<{ atom: string; branch: string; whole: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('a', ' ', '.', '-', '\\d', '\\.', '[a-z]', '[^\\w:-]', '[-+*.]', '\\/', '}', '='),
    tie('whole').map((inside) => `(${inside})`),
    tie('whole').map((inside) => `(?:${inside})`),
  ),
  branch: fc
    .array(fc.tuple(tie('atom'), fc.constantFrom('', '', '*', '+?', '?', '{2}', '{1,}', '{0,3}?', '{40}')), {
      minLength: 1,
      maxLength: 4,
    })
    .map((all) => all.map((each) => each.join('')).join('')),
  whole: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((all) => all.join('|')),
}));
const begun = fc.tuple(fc.constantFrom('', '', '(?i)', '^', '\\b'), whole).map((parts) => parts.join(''));
/** The longest that a part can be to PCRE2, as often as it may come. */
const longest = ['([^a-z]){0,499}', '((([^a-z]))){0,249}', '((([^a-z])){0,3}){0,99}', 'x{32766}'];
const accepted = [...fc.sample(soup, 3000), ...fc.sample(begun, 600), ...longest].filter(
  (text) => findRegexFault(text) === undefined,
);

const askPerl = (program: string) =>
  spawnSync('perl', ['-e', program, '--', ...accepted], { encoding: 'utf8', timeout: 30_000 });

describe('what is accepted', () => {
  it('is some of everything', () => {
    expect(accepted.length).toBeGreaterThan(600);
    expect(accepted).toEqual(expect.arrayContaining(longest));
  });

  it('compiles in Perl', () => {
    const program = 'for (@ARGV) { my $text = $_; eval { qr/$text/ }; print "$text\\n" if $@ }';
    const { status, stdout, stderr } = askPerl(program);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('compiles in PCRE2', () => {
    const some = [...new Set([...longest, ...accepted.toReversed()])].slice(0, 250);
    // No line to look at, so that only the compiler is asked: a search may end at PCRE2's backtracking limit, also 2.
    // 1 nothing found; 2 no expression, or a grep without PCRE2.
    const refused = some.filter((text) => spawnSync('grep', ['-qP', '--', text], { input: '' }).status !== 1);
    expect(refused).toEqual([]);
  });

  it('is found in the empty text when Perl finds it there', () => {
    const program = 'for (@ARGV) { my $text = $_; print q() =~ /$text/ ? 1 : 0 }';
    const { stdout } = askPerl(program);
    expect(stdout).toBe(accepted.map((text) => (fitsEmptyText(text) ? '1' : '0')).join(''));
  });
});
