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
    expect(trace(asSeed, { to: '192.168.0.77', source: address('203.0.113.9') })).toEqual({
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
});
