// Which way a text goes into the clipboard, and when it is said that it did not.
import { describe, expect, it } from 'vitest';
import { copyText } from './copy-text';

const taken = { writeText: async () => undefined };
const refused = { writeText: () => Promise.reject(new Error('not allowed')) };

describe('copyText', () => {
  it.each([
    ['the clipboard of a page that was opened by HTTPS', taken, false, true],
    ['a marked text where there is no clipboard', undefined, true, true],
    ['a marked text where the clipboard refuses', refused, true, true],
    ['nothing, and says so, where neither takes it', refused, false, false],
    ['nothing, and says so, where there is no way at all', undefined, false, false],
  ])('uses %s', async (_way, clipboard, isMarkedTaken, isCopied) => {
    const marked: string[] = [];
    const copyMarked = (text: string) => {
      marked.push(text);
      return isMarkedTaken;
    };
    expect(await copyText('ipvsadm -A', { clipboard, copyMarked })).toBe(isCopied);
    expect(marked).toEqual(clipboard === taken ? [] : ['ipvsadm -A']);
  });
});
