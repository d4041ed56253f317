// A traced packet goes the way that the generated rules send it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './address';
import type { GroupDocument, TopologyDocument } from './document';
import { invariant } from './errors';
import { resolveTopology } from './resolve';
import { seedDocument } from './seed';
import type { Packet } from './topology';
import { tracePacket } from './trace';

const seedGroup = (changes: Partial<GroupDocument>): GroupDocument => ({ ...seedDocument().groups[0]!, ...changes });
const web = seedGroup({
  name: 'web',
  mark: 2,
  matches: [{ range: 'services', protocol: 'tcp', ports: [80, 443] }],
  overrides: ['everything'],
});

function address(text: string) {
  const read = parseAddress(text);
  invariant(read.ok, text);
  return read.value;
}

function trace(
  change: (document: TopologyDocument) => void,
  packet: Partial<Omit<Packet, 'destination'>> & { to: string },
) {
  const document = seedDocument();
  change(document);
  const { topology } = resolveTopology(document);
  invariant(topology, 'the document resolves');
  const { to, ...rest } = packet;
  return tracePacket(topology, {
    protocol: 'tcp',
    destinationPort: 80,
    interface: 'eth0',
    ...rest,
    destination: address(to),
  });
}

const asSeed = () => undefined;
const withWeb = (document: TopologyDocument) => void document.groups.push(web);
const webOnly = (document: TopologyDocument) => void (document.groups = [web]);

