// Every generated file is read again by our own parsers and must say what the topology says: 10,000 random topologies.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePorts, portIntervals, printPorts } from '../core/ports';
import type { HostRelease } from '../core/release';
import type { Family, FwMarkGroup, PortInterval, Topology } from '../core/topology';
import { parseAuthKeys, parseHaCf, parseHaResources } from '../parse/heartbeat-config';
import { parseKeepalivedConfig } from '../parse/keepalived-config';
import { parseIpSetMaps } from '../parse/ip-set-save';
import { parseLdirectordConfig } from '../parse/ldirectord-config';
import type { MarkMap } from '../parse/mark-map';
import { parseNftablesText } from '../parse/nftables-text';
import type { Parsed } from '../parse/parsed';
import { parseMarkRules } from '../parse/rules-v4';
import { renderTopology } from './render-topology';
import { topologyOf } from './test-cases';
import { randomDocument } from './test-random';

const RUNS = 2_500;

/** What a daemon's file must say about one group. */
type ServiceWords = {
  service: string;
  scheduler: string;
  flags: string[];
  persistence: string;
  isQuiescent: boolean;
  realServers: string[];
  fallback: string;
};

const sorted = (texts: readonly string[]) => [...texts].toSorted();

function expectedService(group: FwMarkGroup): ServiceWords {
  const { mark, scheduler, schedulerFlags, persistence, pool } = group;
  const family = group.matches[0]!.range.interval.family;
  const endpoint = ({ address, port }: { address: { text: string }; port?: number | undefined }) =>
    `${address.text} ${port ?? 0}`;
  const isOneClient = persistence?.netmask === '255.255.255.255' || persistence?.netmask === '128';
  return {
    service: `${mark} IPv${family}`,
    scheduler,
    // The kernel has three bits; of sh and mh the first two have names.
    flags: sorted(schedulerFlags.map((flag) => (scheduler === 'mh' && flag === 'flag-1' ? 'mh-fallback' : flag))),
    persistence: persistence ? `${persistence.timeoutSeconds} ${isOneClient ? '' : persistence.netmask}` : '',
    isQuiescent: pool.quiescent,
    realServers: pool.realServers.map((server) =>
      [endpoint(server), pool.forwarding, server.weight, server.upperThreshold ?? 0, server.lowerThreshold ?? 0].join(
        ' ',
      ),
    ),
    fallback: pool.fallback ? `${endpoint(pool.fallback)} ${pool.fallback.forwarding}` : '',
  };
}

function read<T>(release: HostRelease, end: string, parse: (text: string) => Parsed<T>): T | undefined {
  const file = release.files.find(({ path }) => path.endsWith(end));
  if (!file) return undefined;
  const { value, diagnostics } = parse(file.content);
  expect(diagnostics).toEqual([]);
  return value;
}

function servicesOf(release: HostRelease): ServiceWords[] {
  const keepalived = read(release, '/keepalived.conf', parseKeepalivedConfig);
  if (keepalived) {
    return keepalived.virtualServers.map((server) => ({
      service: `${server.mark} IPv${server.family}`,
      scheduler: server.scheduler,
      flags: sorted(server.flags),
      persistence:
        server.persistenceSeconds === undefined
          ? ''
          : `${server.persistenceSeconds} ${server.persistenceNetmask ?? ''}`,
      isQuiescent: server.isInhibited,
      realServers: server.realServers.map((real) =>
        [
          real.address,
          real.port ?? 0,
          server.forwarding,
          real.weight,
          real.upperThreshold ?? 0,
          real.lowerThreshold ?? 0,
        ].join(' '),
      ),
      fallback: server.sorryServer
        ? `${server.sorryServer.address} ${server.sorryServer.port ?? 0} ${server.sorryServer.forwarding}`
        : '',
    }));
  }
  const { virtuals } = read(release, '/ldirectord.cf', parseLdirectordConfig)!;
  return virtuals.map(({ mark, family, realServers, fallback, directives }) => {
    const of = (name: string) => directives.find((each) => each.name === name)?.value;
    return {
      service: `${mark} IPv${family}`,
      scheduler: of('scheduler') ?? '',
      flags: sorted(of('schedflags')?.split(',') ?? []),
      persistence: of('persistent') === undefined ? '' : `${of('persistent') ?? ''} ${of('netmask') ?? ''}`,
      isQuiescent: of('quiescent') === 'yes',
      realServers: realServers.map((real) =>
        [
          real.address,
          real.port ?? 0,
          real.forwarding,
          real.weight,
          real.upperThreshold ?? 0,
          real.lowerThreshold ?? 0,
        ].join(' '),
      ),
      fallback: fallback ? `${fallback.address} ${fallback.port ?? 0} ${fallback.forwarding}` : '',
    };
  });
}

