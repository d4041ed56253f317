// Addresses are read strictly, printed canonically, and intervals become exactly their prefixes.
import { mergeCidr, parseCidr } from 'cidr-tools';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  intervalToCidrs,
  parseAddress,
  parseInterfaceAddress,
  parseInterval,
  printAddress,
  printInterval,
} from './address';
import type { AddressInterval, Family } from './topology';

describe('parseAddress', () => {
  it.each([
    ['192.168.7.4', '192.168.7.4'],
    ['0.0.0.0', '0.0.0.0'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
  ])('reads %s as %s', (text, canonical) => {
    const read = parseAddress(text);
    expect(read.ok && read.value.text).toBe(canonical);
  });

  it.each([
    ['192.168.7.340', 'the fourth octet of "192.168.7.340" is 340, more than 255'],
    ['256.168.7.4', 'the first octet of "256.168.7.4" is 256, more than 255'],
    ['192.168.07.4', 'the third octet of "192.168.07.4" is 07, with a leading zero'],
    ['192..7.4', 'the second octet of "192..7.4" is empty'],
    ['192.168.7', '"192.168.7" has 3 number(s), an IPv4 address has four'],
    ['3232237316', '"3232237316" has 1 number(s), an IPv4 address has four'],
    ['0x7f.0.0.1', '"0x7f.0.0.1" is not an IP address'],
    ['', '"" is not an IP address'],
    [' 192.168.7.4', '" 192.168.7.4" is not an IP address'],
    ['192.168.7.4/24', '"192.168.7.4/24" is not an IP address'],
    ['example', '"example" is not an IP address'],
    ['2001:db8::1::2', '"2001:db8::1::2" is not a valid IPv6 address'],
    ['fe80::1%eth0', '"fe80::1%eth0" carries a zone (%...); write the address without it'],
    ['::ffff:192.0.2.1', '"::ffff:192.0.2.1" is an IPv4 address written as IPv6; write 192.0.2.1'],
  ])('refuses %s and says why', (text, problem) => {
    expect(parseAddress(text)).toEqual({ ok: false, problem });
  });
});

describe('parseInterfaceAddress', () => {
  it('keeps the host part and computes the network', () => {
    const read = parseInterfaceAddress('192.168.7.4/24');
    expect(read.ok && [read.value.address.text, read.value.prefixLength, printInterval(read.value.network)]).toEqual([
      '192.168.7.4',
      24,
      '192.168.7.0/24',
    ]);
  });

  it.each(['192.168.7.4', '192.168.7.4/33', '192.168.7.4/', '192.168.7.4/024', '192.168.7.4/24/24', '2001:db8::1/129'])(
    'refuses %s',
    (text) => expect(parseInterfaceAddress(text).ok).toBe(false),
  );
});

describe('parseInterval', () => {
  it.each([
    ['192.168.0.0/24', '192.168.0.0/24', undefined],
    ['192.168.0.5/24', '192.168.0.0/24', '192.168.0.0/24'],
    ['192.168.0.5', '192.168.0.5', undefined],
    ['192.168.0.0-192.168.0.15', '192.168.0.0/28', undefined],
    ['192.168.0.1-192.168.0.15', '192.168.0.1-192.168.0.15', undefined],
    ['0.0.0.0/0', '0.0.0.0/0', undefined],
    ['2001:db8::7/64', '2001:db8::/64', '2001:db8::/64'],
    ['2001:db8::1-2001:db8::2', '2001:db8::1-2001:db8::2', undefined],
  ])('reads %s as %s', (text, printed, normalisedTo) => {
    const read = parseInterval(text);
    expect(read.ok && [printInterval(read.value.interval), read.value.normalisedTo]).toEqual([printed, normalisedTo]);
  });

  it.each([
    '',
    '-',
    '192.168.0.0/33',
    '192.168.0.9-192.168.0.1',
    '192.0.2.1-2001:db8::1',
    '192.168.0.0 - 192.168.0.9',
    '192.168.0.0/255.255.255.0',
    '192.168.0.0/24-192.168.1.0/24',
  ])('refuses %s', (text) => expect(parseInterval(text).ok).toBe(false));
});

const interval = (family: Family): fc.Arbitrary<AddressInterval> => {
  const value = fc.bigInt({ min: 0n, max: (1n << BigInt(family === 4 ? 32 : 128)) - 1n });
  return fc
    .tuple(value, value)
    .map(([a, b]) => (a < b ? { family, first: a, last: b } : { family, first: b, last: a }));
};

describe('intervalToCidrs', () => {
  it('gives prefixes that follow each other from the first to the last address, and none can be merged', () => {
    fc.assert(
      fc.property(fc.oneof(interval(4), interval(6)), (wanted) => {
        const cidrs = intervalToCidrs(wanted);
        let next = wanted.first;
        for (const cidr of cidrs) {
          const { start, end } = parseCidr(cidr);
          expect(start).toBe(next);
          next = end + 1n;
        }
        expect(next).toBe(wanted.last + 1n);
        expect(mergeCidr(cidrs)).toHaveLength(cidrs.length);
      }),
    );
  });

  it('prints what reads back as the same interval', () => {
    fc.assert(
      fc.property(fc.oneof(interval(4), interval(6)), (wanted) => {
        const isMapped = wanted.family === 6 && wanted.last >> 32n === 0xffffn;
        fc.pre(!isMapped);
        const read = parseInterval(printInterval(wanted));
        expect(read.ok && read.value.interval).toEqual(wanted);
        const first = parseAddress(printAddress(wanted.family, wanted.first));
        expect(first.ok && first.value.value).toBe(wanted.first);
      }),
    );
  });
});
