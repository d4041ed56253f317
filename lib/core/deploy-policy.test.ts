// Deploy windows against a plain walk over every minute of a week.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deployPolicySchema, isInWindow, refuseTime } from './deploy-policy';

/** Monday 2026-11-23 00:00 UTC. */
const monday = Date.UTC(2026, 10, 23);
const at = (day: number, time: string) => new Date(`2026-11-${22 + day}T${time}:00Z`);

describe('a deploy window', () => {
  it.each([
    ['the first minute', [1], '22:00', '05:00', at(1, '22:00'), true],
    ['over midnight', [1], '22:00', '05:00', at(2, '04:59'), true],
    ['the end is not in it', [1], '22:00', '05:00', at(2, '05:00'), false],
    ['another day', [1], '22:00', '05:00', at(3, '23:00'), false],
    ['Sunday night reaches Monday', [7], '23:00', '02:00', at(1, '01:00'), true],
    ['begin equals end: a whole day', [3], '09:00', '09:00', at(4, '08:59'), true],
    ['begin equals end: not longer', [3], '09:00', '09:00', at(4, '09:00'), false],
  ])('%s', (_what, days, from, to, now, expected) => {
    expect(isInWindow({ days, from, to }, now)).toBe(expected);
  });

  it('holds exactly the minutes of a plain walk from its begin to its end', () => {
    const time = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), time, time, (day, begin, end) => {
        const print = (minutes: number) =>
          `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
        const inside = new Set<number>();
        let minute = (day - 1) * 1440 + begin;
        do {
          inside.add(minute % 10_080);
          minute += 1;
        } while (minute % 1440 !== end);
        const window = { days: [day], from: print(begin), to: print(end) };
        for (let probe = 0; probe < 10_080; probe += 7)
          expect(isInWindow(window, new Date(monday + probe * 60_000))).toBe(inside.has(probe));
      }),
      { numRuns: 30 },
    );
  });
});

describe('a policy', () => {
  it('lets a deploy begin at any time when it says nothing', () => {
    expect(refuseTime(deployPolicySchema.parse({}), new Date())).toBeUndefined();
  });

  it('says why it is frozen, also inside a window', () => {
    const policy = deployPolicySchema.parse({
      freezeReason: 'Black Friday until Monday.',
      windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' }],
    });
    expect(refuseTime(policy, new Date())).toBe('Deploys of this pair are frozen: Black Friday until Monday.');
  });

  it('names its windows outside of them', () => {
    const policy = deployPolicySchema.parse({ windows: [{ days: [2, 4], from: '22:00', to: '23:30' }] });
    expect(refuseTime(policy, at(1, '22:30'))).toBe(
      'Deploys of this pair begin only in its windows (UTC): Tue, Thu 22:00 to 23:30.',
    );
    expect(refuseTime(policy, at(2, '22:30'))).toBeUndefined();
  });
});
