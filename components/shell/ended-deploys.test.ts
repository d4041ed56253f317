// The end of every deploy is told once: also of one that is not the newest any more.
import { describe, expect, it } from 'vitest';
import type { Deploy, DeployState } from '@/lib/core/views/deploy';
import { lookAtDeploys, type SeenDeploys } from './ended-deploys';

const deployOf = (number: number, state: DeployState): Deploy => ({
  ...{ id: `d${number}`, number, state, topologyId: 't', topologyName: 'edge', revision: 1, planId: '', planHash: '' },
  ...{ author: '', createdAt: '', timers: {}, steps: [], proof: [] },
});

/** What is told at each look; a look is the list, newest first. */
function told(...looks: [number, DeployState][][]): string[][] {
  let seen: SeenDeploys | undefined;
  return looks.map((list) => {
    const look = lookAtDeploys(
      seen,
      list.map(([number, state]) => deployOf(number, state)),
    );
    seen = look.seen;
    return look.ended.map(({ number, state }) => `${number} ${state}`);
  });
}

describe('the end of a deploy', () => {
  it.each<[string, [number, DeployState][][], string[][]]>([
    [
      'is told when a newer one has begun meanwhile',
      [
        [[1, 'running']],
        [
          [2, 'running'],
          [1, 'running'],
        ],
        [
          [2, 'running'],
          [1, 'rolled-back'],
        ],
        [
          [2, 'verified'],
          [1, 'rolled-back'],
        ],
      ],
      [[], [], ['1 rolled-back'], ['2 verified']],
    ],
    ['is told once', [[[1, 'queued']], [[1, 'failed']], [[1, 'failed']]], [[], ['1 failed'], []]],
    ['is no news when the page opens', [[[1, 'failed']], [[1, 'failed']]], [[], []]],
    [
      'is told of one that began and ended between two looks',
      [
        [],
        [[1, 'refused']],
        [
          [2, 'refused'],
          [1, 'refused'],
        ],
      ],
      [[], ['1 refused'], ['2 refused']],
    ],
  ])('%s', (_what, looks, expected) => {
    expect(told(...looks)).toEqual(expected);
  });
});
