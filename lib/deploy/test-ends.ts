// For tests: how a deploy of a fake pair ends, and what must hold then.
import { expect, vi } from 'vitest';
import type { DeployEnd } from './run-deploy';
import { BASE, TRANSACTION, type FakePair } from './test-pair';

/** The hours that real timers would take pass at once. */
export async function ended<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const watched = work.finally(() => (isOver = true));
  watched.catch(() => undefined);
  while (!isOver) await vi.advanceTimersByTimeAsync(500);
  return watched;
}

/** Each director boots one whole release, nothing is open, and what is shown as verified is on both. */
export function expectWhole(pair: FakePair, end: DeployEnd): void {
  const hosts = Object.values(pair.hosts);
  expect(hosts).toHaveLength(2);
  for (const host of hosts) {
    expect(host.live).toBe(host.confirmed);
    expect(['idle', 'confirmed', 'rolled-back']).toContain(host.state);
    expect(host.confirmed).toBe(end === 'verified' ? TRANSACTION : BASE);
  }
  expect(pair.journal.rows.filter(({ state }) => state === 'running')).toEqual([]);
}
