// Which pairs are rolled forward by the console, from rows as deploys leave them.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HostError } from '../core/errors';
import { getDb, lockTopology } from '../db/client';
import { setUpTestDatabase } from '../testing/test-database';
import type { DirectorHosts } from './director-hosts';
import { openLogger } from './logger';
import { insertDeploy, isApproved, listSplitPairs, rollForward, type RollForwardDeps } from './roll-forward';

setUpTestDatabase();

type Past = {
  state: string;
  author?: string;
  isOpen?: boolean;
  confirmed?: string[];
  kept?: string[];
  /** The confirmation was sent, and the director has stayed away since. */
  doubtful?: string[];
  /** It stayed away, and no confirmation was sent to it. */
  away?: string[];
  isUntouched?: boolean;
};

const DIRECTORS = ['director1', 'director2'];

/** A pair whose deploys ended one after the other like this; both directors were switched in each. */
async function pairWith(past: readonly Past[]): Promise<string> {
  const db = getDb();
  const name = `pair-${randomUUID()}`;
  const { id: topologyId } = await db.topology.create({ data: { name, revision: 1 } });
  const plan = { topologyId, revision: 1, hash: 'abc', body: {}, createdBy: 'test' };
  for (const [at, row] of past.entries()) {
    const { state, author = 'operator', isOpen = false, isUntouched = false } = row;
    const { confirmed = [], kept = [], doubtful = [], away = [] } = row;
    const { id: planId } = await db.plan.create({ data: plan });
    const steps = [
      ...(isUntouched ? [] : DIRECTORS).map((director) => ({ director, name: 'switch', state: 'done' })),
      ...confirmed.map((director) => ({ director, name: 'confirm', state: 'done' })),
      ...kept.map((director) => ({ director, name: 'rollback', state: 'skipped' })),
      ...doubtful.map((director) => ({ director, name: 'confirm', state: 'unknown' })),
      ...[...doubtful, ...away].map((director) => ({ director, name: 'rollback', state: 'unknown' })),
    ];
    await db.deploy.create({
      data: {
        ...{ topologyId, planId, planHash: 'abc', revision: 1, state, author, generation: at + 1 },
        openFor: isOpen ? topologyId : null,
        steps: { create: steps.map((step, sequence) => ({ ...step, sequence, message: '' })) },
      },
    });
  }
  return topologyId;
}

const refused: Past = { state: 'refused', isUntouched: true };
const split: Past = { state: 'failed', confirmed: ['director1'] };
const ofConsole = (state: string): Past => ({ state, author: 'console' });

describe('a pair is rolled forward', () => {
  it.each<[string, Past[], boolean]>([
    ['when one director confirmed and the other one went back', [split], true],
    ['when the answer of a confirmation was lost', [{ state: 'failed', kept: ['director2'] }], true],
    ['after an attempt of the console that was rolled back', [split, ofConsole('rolled-back')], true],
    ['after attempts that were refused and failed', [split, ofConsole('refused'), ofConsole('failed')], true],
    ['not when nobody confirmed', [{ state: 'failed' }], false],
    ['not when both confirmed', [{ state: 'failed', confirmed: ['director1', 'director2'] }], false],
    ['not when the deploy was verified', [{ ...split, state: 'verified' }], false],
    ['not while an attempt runs', [split, { ...ofConsole('running'), isOpen: true }], false],
    ['not after an attempt that mended it', [split, ofConsole('verified')], false],
    ['when deploys of operators came to nothing since', [split, { state: 'rolled-back' }, refused], true],
    ['not when a deploy of an operator mended it', [split, { state: 'verified' }], false],
    ['after many attempts that were refused', [split, ...Array<Past>(9).fill(ofConsole('refused'))], true],
    [
      'when a director stayed away after its confirmation was sent',
      [{ state: 'failed', doubtful: ['director1'] }],
      true,
    ],
    [
      'not when a director stayed away to which no confirmation was sent',
      [{ state: 'failed', away: ['director1'] }],
      false,
    ],
  ])('%s', async (_what, past, expected) => {
    const topologyId = await pairWith(past);
    expect((await listSplitPairs(getDb())).includes(topologyId)).toBe(expected);
  });
});

