// A hash table from short runs of bytes to cells that count: open addressing over typed arrays, no object for a look-up.
//
// A record is its head, its count and its bytes, eight to a number. Two such numbers are equal when their bytes are, with two
// exceptions that do no harm: a key is printable text, which is neither a NaN nor a zero of either sign.

const WORD = 8;
/** Numbers of a record before its key: head and count. */
const KEY = 2;
const FIRST_SLOTS = 1 << 12;
const FIRST_NUMBERS = 1 << 14;
/** Any odd numbers of many bits. */
const MIXERS = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35] as const;

/**
 * A key is a head, a small whole number, and the bytes of `view` from `from` to before `to`: eight at least, printable in every key
 * that is added. A class, because the engine throws away what it compiled for closures whenever somebody makes new ones.
 */
export class ByteCells {
  readonly #records: number[] = [];
  readonly #hashes: number[] = [];
  #slots = new Int32Array(FIRST_SLOTS); // record + 1; 0 is free
  #numbers = new Float64Array(FIRST_NUMBERS);
  #filled = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The key's record, or -1. */
  find(view: DataView, from: number, to: number, head: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hashOf(view, from, to, head) & mask; ; slot = (slot + 1) & mask) {
      const record = (slots[slot] as number) - 1;
      if (record < 0 || this.#isKeyOf(record, view, from, to, head)) return record;
    }
  }

  /** The new record, which counts nothing yet; -1 when there are too many. */
  add(view: DataView, from: number, to: number, head: number): number {
    if (this.#records.length >= this.#most) return -1;
    const record = this.#filled;
    this.#filled += KEY + Math.ceil((to - from) / WORD);
    if (this.#filled > this.#numbers.length) this.#numbers = grown(this.#numbers);
    this.#numbers[record] = head;
    let number = record + KEY;
    for (let at = from; at < to - WORD; at += WORD) {
      this.#numbers[number] = view.getFloat64(at, true);
      number += 1;
    }
    this.#numbers[number] = view.getFloat64(to - WORD, true);
    this.#records.push(record);
    this.#hashes.push(hashOf(view, from, to, head));
    this.#settle();
    return record;
  }

  count(record: number): void {
    this.#numbers[record + 1] = (this.#numbers[record + 1] as number) + 1;
  }

  /** In the order of `add`. */
  counts(): number[] {
    return this.#records.map((record) => this.#numbers[record + 1] ?? 0);
  }

  #isKeyOf(record: number, view: DataView, from: number, to: number, head: number): boolean {
    const numbers = this.#numbers;
    if (numbers[record] !== head) return false;
    let number = record + KEY;
    for (let at = from; at < to - WORD; at += WORD) {
      if (numbers[number] !== view.getFloat64(at, true)) return false;
      number += 1;
    }
    return numbers[number] === view.getFloat64(to - WORD, true);
  }

  /** Gives the newest record a slot; half of the slots stay free. */
  #settle(): void {
    const cells = this.#records.length;
    if (2 * cells <= this.#slots.length) return this.#place(cells - 1);
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let cell = 0; cell < cells; cell += 1) this.#place(cell);
  }

  #place(cell: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashes[cell] as number) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = (this.#records[cell] as number) + 1;
  }
}

/** Two chains, because the processor works on both at once; the shifts bring down what a product moved up. */
function hashOf(view: DataView, from: number, to: number, head: number): number {
  let low = head | 0;
  let high = to - from;
  for (let at = from; at < to - WORD; at += WORD) {
    low = Math.imul(low ^ view.getInt32(at, true), MIXERS[0]);
    high = Math.imul(high ^ view.getInt32(at + 4, true), MIXERS[1]);
    low ^= low >>> 15;
    high ^= high >>> 15;
  }
  low = Math.imul(low ^ view.getInt32(to - WORD, true), MIXERS[0]);
  high = Math.imul(high ^ view.getInt32(to - 4, true), MIXERS[1]);
  const both = Math.imul(low ^ (low >>> 15) ^ high, MIXERS[2]);
  return both ^ (both >>> 13) ^ (high >>> 15);
}

function grown(from: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const to = new Float64Array(2 * from.length);
  to.set(from);
  return to;
}
