// What the rules that were read back do to every packet, against what the topology says: equal, or a packet that is treated otherwise.
//
// A second way beside the comparison of texts: the rules, sets and maps of the kernel are read into the same algebra as the
// document's matches, so that a fault of the generator shows here, too.
import { movedBetween, type MarkedSet, type Owner } from '../core/analysis/moved-packets';
import { claimsOfTopology } from '../core/claims';
import type { Arrival } from '../core/arrivals';
import { WHOLE_FAMILY } from '../core/address-axis';
import { OWNED } from '../core/kernel-state';
import { BALANCED_PROTOCOLS, EVERY_PROTOCOL, printPacket, type PacketSet } from '../core/packet-set';
import { ALL_PORTS } from '../core/ports';
import type { AddressInterval, Family, PortInterval, Topology } from '../core/topology';
import { parseIpSetMap } from '../parse/ip-set-save';
import type { MarkMap } from '../parse/mark-map';
import type { NftRule } from '../parse/nftables-table';
import { readMarkChain, type MarkRule, type SetRule } from '../parse/rules-v4';
import type { ObservedHost } from './observed-host';

export type PacketProof =
  /** `sets`: how many sets of packets the kernel's rules speak of. */
  | { outcome: 'proven'; sets: number }
  /** Each with a packet that shows it. */
  | { outcome: 'differs'; sentences: string[] }
  /** Why nothing can be said. */
  | { outcome: 'unknown'; reason: string };

const MOST_SENTENCES = 5;
/** Whatever arrives there, whatever it is: what marks has conditions of its own. */
const EVERY_PORT: PortInterval[] = [{ ...ALL_PORTS, first: 0 }];

export function provePackets(topology: Topology, director: string, observed: ObservedHost): PacketProof {
  const wanted = wantedSets(topology, director);
  const read = readSets(observed);
  if (typeof read === 'string') return { outcome: 'unknown', reason: read };
  const moved = movedBetween(wanted, read);
  if (!moved) return { outcome: 'unknown', reason: 'There are too many rules to compare them packet by packet.' };
  if (moved.length === 0) return { outcome: 'proven', sets: read.length };
  const sentences = moved
    .slice(0, MOST_SENTENCES)
    .map(({ from, to, example }) => `${printPacket(example)} gets ${printMark(to)} here, wanted ${printMark(from)}.`);
  return { outcome: 'differs', sentences };
}

function printMark(owner: Owner | undefined): string {
  return owner ? `mark ${owner.mark}` : 'no mark';
}

/** As this director sees its own cards: an arrival that is another director's is none of its own. */
function wantedSets(topology: Topology, director: string): MarkedSet[] {
  const own = new Map<readonly Arrival[], Arrival[]>();
  const ownOf = (arrivals: readonly Arrival[]): Arrival[] => {
    const known =
      own.get(arrivals) ??
      arrivals
        .filter((arrival) => arrival.director === undefined || arrival.director === director)
        .map((arrival) => ({ interface: arrival.interface }));
    own.set(arrivals, known);
    return known;
  };
  return claimsOfTopology(topology).all.map(({ name, mark, set }) => ({
    ...{ name, mark },
    set: { ...set, arrivals: ownOf(set.arrivals), ports: everyPort(set.ports) },
  }));
}

/** "All ports" is written as 0 to 65535 or as 1 to 65535, and port 0 is never meant. */
function everyPort(ports: readonly PortInterval[]): readonly PortInterval[] {
  const [only, ...more] = ports;
  const isAll =
    more.length === 0 && only !== undefined && only.first <= ALL_PORTS.first && only.last === ALL_PORTS.last;
  return isAll ? EVERY_PORT : ports;
}

/** In the order of the rules; a sentence when one of them cannot be read. */
function readSets(observed: ObservedHost): MarkedSet[] | string {
  const arrivalsOn = arrivalCache();
  const found: MarkedSet[] = [];
  for (const family of [4, 6] as const) {
    const tables = (family === 4 ? observed.firewall : observed.firewall6) ?? [];
    const { value: rules, diagnostics } = readMarkChain(tables, family);
    const [problem] = diagnostics;
    if (problem) return `A rule of ${OWNED.mangleChain} cannot be read: ${problem.message}`;
    for (const rule of rules) {
      if (rule.protocol === 'icmp' || rule.icmpType !== undefined) continue; // IPVS relates these to a connection by itself
      const sets = 'set' in rule ? setsOfLookup(rule, observed, arrivalsOn) : [setOfRule(rule, arrivalsOn)];
      if (typeof sets === 'string') return sets;
      found.push(...sets);
    }
  }
  return [...found, ...readNftables(observed, arrivalsOn)];
}

type ArrivalsOn = (device: string) => Arrival[];