describe('a director that stayed away after its confirmation was sent', () => {
  type Words = { confirmed: string; state?: string; step?: string };
  /** `answers`: what each director says of itself; one that is not there stays away. Ends when nothing more can be done. */
  async function askedAgain(topologyId: string, answers: (transaction: string) => Record<string, Words>) {
    const db = getDb();
    const { number } = await db.deploy.findFirstOrThrow({ where: { topologyId } });
    const transaction = `${number}-abc`;
    const says = answers(transaction);
    const head = { topologyId, address: '192.0.2.1', port: 22, user: 'root' };
    await db.director.createMany({ data: DIRECTORS.map((name) => ({ ...head, name })) });
    const open = async (id: string) => {
      const { name } = await db.director.findUniqueOrThrow({ where: { id } });
      const status = async () => {
        if (says[name] === undefined) throw new HostError('unreachable', `${name} is away`, { retry: true });
        return { transaction, state: 'rolled-back', step: '', ...says[name] };
      };
      return { status };
    };
    const stop = new AbortController();
    const log = openLogger();
    log.level = 'silent';
    log.info = () => stop.abort(); // it would wait and try again
    const hosts = { open } as unknown as DirectorHosts;
    const deps: RollForwardDeps = { db, hosts, log, signal: stop.signal };
    expect(await rollForward(deps, topologyId)).toBeUndefined();
    const steps = await db.deployStep.findMany({ where: { deploy: { topologyId }, name: 'rollback' } });
    return steps.map(({ director, state }) => `${director ?? ''} ${state}`);
  }
  const OLD = { confirmed: '1-old' };
  const doubts = (...doubtful: string[]) => pairWith([{ state: 'failed', doubtful }]);
  const isSplit = async (topologyId: string) => (await listSplitPairs(getDb())).includes(topologyId);

  it('keeps the release: the pair is split, and rolled forward', async () => {
    const topologyId = await doubts('director1');
    const found = await askedAgain(topologyId, (confirmed) => ({ director1: { confirmed }, director2: OLD }));
    expect(found).toEqual(['director1 skipped']);
    expect(await isSplit(topologyId)).toBe(true);
  });

  it('has gone back: nothing is to be done', async () => {
    const topologyId = await doubts('director1');
    expect(await askedAgain(topologyId, () => ({ director1: OLD, director2: OLD }))).toEqual(['director1 done']);
    expect(await isSplit(topologyId)).toBe(false);
  });

  it('and so did the other one, both keep it: nothing is to be done', async () => {
    const topologyId = await doubts('director1', 'director2');
    const both = (confirmed: string) => ({ director1: { confirmed }, director2: { confirmed } });
    expect(await askedAgain(topologyId, both)).toEqual(['director1 skipped', 'director2 skipped']);
    expect(await isSplit(topologyId)).toBe(false);
  });

  it('is still away: it is asked again later', async () => {
    const topologyId = await doubts('director1');
    expect(await askedAgain(topologyId, () => ({ director2: OLD }))).toEqual(['director1 unknown']);
    expect(await isSplit(topologyId)).toBe(true);
  });

  it.each([
    ['its timer runs', { state: 'switched' }],
    ['its switch was never begun', { state: 'armed' }],
    ['it is going back', { state: 'rolled-back', step: 'rollback' }],
  ])('answers while %s: it is asked again later', async (_, words) => {
    const topologyId = await doubts('director1');
    const answers = () => ({ director1: { ...OLD, ...words }, director2: OLD });
    expect(await askedAgain(topologyId, answers)).toEqual(['director1 unknown']);
    expect(await isSplit(topologyId)).toBe(true);
  });
});

describe('what was approved goes out again by itself', () => {
  it.each([
    ['when its files are the same', 'anna', null, { d1: 'a' }, true],
    ['not when they are others', 'anna', null, { d1: 'b' }, false],
    ['not when those of one more director are there', 'anna', null, { d1: 'a', d2: 'c' }, false],
    ['not when they are others after a reason was given instead', null, 'outage', { d1: 'b' }, false],
    ['where nobody had to approve it, whatever they are', null, null, { d1: 'b' }, true],
  ])('%s', async (_, approver, breakGlass, next, expected) => {
    const db = getDb();
    const { id: topologyId } = await db.topology.create({ data: { name: `pair-${randomUUID()}`, revision: 1 } });
    const planOf = async (releaseHashes: object) => {
      const body = { sources: { releaseHashes } };
      const row = await db.plan.create({ data: { topologyId, revision: 1, hash: 'x', body, createdBy: 'test' } });
      return row.id;
    };
    const planId = await planOf({ d1: 'a' });
    expect(await isApproved(db, { planId, approver, breakGlass }, await planOf(next))).toBe(expected);
  });
});

describe('a deploy of the console and a failover of the same pair', () => {
  /** The newest deploy left the pair split; what the console would roll it forward by. */
  async function splitPair() {
    const db = getDb();
    const topologyId = await pairWith([split]);
    const row = await db.deploy.findFirstOrThrow({ where: { topologyId } });
    const head = { topologyId, revision: 1, hash: 'next', body: {}, createdBy: 'console' };
    const plan = await db.plan.create({ data: head });
    const begin = () => insertDeploy(db, row, plan);
    const openFailover = { topologyId, from: 'director1', to: 'director2', state: 'running', author: 'anna' };
    const opened = () => db.deploy.count({ where: { topologyId, openFor: { not: null } } });
    return { db, topologyId, begin, opened, openFailover: { ...openFailover, openFor: topologyId } };
  }

  it('never run at once: the deploy waits until the failover has ended', async () => {
    const { db, topologyId, begin, opened, openFailover } = await splitPair();
    const { id } = await db.failover.create({ data: openFailover });
    expect(await begin()).toBe('failover');
    expect(await opened()).toBe(0);
    await db.failover.update({ where: { id }, data: { openFor: null, state: 'done' } });
    const begun = await begin();
    const { id: deployId } = await db.deploy.findFirstOrThrow({ where: { openFor: topologyId } });
    expect(begun).toEqual({ id: deployId });
    expect(await begin()).toBe('busy');
    expect(await opened()).toBe(1);
  });

  it('that are asked for at the same moment are one after the other: the failover that has the lock goes first', async () => {
    const { db, topologyId, begin, opened, openFailover } = await splitPair();
    let begun: ReturnType<typeof begin> | undefined;
    await db.$transaction(async (tx) => {
      await lockTopology(tx, topologyId);
      begun = begin();
      await new Promise((resolve) => setTimeout(resolve, 300)); // it would be done by then
      await tx.failover.create({ data: openFailover });
    });
    expect(await begun).toBe('failover');
    expect(await opened()).toBe(0);
  });
});
