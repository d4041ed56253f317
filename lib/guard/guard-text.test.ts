// The guard is one file by contract: a shell takes the last of two functions with one name and says nothing.
import { describe, expect, it } from 'vitest';
import { loadGuardProgram } from './guard-program';

/** Names of the functions of a shell program, without those in its here documents, which are other programs. */
function functionNames(program: string): string[] {
  const names: string[] = [];
  let end: string | undefined;
  for (const line of program.split('\n')) {
    if (end !== undefined) {
      if (line === end) end = undefined;
      continue;
    }
    end = /<< ?'?([A-Z_]+)'?/.exec(line)?.[1];
    const name = /^([a-z_0-9]+)\(\)/.exec(line)?.[1];
    if (name !== undefined) names.push(name);
  }
  return names;
}
const twice = (names: string[]) => names.filter((name, index) => names.indexOf(name) < index);

describe('the text of the guard', () => {
  const { text } = loadGuardProgram();

  it('has no two functions of one name', () => {
    expect(functionNames(text).length).toBeGreaterThan(150);
    expect(twice(functionNames(text))).toEqual([]);
  });

  it('would tell a second one, and not one of a program within', () => {
    expect(twice(functionNames(`${text}\nwarn() { :; }\n`))).toEqual(['warn']);
    expect(twice(functionNames("a() { :; }\ncat <<'END'\na() { :; }\nEND\n"))).toEqual([]);
  });
});
