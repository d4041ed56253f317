// What a verb says of itself: never a bound or a count that nobody knows.
import { describe, expect, it } from 'vitest';
import { seedDocument } from '../core/seed';
import { applyServerVerb } from '../core/server-verbs';
import type { ServerHolders, ServerVerb } from '../core/views/verbs';
import { explainVerb, titleOf } from './explain-verb';

const server = { address: '192.168.6.2' };
const held: ServerHolders = {
  ...{ director: 'director1', readAt: '', connections: 12, active: 10, templateCount: 0, templates: [] },
  longestSeconds: 754,
};

function explain(verb: ServerVerb, holders: ServerHolders | undefined, change: object = {}) {
  const before = { ...seedDocument(), ...change };
  const changed = applyServerVerb(before, verb);
  if ('why' in changed) throw new Error(changed.why);
  return { title: titleOf(verb, changed.changes), text: explainVerb({ ...changed, holders }).join('\n') };
}
const persistent = {
  groups: [{ ...seedDocument().groups[0]!, persistence: { timeoutSeconds: 600, netmask: '255.255.255.255' } }],
};
const quiescent = { pools: [{ ...seedDocument().pools[0]!, quiescent: true }] };

describe('a drain', () => {
  it.each<[string, ServerHolders | undefined, object, RegExp]>([
    ['a bound from the longest timer', held, {}, /empty after 12 min 34 s at most; a connection that still sends/],
    ['no bound without the whole table', { ...held, longestSeconds: undefined }, {}, /at most is not known.*15 min/],
    ['no bound when nobody could be asked', undefined, {}, /at most is not known/],
    ['that it is empty', { ...held, connections: 0 }, {}, /holds no connection: it is empty/],
    [
      'what becomes of bound clients',
      held,
      persistent,
      /everything binds clients for 600 s.*expire_quiescent_template/,
    ],
    ['that nobody is bound', held, {}, /No group binds clients/],
    [
      'what a failing check does',
      held,
      { stack: 'keepalived' },
      /keepalived takes it out of the table and what is left/,
    ],
    ['that the pool is quiescent meanwhile', held, {}, /While it is drained its pool is quiescent/],
    ['what a failing check does not', held, quiescent, /nothing changes: the pool is quiescent/],
    ['that there is one director', held, { stack: 'single' }, /stands in the file of ldirectord on the director:/],
    ['whose file holds the weight', held, { stack: 'keepalived' }, /stands in the file of keepalived on both/],
  ])('says %s', (_what, holders, change, words) => {
    expect(explain({ kind: 'drain', server }, holders, change).text).toMatch(words);
  });
});

it.each<[ServerVerb, ServerHolders | undefined, string, RegExp]>([
  [
    { kind: 'halt', server },
    held,
    'Halt 192.168.6.2 in pool web',
    /^12 connections of it are reset at once.*Drain it first/,
  ],
  [{ kind: 'halt', server }, undefined, 'Halt 192.168.6.2 in pool web', /^How many connections it holds is not known/],
  [{ kind: 'weight', weight: 4, server }, held, 'Weight 4 for 192.168.6.2 in pool web', /^Only new connections/],
])('%j is told with its numbers', (verb, holders, title, words) => {
  const told = explain(verb, holders);
  expect(told.title).toBe(title);
  expect(told.text).toMatch(words);
});

it('warns of a scheduler that fills an empty real server first', () => {
  const drained = seedDocument();
  drained.pools[0]!.realServers[0]!.weight = 0;
  const wlc = { pools: drained.pools, groups: [{ ...drained.groups[0]!, scheduler: 'wlc' }] };
  const told = explain({ kind: 'online', server }, held, wlc);
  expect(told.title).toBe('192.168.6.2 in pool web back online with weight 1');
  expect(told.text).toMatch(/Group everything chooses by connections/);
});