/** Addresses that only the active director has, as its daemon's file names them. */
function heldBy(release: HostRelease): string[] {
  const keepalived = read(release, '/keepalived.conf', parseKeepalivedConfig);
  const resources = read(release, '/haresources', parseHaResources);
  if (keepalived) {
    return keepalived.instances.flatMap(({ addresses, excluded }) =>
      [...addresses, ...excluded].map((held) => `${held.address} ${held.interface}`),
    );
  }
  return (resources ?? []).flatMap((group) =>
    group.resources.flatMap(({ script, args: [words = ''] }) => {
      const [address = '', , device = ''] = words.split('/');
      return script === 'IPaddr2' ? [`${address} ${device}`] : [];
    }),
  );
}

function expectedHeld(topology: Topology): string[] {
  if (topology.stack === 'single') return [];
  const { external, external6, internal, internal6 } = topology.virtualAddresses;
  const network = topology.directors[0]!.external;
  const plain = topology.ranges.filter(({ interval }) =>
    [network.network, network.ipv6?.network].some(
      (each) => each?.family === interval.family && each.first <= interval.first && interval.last <= each.last,
    ),
  );
  const on = (device: string) => (each: typeof external6) => (each ? [`${each.address.text} ${device}`] : []);
  return [
    ...[external, external6].flatMap(on('eth0')),
    ...[internal, internal6].flatMap(on('eth1')),
    ...plain.map(({ cidrs: [cidr = ''] }) => `${cidr.replace(/\/.*/, '')} eth0`),
  ];
}

/** One address block with one interval of ports; ICMP errors follow from these and have a test of their own. */
type Box = { family: Family; key: string; first: bigint; last: bigint; ports: PortInterval };

/** What many rules become: maps whose layout has tests of its own (mark-layout.test.ts). Here: they are about the same addresses. */
function mapsOf(release: HostRelease): MarkMap[] {
  return (
    read(release, '/rules.nft', parseNftablesText)?.maps ?? read(release, '/lvs-console/sets', parseIpSetMaps) ?? []
  );
}

function addressesOf(maps: readonly MarkMap[]): string {
  return joined(
    maps.flatMap(({ firsts, lasts }) =>
      firsts.map((first, at) => ({ first: BigInt(first), last: BigInt(lasts[at] ?? 0) })),
    ),
  );
}

function boxesOf(topology: Topology, release: HostRelease): Box[] {
  const box = (mark: number, device: string, protocol: string, source: string) =>
    `${mark} ${device} ${protocol} ${source}`;
  const span = (interval: { first: bigint; last: bigint } | undefined) =>
    interval ? `${interval.first}-${interval.last}` : '';
  if (topology.firewall === 'nftables') {
    const table = read(release, '/rules.nft', parseNftablesText)!;
    const marking = table.chains.flatMap(({ name, rules }) => (name === 'prerouting' ? rules : []));
    return marking.flatMap(({ in: device = '', source = [undefined], destination, packets, action }) => {
      if (action.do !== 'mark' || packets.protocol === 'icmp') return [];
      return source.flatMap((from) =>
        (packets.ports ?? [ALL]).map((ports) => ({
          ...destination!,
          key: box(action.mark, device, packets.protocol, span(from)),
          ports,
        })),
      );
    });
  }
  const redhat = topology.rulesHome === 'redhat';
  const rules = ([4, 6] as const).flatMap((family) => {
    const end = redhat && family === 4 ? '/sysconfig/iptables' : `/rules.v${family}`;
    return read(release, end, (text) => parseMarkRules(text, family)) ?? [];
  });
  return rules.flatMap(({ mark, interface: device, protocol, source, ports, destination }) =>
    protocol === 'icmp'
      ? []
      : portIntervals(ports).map((interval) => ({
          ...destination,
          key: box(mark, device, protocol, span(source)),
          ports: interval,
        })),
  );
}
const ALL: PortInterval = portIntervals('all')[0]!;

