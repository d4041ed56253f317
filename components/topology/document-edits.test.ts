// Edits of the document: adding, copying, moving, renaming, leaving out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { checkTopology } from '@/lib/core/check';
import { duplicateObject, newDirector, newGroup, newPool, newRange } from './document-edits';
import { appendAt, getAt, moveTo, removeAt, setAt } from './document-path';
import { parsePorts, printPorts } from './forms/ports-text';
import { refuseName, renameObject } from './rename-object';
import { usesOf } from './where-used';

const seed = seedDocument();

describe('document edits', () => {
  it('gives a new group a free name and a free mark', () => {
    const once = appendAt(seed, ['groups'], newGroup(seed));
    const twice = appendAt(once, ['groups'], newGroup(once));
    expect(twice.groups.map(({ name, mark }) => `${name} ${mark}`)).toEqual(['everything 1', 'group 2', 'group-2 3']);
  });

  it('leaves a key out when its value is undefined, and never changes the original', () => {
    const before = JSON.stringify(seed);
    expect('port' in setAt(seed, ['pools', 0, 'healthCheck', 'port'], undefined).pools[0]!.healthCheck).toBe(false);
    removeAt(seed, ['groups'], 0);
    duplicateObject(seed, 'groups', 0);
    expect(JSON.stringify(seed)).toBe(before);
  });

  it('puts a copy behind its original, with a name and a mark of its own, and nothing shared', () => {
    const copied = duplicateObject(duplicateObject(seed, 'groups', 0), 'groups', 1);
    expect(copied.groups.map(({ name, mark }) => `${name} ${mark}`)).toEqual([
      'everything 1',
      'everything-copy 2',
      'everything-copy-2 3',
    ]);
    expect(copied.groups[1]!.matches).toEqual(seed.groups[0]!.matches);
    expect(copied.groups[1]!.matches).not.toBe(copied.groups[0]!.matches);
  });

  it('never makes a name too long for the document', () => {
    const long = setAt(seed, ['pools', 0, 'name'], 'p'.repeat(63));
    const names = duplicateObject(duplicateObject(long, 'pools', 0), 'pools', 0).pools.map(({ name }) => name);
    expect(new Set(names).size).toBe(3);
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(63);
  });

  it('adds a second director on the interfaces of the first, with only its addresses to type', () => {
    const single = { ...removeAt(seed, ['directors'], 1), stack: 'heartbeat' as const };
    const added = appendAt(single, ['directors'], newDirector(single));
    expect(added.directors[1]).toMatchObject({ name: 'director', external: { interface: 'eth0', address: '' } });
    expect(checkTopology(added).some(({ code }) => code === 'director.count')).toBe(false);
  });
});

describe('moving', () => {
  it('does not move an item over the end of its list', () => {
    expect(moveTo(seed, ['groups'], 0, 1)).toBe(seed);
  });

  it('keeps all the others in their order', () => {
    const many = { ...seed, ranges: Array.from({ length: 9 }, (_, at) => ({ name: `r${at}`, addresses: '' })) };
    const place = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(place, place, (from, to) => {
        const moved = moveTo(many, ['ranges'], from, to).ranges.map(({ name }) => name);
        expect(moved[to]).toBe(`r${from}`);
        expect(moved.filter((name) => name !== `r${from}`)).toEqual(
          many.ranges.map(({ name }) => name).filter((name) => name !== `r${from}`),
        );
      }),
    );
  });
});

describe('renaming', () => {
  it.each([
    ['pools', ['groups', 0, 'pool']],
    ['ranges', ['groups', 0, 'matches', 0, 'range']],
  ] as const)('is carried in %s to every reference', (list, reference) => {
    expect(getAt(renameObject(seed, list, 0, 'other'), [...reference])).toBe('other');
  });

  it('is carried to the groups that take packets from it, and leaves the others as they are', () => {
    const two = appendAt(seed, ['groups'], { ...newGroup(seed), overrides: ['everything'] });
    const three = appendAt(two, ['groups'], newGroup(two));
    const renamed = renameObject(three, 'groups', 0, 'all');
    expect(renamed.groups[1]!.overrides).toEqual(['all']);
    expect(renamed.groups[2]).toBe(three.groups[2]);
  });

  it.each([
    ['a taken name', 'range', /taken/],
    ['no name', '', /needed/],
  ])('refuses %s, whose references could not be told apart', (_what, name, wanted) => {
    expect(refuseName(appendAt(seed, ['ranges'], newRange(seed)), 'ranges', 0, name)).toMatch(wanted);
  });

  it('takes its own name and a free one', () => {
    const own = seed.ranges[0]!.name;
    expect([own, 'free'].map((name) => refuseName(seed, 'ranges', 0, name))).toEqual([undefined, undefined]);
  });
});

describe('where used', () => {
  it('names every group and match that refers to it', () => {
    const [range] = seed.ranges;
    const group = { ...newGroup(seed), matches: [{ range: range!.name, protocol: 'tcp' as const, ports: [80, 443] }] };
    const two = appendAt(seed, ['groups'], group);
    expect(usesOf(two, 'ranges', 0)).toEqual([
      { group: 0, name: 'everything', how: 'match 1: any' },
      { group: 1, name: 'group', how: 'match 1: tcp 80, 443' },
    ]);
    expect(usesOf(two, 'pools', 0).map(({ name }) => name)).toEqual(['everything', 'group']);
    expect(usesOf(appendAt(two, ['pools'], newPool(two)), 'pools', 1)).toEqual([]);
  });
});

describe('ports as text', () => {
  it.each([
    ['', undefined],
    ['80', [80]],
    ['80, 443 8000 - 8080', [80, 443, '8000-8080']],
    ['http', ['http']],
  ])('%j', (text, ports) => {
    expect(parsePorts(text)).toEqual(ports);
    expect(parsePorts(printPorts(ports))).toEqual(ports);
  });
});
