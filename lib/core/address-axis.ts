// An axis of addresses of both families as small integers: the rank of every place where something that was named begins or ends.
import { firstAtLeast } from './interval-index';
import { invariant } from './errors';
import type { Address, AddressInterval, Family } from './topology';

/** IPv4 fits into exact numbers, which sort and search many times faster; IPv6 has the ranks behind all of IPv4. */
export type AddressAxis = { cuts4: Float64Array; cuts6: readonly bigint[] };

export const WHOLE_FAMILY: Record<Family, AddressInterval> = {
  4: { family: 4, first: 0n, last: (1n << 32n) - 1n },
  6: { family: 6, first: 0n, last: (1n << 128n) - 1n },
};

export function createAddressAxis(intervals: readonly AddressInterval[]): AddressAxis {
  const ends4: number[] = [];
  const ends6: bigint[] = [];
  for (const { family, first, last } of intervals) {
    if (family === 4) ends4.push(Number(first), Number(last) + 1);
    else ends6.push(first, last + 1n);
  }
  const cuts4 = Float64Array.from(ends4)
    .sort()
    .filter((cut, at, all) => cut !== all[at - 1]);
  const cuts6 = ends6.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).filter((cut, at, all) => cut !== all[at - 1]);
  return { cuts4, cuts6 };
}

/** Half-open ranks of an interval that the axis was made of. */
export function ranksOf({ cuts4, cuts6 }: AddressAxis, { family, first, last }: AddressInterval): [number, number] {
  if (family === 4) {
    const [from, to] = [firstAtLeast(cuts4, Number(first)), firstAtLeast(cuts4, Number(last) + 1)];
    invariant(cuts4[from] === Number(first) && cuts4[to] === Number(last) + 1, 'the axis was made of this interval');
    return [from, to];
  }
  const [from, to] = [firstAtLeast(cuts6, first), firstAtLeast(cuts6, last + 1n)];
  invariant(cuts6[from] === first && cuts6[to] === last + 1n, 'the axis was made of this interval');
  return [cuts4.length + from, cuts4.length + to];
}

/** The two neighbouring cuts around an address, between which everything is alike; undefined outside of all cuts. */
export function cellOf({ cuts4, cuts6 }: AddressAxis, { family, value }: Address): [number, number] | undefined {
  const after = family === 4 ? firstAtLeast(cuts4, Number(value) + 1) : firstAtLeast(cuts6, value + 1n);
  const length = family === 4 ? cuts4.length : cuts6.length;
  const base = family === 4 ? 0 : cuts4.length;
  return after === 0 || after === length ? undefined : [base + after - 1, base + after];
}

export function intervalBetween({ cuts4, cuts6 }: AddressAxis, from: number, to: number): AddressInterval {
  const base = cuts4.length;
  return from < base
    ? { family: 4, first: BigInt(cuts4[from] ?? 0), last: BigInt(cuts4[to] ?? 1) - 1n }
    : { family: 6, first: cuts6[from - base] ?? 0n, last: (cuts6[to - base] ?? 1n) - 1n };
}
