// What a group asks for that the kernel or the daemon of its stack would not do.
import { error, type Diagnostic, type DiagnosticPath } from '../core/diagnostic';
import { doesMasq } from '../core/forwardings';
import type { FwMarkGroup, Topology } from '../core/topology';
import { markKey } from '../parse/ipvs-text';
import { familyOfGroup } from './role-intent';

/** ipvsadm refuses more than 31 days. */
const MAX_PERSISTENCE_SECONDS = 31 * 86_400;

export function refuseGroups(topology: Topology): Diagnostic[] {
  const holders = new Map<string, string>();
  return topology.groups.flatMap((group, at) => [
    ...refuseMark(group, ['groups', at], holders),
    ...refusePorts(group, ['groups', at]),
    ...refusePersistence(group, ['groups', at]),
    ...refuseScheduling(topology, group, ['groups', at]),
  ]);
}

/** Larger marks are printed as negative numbers by ipvsadm, and of two sections of one mark and family one would not count. */
function refuseMark(group: FwMarkGroup, path: DiagnosticPath, holders: Map<string, string>): Diagnostic[] {
  const { name, mark } = group;
  if (!Number.isInteger(mark) || mark < 1 || mark > 0x7fff_ffff) {
    return [error('render.mark', [...path, 'mark'], `Mark ${mark} of group "${name}" is not 1 to 2147483647.`)];
  }
  const key = markKey(mark, familyOfGroup(group));
  const holder = holders.get(key);
  if (holder === undefined) {
    holders.set(key, name);
    return [];
  }
  const message = `Groups "${holder}" and "${name}" have one mark and one family, so they would be one virtual service.`;
  return [error('render.mark', [...path, 'mark'], message, 'Give each its own mark.')];
}

function refusePorts({ matches }: FwMarkGroup, path: DiagnosticPath): Diagnostic[] {
  return matches.flatMap(({ protocol, ports }, match) =>
    protocol !== 'any' || ports === 'all'
      ? []
      : [
          error(
            'render.ports-without-protocol',
            [...path, 'matches', match, 'ports'],
            'Ports need a protocol that has ports.',
          ),
        ],
  );
}

function refusePersistence({ name, persistence, matches }: FwMarkGroup, path: DiagnosticPath): Diagnostic[] {
  if (!persistence) return [];
  const { timeoutSeconds, netmask } = persistence;
  const isIpv6 = matches[0]?.range.interval.family === 6;
  const isMask = isIpv6
    ? /^\d{1,3}$/.test(netmask) && Number(netmask) >= 1 && Number(netmask) <= 128
    : isNetmask(netmask);
  const isTime = Number.isInteger(timeoutSeconds) && timeoutSeconds >= 1 && timeoutSeconds <= MAX_PERSISTENCE_SECONDS;
  const at = [...path, 'persistence'];
  return [
    ...(isTime
      ? []
      : [
          error(
            'render.persistence',
            [...at, 'timeoutSeconds'],
            `Persistence of group "${name}" is not 1 second to 31 days.`,
          ),
        ]),
    ...(isMask
      ? []
      : [
          error(
            'render.persistence',
            [...at, 'netmask'],
            `"${netmask}" of group "${name}" is no netmask for IPv${isIpv6 ? 6 : 4} clients.`,
          ),
        ]),
  ];
}

/** Ones first, then zeros, and not only zeros. */
function isNetmask(text: string): boolean {
  const octets = text.split('.').map(Number);
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(text) || octets.some((octet) => octet > 255)) return false;
  return /^1+0*$/.test(octets.map((octet) => octet.toString(2).padStart(8, '0')).join(''));
}

function refuseScheduling(topology: Topology, group: FwMarkGroup, path: DiagnosticPath): Diagnostic[] {
  const { name, schedulerFlags, scheduler } = group;
  const unfit = schedulerFlags.filter((flag) => !flag.startsWith('flag-') && !flag.startsWith(`${scheduler}-`));
  return [
    ...refuseOnePacket(topology, group, [...path, 'onePacket']),
    ...unfit.map((flag) =>
      error(
        'render.scheduler-flag',
        [...path, 'schedulerFlags', schedulerFlags.indexOf(flag)],
        `Flag ${flag} of group "${name}" is not one of scheduler ${scheduler}.`,
      ),
    ),
  ];
}

/** ldirectord passes `ops` on for UDP services of an address only (lvs.md 3.2); ip_vs_out() finds no connection of one packet. */
function refuseOnePacket({ stack }: Topology, { name, onePacket, pool }: FwMarkGroup, path: DiagnosticPath) {
  if (!onePacket) return [];
  const notPassed = `ldirectord does not pass one-packet scheduling on for a firewall mark, as group "${name}" asks.`;
  const noReply = `Under masq no reply finds its way back from one-packet scheduling, as group "${name}" asks.`;
  return [
    ...(stack === 'keepalived' ? [] : [error('render.one-packet', path, notPassed, 'Use stack: keepalived.')]),
    ...(doesMasq(pool) ? [error('render.one-packet', path, noReply, 'Use forwarding gate or ipip.')] : []),
  ];
}
