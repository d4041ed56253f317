// What is left of a range, against brute force.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AddressInterval } from '../topology';
import { subtractIntervals } from './ranges';

const interval: fc.Arbitrary<AddressInterval> = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
  .map(([a, b]) => ({ family: 4, first: BigInt(Math.min(a, b)), last: BigInt(Math.max(a, b)) }));
const holds = ({ first, last }: AddressInterval, value: number) => first <= BigInt(value) && BigInt(value) <= last;

describe('subtractIntervals', () => {
  it('leaves exactly the addresses that are in no hole, each once', () => {
    fc.assert(
      fc.property(interval, fc.array(interval, { maxLength: 4 }), (whole, holes) => {
        const rest = subtractIntervals(whole, holes);
        for (let value = 0; value <= 20; value += 1) {
          const wanted = holds(whole, value) && !holes.some((hole) => holds(hole, value)) ? 1 : 0;
          expect(rest.filter((piece) => holds(piece, value))).toHaveLength(wanted);
        }
      }),
    );
  });

  it('takes nothing from another family', () => {
    const whole: AddressInterval = { family: 4, first: 1n, last: 9n };
    expect(subtractIntervals(whole, [{ family: 6, first: 0n, last: 99n }])).toEqual([whole]);
  });
});
