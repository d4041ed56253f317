// What is said of a director that stays away: nothing that nobody has read.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HostError, type HostErrorCode } from '../core/errors';
import { runDeploy } from './run-deploy';
import { ended, expectWhole } from './test-ends';
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

const KEY_WORDS =
  'The host key of 192.0.2.2:22 has changed: accepted SHA256:aaa, offered SHA256:bbb. Nothing was sent.';
const refusals: [HostErrorCode, string, string][] = [
  ['sudo-refused', 'director2: sudo asks user lvs for a password. Run the install command there as root.', 'sudo asks'],
  ['authentication-refused', "192.0.2.2:22 refused the console's key. Add the console's key.", "refused the console's"],
  ['host-key-changed', KEY_WORDS, 'Compare the key with the one that the director itself shows'],
  ['guard-missing', 'director2 has no guard. Run Test connection and install it.', 'director2 has no guard.'],
];

describe.each(refusals)('a director that lets nobody ask it after its switch: %s', (code, message, words) => {
  /** The release is live and not confirmed there, and the active director refuses: the deploy goes back. */
  function refusingPair(): FakePair {
    const pair = fakePair();
    pair.faults.set('director1 switch', 'refused');
    pair.onDone = (verb) => {
      if (verb !== 'director1 arm') return;
      Object.assign(pair.hosts['director2']!, { isAway: true, refusal: new HostError(code, message) });
    };
    return pair;
  }

  it('is waited for, with its timer in the journal, until that has fired; then the cause is told first, and what to do', async () => {
    const pair = refusingPair();
    let armedUntil = 0;
    const { begin, finish } = pair.journal;
    pair.journal.begin = async (step) => {
      if (step.name === 'rollback' && step.director === 'director2') {
        armedUntil = Date.parse((await pair.journal.timers())['director2'] ?? '');
        expect(step.message).toBe(
          'director2 cannot be asked now: it is rolled back as soon as it can, or by its own timer if that runs.',
        );
      }
      return begin(step);
    };
    let endedAt = 0;
    let left: Record<string, string> = {};
    pair.journal.finish = async (end) => {
      endedAt = Date.now();
      left = await pair.journal.timers();
      return finish(end);
    };
    expect(await ended(runDeploy(pair.run))).toBe('failed');
    expect(armedUntil).toBeGreaterThan(0);
    expect(endedAt).toBeGreaterThanOrEqual(armedUntil + 5_000);
    expect(Object.keys(left)).toEqual(['director2']);
    const row = pair.journal.rows.find(({ name, director }) => name === 'rollback' && director === 'director2');
    expect(row?.state).toBe('unknown');
    expect(row?.message).toMatch(/^director2 could not be asked: /);
    expect(row?.message).toContain(words);
    expect(row?.message).toContain('`/usr/lib/lvs-console/guard status` tells what it has.');
    expect(row?.message).toContain('Its own timer was set to roll it back at ');
    expect(pair.journal.ended?.outcome).toContain('director2 could not be proven to be back');
  });

  it('is rolled back and proven when somebody mends it in time', async () => {
    const pair = refusingPair();
    const host = pair.hosts['director2']!;
    const seen: number[] = [];
    const { status } = pair.run.hosts['director2']!;
    pair.run.hosts['director2']!.status = async () => {
      if (host.isAway) seen.push(Date.now());
      return status();
    };
    setTimeout(() => Object.assign(host, { isAway: false, refusal: undefined }), 60_000);
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    expectWhole(pair, 'rolled-back');
    // A host that refuses is not asked as often as one whose line is cut: it may lock the console out.
    expect(seen.length).toBeLessThanOrEqual(7);
  });
});

describe('an order to go back whose answer is lost with the line', () => {
  it('is asked for until the line is there again, and not sent again while it is at work', async () => {
    const pair = fakePair();
    const host = pair.hosts['director2']!;
    pair.faults.set('director1 switch', 'refused');
    pair.faults.set('director2 rollback', 'slow');
    let isOrdered = false;
    const { sequence } = pair.run.hosts['director2']!;
    pair.run.hosts['director2']!.sequence = async (calls, options) => {
      if (calls[0]?.[0] === 'rollback') {
        expect(isOrdered).toBe(false);
        isOrdered = true;
        setTimeout(() => (host.isAway = true), 1);
        setTimeout(() => (host.isAway = false), 19_000); // the order is at work for one more second
      }
      return sequence(calls, options);
    };
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    expect(pair.done.filter((verb) => verb === 'director2 rollback')).toHaveLength(1);
    const row = pair.journal.rows.find(({ name, director }) => name === 'rollback' && director === 'director2');
    expect(row).toMatchObject({ state: 'done' });
    expect(row?.message).toMatch(/^Rolled back\./);
    expectWhole(pair, 'rolled-back');
  });
});
