// A cancel: the deploy goes back until the first confirmation is sent; one that comes later is told, not forgotten.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runDeploy } from './run-deploy';
import { ended, expectWhole } from './test-ends';
import { fakePair, restarted, TRANSACTION, type FakePair } from './test-pair';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LATE = /^A cancel was asked when director1 already had the release confirmed, or was being asked to confirm it: /;

function cancelledAt(verb: string): FakePair {
  const pair = fakePair();
  pair.onDone = (done) => void (done === verb && (pair.journal.isCancelledNow = true));
  return pair;
}

describe('a cancel', () => {
  it.each(['director1 stage', 'director2 switch', 'director1 switch'])('after %s rolls back', async (verb) => {
    const pair = cancelledAt(verb);
    const end = await ended(runDeploy(pair.run));
    expect(['failed', 'rolled-back']).toContain(end);
    expectWhole(pair, end);
  });

  it.each(['director1', 'director2'])('while a new login to %s is proven rolls back', async (name) => {
    const pair = fakePair();
    pair.run.hosts[name]!.proveNewConnection = async () => void (pair.journal.isCancelledNow = true);
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    expect(pair.done.filter((verb) => verb.endsWith('confirm'))).toEqual([]);
    expect(pair.journal.ended?.outcome).toBe(
      'The deploy was cancelled by an operator. Both directors are as they were before.',
    );
    expectWhole(pair, 'rolled-back');
  });

  it('after the first confirmation is too late: both directors keep the release, and the outcome says so', async () => {
    const pair = cancelledAt('director1 confirm');
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(pair.journal.ended?.outcome).toMatch(LATE);
    expectWhole(pair, 'verified');
  });

  it('after the first confirmation is told also by the worker that comes after the one that died there', async () => {
    const pair = cancelledAt('director1 confirm');
    const cancel = pair.onDone;
    pair.onDone = (done) => {
      cancel(done);
      if (done === 'director1 confirm') pair.journal.writesLeft = 0;
    };
    await ended(runDeploy(pair.run)).catch(() => undefined);
    expect(await ended(runDeploy(restarted(pair)))).toBe('verified');
    expect(pair.journal.ended?.outcome).toMatch(LATE);
    expectWhole(pair, 'verified');
  });

  it('after the first confirmation of a pair that ends split is told beside the split', async () => {
    const pair = cancelledAt('director1 confirm');
    pair.faults.set('director2 confirm', 'away');
    setTimeout(() => (pair.hosts['director2']!.isAway = false), 400_000);
    expect(await ended(runDeploy(pair.run))).toBe('failed');
    expect(pair.hosts['director1']!.confirmed).toBe(TRANSACTION);
    expect(pair.journal.ended?.outcome).toContain('rolls director2 forward');
    expect(pair.journal.ended?.outcome).toContain('A cancel was asked when director1 already had');
  });

  it('that nobody asked is not told', async () => {
    const pair = fakePair();
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(pair.journal.ended?.outcome).toBeUndefined();
  });
});
