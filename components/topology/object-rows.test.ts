// Objects are found by what a person knows of them: name, address, mark, pool, real server.
import { describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { processorTime } from '@/lib/testing/processor-time';
import { findObjects } from './object-rows';

const seed = seedDocument();

describe('findObjects', () => {
  it.each([
    ['ranges', '192.168.0', ['services']],
    ['ranges', 'SERV', ['services']],
    ['groups', 'mark 1', ['everything']],
    ['groups', 'services', ['everything']],
    ['groups', 'web', ['everything']],
    ['pools', '192.168.6.3 masq', ['web']],
    ['pools', '192.168.6.9', []],
    ['pools', ' ', ['web']],
  ] as const)('looks in %s for %j', (list, query, wanted) => {
    expect(findObjects(seed[list], query).map(({ name }) => name)).toEqual(wanted);
  });

  it('searches ten thousand ranges faster than a frame once they were seen', () => {
    const ranges = Array.from({ length: 10_000 }, (_, at) => ({ name: `range-${at}`, addresses: `10.0.${at >> 8}.0` }));
    findObjects(ranges, '');
    const { answer, ms } = processorTime(() => findObjects(ranges, 'range-9999'));
    expect(answer).toHaveLength(1);
    expect(ms).toBeLessThan(500);
  });
});
