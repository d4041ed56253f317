// Which pairs are rolled forward by the console, from rows as deploys leave them.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { setUpTestDatabase } from '../testing/test-database';
import { listSplitPairs } from './roll-forward';

setUpTestDatabase();

type Past = { state: string; author?: string; isOpen?: boolean; confirmed?: string[]; kept?: string[] };

/** A pair whose deploys ended one after the other like this; both directors were switched in each. */
async function pairWith(past: readonly Past[]): Promise<string> {
  const db = getDb();
  const name = `pair-${randomUUID()}`;
  const { id: topologyId } = await db.topology.create({ data: { name, revision: 1 } });
  const plan = { topologyId, revision: 1, hash: 'abc', body: {}, createdBy: 'test' };
  for (const [at, { state, author = 'operator', isOpen = false, confirmed = [], kept = [] }] of past.entries()) {
    const { id: planId } = await db.plan.create({ data: plan });
    const steps = [
      ...['director1', 'director2'].map((director) => ({ director, name: 'switch', state: 'done' })),
      ...confirmed.map((director) => ({ director, name: 'confirm', state: 'done' })),
      ...kept.map((director) => ({ director, name: 'rollback', state: 'skipped' })),
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
    ['not when an operator has deployed since', [split, { state: 'rolled-back' }], false],
  ])('%s', async (_what, past, expected) => {
    const topologyId = await pairWith(past);
    expect((await listSplitPairs(getDb())).includes(topologyId)).toBe(expected);
  });
});