describe('tracePacket', () => {
  it.each([
    ['any port of the range to the pool', asSeed, { to: '192.168.0.77', destinationPort: 4711 }, 1, 'web', 'local'],
    ['the last address of the range', asSeed, { to: '192.168.0.255' }, 1, 'web', 'local'],
    ['an address behind the range on', asSeed, { to: '192.168.1.0' }, null, null, 'forwarded'],
    ['a packet from inside nowhere', asSeed, { to: '192.168.0.7', interface: 'eth1' }, null, null, 'unreachable'],
    ['to the later of two groups', withWeb, { to: '192.168.0.7' }, 2, 'web', 'local'],
    ['other ports to the earlier group', withWeb, { to: '192.168.0.7', destinationPort: 22 }, 1, 'web', 'local'],
    ['an unmarked port nowhere', webOnly, { to: '192.168.0.7', destinationPort: 22 }, null, null, 'unreachable'],
    ['another protocol nowhere', webOnly, { to: '192.168.0.7', protocol: 'udp' as const }, null, null, 'unreachable'],
    ["to the director's own address", asSeed, { to: '192.168.7.4' }, null, null, 'local'],
    ['to the virtual address itself', asSeed, { to: '192.168.7.240' }, null, null, 'local'],
    ['a ping to the director itself', asSeed, { to: '192.168.0.7', protocol: 'icmp' as const }, 1, null, 'local'],
    [
      'an ICMP error to the director',
      webOnly,
      { to: '192.168.0.7', protocol: 'icmp' as const, icmpType: 3 },
      2,
      null,
      'local',
    ],
    [
      'a ping of a range of single ports nowhere',
      webOnly,
      { to: '192.168.0.7', protocol: 'icmp' as const },
      null,
      null,
      'unreachable',
    ],
  ])('sends %s', (_what, change, packet, mark, pool, delivered) => {
    expect(trace(change, packet)).toMatchObject({ mark, pool, delivered });
  });

  it('says every step of the seed', () => {
    expect(trace(asSeed, { to: '192.168.0.77', source: address('203.0.113.9') })).toMatchObject({
      mark: 1,
      group: 'everything',
      pool: 'web',
      realServers: [
        { address: '192.168.6.2', weight: 1, share: 0.5 },
        { address: '192.168.6.3', weight: 1, share: 0.5 },
      ],
      delivered: 'local',
      reasons: [
        'Group "everything" matches it and sets mark 1.',
        'The policy rule for mark 1 delivers it locally (table 100), where IPVS sees it.',
        'The virtual service of mark 1 hands it to pool "web" (masq, scheduler rr).',
      ],
    });
  });

  it('says that a client beside the real servers gets no answer under masq', () => {
    expect(trace(asSeed, { to: '192.168.0.77', source: address('192.168.6.77') }).reasons.at(-1)).toBe(
      "The client 192.168.6.77 is on the real servers' own network: their reply goes to it directly, past the director, and it does not accept it.",
    );
  });

  it.each([
    ['rr', [3, 1], [0.5, 0.5]],
    ['wrr', [3, 1], [0.75, 0.25]],
    ['rr', [0, 1], [0, 1]],
    ['wlc', [0, 0], [0, 0]],
    ['fo', [3, 1], [1, 0]],
    ['fo', [1, 1], [1, 0]],
  ] as const)('expects of %s with weights %j the shares %j', (scheduler, weights, shares) => {
    const found = trace(
      (document) => {
        document.groups[0]!.scheduler = scheduler;
        document.pools[0]!.realServers.forEach((server, at) => (server.weight = weights[at] ?? 0));
      },
      { to: '192.168.0.7' },
    );
    expect(found.realServers.map(({ share }) => share)).toEqual(shares);
  });

  it('gives every packet to the last group that matches it', () => {
    const port = fc.integer({ min: 1, max: 9 });
    const group = fc.record({ tcp: fc.boolean(), ports: fc.array(port, { minLength: 1, maxLength: 4 }) });
    fc.assert(
      fc.property(
        fc.array(group, { maxLength: 4 }),
        port,
        fc.constantFrom('tcp' as const, 'udp' as const),
        (groups, to, protocol) => {
          const found = trace(
            (document) => {
              document.groups = groups.map(({ tcp, ports }, at) =>
                seedGroup({
                  name: `g${at}`,
                  mark: at + 1,
                  matches: [{ range: 'services', protocol: tcp ? 'tcp' : 'udp', ports }],
                }),
              );
            },
            { to: '192.168.0.7', destinationPort: to, protocol },
          );
          const last = groups.findLastIndex(({ tcp, ports }) => tcp === (protocol === 'tcp') && ports.includes(to));
          expect(found.mark).toBe(last < 0 ? null : last + 1);
          expect(found.delivered).toBe(last < 0 ? 'unreachable' : 'local');
        },
      ),
    );
  });

  const stagesOf = (found: ReturnType<typeof trace>) => found.steps.map(({ stage }) => stage);

  it('has the whole way in steps, with the object that acts', () => {
    const { steps } = trace(asSeed, { to: '192.168.0.77', source: address('203.0.113.9') });
    expect(steps).toEqual([
      {
        stage: 'mark',
        object: { kind: 'group', name: 'everything' },
        text: 'Group "everything" matches it and sets mark 1.',
      },
      {
        stage: 'routing',
        object: { kind: 'director', name: 'director1' },
        text: 'The policy rule for mark 1 delivers it locally (table 100), where IPVS sees it.',
      },
      {
        stage: 'ipvs',
        object: { kind: 'pool', name: 'web' },
        text: 'The virtual service of mark 1 hands it to pool "web" (masq, scheduler rr).',
      },
      {
        stage: 'schedule',
        object: { kind: 'pool', name: 'web' },
        text: 'Scheduler rr takes one after the other, whatever the weight: 192.168.6.2 50 %, 192.168.6.3 50 %.',
      },
      {
        stage: 'forward',
        object: { kind: 'real-server', name: '192.168.6.2' },
        text: 'Its destination becomes 192.168.6.2, the port stays.',
      },
      {
        stage: 'forward',
        object: { kind: 'real-server', name: '192.168.6.3' },
        text: 'Its destination becomes 192.168.6.3, the port stays.',
      },
      {
        stage: 'return',
        object: { kind: 'virtual-address', name: 'internal' },
        text: 'The real server answers through its default route 192.168.6.240; the director puts 192.168.0.77 back as source and sends it to 203.0.113.9.',
      },
    ]);
  });

  it.each([
    ['gate', 'It goes unchanged to the MAC address of 192.168.6.2, which has 192.168.0.7 as an address of its own.'],
    [
      'ipip',
      'It goes unchanged inside an IP packet to 192.168.6.2, which unpacks it and has 192.168.0.7 as an address of its own.',
    ],
  ] as const)('says how %s reaches the real server, which answers past the director', (forwarding, text) => {
    const { steps } = trace((document) => void (document.pools[0]!.forwarding = forwarding), { to: '192.168.0.7' });
    expect(steps.find(({ stage }) => stage === 'forward')?.text).toBe(text);
    expect(steps.at(-1)?.text).toBe(
      'The real server answers the client directly as 192.168.0.7; the reply does not pass the director.',
    );
  });

  it('names the network that persistence keeps together', () => {
    const persistence = { timeoutSeconds: 600, netmask: '255.255.255.0' };
    const found = trace((document) => void (document.groups[0]!.persistence = persistence), {
      to: '192.168.0.7',
      source: address('203.0.113.9'),
    });
    expect(stagesOf(found)).toEqual([
      'mark',
      'routing',
      'ipvs',
      'persistence',
      'schedule',
      'forward',
      'forward',
      'return',
    ]);
    expect(found.reasons.at(-1)).toBe(
      'A client of 203.0.113.0/24 (netmask 255.255.255.0) that came within 600 s stays with its real server, for every port and address of mark 1.',
    );
  });

  it.each([
    ['heartbeat', [0, 0], [], ['refused']],
    ['keepalived', [0, 0], ['192.168.6.9'], ['fallback 192.168.6.9 (masq) serves it']],
    ['heartbeat', [], ['192.168.6.9'], ['fallback 192.168.6.9 (masq) serves it']],
  ] as const)('of stack %s with weights %j goes to %j', (stack, weights, served, problems) => {
    const found = trace(
      (document) => {
        document.stack = stack;
        const [pool] = document.pools;
        pool!.fallback = { address: '192.168.6.9', forwarding: 'masq' };
        pool!.realServers = weights.map((weight, at) => ({ address: `192.168.6.${at + 2}`, weight }));
      },
      { to: '192.168.0.7' },
    );
    expect(found.realServers.filter(({ share }) => share > 0).map((server) => server.address)).toEqual(served);
    const told = found.steps.filter(({ isProblem }) => isProblem).map(({ text }) => text);
    expect(told).toEqual(problems.map((problem) => expect.stringContaining(problem) as string));
  });

  it.each([
    ['sh', [1, 0], [], [0.5, 0]],
    ['sh', [3, 0], [], [0.75, 0]],
    ['sh', [3, 0], ['sh-fallback'], [1, 0]],
    ['dh', [5, 0], [], [0.5, 0]],
    ['dh', [5, 1], [], [0.5, 0.5]],
    ['mh', [3, 0], [], [1, 0]],
    ['sed', [3, 1], [], [0.75, 0.25]],
    ['nq', [3, 1], [], [0.75, 0.25]],
    ['twos', [1, 1], [], [0.5, 0.5]],
    ['lblc', [3, 1], [], [0.75, 0.25]],
    ['lblcr', [3, 1], [], [0.75, 0.25]],
    ['ovf', [1, 3], [], [0, 1]],
    ['lc', [9, 1], [], [0.5, 0.5]],
  ] as const)('expects of %s with weights %j and flags %j the shares %j', (scheduler, weights, flags, shares) => {
    const found = trace(
      (document) => {
        document.groups[0]!.scheduler = scheduler;
        document.groups[0]!.schedulerFlags = [...flags];
        document.pools[0]!.realServers.forEach((server, at) => (server.weight = weights[at] ?? 0));
      },
      { to: '192.168.0.7' },
    );
    expect(found.realServers.map(({ share }) => share)).toEqual(shares);
    const refused = found.steps.some(({ isProblem }) => isProblem);
    expect(refused).toBe(shares.reduce<number>((sum, share) => sum + share, 0) < 1);
  });

  it('schedules every UDP packet of a one-packet service anew, and no other', () => {
    const onePacket = (document: TopologyDocument) => void (document.groups[0]!.onePacket = true);
    const told = (protocol: 'tcp' | 'udp') =>
      trace(onePacket, { to: '192.168.0.7', protocol }).steps.filter(({ text }) => text.startsWith('One-packet'));
    expect([told('udp').length, told('tcp').length]).toEqual([1, 0]);
  });

  it.each([
    ['masq', 'udp', undefined, 'No connection is kept of a single packet, so the director does not put'],
    ['masq', 'tcp', undefined, 'The real server answers through its default route 192.168.6.240;'],
    ['gate', 'udp', undefined, 'The real server answers the client directly as 192.168.0.7;'],
    ['gate', 'udp', 'masq', 'No connection is kept of a single packet, so the director does not put'],
    ['masq', 'udp', 'gate', 'The real server answers the client directly as 192.168.0.7;'],
  ] as const)(
    'says of single packets how the reply of a %s pool gets back over %s, or that it does not, with fallback %s',
    (forwarding, protocol, fallback, told) => {
      const change = (document: TopologyDocument) => {
        const [pool] = document.pools;
        document.stack = 'keepalived';
        document.groups[0]!.onePacket = true;
        pool!.forwarding = forwarding;
        if (fallback === undefined) return;
        pool!.fallback = { address: '192.168.6.9', forwarding: fallback };
        for (const server of pool!.realServers) server.weight = 0;
      };
      const last = trace(change, { to: '192.168.0.7', protocol }).steps.at(-1);
      expect(last?.text.slice(0, told.length)).toBe(told);
      expect(last?.isProblem ?? false).toBe(told.startsWith('No '));
    },
  );

  it.each([
    [undefined, 'Its destination becomes 192.168.6.9 port 8080.'],
    [{ timeoutSeconds: 600, netmask: '255.255.255.255' }, 'Its destination becomes 192.168.6.9, the port stays.'],
  ])('says the port of a fallback, which the kernel ignores under persistence %j', (persistence, told) => {
    const toFallback = (document: TopologyDocument) => {
      const [pool] = document.pools;
      pool!.fallback = { address: '192.168.6.9', port: 8080, forwarding: 'masq' };
      pool!.realServers = [];
      if (persistence) document.groups[0]!.persistence = persistence;
    };
    const { steps } = trace(toFallback, { to: '192.168.0.7' });
    expect(steps.find(({ stage }) => stage === 'forward')?.text).toBe(told);
  });

  it.each([
    ['192.168.0.7', 3, 'IPVS looks for the connection'],
    ['192.168.0.7', 4, 'IPVS looks for the connection'],
    ['192.168.0.7', 8, 'IPVS schedules tcp, udp and sctp only: the director itself answers'],
    ['192.168.0.7', 11, 'IPVS looks for the connection'],
    ['192.168.0.7', 12, 'IPVS takes no ICMP error of this type to a real server: the director itself gets it.'],
    ['2001:db8::7', 2, 'IPVS looks for the connection'],
    ['2001:db8::7', 4, 'IPVS looks for the connection'],
    ['2001:db8::7', 128, 'IPVS schedules tcp, udp and sctp only: the director itself answers'],
  ])('says for %s who gets ICMP type %i', (to, icmpType, told) => {
    const any = (document: TopologyDocument) =>
      void (document.ranges[0]!.addresses = to.includes(':') ? '2001:db8::/64' : '192.168.0.0/24');
    const { steps } = trace(any, { to, protocol: 'icmp', icmpType });
    expect(steps.find(({ stage }) => stage === 'ipvs')?.text.slice(0, told.length)).toBe(told);
  });

  it('says nothing of a reply when the connection is refused', () => {
    const drained = (document: TopologyDocument) =>
      document.pools[0]!.realServers.forEach((server) => (server.weight = 0));
    expect(stagesOf(trace(drained, { to: '192.168.0.7' }))).toEqual(['mark', 'routing', 'ipvs', 'schedule']);
  });

  it.each([
    ['from the right source', { source: address('198.51.100.7') }, 1, 'local'],
    ['from another source', { source: address('203.0.113.9') }, null, 'unreachable'],
    ['without a source', {}, null, 'unreachable'],
    [
      'that is an ICMP error from a router',
      { source: address('203.0.113.9'), protocol: 'icmp' as const, icmpType: 3 },
      1,
      'local',
    ],
  ])('takes a packet %s by a match with a source', (_what, packet, mark, delivered) => {
    const change = (document: TopologyDocument) => void (document.groups[0]!.matches[0]!.source = '198.51.100.0/24');
    expect(trace(change, { to: '192.168.0.7', ...packet })).toMatchObject({ mark, delivered });
  });

  it('delivers a plain range without a mark to the director itself', () => {
    const plain = (document: TopologyDocument) => {
      document.ranges[0]!.addresses = '192.168.7.80/30';
      document.groups = [web];
    };
    expect(trace(plain, { to: '192.168.7.81' })).toMatchObject({ mark: 2, pool: 'web', delivered: 'local' });
    expect(trace(plain, { to: '192.168.7.81', destinationPort: 22 })).toMatchObject({
      mark: null,
      pool: null,
      delivered: 'local',
      reasons: [
        'Groups have ranges with 192.168.7.81, but none of them takes tcp port 22, so it gets no mark.',
        '192.168.7.81 is in plain range "services", whose addresses the active director holds, so routing delivers it locally.',
        'Without a mark IPVS does not take it: the director itself answers.',
      ],
    });
  });

  it('takes in the streamlined topology what the other director hands over', () => {
    const streamlined = (document: TopologyDocument) => {
      document.pools[0]!.forwarding = 'gate';
      document.pools[0]!.realServers = [
        { address: '192.168.6.4', weight: 1 },
        { address: '192.168.6.5', weight: 1 },
      ];
    };
    expect(trace(streamlined, { to: '192.168.0.7', interface: 'eth1', director: 'director2' })).toMatchObject({
      mark: null,
      delivered: 'local',
    });
    expect(trace(streamlined, { to: '192.168.0.7' }).steps.filter(({ stage }) => stage === 'forward')).toEqual([
      expect.objectContaining({ object: { kind: 'director', name: 'director1' } }),
      expect.objectContaining({ object: { kind: 'director', name: 'director2' } }),
    ]);
  });

  it('has nothing handed over that is marked where it comes in: on one interface the rest is unreachable', () => {
    const oneArmed = (document: TopologyDocument) => {
      for (const director of document.directors) director.internal = { ...director.external };
      document.virtualAddresses.internal = document.virtualAddresses.external;
      document.pools[0]!.forwarding = 'gate';
      document.pools[0]!.realServers = [
        { address: '192.168.7.4', weight: 1 },
        { address: '192.168.7.5', weight: 1 },
      ];
      document.groups = [web];
    };
    const to = { to: '192.168.0.7', director: 'director2' };
    expect(trace(oneArmed, to)).toMatchObject({ mark: 2, delivered: 'local' });
    expect(trace(oneArmed, { ...to, destinationPort: 22 })).toMatchObject({ mark: null, delivered: 'unreachable' });
  });

  it('keeps the families apart: two groups of one mark are two services', () => {
    const pair = (document: TopologyDocument) => {
      document.ranges.push({ name: 'six', addresses: '2001:db8::/64' });
      document.pools.push({
        ...seedDocument().pools[0]!,
        name: 'web6',
        realServers: [{ address: '2001:db8:6::2', weight: 1 }],
      });
      document.groups.push(
        seedGroup({ name: 'six', mark: 1, pool: 'web6', matches: [{ range: 'six', protocol: 'any' }] }),
      );
      document.virtualAddresses.internal6 = '2001:db8:6::240/64';
    };
    expect(trace(pair, { to: '192.168.0.7' })).toMatchObject({ mark: 1, group: 'everything', pool: 'web' });
    const six = trace(pair, { to: '2001:db8::7', source: address('2001:db8:ffff::9') });
    expect(six).toMatchObject({ mark: 1, group: 'six', pool: 'web6' });
    expect(six.steps.at(-1)?.text).toContain('default route 2001:db8:6::240');
  });
});
