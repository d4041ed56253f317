// Makes runs of whole lines of chunks that end anywhere, and keeps no more of a line that does not end than its limit.

export type LineFeed = { push: (chunk: Uint8Array) => void; end: () => void };

/** Bytes. A longer line is passed on cut to one byte more than this. */
export const LONGEST_LINE = 4096;
const LINE_END = 10;

/** `readLines` gets bytes that end with a line end, which are only lent; the last line gets one if it has none. */
export function createLineFeed(readLines: (bytes: Uint8Array) => void): LineFeed {
  const rest = new Uint8Array(LONGEST_LINE + 2);
  let held = 0;

  function hold(bytes: Uint8Array): void {
    const taken = Math.min(bytes.length, LONGEST_LINE + 1 - held);
    rest.set(bytes.subarray(0, taken), held);
    held += taken;
  }
  function release(): void {
    rest[held] = LINE_END;
    const length = held + 1;
    held = 0;
    readLines(rest.subarray(0, length));
  }
  function push(chunk: Uint8Array): void {
    const lastEnd = chunk.lastIndexOf(LINE_END);
    if (lastEnd < 0) return hold(chunk);
    let start = 0;
    if (held > 0) {
      start = chunk.indexOf(LINE_END) + 1;
      hold(chunk.subarray(0, start - 1));
      release();
    }
    if (start <= lastEnd) readLines(chunk.subarray(start, lastEnd + 1));
    hold(chunk.subarray(lastEnd + 1));
  }
  const end = () => {
    if (held > 0) release();
  };
  return { push, end };
}
