// The loops over a hundred thousand entries of IPv4: over bytes, without a string for any line, and no less strict for it.
import type { AddressMap } from './mark-map';

/** Where the scanner stands in a window of the text, and the number that it read last. */
type Scanner = { bytes: Uint8Array; at: number; value: number };
/** Reads one line and keeps it; false when it is another one, or cut off by the end of the window. */
type LineReader = (scanner: Scanner) => boolean;

const encoder = new TextEncoder();
const WINDOW = 1 << 16;

/**
 * Reads lines `<before><IPv4 address or prefix> skbmark 0x<mark>` of `text` from `start` on into an address map, touching
 * entries of one mark as one, and answers where the first other line begins.
 */
export function scanIpv4Entries(text: string, start: number, before: string, map: AddressMap): number {
  const { firsts, lasts, marks } = map;
  const head = encoder.encode(before);
  const middle = encoder.encode(' skbmark 0x');
  let openLast = Number(lasts.at(-1) ?? -2);
  let openMark = marks.at(-1) ?? 0;
  return scanLines(text, start, (scanner) => {
    if (!skip(scanner, head) || !readAddress(scanner)) return false;
    const first = scanner.value;
    if (!readSize(scanner, first)) return false;
    const last = first + scanner.value - 1;
    if (!skip(scanner, middle) || !readMark(scanner) || scanner.bytes[scanner.at] !== NEW_LINE) return false;
    scanner.at += 1;
    if (openMark === scanner.value && openLast + 1 === first) lasts[lasts.length - 1] = last;
    else {
      firsts.push(first);
      lasts.push(last);
      marks.push(scanner.value);
    }
    openLast = last;
    openMark = scanner.value;
    return true;
  });
}

/** The same for lines `\t\t\t<address, prefix or first-last> : 0x<mark>,` of a map of nftables. Neighbours stay apart. */
export function scanIpv4Elements(text: string, start: number, { firsts, lasts, marks }: AddressMap): number {
  const [head, middle, tail] = ['\t\t\t', ' : 0x', ',\n'].map((part) => encoder.encode(part));
  if (!head || !middle || !tail) return start;
  return scanLines(text, start, (scanner) => {
    if (!skip(scanner, head) || !readAddress(scanner)) return false;
    const first = scanner.value;
    if (!readLast(scanner, first)) return false;
    const last = scanner.value;
    if (!skip(scanner, middle) || !readMark(scanner)) return false;
    const mark = scanner.value;
    if (!skip(scanner, tail)) return false;
    firsts.push(first);
    lasts.push(last);
    marks.push(mark);
    return true;
  });
}

/** All letters of a line that was read are ASCII, so bytes and letters are counted alike up to the first line that was not. */
function scanLines(text: string, start: number, readLine: LineReader): number {
  const buffer = new Uint8Array(3 * WINDOW);
  for (let from = start; ;) {
    const { written } = encoder.encodeInto(text.slice(from, from + WINDOW), buffer);
    const scanner: Scanner = { bytes: buffer.subarray(0, written), at: 0, value: 0 };
    let end = 0;
    while (readLine(scanner)) end = scanner.at;
    from += end;
    if (end === 0) return from;
  }
}

/** Addresses of a prefix by its length: a power a line would cost more than the rest of the line. */
const SIZES = Array.from({ length: 33 }, (_, length) => 2 ** (32 - length));

const NEW_LINE = 10;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;

function skip(scanner: Scanner, expected: Uint8Array): boolean {
  const { bytes, at } = scanner;
  for (let index = 0; index < expected.length; index += 1) if (bytes[at + index] !== expected[index]) return false;
  scanner.at = at + expected.length;
  return true;
}

/** After `first`: nothing, `-<last>` or `/<length>`. */
function readLast(scanner: Scanner, first: number): boolean {
  if (scanner.bytes[scanner.at] !== DASH) {
    if (!readSize(scanner, first)) return false;
    scanner.value += first - 1;
    return true;
  }
  scanner.at += 1;
  return readAddress(scanner) && scanner.value > first;
}

function readAddress(scanner: Scanner): boolean {
  let value = 0;
  for (let octet = 0; octet < 4; octet += 1) {
    if (octet > 0) {
      if (scanner.bytes[scanner.at] !== DOT) return false;
      scanner.at += 1;
    }
    if (!readDecimal(scanner, 255)) return false;
    value = value * 256 + scanner.value;
  }
  scanner.value = value;
  return true;
}

/** How many addresses: 1, or those of the prefix length, which must not cut into the address. */
function readSize(scanner: Scanner, first: number): boolean {
  if (scanner.bytes[scanner.at] !== SLASH) {
    scanner.value = 1;
    return true;
  }
  scanner.at += 1;
  if (!readDecimal(scanner, 32)) return false;
  const size = SIZES[scanner.value] ?? NaN;
  scanner.value = size;
  return size === 2 ** 32 ? first === 0 : (first & (size - 1)) === 0;
}

/** Without leading zeros. */
function readDecimal(scanner: Scanner, most: number): boolean {
  const { bytes, at: start } = scanner;
  let at = start;
  let value = 0;
  for (; at < start + 3; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9 || (at > start && value === 0)) break;
    value = value * 10 + digit;
  }
  scanner.at = at;
  scanner.value = value;
  return at > start && value <= most;
}

/** Lower case hexadecimal digits, at most eight, not 0. */
function readMark(scanner: Scanner): boolean {
  const { bytes, at: start } = scanner;
  let at = start;
  let value = 0;
  for (; at < start + 8; at += 1) {
    const code = bytes[at] ?? 0;
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1;
    if (digit < 0) break;
    value = value * 16 + digit;
  }
  scanner.at = at;
  scanner.value = value;
  return at > start && value >= 1;
}
