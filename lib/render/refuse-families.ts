// IPv4 and IPv6: what one family needs beside the other, and what heartbeat and ldirectord cannot do with IPv6.
import { addressOfFamily } from '../core/address';
import { error, type Diagnostic, type DiagnosticPath } from '../core/diagnostic';
import { isPlainRange } from '../core/own-addresses';
import type { Family, FwMarkGroup, InterfaceAddress, Topology } from '../core/topology';

export function refuseFamilies(topology: Topology): Diagnostic[] {
  return [
    ...(topology.stack === 'heartbeat' ? refuseHeartbeatIpv6(topology) : []),
    ...(topology.stack === 'keepalived' ? refuseMissingOwnAddresses(topology) : []),
    ...topology.groups.flatMap((group, at) => refuseGroupFamily(topology, group, ['groups', at])),
  ];
}

/** Its IPaddr2 wrapper sets lvs_support, which knows IPv4 only; ucast and ping of ha.cf take IPv4 addresses (lvs.md 7.1). */
function refuseHeartbeatIpv6(topology: Topology): Diagnostic[] {
  const { virtualAddresses, directors, gateways, ranges } = topology;
  const sides = (['external', 'internal'] as const).flatMap((side) => [
    { path: ['virtualAddresses', side], family: virtualAddresses[side].address.family },
    ...(virtualAddresses[`${side}6`] ? [{ path: ['virtualAddresses', `${side}6`], family: 6 as const }] : []),
    ...directors.map((director, at) => ({
      path: ['directors', at, side, 'address'],
      family: director[side].address.family,
    })),
  ]);
  const all: { path: DiagnosticPath; family: Family }[] = [
    ...sides,
    ...gateways.map(({ family }, at) => ({ path: ['gateways', at], family })),
    ...ranges.flatMap(({ interval }, at) =>
      interval.family === 6 && isPlainRange(topology, interval)
        ? [{ path: ['ranges', at, 'addresses'], family: 6 as const }]
        : [],
    ),
  ];
  return all
    .filter(({ family }) => family === 6)
    .map(({ path }) =>
      error('render.heartbeat-ipv6', path, 'heartbeat cannot move or watch IPv6 addresses.', 'Use stack: keepalived.'),
    );
}

/** An instance of VRRP speaks from an address of the family of its virtual address. */
function refuseMissingOwnAddresses({ virtualAddresses, directors }: Topology): Diagnostic[] {
  return (['external', 'internal'] as const).flatMap((side) => {
    const { family } = virtualAddresses[side].address;
    return directors.flatMap((director, at) => {
      if (addressOfFamily(director[side], family)) return [];
      const message = `${director.name} has no IPv${family} address on its ${side} interface from which VRRP could speak for ${virtualAddresses[side].address.text}.`;
      return [error('render.vrrp-source', ['directors', at, side], message)];
    });
  });
}

function refuseGroupFamily(topology: Topology, group: FwMarkGroup, path: DiagnosticPath): Diagnostic[] {
  const { name, matches, pool } = group;
  const families = new Set(matches.map(({ range }) => range.interval.family));
  const [family] = families;
  if (family === undefined) return [error('render.no-match', [...path, 'matches'], `Group "${name}" matches nothing.`)];
  if (families.size > 1) {
    const message = `Group "${name}" has ranges of both families, and a virtual service is of one.`;
    return [error('render.mixed-family', [...path, 'matches'], message, 'Make one group for each family.')];
  }
  const isTunnelled = topology.stack === 'keepalived' && pool.forwarding === 'ipip';
  const other = pool.realServers.find(({ address }) => address.family !== family);
  const fallback = pool.fallback?.address;
  const { external, external6, internal, internal6 } = topology.virtualAddresses;
  return [
    ...(other && !isTunnelled
      ? [
          mixed(
            [...path, 'pool'],
            `Group "${name}" is IPv${family}, real server ${other.address.text} of its pool is not.`,
          ),
        ]
      : []),
    ...(other && isTunnelled && other.address.family === 6
      ? [
          mixed(
            [...path, 'pool'],
            `Group "${name}" is IPv4, and its real server ${other.address.text} would need IPv4 inside IPv6, which the tunnel device of the kernel does not open.`,
          ),
        ]
      : []),
    ...(fallback && fallback.family !== family && !(isTunnelled && pool.fallback?.forwarding === 'ipip')
      ? [mixed([...path, 'pool'], `Group "${name}" is IPv${family}, the fallback ${fallback.text} of its pool is not.`)]
      : []),
    ...missing(family, [external, external6], 'external', [...path, 'matches'], `Group "${name}" is IPv${family}`),
    ...(pool.forwarding === 'masq'
      ? missing(
          family,
          [internal, internal6],
          'internal',
          [...path, 'pool'],
          `Group "${name}" is IPv${family} under masq`,
        )
      : []),
  ];
}

function mixed(path: DiagnosticPath, message: string): Diagnostic {
  return error(
    'render.mixed-family',
    path,
    message,
    'Use a pool of the same family; keepalived can tunnel IPv6 through IPv4.',
  );
}

/** Routers, or the real servers' default route, need something that floats. */
function missing(
  family: Family,
  held: readonly (InterfaceAddress | undefined)[],
  side: 'external' | 'internal',
  path: DiagnosticPath,
  who: string,
): Diagnostic[] {
  if (held.some((each) => each?.address.family === family)) return [];
  const message = `${who}, but the pair has no IPv${family} ${side} virtual address.`;
  return [error(`render.no-${side}-address`, path, message, `Add virtualAddresses.${side}${family === 6 ? '6' : ''}.`)];
}
