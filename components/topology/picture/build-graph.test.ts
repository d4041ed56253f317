// The picture says what the document says.
import { expect, it } from 'vitest';
import { error } from '@/lib/core/diagnostic';
import { seedDocument } from '@/lib/core/seed';
import { buildPicture } from './build-graph';

const seed = seedDocument();

it('draws the way of a packet from client to pool', () => {
  const { edges } = buildPicture(seed, []);
  expect(edges.map(({ id, text }) => `${id} ${text}`.trim())).toEqual([
    'client>gateways.0',
    'gateways.0>pair',
    'pair>ranges.0',
    'ranges.0>groups.0 any',
    'groups.0>pools.0',
  ]);
});

it('counts a problem at its object and at the real server inside it', () => {
  const { nodes } = buildPicture(seed, [error('address.invalid', ['pools', 0, 'realServers', 1, 'address'], 'wrong')]);
  const pool = nodes.find(({ id }) => id === 'pools.0');
  expect(pool?.errors).toBe(1);
  expect(pool?.lines.map(({ errors }) => errors)).toEqual([0, 1]);
});

it('leaves out an edge to a pool that does not exist', () => {
  const { edges } = buildPicture({ ...seed, pools: [] }, []);
  expect(edges.some(({ from }) => from === 'groups.0')).toBe(false);
});
