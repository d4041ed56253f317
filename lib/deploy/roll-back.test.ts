// What is said of a director that stays away: nothing that nobody has read.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runDeploy } from './run-deploy';
import { ended } from './test-ends';
import { fakePair, type FakePair } from './test-pair';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function saidOf(prepare: (pair: FakePair) => void): Promise<string | undefined> {
  const pair = fakePair();
  prepare(pair);
  expect(await ended(runDeploy(pair.run))).toBe('failed');
  return pair.journal.rows.find(({ name, director }) => name === 'rollback' && director === 'director2')?.message;
}

describe('a director that stays away', () => {
  it('from its switch on had its timer set, whose end nobody has read', async () => {
    expect(await saidOf((pair) => pair.faults.set('director2 switch', 'away'))).toMatch(
      /^director2 cannot be reached\. Its own timer was set to roll it back at \S+Z\. Whether it did has not been read\.$/,
    );
  });

  it('from its arm on may never have had a timer, although its time is in the journal', async () => {
    const said = await saidOf((pair) => pair.faults.set('director2 arm', 'away'));
    expect(said).toMatch(/Whether its own timer was set is not known: .* if not, nothing was changed there\./);
    expect(said).not.toContain('rolled it back');
  });

  it('before its arm was not changed', async () => {
    expect(await saidOf((pair) => pair.faults.set('director2 check', 'away'))).toContain('Nothing was changed there');
  });
});
