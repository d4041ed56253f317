// What the kernel of a director must hold in either role: modules, sysctls, addresses, firewall, delivery of marked packets.
import { takesInside } from '../core/arrivals';
import { doesMasq } from '../core/forwardings';
import type { KernelIntent } from '../core/kernel-state';
import { isStreamlined } from '../core/own-addresses';
import type { HostFacts } from '../core/release';
import type { Director, Topology } from '../core/topology';
import { addressesOf, policyRulesOf, routesOf } from './delivery-intent';
import { firewallIntentOf } from './firewall-intent';
import { markedFamilies } from './mark-items';
import { rememberFor } from './remember-for';

type Always = KernelIntent['always'];

export function alwaysIntentOf(topology: Topology, director: Director, facts: HostFacts): Always {
  const { nftables, ...firewall } = firewallIntentOf(topology, director, facts);
  return {
    modules: modulesOf(topology, firewall.sets),
    sysctls: sysctlsOf(topology, director),
    addresses: addressesOf(topology, director),
    ...firewall,
    ...(nftables !== undefined && { nftables }),
    routes: routesOf(topology),
    policyRules: policyRulesOf(topology, director),
  };
}

/** `ip_vs` first: the `net.ipv4.vs` sysctls exist only after it is loaded. */
function modulesOf({ groups, ftp }: Topology, sets: Always['sets']): string[] {
  const schedulers = [...new Set(groups.map(({ scheduler }) => `ip_vs_${scheduler}`))].toSorted();
  const types = [...new Set(sets.map(({ type }) => `ip_set_${type.replace(':', '_').replace(',', '')}`))].toSorted();
  return ['ip_vs', ...schedulers, ...(ftp ? ['ip_vs_ftp'] : []), ...types, ...(sets.length > 0 ? ['xt_set'] : [])];
}

/**
 * Both values of what the document decides are written, so that a release that no longer wants it takes it back.
 * `backup_only`: a director that is a real server too must not balance what its active peer hands it (lvs.md 6.4).
 * `expire_quiescent_template`: without it a real server of weight 0 never drains under persistence (lvs.md 6.3).
 * `expire_nodest_conn`: clients of a removed real server get a reset at once instead of a silent time-out.
 * `conntrack`: the kernel turns tracking on for FTP by itself only when the service has port 21, and a mark has none (lvs.md S12).
 * rp_filter: the kernel takes the larger of `all` and the interface, so 2 (loose) here is enough; IPv6 has none.
 * `accept_ra`, and before `forwarding`: a kernel that forwards drops what routers told it, its own default route too.
 * `send_redirects`: the kernel sends them when `all` or the interface says so, thus both are 0 (lvs.md 6.4).
 */
function sysctlsOf(topology: Topology, director: Director): Record<string, string> {
  const { ftp, groups, pools } = topology;
  const families = markedFamilies(topology);
  const isPersistent = groups.some(({ persistence }) => persistence);
  const filters = interfacesOf(topology, director).map((device): [string, string] => [
    `net.ipv4.conf.${device}.rp_filter`,
    '2',
  ]);
  return {
    ...(families.includes(4) && { 'net.ipv4.ip_forward': '1', ...Object.fromEntries(filters) }),
    ...(answersOnOneInterface(topology, director) && {
      'net.ipv4.conf.all.send_redirects': '0',
      [`net.ipv4.conf.${director.internal.interface}.send_redirects`]: '0',
    }),
    ...(families.includes(6) && {
      [`net.ipv6.conf.${director.external.interface}.accept_ra`]: '2',
      'net.ipv6.conf.all.forwarding': '1',
    }),
    'net.ipv4.vs.backup_only': pools.some((pool) => isStreamlined(topology, pool)) ? '1' : '0',
    'net.ipv4.vs.conntrack': ftp ? '1' : '0',
    'net.ipv4.vs.expire_nodest_conn': '1',
    'net.ipv4.vs.expire_quiescent_template': isPersistent ? '1' : '0',
  };
}

/**
 * Answers of masq go back out where they came in: there the kernel tells a real server of a shorter way, and what takes it
 * is not translated any more.
 */
function answersOnOneInterface({ groups }: Topology, director: Director): boolean {
  const isOneArmed = director.external.interface === director.internal.interface;
  return groups.some(
    ({ pool, matches }) =>
      doesMasq(pool) &&
      matches.some((match) => match.range.interval.family === 4 && (isOneArmed || takesInside(match, director))),
  );
}

/** Where packets arrive that are marked, and where the real servers are. */
function interfacesOf(topology: Topology, { external, internal }: Director): string[] {
  const named = rememberFor(topology, 'named interfaces', () => {
    const found = new Set<string>();
    for (const { matches } of topology.groups) {
      for (const match of matches) if (match.interface !== undefined) found.add(match.interface);
    }
    return [...found];
  });
  return [...new Set([external.interface, internal.interface, ...named])];
}
