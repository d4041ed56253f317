// The history of deploys: newest first, in pages that leave none out, of one pair where one is named.
import { beforeAll, describe, expect, it } from 'vitest';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { listDeploys } from './list-deploys';
import { addEndedDeploy, addPair } from './test-deploys';

setUpTestDatabase();

const list = (input: Partial<Parameters<typeof listDeploys>[0]['input']>) =>
  listDeploys({ ctx: contextOf('viewer'), input: { limit: 50, ...input } });
const numbersOf = async (...args: Parameters<typeof list>) => (await list(...args)).deploys.map(({ number }) => number);

let [first, second] = ['', ''];
let numbers: number[] = [];

beforeAll(async () => {
  [first, second] = [await addPair('first'), await addPair('second')];
  for (const pair of [first, second, first, first, second]) numbers.unshift(await addEndedDeploy(pair));
});

describe('the history of deploys', () => {
  it('has every pair, newest first', async () => {
    expect(await numbersOf({})).toEqual(numbers);
  });

  it('has one pair where one is named, and nothing of a pair that is not there', async () => {
    const { deploys } = await list({ topologyId: second });
    expect(deploys.map(({ number, topologyName }) => [number, topologyName])).toEqual([
      [numbers[0], 'second'],
      [numbers[3], 'second'],
    ]);
    expect(await list({ topologyId: 'absent' })).toEqual({ deploys: [], hasMore: false });
  });

  it.each([
    [1, [true, true, true, true, false]],
    [2, [true, true, false]],
    [5, [false]],
  ])('is told in pages of %i, each of which says whether there is more', async (limit, expected) => {
    const [seen, hasMore]: [number[], boolean[]] = [[], []];
    do {
      const page = await list({ limit, before: seen.at(-1) });
      seen.push(...page.deploys.map(({ number }) => number));
      hasMore.push(page.hasMore);
    } while (hasMore.at(-1));
    expect([seen, hasMore]).toEqual([numbers, expected]);
  });

  it('pages through one pair past the deploys of the others', async () => {
    const page = await list({ topologyId: first, limit: 2 });
    expect([page.deploys.map(({ number }) => number), page.hasMore]).toEqual([[numbers[1], numbers[2]], true]);
    const older = await list({ topologyId: first, limit: 2, before: numbers[2] });
    expect([older.deploys.map(({ number }) => number), older.hasMore]).toEqual([[numbers[4]], false]);
  });

  it('moves no page when a deploy begins between two of them', async () => {
    const before = (await numbersOf({ limit: 2 })).at(-1);
    numbers = [await addEndedDeploy(second), ...numbers];
    expect(await numbersOf({ limit: 2, before })).toEqual([numbers[3], numbers[4]]);
  });

  it('leaves the tools’ own text out', async () => {
    const [newest] = (await list({ limit: 1 })).deploys;
    const step = { deployId: newest?.id ?? '', sequence: 1, name: 'lock', state: 'done', message: 'locked' };
    await getDb().deployStep.create({ data: { ...step, output: 'many lines' } });
    const [told] = (await list({ limit: 1 })).deploys;
    expect(told?.steps.map(({ message, output }) => [message, output])).toEqual([['locked', '']]);
  });
});
