// Edits of the document: adding, renaming, leaving out.
import { describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { freeMark, newGroup, renameObject } from './document-edits';
import { appendAt, getAt, moveAt, removeAt, setAt } from './document-path';
import { parsePorts, printPorts } from './forms/ports-text';

const seed = seedDocument();

describe('document edits', () => {
  it('gives a new group a free name and a free mark', () => {
    const once = appendAt(seed, ['groups'], newGroup(seed));
    const twice = appendAt(once, ['groups'], newGroup(once));
    expect(twice.groups.map(({ name, mark }) => `${name} ${mark}`)).toEqual(['everything 1', 'group 2', 'group-2 3']);
    expect(freeMark(twice)).toBe(4);
  });

  it.each([
    ['pools', ['groups', 0, 'pool']],
    ['ranges', ['groups', 0, 'matches', 0, 'range']],
  ] as const)('carries a rename in %s to every reference', (list, reference) => {
    expect(getAt(renameObject(seed, list, 0, 'other'), [...reference])).toBe('other');
  });

  it('leaves a key out when its value is undefined, and never changes the original', () => {
    const before = JSON.stringify(seed);
    expect('port' in setAt(seed, ['pools', 0, 'healthCheck', 'port'], undefined).pools[0]!.healthCheck).toBe(false);
    removeAt(seed, ['groups'], 0);
    expect(JSON.stringify(seed)).toBe(before);
  });

  it('does not move an item over the end of its list', () => {
    expect(moveAt(seed, ['groups'], 0, 1)).toBe(seed);
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
