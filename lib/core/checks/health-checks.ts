// Health checks: that dead real servers are noticed, and that the texts fit ldirectord's grammar.
import { error, warning, type Diagnostic } from '../diagnostic';
import type { PoolDocument } from '../document';
import type { Resolution } from '../resolution';
import { groupsOfPool, isMultiPort, quotedList, type Check } from './check';

type Located = { pool: PoolDocument; path: (string | number)[]; multiPortGroups: string[] };

function forEachPool(resolution: Resolution, check: (located: Located) => Diagnostic[]): Diagnostic[] {
  return resolution.document.pools.flatMap((pool, index) => {
    const uses = groupsOfPool(resolution, pool.name).filter((use) => isMultiPort(use) === true);
    return check({ pool, path: ['pools', index, 'healthCheck'], multiPortGroups: uses.map(({ group }) => group.name) });
  });
}

/** A service of a mark has no port of its own to try (lvs.md 3.3). */
export const checkHealthCheckPort: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path, multiPortGroups }) => {
    if (!speaksToPort(healthCheck) || healthCheck.port !== undefined || multiPortGroups.length === 0) return [];
    const message = `The ${healthCheck.type} check of pool "${name}" has no port, and group ${quotedList(multiPortGroups)} has more than one: there is no port to try, so every real server would count as dead, or none.`;
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

export const checkHealthCheckCoverage: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path, multiPortGroups }) => {
    if (healthCheck.type === 'ping') {
      const message = `Pool "${name}" is checked by ping only: a real server whose service is dead still answers.`;
      return [warning('health-check.ping-only', [...path, 'type'], message, 'Use connect or negotiate.')];
    }
    if (!speaksToPort(healthCheck) || healthCheck.port === undefined || multiPortGroups.length === 0) return [];
    const message = `Only port ${healthCheck.port} of pool "${name}" is checked, but group ${quotedList(multiPortGroups)} serves more: a service that is dead on another port is not noticed.`;
    return [
      warning(
        'health-check.one-port-of-many',
        [...path, 'port'],
        message,
        'Check the port that matters most, or make a group and a pool for each port.',
      ),
    ];
  });

export const checkNegotiate: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) => {
    const { type, service } = healthCheck;
    if (type === 'negotiate' && service === undefined) {
      const message = `The negotiate check of pool "${name}" does not say what to speak; for a firewall mark ldirectord then checks nothing and every real server counts as alive.`;
      return [error('health-check.service-missing', path, message, 'Add service, e.g. http.')];
    }
    const unused = (['service', 'request', 'receive'] as const).filter(
      (key) => type !== 'negotiate' && healthCheck[key] !== undefined,
    );
    return unused.map((key) =>
      warning(
        'health-check.field-unused',
        [...path, key],
        `"${key}" has no effect with a check of type "${type}".`,
        'Remove it, or use type negotiate.',
      ),
    );
  });

const TIMES = [
  ['intervalSeconds', 'health-check.interval-invalid'],
  ['timeoutSeconds', 'health-check.timeout-invalid'],
] as const;

export const checkHealthCheckTimes: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) =>
    TIMES.flatMap(([key, code]) => {
      if (healthCheck[key] > 0) return [];
      const message = `${key} of pool "${name}" is ${healthCheck[key]}; it must be above 0.`;
      return [error(code, [...path, key], message, 'The defaults are 10 and 3.')];
    }),
  );

/** In ldirectord.cf `#` begins a comment even inside quotes and there is no escape for a quote (lvs.md 3.1). */
export const checkHealthCheckTexts: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) =>
    (['request', 'receive'] as const).flatMap((key) => {
      const text = healthCheck[key];
      if (text === undefined || (/^[^"#\p{Cc}\u2028\u2029]*$/u.test(text) && text.length <= 255)) return [];
      const message = `"${key}" of pool "${name}" cannot be written into ldirectord.cf: no double quote, no #, no control character, at most 255 characters.`;
      return [
        error(
          'health-check.text-invalid',
          [...path, key],
          message,
          'Leave the character out; in receive a "." matches any.',
        ),
      ];
    }),
  );

function speaksToPort({ type }: PoolDocument['healthCheck']): boolean {
  return type === 'connect' || type === 'negotiate';
}
