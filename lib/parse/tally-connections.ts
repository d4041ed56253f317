// Counts a connection table of any size by its bytes, as it comes: no text, no object and no memory for a row.
//
// Rows that say the same of protocol, virtual address, real server, state and origin are one cell. The bytes of these columns are
// its key: they are read by the row parser once, when the cell is new, so that a cell means exactly what the row parser says.
// The columns that no key holds, client and expiry, are held against a table of letters in every row.
// What does not stand where the kernel pads it to goes to the row parser as text; what that cannot read is a diagnostic.
import type { Diagnostic } from '../core/diagnostic';
import { ByteCells } from './byte-cells';
import { createCells, nameOf, type CellName, type ConnectionCell, type ConnectionCells } from './connection-cells';
import { isConnectionHeader, readConnectionRow } from './ip-vs-conn';
import { FROM, ROW_LAYOUTS, type RowLayout } from './kernel-rows';
import { createLineFeed, LONGEST_LINE } from './line-feed';
import { unreadable } from './parsed';

/** `unreadable` counts all odd lines, of which `diagnostics` tells the first; `beyond` counts rows of cells that came too late to be kept. */
export type ConnectionTally = {
  rows: number;
  cells: ConnectionCell[];
  beyond: number;
  unreadable: number;
  diagnostics: Diagnostic[];
};
/** `push` takes chunks that end anywhere, also within a row, and keeps none of them. */
export type TallyStream = { push: (chunk: Uint8Array) => void; end: () => ConnectionTally };

const LINE_END = 10;
const SPACE = 32;
const COLON = 58;
const ZERO = 48;
const MOST_DIAGNOSTICS = 20;
const MOST_CELLS = 200_000;

const DECIMAL = new Uint8Array(256);
for (const digit of '0123456789') DECIMAL[digit.charCodeAt(0)] = 1;
/** 1 where both bytes of 16 bits are hexadecimal digits: an IPv6 address is printed in small letters, all else in capitals. */
const HEX_PAIR = pairsOf('0123456789ABCDEF');
const SMALL_HEX_PAIR = pairsOf('0123456789abcdef');
const PORT_ZERO = 0x30303030;
const [V4, V4_SYNC, V6, V6_SYNC] = ROW_LAYOUTS;

export function tallyConnections({ mostCells = MOST_CELLS }: { mostCells?: number } = {}): TallyStream {
  const tally = new Tally(mostCells);
  const feed = createLineFeed((bytes) => {
    tally.readLines(bytes);
  });
  const end = () => {
    feed.end();
    return tally.result();
  };
  return { push: feed.push, end };
}

class Tally {
  readonly #names: CellName[] = [];
  readonly #padded: ByteCells;
  readonly #odd: ConnectionCells;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #diagnostics: Diagnostic[] = [];
  #rows = 0;
  #lines = 0;
  #unread = 0;
  #beyond = 0;

  constructor(mostCells: number) {
    this.#padded = new ByteCells(mostCells);
    this.#odd = createCells(mostCells);
  }

  /** Whole lines only: the last byte is a line end. */
  readLines(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let start = 0; start < bytes.length;) {
      const layout = layoutAt(bytes, start);
      if (layout && this.#countPadded(view, start, layout)) start += layout.end + 1;
      else {
        const end = bytes.indexOf(LINE_END, start);
        this.#readOdd(bytes.subarray(start, end));
        start = end + 1;
      }
    }
  }

  result(): ConnectionTally {
    return {
      rows: this.#rows,
      cells: this.#listCells(),
      beyond: this.#beyond,
      unreadable: this.#unread,
      diagnostics: this.#diagnostics,
    };
  }

