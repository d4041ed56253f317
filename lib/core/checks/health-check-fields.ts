// The fields of a health check: fitting its type, its service and what the stack's checker can speak.
import { error, warning, type Diagnostic } from '../diagnostic';
import type { HealthCheckDocument, Stack } from '../document';
import { findRegexFault } from '../find-regex-fault';
import { describeRegexFault } from '../regex-fault';
import { forEachPool, speaksToPort } from './health-checks';
import type { Check } from './check';

type Type = HealthCheckDocument['type'];
type Service = NonNullable<HealthCheckDocument['service']>;
type Field = keyof HealthCheckDocument;

/** lvs.md 3.2 and 4.1. */
const LDIRECTORD_TYPES: readonly Type[] = ['connect', 'negotiate', 'ping', 'off', 'external'];
const KEEPALIVED_SERVICES: readonly Service[] = ['http', 'https', 'smtp', 'dns'];
const checkerOf = (stack: Stack) => (stack === 'keepalived' ? 'keepalived' : 'ldirectord');

export const checkHealthCheckStack: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }): Diagnostic[] => {
    const { stack } = resolution.document;
    const { type, service, ports, statusCode } = healthCheck;
    if (stack === 'keepalived') {
      if (type !== 'negotiate' || service === undefined || KEEPALIVED_SERVICES.includes(service)) return [];
      const message = `keepalived cannot negotiate ${service} with the real servers of pool "${name}".`;
      const hint = `Use ${KEEPALIVED_SERVICES.join(', ')}, or type connect.`;
      return [error('health-check.service-not-in-stack', [...path, 'service'], message, hint)];
    }
    if (!LDIRECTORD_TYPES.includes(type)) {
      const message = `ldirectord of stack "${stack}" has no ${type} check, which pool "${name}" asks for.`;
      const hint = `Use ${LDIRECTORD_TYPES.join(', ')}, or stack: keepalived.`;
      return [error('health-check.type-not-in-stack', [...path, 'type'], message, hint)];
    }
    return [
      ...(ports === undefined ? [] : [notInStack(stack, name, 'ports', path, 'tries one port of a real server')]),
      ...(statusCode === undefined
        ? []
        : [notInStack(stack, name, 'statusCode', path, 'looks at the text, not at the status')]),
    ];
  });

function notInStack(stack: Stack, pool: string, field: Field, path: (string | number)[], why: string): Diagnostic {
  const message = `ldirectord of stack "${stack}" ${why}, so "${field}" of pool "${pool}" cannot be done.`;
  const hint = field === 'ports' ? 'Use port, or stack: keepalived.' : 'Use receive, or stack: keepalived.';
  return error('health-check.field-not-in-stack', [...path, field], message, hint);
}

export const checkNegotiate: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) => {
    const { type, service } = healthCheck;
    if (type !== 'negotiate' || service !== undefined) return [];
    const why =
      resolution.document.stack === 'keepalived'
        ? 'keepalived has no check without a protocol'
        : 'for a firewall mark ldirectord then checks nothing and every real server counts as alive';
    const message = `The negotiate check of pool "${name}" does not say what to speak; ${why}.`;
    return [error('health-check.service-missing', path, message, 'Add service, e.g. http.')];
  });

export const checkPortAndPorts: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) => {
    const { port, ports } = healthCheck;
    if (ports === undefined || (port === undefined && ports.length > 0)) return [];
    const message =
      port === undefined
        ? `The list of ports of the check of pool "${name}" is empty.`
        : `The check of pool "${name}" has both port and ports.`;
    return [error('health-check.port-and-ports', [...path, 'ports'], message, 'Write one port, or a list of them.')];
  });

/** An absolute path that no shell and no configuration file can read as anything else; of bfd a plain name. */
const COMMAND = /^\/[A-Za-z0-9_./-]{1,253}$/;
const INSTANCE = /^[A-Za-z][A-Za-z0-9_.-]{0,31}$/;

