// IPv4 and IPv6: one group is of one family, and a family needs virtual addresses and real servers of its own.
import { error, printPath, warning, type Diagnostic, type DiagnosticPath } from '../diagnostic';
import { isPlainRange } from '../own-addresses';
import type { Resolution } from '../resolution';
import type { Family, InterfaceAddress } from '../topology';
import { familiesOf, poolOf, quotedList, realServersOf, type Check } from './check';

/** IPVS keeps services of the two families apart: one group is one service. */
export const checkMixedFamilies: Check = ({ document, matches }) =>
  document.groups.flatMap(({ name, matches: documents }, index) => {
    if (familiesOf(matches[index] ?? []).length < 2) return [];
    const names = quotedList([...new Set(documents.map(({ range }) => range))]);
    const message = `Group "${name}" mixes IPv4 and IPv6 ranges (${names}), but one virtual service has one address family.`;
    return [
      error(
        'family.mixed',
        ['groups', index, 'matches'],
        message,
        'Make one group for each family; they may have the same mark.',
      ),
    ];
  });

/** IPVS takes a real server of another family only through a tunnel; ldirectord none at all (lvs.md 3.2). */
export const checkPoolFamilies: Check = (resolution) =>
  resolution.document.groups.flatMap(({ name, pool }, index): Diagnostic[] => {
    const [family, ...more] = familiesOf(resolution.matches[index] ?? []);
    const servers = realServersOf(resolution, index).flatMap((address) => address ?? []);
    const other = servers.find((address) => address.family !== family);
    if (family === undefined || more.length > 0 || !other) return [];
    const isTunnel = poolOf(resolution, index)?.forwarding === 'ipip';
    const isNone = servers.every((address) => address.family !== family);
    const who = isNone
      ? `pool "${pool}" has no real server of this family`
      : `real server ${other.text} of its pool "${pool}" is IPv${other.family}`;
    const path = ['groups', index, 'pool'];
    if (!isTunnel) {
      const message = `Group "${name}" is IPv${family}, but ${who}: only ipip can forward to the other family.`;
      return [error('family.mixed', path, message, 'Use a pool of the same family.')];
    }
    if (resolution.document.stack !== 'keepalived') {
      const message = `Group "${name}" is IPv${family}, but ${who}: ldirectord of stack "${resolution.document.stack}" takes real servers of the service's own family only.`;
      return [
        error('family.tunnel-not-in-stack', path, message, 'Use a pool of the same family, or stack: keepalived.'),
      ];
    }
    const message = `Group "${name}" is IPv${family}, but ${who}: the tunnel carries one family inside the other, which needs a recent kernel on every host.`;
    return [warning('family.tunnelled', path, message, 'Use a pool of the same family where you can.')];
  });

/** Routers send a range to something that floats with the active director. */
export const checkExternalFamilies: Check = (resolution) =>
  usedFamilies(resolution).flatMap(({ family, group, name }) => {
    const { external, external6 } = resolution.virtualAddresses;
    if (!isMissing(resolution, family, [external, external6], 'external')) return [];
    const field = family === 6 ? 'external6' : 'external';
    const message = `Group "${name}" is IPv${family}, but the pair has no IPv${family} external virtual address that routers could send its ranges to.`;
    const hint = `Add virtualAddresses.${field}, and IPv${family} addresses of the directors beside it.`;
    return [error('family.no-external-address', ['groups', group, 'matches'], message, hint)];
  });

/** masq: the default route of the real servers must float too. */
export const checkInternalFamilies: Check = (resolution) =>
  usedFamilies(resolution, 'masq').flatMap(({ family, group, name }) => {
    const { internal, internal6 } = resolution.virtualAddresses;
    if (!isMissing(resolution, family, [internal, internal6], 'internal')) return [];
    const field = family === 6 ? 'internal6' : 'internal';
    const message = `Group "${name}" is IPv${family} under masq, but the pair has no IPv${family} internal virtual address that its real servers could use as default route.`;
    const hint = `Add virtualAddresses.${field}, and IPv${family} addresses of the directors beside it.`;
    return [error('family.no-internal-address', ['groups', group, 'matches'], message, hint)];
  });

