// Exact times have a date and a zone; those beside a UTC axis are UTC wherever the browser is.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printExact, printExactUtc } from './time';

const AT = '2026-11-23T23:30:05.000Z';

describe.each([
  ['America/New_York', '2026-11-23 18:30:05 GMT−5'],
  ['Asia/Tokyo', '2026-11-24 08:30:05 GMT+9'],
  ['UTC', '2026-11-23 23:30:05 UTC'],
])('in %s', (zone, local) => {
  const before = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = zone;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  it('an exact time says its date and its zone', () => {
    expect(printExact(AT)).toBe(local);
  });

  it('one beside a UTC axis is UTC and says so', () => {
    expect(printExactUtc(AT)).toBe('2026-11-23 23:30:05 UTC');
  });
});