export const checkCommands: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }): Diagnostic[] => {
    const { type, command } = healthCheck;
    if (type !== 'external' && type !== 'file' && type !== 'bfd') return [];
    const what = { external: 'program', file: 'file', bfd: 'BFD instance' }[type];
    if (command === undefined) {
      const message = `The ${type} check of pool "${name}" does not name its ${what}.`;
      return [error('health-check.command-missing', path, message, `Add command: the ${what} on the director.`)];
    }
    const isFine =
      type === 'bfd' ? INSTANCE.test(command) : COMMAND.test(command) && !command.split('/').includes('..');
    if (isFine) return [];
    const message = `"${command}" of pool "${name}" cannot be the ${what} of a check.`;
    const hint =
      type === 'bfd' ? 'Write its plain name.' : 'Write an absolute path of letters, digits, "_", "-" and ".".';
    return [error('health-check.command-invalid', [...path, 'command'], message, hint)];
  });

/** Which services look at a field; a field that is not here is looked at by all of them. */
const SERVICES_OF: Partial<Record<Field, readonly Service[]>> = {
  virtualHost: ['http', 'https', 'http_proxy'],
  httpMethod: ['http', 'https', 'http_proxy'],
  statusCode: ['http', 'https'],
  login: ['ftp', 'imap', 'imaps', 'pop', 'pops', 'ldap', 'ldaps', 'mysql', 'pgsql', 'oracle', 'radius', 'sip'],
  database: ['mysql', 'pgsql', 'oracle'],
};
const NEGOTIATED: readonly Field[] = [
  'service',
  'request',
  'receive',
  'virtualHost',
  'httpMethod',
  'statusCode',
  'login',
  'database',
];
const OF_COMMAND: readonly Type[] = ['external', 'file', 'bfd'];

export const checkUnusedFields: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { healthCheck }, path }) => {
    const { type, service } = healthCheck;
    const isUnused = (field: Field) => {
      if (healthCheck[field] === undefined) return false;
      if (field === 'command') return !OF_COMMAND.includes(type);
      if (field === 'port' || field === 'ports') return !speaksToPort(healthCheck);
      if (type !== 'negotiate') return true;
      return service !== undefined && SERVICES_OF[field]?.includes(service) === false;
    };
    const fields: readonly Field[] = [...NEGOTIATED, 'command', 'port', 'ports'];
    return fields.filter(isUnused).map((field) => {
      const what =
        type === 'negotiate' && field !== 'command' ? `service "${service ?? ''}"` : `a check of type "${type}"`;
      const fits = SERVICES_OF[field]?.join(', ');
      const hint =
        type === 'negotiate' && fits !== undefined ? `Remove it, or use one of ${fits}.` : unusedHint(field, type);
      return warning('health-check.field-unused', [...path, field], `"${field}" has no effect with ${what}.`, hint);
    });
  });

/** Both daemons give a program the port of the real server, whatever stands in the check. */
function unusedHint(field: Field, type: Type): string {
  if (field === 'command') return 'Remove it, or use type external.';
  if (field !== 'port' && field !== 'ports') return 'Remove it, or use type negotiate.';
  return type === 'external'
    ? 'Remove it: the program gets the port of the real server, 0 where it has none.'
    : 'Remove it, or use type connect.';
}

const TEXTS = ['request', 'receive', 'virtualHost', 'login', 'database'] as const;

/** In ldirectord.cf and keepalived.conf `#` begins a comment, and there is no escape for a quote (lvs.md 3.1, 4.1). */
export const checkHealthCheckTexts: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) =>
    TEXTS.flatMap((key) => {
      const text = healthCheck[key];
      if (text === undefined || (/^[^"#\p{Cc}\u2028\u2029]*$/u.test(text) && text.length <= 255)) return [];
      const file = `${checkerOf(resolution.document.stack)}'s configuration`;
      const message = `"${key}" of pool "${name}" cannot be written into ${file}: no double quote, no #, no control character, at most 255 characters.`;
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

/** Neither daemon's own test sees a fault in one, and at the first answer ldirectord dies of it. */
export const checkReceive: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) => {
    const { receive = '' } = healthCheck;
    const found = receive === '' ? undefined : findRegexFault(receive);
    if (!found) return [];
    const message = `"receive" of pool "${name}" is not a regular expression that ldirectord and keepalived read alike: ${describeRegexFault(receive, found)}.`;
    return [error('health-check.receive-invalid', [...path, 'receive'], message, found.instead)];
  });