/** Each family that groups need, with the first group that does; a group of both is another fault. */
function usedFamilies(resolution: Resolution, forwarding?: 'masq') {
  const found = new Map<Family, { family: Family; group: number; name: string }>();
  for (const [group, { name }] of resolution.document.groups.entries()) {
    if (forwarding !== undefined && poolOf(resolution, group)?.forwarding !== forwarding) continue;
    const [family, ...more] = familiesOf(resolution.matches[group] ?? []);
    if (family === undefined || more.length > 0 || found.has(family)) continue;
    found.set(family, { family, group, name });
  }
  return [...found.values()];
}

/** False also when an address did not resolve: it may have been the one. */
function isMissing(
  { document: { virtualAddresses } }: Resolution,
  family: Family,
  [plain, second]: (InterfaceAddress | undefined)[],
  side: 'external' | 'internal',
): boolean {
  if (plain === undefined || plain.address.family === family) return false;
  return family === 4 || (second === undefined && virtualAddresses[`${side}6`] === undefined);
}

/** The second address of an interface stands beside an IPv4 one; without its peers it is of no use. */
export const checkSecondAddresses: Check = (resolution) =>
  (['external', 'internal'] as const).flatMap((side) => {
    const { document, virtualAddresses, directors } = resolution;
    if (document.virtualAddresses[`${side}6`] === undefined) return [];
    if (virtualAddresses[side]?.address.family === 6) {
      const message = `virtualAddresses.${side} is IPv6 already, so there is nothing that ${side}6 could add.`;
      return [error('family.second-address', ['virtualAddresses', `${side}6`], message, `Remove ${side}6.`)];
    }
    return directors.flatMap((director, index): Diagnostic[] => {
      if (director[`${side}6`] ?? document.directors[index]?.[side].address6) return [];
      if (!director[side] || director[side].address.family === 6) return [];
      const name = document.directors[index]?.name ?? '';
      const message = `The pair has an IPv6 ${side} virtual address, but ${name} has no IPv6 address on its ${side} interface beside which it could stand.`;
      return [error('family.second-address', ['directors', index, side], message, 'Add address6.')];
    });
  });

/** Its IPaddr2 wrapper sets lvs_support, which knows IPv4 only; ucast and ping of ha.cf take IPv4 addresses (lvs.md 7.1). */
export const checkHeartbeatFamilies: Check = ({ document, virtualAddresses, directors, gateways, ranges }) => {
  if (document.stack !== 'heartbeat') return [];
  const networks = { directors: directors.flatMap(({ external }) => (external ? [{ external }] : [])) };
  const fields: [DiagnosticPath, Family | undefined][] = [
    ...ALL_SIDES.map((side): [DiagnosticPath, Family | undefined] => [
      ['virtualAddresses', side],
      virtualAddresses[side]?.address.family,
    ]),
    ...directors.flatMap((director, index) =>
      (['external', 'internal'] as const).map((side): [DiagnosticPath, Family | undefined] => [
        ['directors', index, side, 'address'],
        director[side]?.address.family,
      ]),
    ),
    ...gateways.map((gateway, index): [DiagnosticPath, Family | undefined] => [['gateways', index], gateway?.family]),
    ...ranges.map((range, index): [DiagnosticPath, Family | undefined] => [
      ['ranges', index, 'addresses'],
      range && isPlainRange(networks, range.interval) ? range.interval.family : undefined,
    ]),
  ];
  return fields.flatMap(([path, family]) =>
    family === 6
      ? [
          error(
            'family.not-in-heartbeat',
            path,
            `heartbeat can neither move nor watch the IPv6 address at ${printPath(path)}.`,
            'Use stack: keepalived.',
          ),
        ]
      : [],
  );
};

const ALL_SIDES = ['external', 'internal', 'external6', 'internal6'] as const;
