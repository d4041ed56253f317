// The quick ways with numbers give what the exact ones with bigints give.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalToCidrs, parseInterval } from '../core/address';
import { parseIpv4, printIpv4 } from '../core/ipv4';
import type { AddressInterval } from '../core/topology';
import { addressAxisOf, addressMapOf, paintMarks } from './address-axis';
import { mergedPrefixes } from './merged-prefixes';
import { TextWriter } from './text-writer';

const edge = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 2 ** 32 - 40, max: 2 ** 32 - 1 }),
  fc.integer({ min: 2 ** 31 - 20, max: 2 ** 31 + 20 }),
);
const interval = fc.tuple(edge, edge).map(([a, b]): AddressInterval => ({
  family: 4,
  first: BigInt(Math.min(a, b)),
  last: BigInt(Math.max(a, b)),
}));
const numbers = (text: string): [number, number] => {
  const read = parseInterval(text);
  return read.ok ? [Number(read.value.interval.first), Number(read.value.interval.last)] : [NaN, NaN];
};

describe('mergedPrefixes', () => {
  it('covers exactly what the intervals cover, without an overlap and with the fewest prefixes', () => {
    fc.assert(
      fc.property(fc.array(interval, { minLength: 1, maxLength: 8 }), (intervals) => {
        const spans = mergedPrefixes(intervals, 4).map(numbers);
        for (const [at, [first]] of spans.entries()) if (at > 0) expect(first).toBeGreaterThan(spans[at - 1]![1]);
        const sixes = mergedPrefixes(
          intervals.map((each) => ({ ...each, family: 6 as const })),
          6,
        );
        expect(spans).toHaveLength(sixes.length);
        for (const { first, last } of intervals) {
          for (const value of [first, last]) {
            expect(spans.some(([low, high]) => low <= Number(value) && Number(value) <= high)).toBe(true);
          }
        }
        for (const [low, high] of spans) {
          for (const value of [low, high]) {
            expect(intervals.some(({ first, last }) => Number(first) <= value && value <= Number(last))).toBe(true);
          }
        }
      }),
    );
  });
});

describe('the address axis', () => {
  it('paints each address with the mark of the last interval over it, in both families', () => {
    const marked = fc.array(fc.tuple(interval, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(marked, fc.array(edge, { maxLength: 30 }), (list, probes) => {
        const maps = ([4, 6] as const).map((family) => {
          const axis = addressAxisOf(
            list.map(([each]) => ({ ...each, family })),
            family,
          );
          return addressMapOf(
            axis,
            paintMarks(
              axis,
              list.map(([, mark]) => mark),
              () => true,
            ),
            undefined,
          );
        });
        expect(maps[0]!.firsts.map(BigInt)).toEqual(maps[1]!.firsts);
        for (const probe of probes) {
          const [map] = maps;
          const at = map!.firsts.findIndex((first, index) => first <= probe && probe <= map!.lasts[index]!);
          const last = list.findLast(([each]) => each.first <= BigInt(probe) && BigInt(probe) <= each.last);
          expect(at < 0 ? undefined : map!.marks[at]).toBe(last?.[1]);
        }
      }),
    );
  });
});

describe('IPv4 as numbers', () => {
  it('prints what it reads, and splits as bigints do', () => {
    fc.assert(
      fc.property(edge, (value) => {
        expect(parseIpv4(printIpv4(value))).toBe(value);
        expect(new TextWriter().ipv4(value).toString()).toBe(printIpv4(value));
      }),
    );
    fc.assert(
      fc.property(interval, ({ first, last }) => {
        const back = intervalToCidrs({ family: 4, first, last }).map(numbers);
        expect([back[0]![0], back.at(-1)![1]]).toEqual([Number(first), Number(last)]);
        for (const [at, [start]] of back.entries()) if (at > 0) expect(start).toBe(back[at - 1]![1] + 1);
      }),
    );
  });

  it.each(['1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.256', '1.2.3.', '.1.2.3', '1.2.3.4 ', '1..2.3', '', '1.2.3.x'])(
    'does not read "%s"',
    (text) => {
      expect(parseIpv4(text)).toBeUndefined();
    },
  );
});

it('writes long texts in one piece', () => {
  const writer = new TextWriter();
  const long = 'x'.repeat(70_000);
  for (let at = 0; at < 30_000; at += 1) writer.text('line ').ipv4(at).text('\n');
  const text = writer.text(long).text('end').toString();
  expect(text).toHaveLength(
    30_000 * 6 + Array.from({ length: 30_000 }, (_, at) => printIpv4(at).length).reduce((a, b) => a + b) + 70_003,
  );
  expect(text.endsWith('xend')).toBe(true);
});
