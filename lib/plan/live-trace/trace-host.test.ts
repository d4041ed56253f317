// A packet followed through what a kernel holds goes where the topology's own answer says, for every golden topology; one rule less or more is told.
import { describe, expect, it } from 'vitest';
import { addressAt } from '../../core/address';
import { parsePacket } from '../../core/packet-text';
import { portIntervals } from '../../core/ports';
import type { Role } from '../../core/kernel-state';
import { tracePacket } from '../../core/trace';
import type { Director, Match, Packet, Topology } from '../../core/topology';
import type { ObservedHost } from '../observed-host';
import { goldenTopologies, hostOf } from '../test-kernel';
import { compareTrace } from './compare-trace';
import { traceHost } from './trace-host';

const MOST_MATCHES = 40;

/** Each match at both ends, one address and one port beside it, the virtual addresses, and what no rule speaks of. */
function packetsOf(topology: Topology, director: Director): Packet[] {
  const matches = topology.groups.flatMap((group) => group.matches).slice(0, MOST_MATCHES);
  const { external, internal } = director;
  const held = [
    external.address,
    internal.address,
    ...Object.values(topology.virtualAddresses).map(({ address }) => address),
  ];
  return [
    ...matches.flatMap((match) => packetsOfMatch(match, match.interface ?? external.interface)),
    ...matches.slice(0, 3).flatMap((match) => packetsOfMatch(match, internal.interface)),
    ...held.map((destination) => ({
      protocol: 'tcp' as const,
      destination,
      destinationPort: 22,
      interface: external.interface,
    })),
    { protocol: 'tcp', destination: addressAt(4, 0x08080808n), destinationPort: 80, interface: internal.interface },
  ];
}

function packetsOfMatch({ range, protocol, ports, source }: Match, device: string): Packet[] {
  const { family, first, last } = range.interval;
  const from = source && { source: addressAt(source.interval.family, source.interval.first) };
  const [lowest] = portIntervals(ports);
  const protocols = protocol === 'any' ? (['tcp', 'udp', 'sctp'] as const) : [protocol];
  return [first, last, last + 1n].flatMap((value) => {
    const to = { destination: addressAt(family, value), interface: device, ...from };
    const port = lowest?.first ?? 1;
    return [
      ...protocols.flatMap((each) => [
        { ...to, protocol: each, destinationPort: port },
        { ...to, protocol: each, destinationPort: (lowest?.last ?? 1) === 65_535 ? port : (lowest?.last ?? 1) + 1 },
      ]),
      { ...to, protocol: 'tcp' as const },
      { ...to, protocol: 'icmp' as const, icmpType: family === 4 ? 3 : 1 },
      { ...to, protocol: 'icmp' as const, icmpType: family === 4 ? 8 : 128 },
    ];
  });
}

const cases = goldenTopologies.flatMap(([name, topology]) =>
  topology.directors.flatMap((director) =>
    (topology.stack === 'single' ? (['active'] as const) : (['active', 'standby'] as const)).map((role) => ({
      ...{ name, topology, director, role },
    })),
  ),
);

describe('a packet on a director whose kernel is as the topology says', () => {
  it.each(cases)('of $name, $director.name $role, is treated as the topology means', ({ topology, director, role }) => {
    const host = hostOf(topology, director, role);
    for (const packet of packetsOf(topology, director)) {
      const answer = traceHost(host, packet);
      const meant = tracePacket(topology, { ...packet, director: director.name });
      expect([packet, answer.mark], JSON.stringify(answer)).toEqual([packet, meant.mark ?? 0]);
      expect(answer.decidedBy?.own).toBe(meant.mark === null ? undefined : true);
      expect([packet, compareTrace({ topology, director, role, packet }, answer)]).toEqual([
        packet,
        { agrees: 'yes', differences: [] },
      ]);
      if (role === 'active' && meant.pool !== null)
        expect(answer.realServers.map(({ address, share }) => [address, share])).toEqual(
          meant.realServers.slice(0, answer.realServers.length).map(({ address, share }) => [address, share]),
        );
    }
  });
});

const [, seed] = goldenTopologies.find(([name]) => name === 'seed')!;
const [director] = seed.directors as [Director];
const packet = packetOf('tcp 203.0.113.9 -> 192.168.0.17:443');

function packetOf(text: string): Packet {
  const read = parsePacket(text, director.external.interface);
  if (!read.ok) throw new Error(read.problem);
  return read.value;
}

