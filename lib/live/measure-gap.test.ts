// The gap is told as bounds that hold whatever happened between two looks.
import { describe, expect, it } from 'vitest';
import { hasArrived, measureGap, type Look } from './measure-gap';

const ends = { from: 'director1', to: 'director2' };
const look = (director: string, sentAt: number, isWhole: boolean): Look => ({
  ...{ director, sentAt, answeredAt: sentAt + 20, isWhole },
});
const old = [look('director1', 0, true), look('director1', 100, true), look('director1', 200, false)];
const next = [look('director2', 1_000, false), look('director2', 1_100, true), look('director2', 1_200, true)];

describe('the gap', () => {
  it('lies between the nearest and the farthest looks', () => {
    expect(measureGap([...next, ...old], ends)).toEqual({
      ...{ shortestSeconds: 0.78, longestSeconds: 1.02, looks: 6, everyMs: 100 },
      ...{ leftAt: '1970-01-01T00:00:00.220Z', arrivedAt: '1970-01-01T00:00:01.120Z' },
    });
  });

  it('is never negative when the addresses overlap', () => {
    const early = [look('director2', 0, false), look('director2', 50, true)];
    expect(measureGap([...old, ...early], ends)).toMatchObject({ shortestSeconds: 0 });
  });

  it('holds for any moments of leaving and arriving, at any pace', () => {
    for (let trial = 0; trial < 500; trial += 1) {
      const left = 1_000 + Math.random() * 1_000;
      const arrived = left + Math.random() * 3_000;
      const looks = [...paced('director1', (at) => at < left), ...paced('director2', (at) => at >= arrived)];
      const gap = measureGap(looks, ends);
      if (!gap) throw new Error('both ends were seen');
      const truth = (arrived - left) / 1000;
      expect(gap.shortestSeconds).toBeLessThanOrEqual(truth + 0.005);
      expect(gap.longestSeconds).toBeGreaterThanOrEqual(truth - 0.005);
    }
  });

  it.each([
    ['the old one was never seen without them', [look('director1', 0, true), ...next]],
    ['the old one was never seen with them', [look('director1', 0, false), ...next]],
    ['the new one never got them', [...old, look('director2', 0, false)]],
    ['the new one was never seen without them', [...old, look('director2', 0, true)]],
  ])('is not claimed when %s', (_what, looks) => {
    expect(measureGap(looks, ends)).toBeUndefined();
  });
});

/** The director answers from its state at a random moment between question and answer. */
function paced(director: string, isWholeAt: (at: number) => boolean): Look[] {
  const looks: Look[] = [];
  for (let sentAt = 0; sentAt < 6_000;) {
    const answeredAt = sentAt + 5 + Math.random() * 200;
    looks.push({ director, sentAt, answeredAt, isWhole: isWholeAt(sentAt + Math.random() * (answeredAt - sentAt)) });
    sentAt = answeredAt + Math.random() * 100;
  }
  return looks;
}

it('has arrived when the newest look of the new one says so', () => {
  expect(hasArrived([...old, ...next], ends)).toBe(true);
  expect(hasArrived([...old, ...next.slice(0, 1)], ends)).toBe(false);
  expect(hasArrived(old, ends)).toBe(false);
});
