// Verbs on documents: exactly the named real server changes, and the way back leads to the same document.
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from './document';
import { seedDocument } from './seed';
import { applyServerVerb, undoServerChanges, weightBefore, type Changed } from './server-verbs';
import type { ServerVerb } from './views/verbs';

const server = { address: '192.168.6.2' };
const seed = (): TopologyDocument => {
  const document = seedDocument();
  document.pools[0]!.realServers[0]!.weight = 7;
  document.pools.push({ ...structuredClone(document.pools[0]!), name: 'mail' });
  return document;
};
const done = (changed: Changed) => {
  if ('why' in changed) throw new Error(changed.why);
  return changed;
};
const weights = ({ pools }: TopologyDocument) =>
  pools.map(({ realServers }) => realServers.map(({ address, weight }) => `${address} ${weight}`));
const apply = (verb: ServerVerb, document = seed()) => done(applyServerVerb(document, verb));

describe('a verb', () => {
  it.each<[string, ServerVerb, string[][]]>([
    [
      'drain, in one pool',
      { kind: 'drain', server: { ...server, pool: 'web' } },
      [
        ['192.168.6.2 0', '192.168.6.3 1'],
        ['192.168.6.2 7', '192.168.6.3 1'],
      ],
    ],
    [
      'drain, everywhere',
      { kind: 'drain', server },
      [
        ['192.168.6.2 0', '192.168.6.3 1'],
        ['192.168.6.2 0', '192.168.6.3 1'],
      ],
    ],
    ['halt', { kind: 'halt', server }, [['192.168.6.3 1'], ['192.168.6.3 1']]],
    [
      'weight',
      { kind: 'weight', weight: 3, server: { ...server, pool: 'mail' } },
      [
        ['192.168.6.2 7', '192.168.6.3 1'],
        ['192.168.6.2 3', '192.168.6.3 1'],
      ],
    ],
  ])('%s changes nothing but that, and its undo gives the same document', (_what, verb, wanted) => {
    const { document, changes } = apply(verb);
    expect(weights(document)).toEqual(wanted);
    const same = structuredClone(document);
    same.pools = seed().pools;
    expect(same).toEqual(seed());
    expect(done(undoServerChanges(document, changes)).document).toEqual(seed());
  });

  it.each<[string, ServerVerb, RegExp]>([
    [
      'an unknown real server',
      { kind: 'drain', server: { address: '192.168.6.9' } },
      /has no real server 192\.168\.6\.9/,
    ],
    ['another port of it', { kind: 'drain', server: { ...server, port: 8080 } }, /has no real server/],
    ['an unknown pool', { kind: 'halt', server: { ...server, pool: 'nobody' } }, /no pool nobody/],
    ['the weight that it has', { kind: 'weight', weight: 7, server }, /has this weight already/],
    ['one that serves', { kind: 'online', server }, /with a weight above 0/],
    [
      'one that no verb took out',
      { kind: 'online', server: { address: '192.168.6.9' } },
      /No verb took 192\.168\.6\.9/,
    ],
  ])('is refused for %s', (_what, verb, why) => {
    expect(applyServerVerb(seed(), verb)).toEqual({ why: expect.stringMatching(why) as string });
  });

  it('finds a real server however its IPv6 address is spelled', () => {
    const document = seed();
    document.pools[0]!.realServers.push({ address: '2001:DB8::0:1', weight: 2 });
    const { changes } = apply({ kind: 'drain', server: { address: '2001:db8::1' } }, document);
    expect(changes.map(({ before }) => before?.address)).toEqual(['2001:DB8::0:1']);
  });
});

describe('back online', () => {
  it('has the weight from before the drain, also when it was halted after it', () => {
    const drained = apply({ kind: 'drain', server });
    const halted = apply({ kind: 'halt', server }, drained.document);
    const memory = { documents: [halted.document, drained.document, seed()], halted: halted.changes };
    expect(done(applyServerVerb(drained.document, { kind: 'online', server }, memory)).document).toEqual(seed());
    expect(done(applyServerVerb(halted.document, { kind: 'online', server }, memory)).document).toEqual(seed());
    expect(weightBefore({ documents: [], halted: [] }, 'web', server)).toBe(1);
  });

  it('leaves a real server out that somebody removed in the editor', () => {
    const removed = seed();
    removed.pools[1]!.realServers.shift();
    const halted = apply({ kind: 'halt', server: { ...server, pool: 'web' } }, removed);
    const memory = { documents: [halted.document, removed, seed()], halted: halted.changes };
    expect(done(applyServerVerb(halted.document, { kind: 'online', server }, memory)).document).toEqual(removed);
  });
});

describe('undo', () => {
  it('refuses when somebody changed the same real server since, and not for another one', () => {
    const { document, changes } = apply({ kind: 'drain', server });
    const other = structuredClone(document);
    other.pools[0]!.realServers[1]!.weight = 9;
    expect(weights(done(undoServerChanges(other, changes)).document)[0]).toEqual(['192.168.6.2 7', '192.168.6.3 9']);
    const same = structuredClone(document);
    same.pools[0]!.realServers[0]!.weight = 9;
    expect(undoServerChanges(same, changes)).toEqual({ why: expect.stringContaining('changed again since') as string });
    same.pools.shift();
    expect(undoServerChanges(same, changes)).toEqual({ why: 'Pool web is not there any more.' });
  });
});
