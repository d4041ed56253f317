// IPv4 addresses as plain numbers: printing, reading and splitting into prefixes, quick enough for hundreds of thousands.

/** The address that the whole text is, or that stands from `from` to before `to`: four decimal numbers without leading zeros. */
export function parseIpv4(text: string, from = 0, to = text.length): number | undefined {
  let [value, octet, digits, dots] = [0, 0, 0, 0];
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (digits === 0) return undefined;
      value = value * 256 + octet;
      dots += 1;
      octet = digits = 0;
      continue;
    }
    if (code < 48 || code > 57 || (digits > 0 && octet === 0)) return undefined;
    octet = octet * 10 + code - 48;
    digits += 1;
    if (octet > 255) return undefined;
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : undefined;
}

export function printIpv4(value: number): string {
  return `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** Looked up, because a power for each of a hundred thousand prefixes is most of their cost. */
const POWERS = Array.from({ length: 33 }, (_, bits) => 2 ** bits);

/**
 * Calls `visit` with each prefix of the smallest list that is exactly the inclusive interval, ascending.
 * `shortest`: ipset knows no /0, so 1 splits the whole of IPv4 into two halves.
 */
export function forEachIpv4Prefix(
  first: number,
  last: number,
  visit: (start: number, prefixLength: number) => void,
  shortest = 0,
): void {
  for (let start = first; start <= last;) {
    const left = last - start + 1;
    const aligned = start === 0 ? 32 : 31 - Math.clz32(start & -start);
    const fitting = left >= 4_294_967_296 ? 32 : 31 - Math.clz32(left);
    const hostBits = Math.min(aligned, fitting, 32 - shortest);
    visit(start, 32 - hostBits);
    start += POWERS[hostBits] ?? NaN;
  }
}

export function ipv4Prefixes(first: number, last: number, shortest = 0): string[] {
  const prefixes: string[] = [];
  forEachIpv4Prefix(first, last, (start, length) => prefixes.push(`${printIpv4(start)}/${length}`), shortest);
  return prefixes;
}
