// keepalived.conf as nested statements with their lines, by the lexical rules of keepalived.conf(5), stricter where it would guess.
import type { Diagnostic } from '../core/diagnostic';
import { unreadable, type Parsed } from './parsed';

/** `children` is there for a block only, also for an empty one. */
export type KeepalivedStatement = { line: number; text: string; words: string[]; children?: KeepalivedStatement[] };

const TOOL = 'keepalived.conf';
/** Parameters and sequences are replaced even inside quotes: none may be in a file that is to mean what it says. */
const REPLACED = /\$[A-Za-z_{]|~(SEQ|LST)|^\s*@/;

/** One statement a line; `{` ends the line that opens a block and `}` stands alone, as keepalived itself demands (lvs.md 4.1). */
export function parseKeepalivedTree(text: string): Parsed<KeepalivedStatement[]> {
  const diagnostics: Diagnostic[] = [];
  const root: KeepalivedStatement[] = [];
  const open: { statements: KeepalivedStatement[]; line: number; text: string }[] = [];
  let statements = root;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const words = REPLACED.test(raw) ? 'a parameter or a condition' : readWords(raw);
    if (typeof words === 'string') {
      diagnostics.push(unreadable(TOOL, { number: line, text: raw }, words));
      continue;
    }
    if (words.length === 0) continue;
    if (words.length === 1 && words[0] === '}') {
      const outer = open.pop();
      if (!outer) diagnostics.push(unreadable(TOOL, { number: line, text: raw }, 'it closes nothing'));
      statements = outer?.statements ?? root;
      continue;
    }
    const isBlock = words.at(-1) === '{' && words.length > 1;
    const statement: KeepalivedStatement = { line, text: raw, words: isBlock ? words.slice(0, -1) : words };
    if (statement.words.some((word) => word === '{' || word === '}')) {
      diagnostics.push(unreadable(TOOL, { number: line, text: raw }, 'a brace in the middle of a line'));
      continue;
    }
    statements.push(statement);
    if (!isBlock) continue;
    open.push({ statements, line, text: raw });
    statement.children = [];
    statements = statement.children;
  }
  for (const { line, text: shown } of open) {
    diagnostics.push(unreadable(TOOL, { number: line, text: shown }, 'its block is never closed'));
  }
  return { value: root, diagnostics };
}

/** Words part at blanks; double quotes keep blanks; inside them a backslash stands for the next character. */
function readWords(line: string): string[] | string {
  if (/[^\P{Cc}\t]/u.test(line)) return 'a control character';
  const words: string[] = [];
  let rest = line.trimStart();
  while (rest !== '' && !/^[#!]/.test(rest)) {
    const [whole, quoted, plain] = /^(?:"((?:[^"\\]|\\[\\])*)"(?=\s|$)|([^\s"'\\#!]+)(?=[\s#!]|$))/.exec(rest) ?? [];
    if (whole === undefined) return 'a quote, a backslash or a comment in an odd place';
    // keepalived itself does not see the quotes any more when it looks for braces (2.2.7).
    if (quoted === '{' || quoted === '}') return 'a brace alone in quotes';
    words.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('\\\\', '\\'));
    rest = rest.slice(whole.length).trimStart();
  }
  return words;
}
