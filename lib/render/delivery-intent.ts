// How marked packets reach IPVS and others do not loop: policy rules, the local route, unreachable routes, and addresses of a single director.
import { ADDRESS_BITS } from '../core/address';
import { takesInside } from '../core/arrivals';
import { OWNED, type KernelIntent } from '../core/kernel-state';
import { isPlainRange, isStreamlined } from '../core/own-addresses';
import type { AddressInterval, Director, Family, InterfaceAddress, Topology } from '../core/topology';
import { markedFamilies } from './mark-items';
import { mergedPrefixes } from './merged-prefixes';
import { rememberFor } from './remember-for';
import { plainAddressesOf } from './role-intent';

type Always = KernelIntent['always'];
const { policyTable, policyPriority } = OWNED;

/**
 * Always with `iif`: a rule without it would also loop the still marked packet back to lo when it leaves (lvs.md 1.5).
 * Streamlined, the active director hands packets to its peer as they are: there they come in on the internal interface, and
 * have no mark unless that is where marks are set.
 */
export function policyRulesOf(topology: Topology, director: Director): Always['policyRules'] {
  const { external, internal } = director;
  const key = `policy ${external.interface} ${internal.interface}`;
  return rememberFor(topology, key, () => [
    ...markedRules(topology, external.interface),
    ...handedRules(topology, director),
  ]);
}

function markedRules({ groups }: Topology, external: string): Always['policyRules'] {
  const rule = { priority: policyPriority, table: policyTable };
  const marked = new Map<string, Always['policyRules'][number]>();
  for (const { mark, matches } of groups) {
    let [lastFamily, lastDevice] = [0, ''];
    for (const match of matches) {
      const { family } = match.range.interval;
      const device = match.interface ?? external;
      if (lastFamily === family && lastDevice === device) continue;
      [lastFamily, lastDevice] = [family, device];
      marked.set(`${family} ${device} ${mark}`, { ...rule, family, interface: device, mark });
    }
  }
  return [...marked.values()];
}

function handedRules(topology: Topology, director: Director): Always['policyRules'] {
  return handedRanges(topology, director).map(({ family, prefix }) => ({
    priority: policyPriority,
    table: policyTable,
    family,
    interface: director.internal.interface,
    destination: prefix,
  }));
}

/** By destination only where nothing marks them: with such a rule a host answers ARP for the addresses, held or not (measured). */
function handedRanges(topology: Topology, director: Director): { family: Family; prefix: string }[] {
  const handed = topology.groups
    .filter(({ pool }) => isStreamlined(topology, pool))
    .flatMap(({ matches }) =>
      matches.filter((match) => !takesInside(match, director)).map(({ range }) => range.interval),
    );
  return families(handed).flatMap((family) =>
    mergedPrefixes(
      handed.filter((each) => each.family === family),
      family,
    ).map((prefix) => ({ family, prefix })),
  );
}

/** Marked packets are delivered locally, where IPVS sees them; without a mark a packet for a range must not go back to the router. */
export function routesOf(topology: Topology): Always['routes'] {
  return rememberFor(topology, 'routes', () => {
    const routed: Record<Family, AddressInterval[]> = { 4: [], 6: [] };
    for (const { interval } of topology.ranges) {
      if (!isPlainRange(topology, interval)) routed[interval.family].push(interval);
    }
    const table = String(policyTable);
    const local = { type: 'local', destination: 'default', table, device: 'lo' } as const;
    const routes: Always['routes'] = markedFamilies(topology).map((family) => ({ family, ...local }));
    for (const family of [4, 6] as const) {
      for (const destination of mergedPrefixes(routed[family], family)) {
        routes.push({ family, type: 'unreachable', destination, table: 'main' });
      }
    }
    return routes;
  });
}

function families(intervals: readonly AddressInterval[]): Family[] {
  return ([4, 6] as const).filter((family) => intervals.some((interval) => interval.family === family));
}

/** Stack single: no daemon moves an address, so all of them stand on the one director. */
export function addressesOf(topology: Topology, { external, internal }: Director): Always['addresses'] {
  if (topology.stack !== 'single') return [];
  const { virtualAddresses } = topology;
  const on = (device: string) => (own: InterfaceAddress | undefined) =>
    own ? [{ address: own.address.text, prefixLength: own.prefixLength, interface: device }] : [];
  const all = [
    ...[virtualAddresses.external, virtualAddresses.external6].flatMap(on(external.interface)),
    ...[virtualAddresses.internal, virtualAddresses.internal6].flatMap(on(internal.interface)),
    ...plainAddressesOf(topology).map(({ text, family }) => ({
      address: text,
      prefixLength: ADDRESS_BITS[family],
      interface: external.interface,
    })),
  ];
  // The director may have the virtual address as its own: what we did not add we must never take away.
  const own = new Set([external, internal].flatMap(({ address, ipv6 }) => [address.text, ipv6?.address.text]));
  const ours = all.filter(({ address }) => !own.has(address));
  return [...new Map(ours.map((each) => [`${each.address} ${each.interface}`, each])).values()];
}
