// What cannot be generated is refused with the field that asks for it; nothing of a topology is ever left out in silence.
import { error, type Diagnostic, type DiagnosticPath } from '../core/diagnostic';
import type { FwMarkGroup, InterfaceAddress, Topology } from '../core/topology';
import { checkPortOf } from './ldirectord-model';
import { refuseUnsafeTexts } from './refuse-unsafe-texts';

export function refuseUnsupported(topology: Topology): Diagnostic[] {
  return [
    ...refuseStack(topology),
    ...refuseForwarding(topology),
    ...refuseFamilies(topology),
    ...refuseDirectors(topology),
    ...topology.groups.flatMap(refuseGroup),
    ...refuseUnsafeTexts(topology),
  ];
}

function refuseStack({ stack, firewall, groups }: Topology): Diagnostic[] {
  return [
    ...(stack === 'heartbeat'
      ? []
      : [unsupported('stack', ['stack'], `stack "${stack}"`, 'Only stack heartbeat can be generated now.')]),
    ...(firewall === 'iptables'
      ? []
      : [
          unsupported(
            'firewall',
            ['firewall'],
            `firewall "${firewall}"`,
            'Only firewall iptables can be generated now.',
          ),
        ]),
    ...(groups.length > 0
      ? []
      : [error('render.no-group', ['groups'], 'There is no group, so there is nothing to generate.')]),
  ];
}

function refuseForwarding({ pools }: Topology): Diagnostic[] {
  return pools.flatMap(({ name, forwarding }, at) =>
    forwarding === 'masq'
      ? []
      : [
          unsupported(
            'forwarding',
            ['pools', at, 'forwarding'],
            `forwarding "${forwarding}" of pool "${name}"`,
            'Only masq can be generated now.',
          ),
        ],
  );
}

function refuseFamilies(topology: Topology): Diagnostic[] {
  const { virtualAddresses, directors, gateways, ranges, pools } = topology;
  const sides = (path: DiagnosticPath, both: { external: InterfaceAddress; internal: InterfaceAddress }) =>
    (['external', 'internal'] as const).map((side) => ({ path: [...path, side], family: both[side].address.family }));
  const all = [
    ...sides(['virtualAddresses'], virtualAddresses),
    ...directors.flatMap((director, at) => sides(['directors', at], director)),
    ...gateways.map(({ family }, at) => ({ path: ['gateways', at], family })),
    ...ranges.map(({ interval }, at) => ({ path: ['ranges', at, 'addresses'], family: interval.family })),
    ...pools.flatMap(({ realServers }, pool) =>
      realServers.map(({ address }, at) => ({
        path: ['pools', pool, 'realServers', at, 'address'],
        family: address.family,
      })),
    ),
  ];
  return all
    .filter(({ family }) => family !== 4)
    .map(({ path }) => unsupported('family', path, 'IPv6', 'Only IPv4 can be generated now.'));
}

/** haresources names the interfaces and must be the same file on both. */
function refuseDirectors({ directors }: Topology): Diagnostic[] {
  const [first, second, ...others] = directors;
  if (!first || !second || others.length > 0) {
    return [
      error(
        'render.director-count',
        ['directors'],
        `Stack heartbeat needs two directors, there are ${directors.length}.`,
      ),
    ];
  }
  return (['external', 'internal'] as const)
    .filter((side) => first[side].interface !== second[side].interface)
    .map((side) =>
      error(
        'render.interfaces-differ',
        ['directors', 1, side, 'interface'],
        `The ${side} interface has another name on ${second.name} than on ${first.name}, but haresources is one file for both.`,
      ),
    );
}

function refuseGroup(group: FwMarkGroup, at: number): Diagnostic[] {
  const { name, mark, matches } = group;
  const path = ['groups', at];
  const isMark = Number.isInteger(mark) && mark >= 1 && mark <= 0x7fff_ffff;
  return [
    ...(isMark
      ? []
      : [error('render.mark', [...path, 'mark'], `Mark ${mark} of group "${name}" is not 1 to 2147483647.`)]),
    ...matches.flatMap(({ protocol, ports }, match) =>
      protocol !== 'any' || ports === 'all'
        ? []
        : [
            error(
              'render.ports-without-protocol',
              [...path, 'matches', match, 'ports'],
              'Ports need a protocol that has ports.',
            ),
          ],
    ),
    ...refuseUnknownCheckPort(group, path),
  ];
}

/** A check that tries no port would count every real server as dead, or none. */
function refuseUnknownCheckPort(group: FwMarkGroup, path: DiagnosticPath): Diagnostic[] {
  const { healthCheck, realServers, name } = group.pool;
  const isKnown =
    checkPortOf(group) !== undefined || (realServers.length > 0 && realServers.every(({ port }) => port !== undefined));
  const isNeeded =
    healthCheck.type === 'connect' || (healthCheck.type === 'negotiate' && healthCheck.service === undefined);
  if (isKnown || !isNeeded) return [];
  const message = `The ${healthCheck.type} check of pool "${name}" has no port to try in group "${group.name}".`;
  return [error('render.check-port', [...path, 'pool'], message, 'Give the health check a port.')];
}

function unsupported(what: string, path: DiagnosticPath, asked: string, hint: string): Diagnostic {
  return error(
    `render.unsupported-${what}`,
    path,
    `${asked[0]?.toUpperCase()}${asked.slice(1)} cannot be generated yet.`,
    hint,
  );
}