/** The seed's first director with its mangle table changed, or anything else of it. */
function changed(edit: (host: ObservedHost) => void, role: Role = 'active', what = packet) {
  const host = structuredClone(hostOf(seed, director, role));
  edit(host);
  const answer = traceHost(host, what);
  return { answer, ...compareTrace({ topology: seed, director, role, packet: what }, answer) };
}

const tableOf = (host: ObservedHost, name: string) => {
  const found = host.firewall.find((table) => table.name === name);
  if (found) return found;
  const made = { name, chains: [], rules: [] };
  host.firewall.push(made);
  return made;
};
const first = (host: ObservedHost, table: string, ...rules: string[]) =>
  tableOf(host, table).rules.unshift(...rules.map((text) => ({ chain: text.split(' ')[1] ?? '', text, line: 1 })));
const last = (host: ObservedHost, table: string, ...rules: string[]) =>
  tableOf(host, table).rules.push(...rules.map((text) => ({ chain: text.split(' ')[1] ?? '', text, line: 1 })));

describe('a director that is otherwise', () => {
  it('says the rule that decides, as the tool prints it', () => {
    const { answer } = changed(() => undefined);
    expect(answer.decidedBy).toMatchObject({ own: true, place: 'chain LVS-CONSOLE of table mangle' });
    expect(answer.decidedBy?.rule).toMatch(/^-A LVS-CONSOLE .*-j MARK --set-xmark 0x1\/0xffffffff$/);
    expect(answer.service).toBe('fwm:1');
  });

  it.each<[string, (host: ObservedHost) => void, RegExp]>([
    [
      'without its mark rules',
      (host) => (tableOf(host, 'mangle').rules = []),
      /^It gets no mark here; meant is mark 1/,
    ],
    [
      'with another mark',
      (host) =>
        last(
          host,
          'mangle',
          '-A LVS-CONSOLE -d 192.168.0.17/32 -i eth0 -m comment --comment "lvs:x" -j MARK --set-xmark 0x7/0xffffffff',
        ),
      /^It gets mark 7, which no group has here; meant is mark 1/,
    ],
    [
      'with a rule of others that accepts first',
      (host) => first(host, 'mangle', '-A PREROUTING -s 203.0.113.0/24 -j ACCEPT'),
      /^It gets no mark/,
    ],
    [
      'with a rule of others that marks behind',
      (host) => last(host, 'mangle', '-A PREROUTING -p tcp -m tcp --dport 443 -j MARK --set-xmark 0x40/0xff'),
      /^It gets mark 64/,
    ],
    [
      'whose INPUT drops it',
      (host) => first(host, 'filter', '-A INPUT -p tcp -m multiport --dports 80,443 -j DROP'),
      /^It is dropped here/,
    ],
    ['whose raw table drops it', (host) => first(host, 'raw', '-A PREROUTING -i eth0 -j DROP'), /is dropped here/],
    [
      'without its policy rule',
      (host) => (host.policyRules = host.policyRules.filter(({ mark }) => mark === undefined)),
      /^It is answered unreachable here/,
    ],
    [
      'without its local route',
      (host) => (host.routes = host.routes.filter(({ table }) => table !== '100')),
      /^It is answered unreachable here/,
    ],
    [
      'without its service',
      (host) => (host.ipvs = []),
      /^No virtual service takes it here; meant is virtual service fwm:1/,
    ],
    ['with another weight', (host) => (host.ipvs[0]!.realServers[0]!.weight = 0), /has weight 0 here; meant is 1/],
    [
      'with a real server less',
      (host) => (host.ipvs[0]!.realServers = host.ipvs[0]!.realServers.slice(1)),
      /is not in the service here/,
    ],
  ])('%s does not agree', (_what, edit, sentence) => {
    const { agrees, differences } = changed(edit);
    expect(agrees).toBe('no');
    expect(differences.join(' ')).toMatch(sentence);
  });

  it.each<[string, (host: ObservedHost) => void]>([
    [
      'a rule of others that does not take it',
      (host) => first(host, 'mangle', '-A PREROUTING -s 198.51.100.0/24 -j DROP'),
    ],
    [
      'a condition that cannot be read on another address',
      (host) => first(host, 'mangle', '-A PREROUTING -m geoip --source-country XX -d 10.0.0.0/8 -j DROP'),
    ],
    [
      'a condition that is read behind one of its module that is not',
      (host) => first(host, 'filter', '-A INPUT -m conntrack --ctorigdst 10.0.0.0/8 --ctstate ESTABLISHED -j DROP'),
    ],
    [
      'a condition of a module that is read behind one that is not',
      (host) => first(host, 'filter', '-A INPUT -p tcp -m connmark --mark 0x0 -m tcp --dport 22 -j DROP'),
    ],
    ['a log', (host) => first(host, 'mangle', '-A PREROUTING -j LOG --log-prefix "in: "')],
    [
      'a chain of others that returns',
      (host) => first(host, 'mangle', '-A PREROUTING -j OTHERS', '-A OTHERS -j RETURN'),
    ],
    [
      'an INPUT that lets new connections in',
      (host) =>
        first(
          host,
          'filter',
          '-A INPUT -m conntrack --ctstate INVALID -j DROP',
          '-A INPUT -p tcp -m conntrack --ctstate NEW -j ACCEPT',
          '-A INPUT -j DROP',
        ),
    ],
  ])('agrees in spite of %s', (_what, edit) => {
    expect(changed(edit)).toMatchObject({ agrees: 'yes', answer: { doubts: [] } });
  });

  it.each<[string, (host: ObservedHost) => void, RegExp]>([
    [
      'a module that is not read',
      (host) => first(host, 'mangle', '-A PREROUTING -m geoip --source-country XX -j DROP'),
      /"-A PREROUTING -m geoip.*may decide otherwise: what `-m geoip` asks/,
    ],
    [
      'the mark of a connection, which a new one does not have',
      (host) => first(host, 'filter', '-A INPUT -m connmark --mark 0x0 -j DROP'),
      /"-A INPUT -m connmark --mark 0x0 -j DROP".*what `-m connmark` asks/,
    ],
    [
      'an option that is not read',
      (host) => first(host, 'filter', '-A INPUT -p tcp -m multiport --ports 443 -j DROP'),
      /what `--ports 443` asks/,
    ],
    [
      'a text that is spelled like an option',
      (host) => first(host, 'filter', '-A INPUT -m string --string "-p" --algo bm -j DROP'),
      /what `-m string` asks/,
    ],
    [
      'a module that is not read behind a port that is',
      (host) => first(host, 'filter', '-A INPUT -p tcp -m tcp --dport 443 -m connmark --mark 0x0 -j DROP'),
      /what `-m connmark` asks/,
    ],
    [
      'a target that is not known',
      (host) => first(host, 'nat', '-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.1'),
      /what DNAT does to it is not known/,
    ],
    [
      'a mark that is brought back',
      (host) =>
        last(host, 'mangle', '-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff'),
      /CONNMARK/,
    ],
    [
      'a policy rule with more to it',
      (host) =>
        host.policyRules.unshift({
          family: 4,
          priority: 5,
          source: 'all',
          destination: 'all',
          table: 'main',
          more: ['uidrange'],
        }),
      /Policy rule "5: from all uidrange lookup main" may route it otherwise/,
    ],
  ])('is not known because of %s, and says so', (_what, edit, sentence) => {
    const { agrees, differences, answer } = changed(edit);
    expect([agrees, differences]).toEqual(['unknown', []]);
    expect(answer.doubts.join(' ')).toMatch(sentence);
  });

  it('says that a source which is not given leaves a foreign rule open', () => {
    const { answer, agrees } = changed(
      (host) => first(host, 'mangle', '-A PREROUTING -s 203.0.113.0/24 -j DROP'),
      'active',
      packetOf('tcp 192.168.0.17:443'),
    );
    expect(agrees).toBe('unknown');
    expect(answer.doubts[0]).toMatch(/no source is given/);
  });

  it('is not judged by its services while its role is not known', () => {
    const host = hostOf(seed, director, 'standby');
    const answer = traceHost(host, packet);
    const compared = compareTrace({ topology: seed, director, role: 'unknown', packet }, answer);
    expect(compared).toMatchObject({
      agrees: 'unknown',
      differences: [expect.stringMatching(/active director is not known/)],
    });
  });

  it('names a drop by policy, and that it does not read the tables of others', () => {
    const { answer } = changed((host) => {
      tableOf(host, 'filter').chains.push({ name: 'INPUT', policy: 'DROP', packets: 0, bytes: 0 });
      host.modules.push('nf_tables', 'iptable_mangle');
    });
    expect(answer.delivered).toBe('dropped');
    expect(answer.steps.at(-1)).toMatchObject({ isProblem: true, rule: ':INPUT DROP' });
    expect(answer.notRead).toHaveLength(2);
  });
});