/** The same list for the same card, so that its place on the axes is looked up once. */
function arrivalCache(): ArrivalsOn {
  const known = new Map<string, Arrival[]>();
  return (device) => {
    const arrivals = known.get(device) ?? [{ interface: device }];
    known.set(device, arrivals);
    return arrivals;
  };
}

function protocolsOf(protocol: string): number {
  return protocol === 'any' ? EVERY_PROTOCOL : 1 << BALANCED_PROTOCOLS.findIndex((each) => each === protocol);
}

function setOfRule(rule: MarkRule, arrivalsOn: ArrivalsOn): MarkedSet {
  const { group, mark, destination, source, ports, protocol } = rule;
  const set: PacketSet = {
    arrivals: arrivalsOn(rule.interface),
    protocols: protocolsOf(protocol),
    addresses: destination,
    ports: ports === 'all' ? EVERY_PORT : everyPort(ports),
    source,
  };
  return { name: group, mark, set };
}

function setsOfLookup(rule: SetRule, { sets }: ObservedHost, arrivalsOn: ArrivalsOn): MarkedSet[] | string {
  const present = sets?.find(({ name }) => name === rule.set);
  if (!present) return `Set ${rule.set}, which a rule asks, is not there.`;
  const { value: map, diagnostics } = parseIpSetMap(present);
  const [problem] = diagnostics;
  if (problem) return problem.message;
  const { source, ports, protocol } = rule;
  const conditions = { arrivals: arrivalsOn(rule.interface), protocols: protocolsOf(protocol), source };
  return setsOfMap(map, { ...conditions, ports: ports === 'all' ? EVERY_PORT : everyPort(ports) });
}

function setsOfMap(map: MarkMap, conditions: Omit<PacketSet, 'addresses'>): MarkedSet[] {
  const { family } = map;
  return map.firsts.map((first, at) => {
    const addresses = { family, first: BigInt(first), last: BigInt(map.lasts[at] ?? first) };
    const own =
      map.kind === 'address'
        ? conditions
        : {
            ...conditions,
            protocols: conditions.protocols & protocolsOf(map.protocols[at] ?? 'tcp'),
            ports: everyPort([{ first: map.firstPorts[at] ?? 0, last: map.lastPorts[at] ?? 0 }]),
          };
    return { name: map.name, mark: map.marks[at] ?? 0, set: { ...own, addresses } };
  });
}

function readNftables({ nftables }: ObservedHost, arrivalsOn: ArrivalsOn): MarkedSet[] {
  const rules = nftables?.chains.find(({ name }) => name === 'prerouting')?.rules ?? [];
  return rules.flatMap((rule) => setsOfNftRule(rule, nftables?.maps ?? [], arrivalsOn));
}

function setsOfNftRule(rule: NftRule, maps: readonly MarkMap[], arrivalsOn: ArrivalsOn): MarkedSet[] {
  const { action, packets, family, destination } = rule;
  if (packets.protocol === 'icmp' || rule.in === undefined) return [];
  const { protocol, ports = EVERY_PORT } = packets;
  const conditions = { arrivals: arrivalsOn(rule.in), protocols: protocolsOf(protocol), ports: everyPort(ports) };
  const sources: (AddressInterval | undefined)[] = rule.source ?? [undefined];
  return sources.flatMap((source) => {
    const own = { ...conditions, source };
    if (action.do === 'mark') {
      const families: Family[] = destination ? [destination.family] : family ? [family] : [4, 6];
      return families.map((each) => ({
        ...{ name: rule.comment ?? '', mark: action.mark },
        set: { ...own, addresses: destination ?? WHOLE_FAMILY[each] },
      }));
    }
    const map = action.do === 'look-up' ? maps.find(({ name }) => name === action.map) : undefined;
    return map ? setsOfMap(map, own) : [];
  });
}

/** They end nothing and mark nothing. */
export const HARMLESS_TARGET = /^(LOG|NFLOG|CT|NOTRACK|TRACE|TTL|HL|DSCP|TOS|TCPMSS|CHECKSUM|CLASSIFY)$/;

/**
 * Rules of others that a packet meets before IPVS does and that may take it away from our marks: a proof holds for packets
 * that they leave alone. A sentence each.
 */
export function foreignBefore({ firewall, firewall6 }: ObservedHost): string[] {
  return [firewall, firewall6 ?? []].flatMap((tables) =>
    tables.flatMap(({ name, rules }) =>
      name === 'mangle' || name === 'raw'
        ? rules
            .filter(({ chain, text }) => chain === 'PREROUTING' && mayTake(text))
            .map(
              ({ text }) => `Rule "${text}" of table ${name} is not ours and may take packets away or mark them anew.`,
            )
        : [],
    ),
  );
}

function mayTake(text: string): boolean {
  const [, target] = / -[jg] (\S+)/.exec(text) ?? [];
  if (target === undefined || target === OWNED.mangleChain || HARMLESS_TARGET.test(target)) return false;
  return target !== 'CONNMARK' || text.includes('--restore-mark');
}
