// What the daemons of a stack cannot do with directors, their interfaces and their identifiers.
import { error, type Diagnostic } from '../core/diagnostic';
import type { Topology } from '../core/topology';

export function refuseStack(topology: Topology): Diagnostic[] {
  return [
    ...refuseDirectorCount(topology),
    ...(topology.stack === 'heartbeat' ? refuseInterfaces(topology) : []),
    ...(topology.stack === 'keepalived' ? refuseVrrp(topology) : []),
    ...refuseRulesHome(topology),
  ];
}

function refuseDirectorCount({ stack, directors }: Topology): Diagnostic[] {
  const wanted = stack === 'single' ? 1 : 2;
  if (directors.length === wanted) return [];
  const message = `Stack ${stack} needs ${wanted === 1 ? 'one director' : 'two directors'}, there are ${directors.length}.`;
  return [error('render.director-count', ['directors'], message)];
}

/** haresources names the interfaces and must be the same file on both. */
function refuseInterfaces({ directors: [first, second] }: Topology): Diagnostic[] {
  if (!first || !second) return [];
  return (['external', 'internal'] as const)
    .filter((side) => first[side].interface !== second[side].interface)
    .map((side) =>
      error(
        'render.interfaces-differ',
        ['directors', 1, side, 'interface'],
        `The ${side} interface has another name on ${second.name} than on ${first.name}, but haresources is one file for both.`,
        'Give the interfaces the same names, or use stack: keepalived.',
      ),
    );
}

const VRRP_LIMITS = { externalRouterId: 255, internalRouterId: 255, advertSeconds: 40 } as const;

function refuseVrrp({ vrrp }: Topology): Diagnostic[] {
  const keys = Object.keys(VRRP_LIMITS) as (keyof typeof VRRP_LIMITS)[];
  const wrong = keys.filter((key) => !Number.isInteger(vrrp[key]) || vrrp[key] < 1 || vrrp[key] > VRRP_LIMITS[key]);
  return [
    ...wrong.map((key) => error('render.vrrp', ['vrrp', key], `${key} ${vrrp[key]} is not 1 to ${VRRP_LIMITS[key]}.`)),
    ...(vrrp.externalRouterId === vrrp.internalRouterId
      ? [
          error(
            'render.vrrp',
            ['vrrp', 'internalRouterId'],
            `Both VRRP instances have identifier ${vrrp.internalRouterId}.`,
          ),
        ]
      : []),
  ];
}

function refuseRulesHome({ rulesHome, firewall }: Topology): Diagnostic[] {
  if (rulesHome !== 'redhat' || firewall !== 'nftables') return [];
  const message = '/etc/sysconfig/iptables holds rules of iptables, but the firewall is nftables.';
  return [error('render.rules-home', ['rulesHome'], message, 'Use rulesHome: systemd, or firewall: iptables.')];
}
