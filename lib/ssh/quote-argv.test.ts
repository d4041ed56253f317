import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteArgv } from './quote-argv';

describe('quoteArgv', () => {
  it('lets every word reach the program as it is, whatever is in it', () => {
    const word = fc
      .string({ unit: 'binary', maxLength: 20 })
      .filter((text) => !text.includes('\0') && !/[\ud800-\udfff]/u.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        const command = quoteArgv(['printf', '%s\\0', ...words]);
        const output = execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
        expect(output.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 12 },
    );
  });

  it('refuses a word with NUL and an empty command', () => {
    expect(() => quoteArgv(['a\0b'])).toThrow(TypeError);
    expect(() => quoteArgv([])).toThrow(TypeError);
  });
});
