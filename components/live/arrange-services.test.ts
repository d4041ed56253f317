// Rows of the table of services: what is wanted and missing, how they are found, how they are sorted.
import { describe, expect, it } from 'vitest';
import { neverRead } from '@/lib/core/never-read';
import { printRealServer } from '@/lib/core/service-counters';
import { seedDocument } from '@/lib/core/seed';
import type { TopologyDocument } from '@/lib/core/document';
import type { LiveHost } from '@/lib/core/views/live';
import { arrangeServices, type Arrangement } from './arrange-services';
import { serviceRows } from './service-rows';

const seed = seedDocument();
const document: TopologyDocument = {
  ...seed,
  groups: [seed.groups[0]!, { ...seed.groups[0]!, name: 'mail', mark: 2, pool: 'mail' }],
  pools: [
    {
      ...seed.pools[0]!,
      realServers: [
        { address: '192.168.6.2', weight: 1 },
        { address: '192.168.6.3', weight: 0 },
        { address: '192.168.6.9', weight: 1, upperThreshold: 500, lowerThreshold: 400 },
      ],
    },
    { ...seed.pools[0]!, name: 'mail', realServers: [{ address: '192.168.6.20', weight: 2 }] },
  ],
};
const server = (address: string, weight: number, activeConnections: number) => ({
  ...{ address, port: 0, forwarding: 'masq' as const, weight, activeConnections, inactiveConnections: 1 },
});
const host: LiveHost = {
  ...neverRead('director1'),
  services: [
    {
      ...{ key: 'fwm:1', mark: 1, family: 4, scheduler: 'rr', flags: [] },
      realServers: [server('192.168.6.2', 1, 10), server('192.168.6.3', 0, 2), server('192.168.6.77', 1, 4)],
    },
    {
      ...{ key: 'fwm:2', mark: 2, family: 4, scheduler: 'wlc', flags: [] },
      realServers: [server('192.168.6.20', 0, 70)],
    },
  ],
};
const rows = serviceRows(host, document);
const shown = (change: Partial<Arrangement>, from = rows) =>
  arrangeServices(from, { filter: '', sort: undefined, numbers: 'rates', ...change }).map(({ group, realServer }) =>
    realServer ? printRealServer(realServer).split('.').at(-1) : group,
  );

describe('rows of services', () => {
  it('tell what each real server is, and name those that are wanted and missing', () => {
    expect(rows.map(({ realServer, state, limits }) => [realServer?.address, state, limits])).toEqual([
      [undefined, undefined, undefined],
      ['192.168.6.2', 'up', undefined],
      ['192.168.6.3', 'draining', undefined],
      ['192.168.6.77', 'other', undefined],
      ['192.168.6.9', 'down', 'at most 500 connections, again below 400'],
      [undefined, undefined, undefined],
      ['192.168.6.20', 'down', undefined],
    ]);
  });

  it('judge nothing while it is not known what was deployed', () => {
    expect(serviceRows(host, undefined).every(({ state }) => state === undefined)).toBe(true);
  });

  it('keep the order of the kernel until somebody sorts', () => {
    expect(shown({})).toEqual(['everything', '2:0', '3:0', '77:0', '9:0', 'mail', '20:0']);
  });

  it.each<[string, Partial<Arrangement>, string[]]>([
    ['a service and all below it', { filter: 'mail' }, ['mail', '20:0']],
    ['a real server below its service', { filter: '6.77' }, ['everything', '77:0']],
    ['words of both', { filter: 'mark 1 draining' }, ['everything', '3:0']],
    ['nothing', { filter: 'nowhere' }, []],
  ])('are found: %s', (_what, change, expected) => {
    expect(shown(change)).toEqual(expected);
  });

  it.each<[string, Partial<Arrangement>, string[]]>([
    [
      'the largest first',
      { sort: { by: 'active', isDescending: true } },
      ['mail', '20:0', 'everything', '2:0', '77:0', '3:0', '9:0'],
    ],
    [
      'addresses as numbers',
      { sort: { by: 'service', isDescending: false } },
      ['everything', '2:0', '3:0', '9:0', '77:0', 'mail', '20:0'],
    ],
    [
      'what has no number as it came',
      { sort: { by: 'connections', isDescending: true } },
      ['everything', '2:0', '3:0', '77:0', '9:0', 'mail', '20:0'],
    ],
  ])('are sorted, real servers below their service: %s', (_what, change, expected) => {
    expect(shown(change)).toEqual(expected);
  });
});
