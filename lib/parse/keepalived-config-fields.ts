// Reads the statements of one block by their keyword; what the console does not write, or twice, is a diagnostic at its line.
import { parseAddress } from '../core/address';
import type { Diagnostic } from '../core/diagnostic';
import type { KeepalivedStatement } from './keepalived-config-tree';
import { unreadable } from './parsed';

/** Takes a statement in, or answers why it cannot. */
export type ReadField = (statement: KeepalivedStatement) => string | undefined;
export type Fields = Record<string, ReadField>;

/** Keywords of `repeated` may come again. `owner`: the statement of the block, which a missing keyword is blamed on. */
export function readFields(
  statements: readonly KeepalivedStatement[],
  fields: Fields,
  diagnostics: Diagnostic[],
  { repeated = [] }: { repeated?: readonly string[] } = {},
): undefined {
  const seen = new Set<string>();
  for (const statement of statements) {
    const [keyword = ''] = statement.words;
    const problem =
      seen.has(keyword) && !repeated.includes(keyword)
        ? `${keyword} is there twice`
        : Object.hasOwn(fields, keyword)
          ? fields[keyword]?.(statement)
          : `${keyword} is not a keyword that the console writes here`;
    seen.add(keyword);
    if (problem !== undefined) diagnostics.push(problemAt(statement, problem));
  }
}

export function problemAt({ line, text }: KeepalivedStatement, problem: string): Diagnostic {
  return unreadable('keepalived.conf', { number: line, text }, problem);
}

/** A keyword with exactly one plain value. */
export function value(take: (text: string) => boolean): ReadField {
  return ({ words, children }) => {
    const [keyword = '', text] = words;
    if (children || text === undefined || words.length !== 2) return `${keyword} takes one value`;
    return take(text) ? undefined : `"${text}" is no value of ${keyword}`;
  };
}

export function count(take: (count: number) => void, { from = 0, to = 2 ** 31 - 1 } = {}): ReadField {
  return value((text) => {
    const read = Number(text);
    if (!/^(0|[1-9]\d{0,9})$/.test(text) || read < from || read > to) return false;
    take(read);
    return true;
  });
}

export function word(take: (text: string) => void): ReadField {
  return value((text) => {
    take(text);
    return text !== '';
  });
}

export function oneOf<T extends string>(texts: readonly T[], take: (text: T) => void): ReadField {
  return value((text) => {
    const found = texts.find((each) => each === text);
    if (found !== undefined) take(found);
    return found !== undefined;
  });
}

export function flag(take: () => void): ReadField {
  return ({ words, children }) => {
    if (children || words.length !== 1) return `${words[0] ?? ''} takes no value`;
    take();
    return undefined;
  };
}

/** A keyword with a block, and `names` words before it. */
export function block(
  names: number,
  take: (
    children: readonly KeepalivedStatement[],
    words: readonly string[],
    statement: KeepalivedStatement,
  ) => string | undefined,
): ReadField {
  return (statement) => {
    const { words, children } = statement;
    if (!children || words.length !== names + 1) return `${words[0] ?? ''} must open a block`;
    return take(children, words.slice(1), statement);
  };
}

/** Canonical, or undefined. */
export function addressText(text: string): string | undefined {
  const address = parseAddress(text);
  return address.ok && address.value.text === text ? text : undefined;
}
