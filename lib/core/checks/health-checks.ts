// Health checks: that dead real servers are noticed, whatever port and protocol they serve.
import { error, warning, type Diagnostic } from '../diagnostic';
import type { HealthCheckDocument, PoolDocument } from '../document';
import { portIntervals } from '../ports';
import type { Resolution } from '../resolution';
import type { Match } from '../topology';
import { groupsOfPool, isMultiPort, quotedList, resolvedMatches, type Check, type GroupUse } from './check';

export type LocatedPool = { pool: PoolDocument; path: (string | number)[]; uses: GroupUse[] };

export function forEachPool(resolution: Resolution, check: (located: LocatedPool) => Diagnostic[]): Diagnostic[] {
  return resolution.document.pools.flatMap((pool, index) =>
    check({ pool, path: ['pools', index, 'healthCheck'], uses: groupsOfPool(resolution, pool.name) }),
  );
}

export function speaksToPort({ type }: HealthCheckDocument): boolean {
  return type === 'connect' || type === 'negotiate' || type === 'udp';
}

function triedPorts({ port, ports }: HealthCheckDocument): number[] {
  return ports ?? (port === undefined ? [] : [port]);
}

function multiPortNames(uses: readonly GroupUse[]): string[] {
  return uses.filter((use) => isMultiPort(use) === true).map(({ group }) => group.name);
}

/** A service of a mark has no port of its own to try (lvs.md 3.3). */
export const checkHealthCheckPort: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path, uses }) => {
    const many = multiPortNames(uses);
    if (!speaksToPort(healthCheck) || triedPorts(healthCheck).length > 0 || many.length === 0) return [];
    const message = `The ${healthCheck.type} check of pool "${name}" has no port, and group ${quotedList(many)} has more than one: there is no port to try, so every real server would count as dead, or none.`;
    return [
      error(
        'health-check.port-missing',
        path,
        message,
        'Add port: the one that tells whether the real server is alive.',
      ),
    ];
  });

export const checkHealthCheckOff: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) => {
    if (healthCheck.type !== 'off') return [];
    const message = `Pool "${name}" is not checked: a dead real server keeps getting its share of the connections.`;
    return [warning('health-check.off', [...path, 'type'], message, 'Use connect or negotiate.')];
  });

/** ldirectord tries one port of a real server; keepalived several, all of which must answer (lvs.md 4.5). */
export const checkHealthCheckCoverage: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path, uses }) => {
    if (healthCheck.type === 'ping') {
      const message = `Pool "${name}" is checked by ping only: a real server whose service is dead still answers.`;
      return [warning('health-check.ping-only', [...path, 'type'], message, 'Use connect or negotiate.')];
    }
    const tried = triedPorts(healthCheck);
    const uncovered = multiPortNames(uses.filter(({ matches }) => !isCovered(matches, tried)));
    if (!speaksToPort(healthCheck) || tried.length === 0 || uncovered.length === 0) return [];
    const which =
      tried.length === 1
        ? `port ${tried.join()} of pool "${name}" is`
        : `ports ${tried.join(', ')} of pool "${name}" are`;
    const message = `Only ${which} checked, but group ${quotedList(uncovered)} serves more: a service that is dead on another port is not noticed.`;
    const hint =
      resolution.document.stack === 'keepalived'
        ? 'Name all ports that matter in ports, or make a group and a pool for each port.'
        : 'Check the port that matters most, or make a group and a pool for each port; keepalived can check several.';
    const field = healthCheck.ports === undefined ? 'port' : 'ports';
    return [warning('health-check.one-port-of-many', [...path, field], message, hint)];
  });

/** Every single port of the matches is tried; whole intervals of many ports are never. */
function isCovered(matches: readonly (Match | undefined)[], tried: readonly number[]): boolean {
  const resolved = resolvedMatches(matches) ?? [];
  return resolved
    .flatMap(({ ports }) => portIntervals(ports))
    .every(({ first, last }) => last - first < tried.length && span(first, last).every((port) => tried.includes(port)));
}

function span(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** Every other check opens a TCP connection: to ldirectord "fwm" is not udp, so that of a mark it speaks sip over TCP, too. */
const SPOKEN_OVER_UDP: readonly HealthCheckDocument['service'][] = ['dns', 'radius'];

export const checkHealthCheckProtocols: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path, uses }) => {
    const { type, service } = healthCheck;
    const isTcp = type === 'connect' || (type === 'negotiate' && !SPOKEN_OVER_UDP.includes(service));
    if (!isTcp || uses.length === 0 || !uses.every(({ matches }) => isUdpOnly(matches))) return [];
    const message = `Group ${quotedList(uses.map(({ group }) => group.name))} serves UDP only, but the ${type} check of pool "${name}" opens a TCP connection: a real server without a TCP service would count as dead, and a dead UDP service is not noticed.`;
    const hint =
      resolution.document.stack === 'keepalived'
        ? 'Use type udp, or negotiate with dns.'
        : 'Use negotiate with dns, or an external check.';
    return [warning('health-check.tcp-for-udp', [...path, 'type'], message, hint)];
  });

function isUdpOnly(matches: readonly (Match | undefined)[]): boolean {
  const resolved = resolvedMatches(matches) ?? [];
  return resolved.length > 0 && resolved.every(({ protocol }) => protocol === 'udp');
}

const TIMES = [
  ['intervalSeconds', 'health-check.interval-invalid', 'The defaults are 10 and 3.'],
  ['timeoutSeconds', 'health-check.timeout-invalid', 'The defaults are 10 and 3.'],
  ['failures', 'health-check.failures-invalid', 'Leave it out for 1.'],
] as const;

export const checkHealthCheckTimes: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) =>
    TIMES.flatMap(([key, code, hint]) => {
      const value = healthCheck[key];
      if (value === undefined || value > 0) return [];
      return [error(code, [...path, key], `${key} of pool "${name}" is ${value}; it must be above 0.`, hint)];
    }),
  );

/** Root of the director decides which programs may run there; the console cannot. */
export const checkExternalChecks: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) => {
    if (healthCheck.type !== 'external') return [];
    const message = `The external check of pool "${name}" runs ${healthCheck.command ?? 'a program'} as root: a director whose policy does not name it refuses the deploy.`;
    return [
      warning(
        'health-check.external-needs-policy',
        [...path, 'type'],
        message,
        'Let root of each director allow the program in the policy there.',
      ),
    ];
  });
