import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '../core/document';
import { seedDocument } from '../core/seed';
import type { IpvsService } from '../core/kernel-state';
import type { Connection } from '../core/views/connections';
import type { GroupForecast } from '../core/views/forecast';
import type { TrafficNow } from './forecast-counts';
import { forecastTraffic } from './forecast-traffic';
import { planChange, render } from './test-observed';

/** Two groups over one pool: `web` bound for 600 s, `mail` not. 12 and 5 connections on the two real servers of each. */
const base: TopologyDocument = {
  ...seedDocument(),
  ranges: [
    { name: 'web', addresses: '198.51.100.0/28' },
    { name: 'mail', addresses: '203.0.113.16/28' },
  ],
  groups: [
    {
      ...{ name: 'web', mark: 1, scheduler: 'wlc', pool: 'web' },
      matches: [{ range: 'web', protocol: 'tcp', ports: [80, 443] }],
      persistence: { timeoutSeconds: 600, netmask: '255.255.255.255' },
    },
    { name: 'mail', mark: 2, scheduler: 'rr', pool: 'web', matches: [{ range: 'mail', protocol: 'tcp', ports: [25] }] },
  ],
};

function counted(services: readonly IpvsService[]): IpvsService[] {
  return structuredClone(services).map((service) => ({
    ...service,
    realServers: service.realServers.map((server, at) => ({
      ...server,
      ...(at === 0
        ? { activeConnections: 10, inactiveConnections: 2 }
        : { activeConnections: 4, inactiveConnections: 1 }),
    })),
  }));
}

function connection(virtual: string, realServer: string, at: number): Connection {
  const client = `192.0.2.${at + 1}:4000`;
  return {
    protocol: 'tcp',
    client,
    virtual,
    realServer,
    state: 'ESTABLISHED',
    expiresSeconds: 800,
    kind: 'connection',
  };
}

function template(mark: number, realServer: string, at: number): Connection {
  const ends = { client: `192.0.2.${at + 1}:0`, virtual: `0.0.0.${mark}:0`, realServer: `${realServer}:0` };
  return { ...ends, protocol: 'ip', state: 'ASSURED', expiresSeconds: 500, mark, kind: 'template' };
}

/** On the first real server 12 connections of `web`, 8 of them to port 443; 3 clients are bound to it, 2 to the other. */
const rows: Connection[] = [
  ...Array.from({ length: 12 }, (_, at) =>
    connection(at < 8 ? '198.51.100.1:443' : '198.51.100.1:80', `192.168.6.2:${at < 8 ? 443 : 80}`, at),
  ),
  ...Array.from({ length: 5 }, (_, at) => connection('198.51.100.1:80', '192.168.6.3:80', 20 + at)),
  ...[0, 1, 2].map((at) => template(1, '192.168.6.2', at)),
  ...[20, 21].map((at) => template(1, '192.168.6.3', at)),
];

type Options = { before?: TopologyDocument; traffic?: Partial<TrafficNow>; without?: (keyof TrafficNow)[] };

function forecast(edit: (document: TopologyDocument) => void, { before = base, traffic, without = [] }: Options = {}) {
  const next = structuredClone(before);
  edit(next);
  const [old, planned] = [render(before), render(next)];
  const { hosts, hash, mode } = planChange(before, next);
  const all: TrafficNow = {
    ...{ director: 'director1', readAt: '2026-01-01T00:00:00.000Z', isSyncing: true },
    ...{ services: counted(old.releases[0]!.intent.active.ipvs), listing: { rows, isWhole: true } },
    ...traffic,
  };
  const now = Object.fromEntries(Object.entries(all).filter(([key]) => !without.some((each) => each === key)));
  return {
    hash,
    ...forecastTraffic({
      ...{ host: hosts[0]!, release: planned.releases[0]!, previous: old.releases[0]!, mode },
      ...{ topology: planned.topology, base: old.topology, traffic: now as TrafficNow },
    }),
  };
}

const ofGroup = ({ groups }: { groups: GroupForecast[] }, name: string) => groups.find(({ group }) => group === name)!;
const KEPT_ALL = { now: 17, kept: 17, loseServer: 0, unmatched: 0, uncertain: 0, draining: 0 };
const BOUND_ALL = { now: 5, kept: 5, lost: 0, uncertain: 0 };
const NOTHING = { now: 0, kept: 0, loseServer: 0, unmatched: 0, uncertain: 0, draining: 0 };
const NOBODY = { now: 0, kept: 0, lost: 0, uncertain: 0 };

