// A worker that dies or is stopped in the middle: what the next one makes of the same journal and directors.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ended, expectWhole } from './test-ends';
import { Killed } from './test-journal';
import { BASE, fakePair, restarted, TRANSACTION } from './test-pair';
import { runDeploy } from './run-deploy';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a worker that dies', () => {
  it.each(['rolling', 'rolling-restart', 'together'] as const)(
    'at any write of the journal (%s) leaves a deploy that the next one ends whole',
    async (mode) => {
      const complete = fakePair(mode);
      let writes = 0;
      const counting = { ...complete.journal };
      complete.run.journal = new Proxy(counting, {
        get: (target, key: keyof typeof counting) =>
          typeof target[key] === 'function' && !/steps|timers|before|isCancelled|refusal/.test(key)
            ? (writes++, target[key])
            : target[key],
      });
      await ended(runDeploy(complete.run));
      expect(writes).toBeGreaterThan(30);
      for (let survived = 0; survived <= writes; survived += 1) {
        const pair = fakePair(mode);
        pair.journal.writesLeft = survived;
        await ended(runDeploy(pair.run)).catch((error: unknown) => expect(error).toBeInstanceOf(Killed));
        if (!pair.journal.ended) await ended(runDeploy(restarted(pair)));
        expect(pair.journal.ended, `died after write ${survived}`).toBeDefined();
        expectWhole(pair, pair.journal.ended!.state);
      }
    },
  );

  it('of the database for one write at any moment leaves a deploy that goes on to its end, not back', async () => {
    for (let survived = 0; survived < 30; survived += 1) {
      const pair = fakePair();
      Object.assign(pair.journal, { writesLeft: survived, recovers: true });
      await expect(ended(runDeploy(pair.run)), `failed at write ${survived}`).rejects.toBeInstanceOf(Killed);
      expect(pair.journal.ended).toBeUndefined();
      expect(await ended(runDeploy(restarted(pair))), `failed at write ${survived}`).toBe('verified');
      expectWhole(pair, 'verified');
    }
  });

  it('for longer than the timers finds both directors rolled back by themselves', async () => {
    const pair = fakePair();
    pair.onDone = (verb) => void (verb === 'director1 switch' && (pair.journal.writesLeft = 0));
    await ended(runDeploy(pair.run)).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(await ended(runDeploy(restarted(pair)))).toBe('rolled-back');
    expectWhole(pair, 'rolled-back');
  });

  it('at the first confirmation notes it afterwards, so that a split is seen by who reads the journal later', async () => {
    const pair = fakePair();
    pair.onDone = (verb) => void (verb === 'director1 confirm' && (pair.journal.writesLeft = 0));
    await ended(runDeploy(pair.run)).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(await ended(runDeploy(restarted(pair)))).toBe('failed');
    expect(pair.hosts['director1']!.confirmed).toBe(TRANSACTION);
    expect(pair.hosts['director2']!.confirmed).toBe(BASE);
    const confirmed = pair.journal.rows.filter(({ name, state }) => name === 'confirm' && state === 'done');
    expect(confirmed.map(({ director }) => director)).toEqual(['director1']);
  });

  it('and is stopped in a roll back says nothing of its end', async () => {
    const pair = fakePair();
    const stop = new AbortController();
    pair.run.signal = stop.signal;
    const { previous } = pair.run.deploy.hosts[0]!;
    pair.run.deploy.hosts[0]!.previous = { ...previous!, daemons: ['heartbeat'] };
    pair.faults.set('director1 switch', 'refused');
    pair.onDone = (verb) => {
      if (verb !== 'director1 rollback') return;
      pair.hosts['director1']!.isHeartbeatStopped = true;
      setTimeout(() => stop.abort(), 5_000);
    };
    expect(await ended(runDeploy(pair.run))).toBe('suspended');
    expect(pair.journal.ended).toBeUndefined();
    pair.hosts['director1']!.isHeartbeatStopped = false;
    const next = { ...restarted(pair), signal: new AbortController().signal };
    expect(await ended(runDeploy(next))).toBe('rolled-back');
    expectWhole(pair, 'rolled-back');
  });

  it.each([
    ['director2 switch', 'rolled-back'],
    ['director1 confirm', 'verified'],
  ] as const)('at %s, with no way forward for the next one, ends %s', async (verb, wanted) => {
    const pair = fakePair();
    pair.onDone = (done) => void (done === verb && (pair.journal.writesLeft = 0));
    await ended(runDeploy(pair.run)).catch(() => undefined);
    const next = restarted(pair);
    const hosts = next.deploy.hosts.map(({ director, expected }) => ({
      ...{ director, expected, baseRelease: 'unknown', archive: new Uint8Array() },
    }));
    next.deploy = { ...next.deploy, hosts, wayBack: 'The plan was stored by another version.' };
    expect(await ended(runDeploy(next))).toBe(wanted);
    expectWhole(pair, wanted);
    if (wanted === 'rolled-back') expect(pair.journal.ended?.outcome).toContain('stored by another version');
  });

  it.each([
    ['director2 check', 'failed'],
    ['director2 switch', 'verified'],
  ] as const)('at %s, and a freeze begins before the next one comes, ends %s', async (verb, wanted) => {
    const pair = fakePair();
    pair.onDone = (done) => void (done === verb && (pair.journal.writesLeft = 0));
    await ended(runDeploy(pair.run)).catch(() => undefined);
    pair.journal.refusalNow = 'Deploys of this pair are frozen: Year end.';
    expect(await ended(runDeploy(restarted(pair)))).toBe(wanted);
    if (wanted === 'failed') {
      expect(pair.journal.ended?.outcome).toMatch(/frozen: Year end\. Nothing was changed on either director\.$/);
      expect(pair.done.filter((done) => /arm|switch/.test(done))).toEqual([]);
    }
    expect(Object.values(pair.hosts).every(({ live, confirmed }) => live === confirmed)).toBe(true);
  });

  it('in a roll back goes on with the roll back', async () => {
    const pair = fakePair();
    pair.faults.set('director1 switch', 'refused');
    pair.onDone = (verb) => void (verb === 'director2 rollback' && (pair.journal.writesLeft = 0));
    await ended(runDeploy(pair.run)).catch(() => undefined);
    expect(await ended(runDeploy(restarted(pair)))).toBe('rolled-back');
    expectWhole(pair, 'rolled-back');
  });
});
