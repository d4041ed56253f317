// Who holds a real server: exact counts, templates by mark, and a bound only where the whole table was seen.
import { describe, expect, it } from 'vitest';
import type { IpvsService } from '../core/kernel-state';
import type { Connection } from '../core/views/connections';
import type { TrafficNow } from './forecast-counts';
import { holdersOf } from './server-holders';

function service(mark: number, active: number): IpvsService {
  const server = { port: 0, forwarding: 'masq' as const, weight: 1, activeConnections: active, inactiveConnections: 1 };
  return {
    ...{ key: `fwm:${mark}`, mark, family: 4, scheduler: 'rr', flags: [], persistenceSeconds: 600 },
    realServers: ['192.168.6.2', '192.168.6.3'].map((address) => ({ address, ...server })),
  };
}
const row = (realServer: string, expiresSeconds: number): Connection => ({
  ...{ protocol: 'tcp', client: '203.0.113.9:4000', virtual: '192.168.0.7:80', realServer, state: 'ESTABLISHED' },
  ...{ expiresSeconds, kind: 'connection' },
});
const template = (mark: number, realServer: string): Connection => ({
  ...{ protocol: 'ip', client: '203.0.113.9:0', virtual: `0.0.0.${mark}:0`, realServer: `${realServer}:0` },
  ...{ state: 'ASSURED', expiresSeconds: 500, mark, kind: 'template' },
});
const traffic: TrafficNow = {
  ...{ director: 'director1', readAt: '2026-11-23T00:00:00Z', services: [service(1, 4), service(2, 2)] },
  listing: {
    isWhole: true,
    rows: [
      row('192.168.6.2:80', 800),
      row('192.168.6.2:443', 90),
      row('192.168.6.3:80', 899),
      template(1, '192.168.6.2'),
      template(2, '192.168.6.2'),
      template(1, '192.168.6.3'),
    ],
  },
};

describe('holders of a real server', () => {
  it('are its connections and templates over all services, with the longest timer of its own connections', () => {
    expect(holdersOf(traffic, { address: '192.168.6.2' })).toEqual({
      ...{ director: 'director1', readAt: '2026-11-23T00:00:00Z', connections: 8, active: 6, templateCount: 2 },
      templates: [
        { client: '203.0.113.9', mark: 1, expiresSeconds: 500 },
        { client: '203.0.113.9', mark: 2, expiresSeconds: 500 },
      ],
      longestSeconds: 800,
    });
  });

  it('are those of the named services only', () => {
    const { connections, templates } = holdersOf(traffic, { address: '192.168.6.2', services: ['fwm:2'] });
    expect([connections, templates.map(({ mark }) => mark)]).toEqual([3, [2]]);
  });

  it('has no bound and no count of templates when only a part of the table was read', () => {
    const part = { ...traffic, listing: { ...traffic.listing!, isWhole: false } };
    const held = holdersOf(part, { address: '192.168.6.2' });
    expect([held.connections, held.templateCount, held.longestSeconds]).toEqual([8, 'unknown', undefined]);
  });

  it('is unknown, never none, when the director could not be read', () => {
    expect(holdersOf({ director: 'director1', problem: 'no route' }, { address: '192.168.6.2' })).toMatchObject({
      ...{ problem: 'no route', connections: 'unknown', templateCount: 'unknown' },
    });
  });
});