  /** Counts the row when it stands as the kernel pads it. */
  #countPadded(view: DataView, start: number, layout: RowLayout): boolean {
    if (view.getUint8(start + 3) !== SPACE || !isClient(view, start, layout) || !isExpiry(view, start + layout.expires))
      return false;
    const isTemplate = view.getInt32(start + layout.fromPort, true) === PORT_ZERO;
    const head = ((view.getInt32(start, true) & 0xffffff) << 3) | (layout.index << 1) | (isTemplate ? 1 : 0);
    const from = start + layout.to - 1;
    const to = start + layout.expires;
    let cell = this.#padded.find(view, from, to, head);
    if (cell < 0) {
      const row = readConnectionRow(this.#textOf(view, start, layout.end));
      if (!row || (row.kind === 'template') !== isTemplate) return false;
      cell = this.#padded.add(view, from, to, head);
      if (cell < 0) this.#beyond += 1;
      else this.#names.push(nameOf(row));
    }
    if (cell >= 0) this.#padded.count(cell);
    this.#rows += 1;
    this.#lines += 1;
    return true;
  }

  #textOf(view: DataView, start: number, length: number): string {
    return this.#decoder.decode(new Uint8Array(view.buffer, view.byteOffset + start, length));
  }

  #readOdd(bytes: Uint8Array): void {
    this.#lines += 1;
    const isLong = bytes.length > LONGEST_LINE;
    const text = this.#decoder.decode(isLong ? bytes.subarray(0, LONGEST_LINE) : bytes).replace(/\r$/, '');
    if (isLong) return this.#refuse(text, `it is longer than ${LONGEST_LINE} bytes`);
    if (text.trim() === '' || isConnectionHeader(text)) return;
    const row = readConnectionRow(text);
    if (!row) return this.#refuse(text);
    this.#rows += 1;
    if (!this.#odd.count(row, 1)) this.#beyond += 1;
  }

  #refuse(text: string, why?: string): void {
    this.#unread += 1;
    if (this.#diagnostics.length >= MOST_DIAGNOSTICS) return;
    this.#diagnostics.push(unreadable('ip_vs_conn', { number: this.#lines, text }, why));
  }

  /** Padded cells are all different; one that was read as text may mean the same as one of them. */
  #listCells(): ConnectionCell[] {
    const counts = this.#padded.counts();
    const padded = this.#names.map((name, cell): ConnectionCell => ({ ...name, count: counts[cell] ?? 0 }));
    const read = this.#odd.list();
    if (read.length === 0) return padded;
    const all = createCells(Infinity);
    for (const cell of [...padded, ...read]) all.count(cell, cell.count);
    return all.list();
  }
}

/** What only the place of the line end says; the rest of the row is not looked at yet. */
function layoutAt(bytes: Uint8Array, start: number): RowLayout | undefined {
  if (bytes[start + V4.end] === LINE_END) return V4;
  if (bytes[start + V6.end] === LINE_END) return V6;
  if (bytes[start + V4_SYNC.end] === LINE_END) return V4_SYNC;
  return bytes[start + V6_SYNC.end] === LINE_END ? V6_SYNC : undefined;
}

/** Address, blank and port. */
function isClient(view: DataView, start: number, { width, fromPort }: RowLayout): boolean {
  const from = start + FROM;
  let all = isHexGroup(HEX_PAIR, view, start + fromPort);
  if (width === 8) all &= isHexGroup(HEX_PAIR, view, from) & isHexGroup(HEX_PAIR, view, from + 4);
  else {
    for (let at = from; at < from + width; at += 5) all &= isHexGroup(SMALL_HEX_PAIR, view, at);
    for (let at = from + 4; at < from + width; at += 5) if (view.getUint8(at) !== COLON) return false;
  }
  return all === 1 && view.getUint8(from + width) === SPACE;
}

function isHexGroup(pairs: Uint8Array, view: DataView, at: number): number {
  return (pairs[view.getUint16(at, true)] as number) & (pairs[view.getUint16(at + 2, true)] as number);
}

function pairsOf(digits: string): Uint8Array {
  const pairs = new Uint8Array(1 << 16);
  for (const high of digits) for (const low of digits) pairs[low.charCodeAt(0) | (high.charCodeAt(0) << 8)] = 1;
  return pairs;
}

/** `%7u` and the line end. */
function isExpiry(view: DataView, at: number): boolean {
  let place = at;
  while (view.getUint8(place) === SPACE) place += 1;
  if (place > at + 6 || (view.getUint8(place) === ZERO && place < at + 6)) return false;
  while (DECIMAL[view.getUint8(place)] === 1) place += 1;
  return place === at + 7;
}
