// The check before a planned failover: what refuses it, what a person may go past, and what nobody can know before.
import { describe, expect, it } from 'vitest';
import type { DriftItem } from '../core/views/drift';
import type { LiveHost, LivePair } from '../core/views/live';
import { checkFailover, forecastFailover, type FailoverFacts } from './check-failover';

const NOW = Date.parse('2026-11-23T12:00:00Z');

function host(director: string, change: Partial<LiveHost> = {}): LiveHost {
  const isActive = director === 'director1';
  return {
    ...{ director, readAt: new Date(NOW - 1_000).toISOString(), role: isActive ? 'active' : 'standby', pollMs: 1 },
    ...{ heldVirtualAddresses: [], statistics: [], rates: [], rules: [] },
    services: [{ key: 'fwm:1', mark: 1, family: 4, scheduler: 'rr', flags: [], realServers: [server(1)] }],
    terminal: { ipvsadm: '', mangle: '', nat: '', daemon: '' },
    syncDaemon: [{ role: isActive ? 'master' : 'backup', interface: 'eth1', syncId: 7 }],
    daemons: { heartbeat: 'running', keepalived: 'running' },
    release: { live: '4-a', confirmed: '4-a', transaction: '' },
    drift: { state: 'none', items: [], more: 0 },
    ...change,
  };
}
const server = (weight: number) => ({ address: '192.168.6.2', port: 0, forwarding: 'masq' as const, weight });

function facts(standby: Partial<LiveHost> = {}, change: Partial<FailoverFacts> = {}, active: Partial<LiveHost> = {}) {
  const pair: LivePair = {
    ...{ topologyId: 't', hosts: [host('director1', active), host('director2', standby)] },
    ...{ state: 'one-active', active: 'director1', inSync: 'yes', inSyncReason: '' },
  };
  const all: FailoverFacts = { pair, stack: 'keepalived', now: NOW, entries: { from: 10, to: 9 }, ...change };
  return all;
}
const states = (given: FailoverFacts) =>
  Object.fromEntries(checkFailover(given).map(({ code, state }) => [code, state]));
const fine = {
  ...{ roles: 'ok', reach: 'ok', open: 'ok', daemon: 'ok', release: 'ok', sync: 'ok', entries: 'ok', health: 'ok' },
};
const item: DriftItem = {
  ...{ id: 'x', area: 'mark-rules' as const, what: 'Chain', expected: 'there', observed: 'not there', firstSeen: '' },
  ...{ sentence: 'Chain is missing.', adopt: { kind: 'no' as const, why: '' } },
};

describe('the check of a failover', () => {
  it('finds nothing against a standby that equals its release and knows the connections', () => {
    expect(states(facts())).toEqual(fine);
  });

  it.each<[string, FailoverFacts, object]>([
    [
      'cannot be read',
      facts({ problem: { code: 'unreachable', message: 'no route', since: '' } }),
      { reach: 'refused' },
    ],
    ['was not read lately', facts({ readAt: new Date(NOW - 10_000).toISOString() }), { reach: 'refused' }],
    ['runs no daemon', facts({ daemons: { keepalived: 'stopped' } }), { daemon: 'refused' }],
    [
      'has an open transaction',
      facts({ release: { live: '5-b', confirmed: '4-a', transaction: '5-b' } }),
      { open: 'refused' },
    ],
    [
      'has another release',
      facts({ release: { live: '3-c', confirmed: '3-c', transaction: '' } }),
      { release: 'warning' },
    ],
    ['differs from its release', facts({ drift: { state: 'drift', items: [item], more: 2 } }), { release: 'warning' }],
    ['was not compared', facts({ drift: { state: 'unknown', items: [], more: 0 } }), { release: 'warning' }],
    ['changed its role just now', facts({ drift: { state: 'settling', items: [], more: 0 } }), { release: 'warning' }],
    ['gets no connections', facts({ syncDaemon: [] }), { sync: 'warning' }],
    [
      'listens for another id',
      facts({ syncDaemon: [{ role: 'backup', interface: 'eth1', syncId: 8 }] }),
      { sync: 'warning' },
    ],
    ['is told nothing', facts({}, {}, { syncDaemon: [] }), { sync: 'warning' }],
    ['knows few connections', facts({}, { entries: { from: 10, to: 4 } }), { entries: 'warning' }],
    ['has a table too large to list', facts({}, { entries: { from: 10, to: 'unknown' } }), { entries: 'unknown' }],
    ['finds its real servers down', facts({ services: [] }), { health: 'warning' }],
    ['has a deploy open', facts({}, { open: 'Deploy 9' }), { open: 'refused' }],
    ['cannot say what it reaches', facts({ services: [] }, { stack: 'heartbeat' }), { health: 'unknown' }],
  ])('says when the standby %s', (_what, given, wanted) => {
    expect(states(given)).toEqual({ ...fine, ...wanted });
  });

  it.each<[LivePair['state'], RegExp]>([
    ['both-active', /Both directors hold/],
    ['none-active', /No director holds/],
    ['unknown', /is not known/],
  ])('refuses a pair that is %s', (state, words) => {
    const { pair, ...rest } = facts();
    const [only, ...others] = checkFailover({ ...rest, pair: { ...pair, state } });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ code: 'roles', state: 'refused', sentence: expect.stringMatching(words) as string });
  });

  it('refuses a single director', () => {
    expect(states(facts({}, { stack: 'single' }))).toEqual({ stack: 'refused' });
  });
});

it('says what becomes of connections by what the sync daemons do', () => {
  expect(forecastFailover(facts()).join('\n')).toContain('10 connections: those that the sync daemon told');
  expect(forecastFailover(facts({ syncDaemon: [] })).join('\n')).toContain('10 connections break');
});
