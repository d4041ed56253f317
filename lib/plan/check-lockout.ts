// The lock-out proof: no rule of a release may mark, and no route may refuse, a packet that management or the pair itself needs.
import { containsAddress, parseAddress, parseInterval, printInterval } from '../core/address';
import { error, type Diagnostic } from '../core/diagnostic';
import { OWNED, type KernelIntent } from '../core/kernel-state';
import type { MarkMap } from '../parse/mark-map';
import { parseNftablesText } from '../parse/nftables-text';
import type { Address, AddressInterval, Topology } from '../core/topology';
import { isPlainRange } from '../core/own-addresses';
import type { DirectorFacts } from './host-facts';
import { virtualAddressesOf } from './roles';

export type Guarded = { what: string; address: Address };
type Reach = { what: string; interval: AddressInterval };

/** Looks at the rules and routes that will be sent, not at the topology that they came from. */
export function checkLockout(intent: KernelIntent, guarded: readonly Guarded[]): Diagnostic[] {
  const { reaches, diagnostics } = reachesOf(intent);
  return [
    ...diagnostics,
    ...reaches.flatMap(({ what, interval }) =>
      guarded
        .filter(({ address }) => containsAddress(interval, address))
        .map((held) =>
          error(
            'lockout.host-address',
            [],
            `${what} takes ${printInterval(interval)}, and with it ${held.what} ${held.address.text}: management would be cut off.`,
            'Choose a range that is used by nothing else.',
          ),
        ),
    ),
  ];
}

/** Every address of both hosts but the virtual ones, the gateways, the peers, the console itself, where it is known. */
export function guardedAddresses(topology: Topology, facts: Record<string, DirectorFacts | undefined>): Guarded[] {
  const floating = virtualAddressesOf(topology);
  const isPlain = (text: string) => {
    const read = parseAddress(text);
    return (
      read.ok &&
      topology.ranges.some(({ interval }) => isPlainRange(topology, interval) && containsAddress(interval, read.value))
    );
  };
  const hosts = topology.directors.flatMap(({ name }) =>
    (facts[name]?.addresses ?? [])
      .filter(({ address }) => !floating.includes(address) && !isPlain(address))
      .map((held) => ({ what: `${name}'s own`, text: held.address })),
  );
  const consoles = topology.directors.flatMap(({ name }) => {
    const [client, clientPort, server, serverPort] = (facts[name]?.sshConnection ?? '').split(' ');
    const ends = `${client ?? ''} port ${clientPort ?? ''} to ${server ?? ''} port ${serverPort ?? ''}`;
    const what = `the console's own connection to ${name} (${ends}) at`;
    return [client, server].map((text) => ({ what, text }));
  });
  const planned = topology.directors.flatMap((director) => [
    ...[director.external, director.internal].flatMap(({ address, ipv6 }) => [
      { what: `${director.name}'s own`, address },
      ...(ipv6 ? [{ what: `${director.name}'s own`, address: ipv6.address }] : []),
    ]),
  ]);
  const gateways = topology.gateways.map((address) => ({ what: 'the gateway', address }));
  return unique([...planned, ...gateways, ...[...hosts, ...consoles].flatMap(toGuarded)]);
}

function toGuarded({ what, text }: { what: string; text: string | undefined }): Guarded[] {
  const read = parseAddress(text ?? '');
  return read.ok ? [{ what, address: read.value }] : [];
}

function unique(guarded: readonly Guarded[]): Guarded[] {
  const seen = new Map(guarded.map((held) => [held.address.text, held]));
  return [...seen.values()];
}

/** A rule of the mangle chain that names no destination, or does anything but mark, reaches everything. */
function reachesOf({ always }: KernelIntent): { reaches: Reach[]; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const reaches: Reach[] = [];
  const add = (what: string, text: string | undefined) => {
    const read = parseInterval(text ?? '');
    if (read.ok) reaches.push({ what, interval: read.value.interval });
    else
      diagnostics.push(
        error('lockout.unbounded', [], `${what} names no destination, so it could take management too.`),
      );
  };
  for (const { table, chain, rules } of always.chains) {
    if (table !== 'mangle') continue;
    for (const rule of rules) {
      const set = / --(?:map|match)-set (\S+)/.exec(rule)?.[1];
      if (set === undefined)
        add(`Rule "${rule}" of chain ${chain}`, / -d (\S+)/.exec(rule)?.[1] ?? / --dst-range (\S+)/.exec(rule)?.[1]);
      else for (const entry of entriesOf(always, set)) add(`Set ${set}`, entry);
      if (!/ -j (MARK|SET) /.test(rule))
        diagnostics.push(error('lockout.target', [], `Rule "${rule}" does something else than marking.`));
    }
  }
  const marking = readMarking(always.nftables);
  diagnostics.push(...marking.diagnostics);
  for (const { what, interval } of marking.reaches) {
    if (interval) reaches.push({ what, interval });
    else add(what, undefined);
  }
  // One with a mark takes only what a rule has marked before.
  for (const { interface: device, destination } of always.policyRules.filter(({ mark }) => mark === undefined))
    add(`The policy rule for what comes in on ${device}`, destination);
  for (const route of always.routes.filter(({ table }) => table !== String(OWNED.policyTable)))
    add(`Route ${route.type} ${route.destination} in table ${route.table}`, route.destination);
  return { reaches, diagnostics };
}

/** The addresses that a set of the release holds; a rule that names no set of it reaches nobody knows what. */
function entriesOf({ sets }: KernelIntent['always'], name: string): (string | undefined)[] {
  const set = sets.find((each) => each.name === name);
  return set ? set.entries.map((entry) => entry.split(/[ ,]/)[0]) : [undefined];
}

type Marking = { what: string; interval: AddressInterval | undefined };

/** What the rules of the nftables table mark, by themselves or by a map; `interval` absent: whatever comes in. */
function readMarking(text: string | undefined): { reaches: Marking[]; diagnostics: Diagnostic[] } {
  if (text === undefined) return { reaches: [], diagnostics: [] };
  const { value, diagnostics: unread } = parseNftablesText(text);
  const rules = value.chains.filter(({ name }) => name === 'prerouting').flatMap((chain) => chain.rules);
  const reaches = rules.flatMap(({ action, destination, comment = '' }): Marking[] => {
    const what = `Rule "${comment}" of table ${OWNED.nftablesTable}`;
    if (action.do === 'mark') return [{ what, interval: destination }];
    if (action.do !== 'look-up') return [];
    const map = value.maps.find(({ name }) => name === action.map);
    return map ? intervalsOf(map) : [{ what, interval: undefined }];
  });
  const diagnostics = unread
    .slice(0, 1)
    .map(({ message }) => error('lockout.unread', [], `Nobody knows what the nftables table marks: ${message}`));
  return { reaches, diagnostics };
}

function intervalsOf({ name, family, firsts, lasts }: MarkMap): Marking[] {
  return firsts.map((first, at) => ({
    what: `Map ${name}`,
    interval: { family, first: BigInt(first), last: BigInt(lasts[at] ?? first) },
  }));
}