describe('the forecast', () => {
  it('of no change touches nothing and has no gap', () => {
    const { groups, interruption, totals, limits } = forecast(() => undefined);
    expect(groups.map(({ group, change, reasons }) => [group, change, reasons])).toEqual([
      ['web', 'untouched', ['Nothing of it changes.']],
      ['mail', 'untouched', ['Nothing of it changes.']],
    ]);
    expect(interruption).toEqual({ kind: 'none', sentences: [] });
    expect(totals).toEqual({ connections: { ...KEPT_ALL, now: 34, kept: 34 }, persistence: BOUND_ALL });
    expect(limits).toEqual([]);
  });

  type Expected = Pick<GroupForecast, 'connections' | 'persistence'> & { reason: string };
  const changes: [string, (document: TopologyDocument) => void, Expected][] = [
    [
      'a weight',
      (d) => void (d.pools[0]!.realServers[0]!.weight = 5),
      { reason: 'from weight 1 to 5', connections: KEPT_ALL, persistence: BOUND_ALL },
    ],
    [
      'weight 0: connections stay, bound clients do not (expire_quiescent_template)',
      (d) => void (d.pools[0]!.realServers[0]!.weight = 0),
      {
        reason: 'gets weight 0: it keeps its connections, new ones go elsewhere',
        connections: { ...KEPT_ALL, draining: 12 },
        persistence: { now: 5, kept: 2, lost: 3, uncertain: 0 },
      },
    ],
    [
      'a real server that goes',
      (d) => void d.pools[0]!.realServers.shift(),
      {
        reason: 'Real server 192.168.6.2 goes: its connections are reset (expire_nodest_conn).',
        connections: { ...KEPT_ALL, kept: 5, loseServer: 12 },
        persistence: { now: 5, kept: 2, lost: 3, uncertain: 0 },
      },
    ],
    [
      'a real server that comes',
      (d) => void d.pools[0]!.realServers.push({ address: '192.168.6.9', weight: 1 }),
      { reason: '192.168.6.9 comes: it gets new connections', connections: KEPT_ALL, persistence: BOUND_ALL },
    ],
    [
      'forwarding',
      (d) => void (d.pools[0]!.forwarding = 'gate'),
      {
        reason: 'Forwarding to 192.168.6.2 changes from masq to gate: connections that exist go on by masq',
        connections: KEPT_ALL,
        persistence: BOUND_ALL,
      },
    ],
    [
      'the scheduler',
      (d) => void (d.groups[0]!.scheduler = 'rr'),
      { reason: 'Scheduler wlc becomes rr', connections: KEPT_ALL, persistence: BOUND_ALL },
    ],
    [
      'the time of persistence',
      (d) => void (d.groups[0]!.persistence!.timeoutSeconds = 60),
      { reason: 'from 600 to 60 seconds: bound clients stay', connections: KEPT_ALL, persistence: BOUND_ALL },
    ],
    [
      'the netmask of persistence',
      (d) => void (d.groups[0]!.persistence!.netmask = '255.255.255.0'),
      {
        reason: 'The netmask of persistence changes',
        connections: KEPT_ALL,
        persistence: { now: 5, kept: 0, lost: 5, uncertain: 0 },
      },
    ],
    [
      'persistence that ends',
      (d) => void delete d.groups[0]!.persistence,
      {
        reason: 'Persistence ends',
        connections: KEPT_ALL,
        persistence: { now: 5, kept: 0, lost: 5, uncertain: 0 },
      },
    ],
    [
      'a port that comes',
      (d) => void (d.groups[0]!.matches[0]!.ports = [80, 443, 8080]),
      {
        reason: 'Packets such as tcp 198.51.100.0:8080 on eth0 are marked from now on.',
        connections: KEPT_ALL,
        persistence: BOUND_ALL,
      },
    ],
    [
      'a port that goes: its connections are counted in the table',
      (d) => void (d.groups[0]!.matches[0]!.ports = [80]),
      {
        reason: 'Packets such as tcp 198.51.100.0:443 on eth0 are marked no more',
        connections: { ...KEPT_ALL, kept: 9, unmatched: 8 },
        persistence: BOUND_ALL,
      },
    ],
    [
      'a port that goes to another group: connections stay where they are',
      (d) => {
        d.groups[0]!.matches[0]!.ports = [80];
        d.groups[1]!.matches.push({ range: 'web', protocol: 'tcp', ports: [443] });
      },
      { reason: 'go to group "mail": connections that exist stay', connections: KEPT_ALL, persistence: BOUND_ALL },
    ],
    [
      'the group removed',
      (d) => void d.groups.shift(),
      {
        reason: 'The service goes with the group: its connections are reset',
        connections: { ...KEPT_ALL, kept: 0, loseServer: 17 },
        persistence: { now: 5, kept: 0, lost: 5, uncertain: 0 },
      },
    ],
  ];
  it.each(changes)(
    'tells what becomes of connections and bound clients: %s',
    (_what, edit, { reason, ...expected }) => {
      const result = forecast(edit);
      const { reasons, connections, persistence } = ofGroup(result, 'web');
      expect(reasons.join(' ')).toContain(reason);
      expect({ connections, persistence }).toEqual(expected);
    },
  );

  it('leaves a group alone that does not change, while another one does', () => {
    const { groups, interruption } = forecast((d) => void (d.groups[0]!.scheduler = 'rr'));
    expect(groups.map(({ group, change }) => [group, change])).toEqual([
      ['web', 'changed'],
      ['mail', 'untouched'],
    ]);
    expect(interruption).toMatchObject({ kind: 'reload', seconds: { from: 0, to: 0 } });
  });

  it.each<[string, (document: TopologyDocument) => void, string]>([
    ['a health check', (d) => void (d.pools[0]!.healthCheck.intervalSeconds = 3), 'Only the health check changes'],
    ['a name', (d) => void (d.groups[0]!.name = 'www'), 'Only its name changes.'],
  ])('counts a group as untouched when only this changes: %s', (_what, edit, reason) => {
    const [web] = forecast(edit).groups;
    expect(web).toMatchObject({ change: 'untouched', connections: KEPT_ALL, persistence: BOUND_ALL });
    expect(web?.reasons.join(' ')).toContain(reason);
  });

  it('of another mark is the end of one service and the beginning of another', () => {
    const { groups } = forecast((d) => void (d.groups[0]!.mark = 9));
    expect(groups.map(({ group, service, change }) => [group, service, change])).toEqual([
      ['web', 'fwm:9', 'added'],
      ['mail', 'fwm:2', 'untouched'],
      ['web', 'fwm:1', 'removed'],
    ]);
    expect(groups[0]).toMatchObject({ connections: NOTHING, persistence: NOBODY });
    expect(groups[2]?.reasons.join(' ')).toContain('The mark of the group becomes 9');
    expect(groups[2]?.connections).toEqual({ ...KEPT_ALL, kept: 0, loseServer: 17 });
  });

  it.each<[boolean, string, object]>([
    [true, 'has told the other director', { kept: 0, loseServer: 0, uncertain: 34 }],
    [false, 'No sync daemon runs', { kept: 0, loseServer: 34, uncertain: 0 }],
  ])(
    'of a restart says the gap, and that only the other director can know (sync daemon: %s)',
    (isSyncing, words, all) => {
      const edit = (d: TopologyDocument) => void (d.virtualAddresses.external = '192.168.7.241/24');
      const { groups, interruption, totals } = forecast(edit, { traffic: { isSyncing } });
      expect(interruption).toMatchObject({ kind: 'restart', seconds: { from: 30, to: 60 } });
      expect(interruption.sentences.join(' ')).toContain(words);
      expect(groups.map(({ change }) => change)).toEqual(['changed', 'changed']);
      expect(totals.connections).toMatchObject({ now: 34, ...all });
    },
  );

  it('counts nothing as 0 that it did not see', () => {
    const { groups, totals, limits } = forecast((d) => void d.pools[0]!.realServers.shift(), {
      traffic: { problem: 'director1 does not answer.' },
      without: ['services', 'listing', 'readAt'],
    });
    expect(ofGroup({ groups }, 'web').connections).toMatchObject({
      now: 'unknown',
      kept: 'unknown',
      loseServer: 'unknown',
    });
    expect(totals.persistence).toMatchObject({ now: 'unknown', lost: 'unknown' });
    expect(limits).toEqual(['The connections of director1 could not be counted: director1 does not answer.']);
  });

  it('knows the connections of a large table, but neither its bound clients nor which of its packets leave', () => {
    const part = { traffic: { listing: { rows: rows.slice(0, 4), isWhole: false } } };
    const { groups, limits } = forecast((d) => void (d.groups[0]!.matches[0]!.ports = [80]), part);
    expect(ofGroup({ groups }, 'web')).toMatchObject({
      connections: { now: 17, kept: 'unknown', unmatched: 'unknown' },
      persistence: { now: 'unknown' },
    });
    expect(ofGroup({ groups }, 'mail').connections).toEqual(KEPT_ALL);
    expect(limits.join(' ')).toContain('only its first 4 rows were read');
  });

  it('never looks at a service of somebody else, nor at a real server that its health check took out', () => {
    const services = counted(render(base).releases[0]!.intent.active.ipvs);
    services[1]!.realServers.pop();
    services.push({ ...services[1]!, key: 'fwm:77', mark: 77 });
    const { groups } = forecast((d) => void (d.pools[0]!.realServers[0]!.weight = 3), { traffic: { services } });
    expect(groups.map(({ service }) => service)).toEqual(['fwm:1', 'fwm:2']);
    expect(ofGroup({ groups }, 'mail').reasons.join(' ')).not.toContain('192.168.6.3');
  });

  it('keeps the connections of a fallback that stays', () => {
    const before = structuredClone(base);
    before.pools[0]!.fallback = { address: '127.0.0.1', forwarding: 'gate' };
    const services = counted(render(before).releases[0]!.intent.active.ipvs);
    services[1]!.realServers = [{ ...services[1]!.realServers[0]!, address: '127.0.0.1', forwarding: 'local' }];
    const { groups } = forecast((d) => void (d.groups[1]!.scheduler = 'lc'), { before, traffic: { services } });
    expect(ofGroup({ groups }, 'mail').connections).toMatchObject({ now: 12, kept: 12, loseServer: 0 });
  });

  it('is not in the hash of the plan', () => {
    const edit = (d: TopologyDocument) => void d.pools[0]!.realServers.shift();
    const [some, none] = [forecast(edit), forecast(edit, { without: ['services', 'listing'] })];
    expect(some.totals).not.toEqual(none.totals);
    expect(some.hash).toBe(none.hash);
  });
});
