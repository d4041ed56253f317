// Stack single: no sentence of a deploy speaks of a second director.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runDeploy } from './run-deploy';
import { ended } from './test-ends';
import { fakePair, type FakePair } from './test-pair';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function alone(): FakePair {
  const pair = fakePair();
  const { deploy, hosts } = pair.run;
  pair.run.deploy = { ...deploy, topology: { ...deploy.topology, stack: 'single' }, hosts: deploy.hosts.slice(0, 1) };
  pair.run.hosts = { director1: hosts['director1']! };
  return pair;
}

const PREFLIGHT = 'preflight';
const wordsOf = ({ journal }: FakePair) =>
  JSON.stringify([journal.rows.filter(({ name }) => name !== PREFLIGHT), journal.ended]);

describe('a single director', () => {
  it.each([
    ['nothing', 'verified', 'A new SSH connection to the director succeeded after the switch.'],
    ['director1 check', 'failed', 'Nothing was changed on the director.'],
    ['director1 switch', 'rolled-back', 'The director is as it was before.'],
  ] as const)('whose deploy is refused at %s ends %s', async (verb, wanted, words) => {
    const pair = alone();
    pair.faults.set(verb, 'refused');
    expect(await ended(runDeploy(pair.run))).toBe(wanted);
    expect(wordsOf(pair)).toContain(words);
    expect(wordsOf(pair)).not.toMatch(/both|either|directors/i);
  });

  it('is back, not compared, in its own words', async () => {
    const pair = alone();
    delete pair.run.deploy.hosts[0]!.previous;
    pair.faults.set('director1 switch', 'refused');
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    expect(wordsOf(pair)).toContain('The director is back. director1 could not be compared');
  });

  it('whose confirmation was lost with its worker ends verified in its own words', async () => {
    const pair = alone();
    pair.onDone = (verb) => void (verb === 'director1 confirm' && (pair.journal.writesLeft = 0));
    await ended(runDeploy(pair.run)).catch(() => undefined);
    pair.journal.writesLeft = Infinity;
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(pair.journal.ended?.proof).toEqual(['The director equalled the release before its confirmation.']);
  });
});