function expectedBoxes(topology: Topology): Box[] {
  return topology.groups.flatMap(({ mark, matches }) =>
    matches.flatMap(({ range: { interval }, protocol, ports, source, interface: device = 'eth0' }) =>
      portIntervals(ports).map((each) => ({
        ...interval,
        key: `${mark} ${device} ${protocol} ${source ? `${source.interval.first}-${source.interval.last}` : ''}`,
        ports: each,
      })),
    ),
  );
}

function expectSameMarks(topology: Topology, release: HostRelease): void {
  const [found, wanted, maps] = [boxesOf(topology, release), expectedBoxes(topology), mapsOf(release)];
  for (const family of [4, 6] as const) {
    const own = maps.filter((map) => map.family === family);
    const of = (boxes: readonly Box[]) => boxes.filter((box) => box.family === family);
    if (own.length === 0) expect(spelled(byPorts(of(found)))).toEqual(spelled(byPorts(of(wanted))));
    else expect(addressesOf(own)).toBe(joined(of(wanted)));
  }
}

/** Prefixes that touch are one block again, so that both sides are spelled alike. */
function spelled(boxes: readonly Box[]): string[] {
  const byKey = new Map<string, { first: bigint; last: bigint }[]>();
  for (const { key, first, last, ports } of boxes) {
    const name = `${key} ${printPorts([ports])}`;
    byKey.set(name, [...(byKey.get(name) ?? []), { first, last }]);
  }
  return sorted([...byKey].map(([name, all]) => `${name}: ${joined(all)}`));
}

function joined(intervals: readonly { first: bigint; last: bigint }[]): string {
  const done: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of intervals.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = done.at(-1);
    if (before && first <= before.last + 1n) before.last = last > before.last ? last : before.last;
    else done.push({ first, last });
  }
  return done.map(({ first, last }) => `${first}-${last}`).join(' ');
}

/** Each key's ports as one list, however they were split over rules. */
function byPorts(boxes: readonly Box[]): Box[] {
  const groups = new Map<string, Box[]>();
  for (const box of boxes) {
    const name = `${box.key} ${box.first}-${box.last}`;
    groups.set(name, [...(groups.get(name) ?? []), box]);
  }
  return [...groups.values()].flatMap((all) =>
    mergePorts(all.map(({ ports }) => ports)).map((ports) => ({ ...all[0]!, ports })),
  );
}

describe.each([1, 2, 3, 4])('the files of random topologies, part %i', (part) => {
  it('say again what the topology says', { timeout: 300_000 }, () => {
    let rendered = 0;
    fc.assert(
      fc.property(randomDocument, (document) => {
        const topology = topologyOf(document);
        const { releases, diagnostics } = renderTopology({
          topology,
          secrets: { heartbeatKey: 'a-secret-of-the-test' },
        });
        if (releases.length === 0) {
          expect(diagnostics.map(({ severity }) => severity)).toContain('error');
          return;
        }
        rendered += 1;
        // The directors differ in their own addresses only, which the golden files show.
        const release = releases[rendered % releases.length]!;
        expect(servicesOf(release)).toEqual(topology.groups.map(expectedService));
        expect(sorted(heldBy(release))).toEqual(sorted([...new Set(expectedHeld(topology))]));
        expectSameMarks(topology, release);
        const haCf = read(release, '/ha.cf', parseHaCf);
        const nodes = haCf?.directives.filter(({ name }) => name === 'node').flatMap(({ args }) => args);
        if (haCf) expect(nodes).toEqual(topology.directors.map(({ name }) => name));
        if (haCf) expect(read(release, '/authkeys', parseAuthKeys)?.keys[0]?.secret).toBe('a-secret-of-the-test');
      }),
      { numRuns: RUNS, seed: Date.now() + part },
    );
    expect(rendered).toBeGreaterThan(0.95 * RUNS);
  });
});
