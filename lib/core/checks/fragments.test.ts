// Who loses datagrams that come in fragments: those marked by port where neither the kernel nor another match takes the rest of them.
import { describe, expect, it } from 'vitest';
import { checkTopology } from '../check';
import { printPath } from '../diagnostic';
import type { MatchDocument, TopologyDocument } from '../document';
import { seedDocument } from '../seed';

type Change = (document: TopologyDocument) => void;

const sip = (changes: Partial<MatchDocument> = {}): MatchDocument => ({
  range: 'services',
  protocol: 'udp',
  ports: [5060],
  ...changes,
});

/** The seed under gate, with one group of a single udp port. */
function placesOf(...changes: Change[]): string[] {
  const document = seedDocument();
  document.pools[0]!.forwarding = 'gate';
  document.groups[0]!.matches = [sip()];
  for (const change of changes) change(document);
  return checkTopology(document).flatMap(({ code, path }) => (code === 'group.fragments' ? [printPath(path)] : []));
}

const FIRST = ['groups[0].matches[0]'];
const matches =
  (...all: MatchDocument[]): Change =>
  (document) =>
    void (document.groups[0]!.matches = all);
const forwarding =
  (word: 'ipip' | 'masq'): Change =>
  (document) =>
    void (document.pools[0]!.forwarding = word);
const plain: Change = (document) => void (document.ranges[0]!.addresses = '192.168.7.100');
const oneArmed: Change = (document) => {
  for (const director of document.directors) director.internal = { ...director.external };
  document.virtualAddresses.internal = document.virtualAddresses.external;
};
const servers =
  (...addresses: string[]): Change =>
  (document) =>
    void (document.pools[0]!.realServers = addresses.map((address) => ({ address, weight: 1 })));
/** A second pool and group beside the first, of the other family or another forwarding. */
const beside =
  (word: 'gate' | 'masq', addresses: string, server: string, match: Partial<MatchDocument>): Change =>
  (document) => {
    document.ranges.push({ name: 'other', addresses });
    const [pool, group] = [document.pools[0]!, document.groups[0]!];
    document.pools.push({
      ...pool,
      name: 'other',
      forwarding: word,
      realServers: [{ address: server, weight: 1 }],
    });
    document.groups.push({
      ...group,
      name: 'other',
      mark: 2,
      pool: 'other',
      matches: [{ ...sip(match), range: 'other' }],
    });
  };
const nftables: Change = (document) => void (document.firewall = 'nftables');
const tcp = { protocol: 'tcp' as const };

describe('datagrams in fragments', () => {
  it.each<[string, Change[], string[]]>([
    ['are lost by a group of udp ports under gate', [], FIRST],
    ['and under ipip', [forwarding('ipip')], FIRST],
    ['not under masq, where MASQUERADE has the kernel put them together', [forwarding('masq')], []],
    ['nor beside a group of masq', [beside('masq', '10.0.0.0/24', '192.168.6.9', tcp)], []],
    ['by the match that has ports, after one that has none', [matches(sip(tcp), sip())], ['groups[0].matches[1]']],
    ['not of tcp, which sends none', [matches(sip(tcp))], []],
    ['not where all ports are marked', [matches({ range: 'services', protocol: 'udp' })], []],
    ['not where another match takes all of the range', [matches(sip(), { range: 'services', protocol: 'any' })], []],
    [
      'where that one is for certain clients only',
      [matches(sip(), { range: 'services', protocol: 'any', source: '198.51.100.0/24' })],
      FIRST,
    ],
    ['or on another interface', [matches(sip(), { range: 'services', protocol: 'any', interface: 'eth1' })], FIRST],
    ['not of addresses that the active director holds', [plain], []],
    ['nor where it hands them to its peer by destination', [plain, servers('192.168.6.4', '192.168.6.5')], []],
    ['but where the peer knows them by their mark', [plain, oneArmed, servers('192.168.7.4', '192.168.7.5')], FIRST],
    ['which no other real server does', [plain, oneArmed, servers('192.168.7.12')], []],
    ['where nothing is known of another group', [(document) => void (document.groups[0]!.pool = 'nowhere')], []],
  ])('%s', (_name, changes, places) => {
    expect(placesOf(...changes)).toEqual(places);
  });

  it.each<[string, Change[], string[]]>([
    ['IPv6 masq tracks nothing for IPv4', [beside('masq', '2001:db8::/64', '2001:db8:6::2', {})], FIRST],
    ['but in the one nftables table', [nftables, beside('masq', '2001:db8::/64', '2001:db8:6::2', {})], []],
    ['IPVS asks for it with an IPv6 real server', [beside('gate', '2001:db8::/64', '2001:db8:6::2', {})], FIRST],
    [
      'not with IPv4 ends of tunnels',
      [beside('gate', '2001:db8::/64', '192.168.6.9', {})],
      [...FIRST, 'groups[1].matches[0]'],
    ],
  ])('by family: %s', (_name, changes, places) => {
    expect(placesOf(...changes)).toEqual(places);
  });

  it('are told of a hundred groups, and of more in one sentence', () => {
    const many: Change = (document) => {
      document.ranges = Array.from({ length: 103 }, (_, at) => ({ name: `r${at}`, addresses: `10.0.${at}.0/24` }));
      document.groups = document.ranges.map(({ name }, at) => ({
        ...seedDocument().groups[0]!,
        ...{ name: `g${at}`, mark: at + 1, matches: [{ ...sip(), range: name }] },
      }));
    };
    const places = placesOf(many);
    expect([places.length, places.at(-1)]).toEqual([101, 'groups']);
  });
});
