// Which fields a health check has: by its type, its service and the daemon of the stack that runs it.
import type { HealthCheckDocument, Stack } from '@/lib/core/document';

export type CheckType = HealthCheckDocument['type'];
export type CheckService = NonNullable<HealthCheckDocument['service']>;
export type CheckField = keyof HealthCheckDocument;

const LDIRECTORD_TYPES: readonly CheckType[] = ['connect', 'negotiate', 'ping', 'off', 'external'];
const KEEPALIVED_SERVICES: readonly CheckService[] = ['http', 'https', 'smtp', 'dns'];
const HTTP: readonly CheckService[] = ['http', 'https'];
/** ldirectord logs in to a mailbox with a password, of which it would have none. */
const LOGINS: readonly CheckService[] = ['ftp', 'ldap', 'ldaps', 'mysql', 'pgsql', 'oracle', 'sip'];
/** It could do these with a password only; pop without one looks at nothing. */
const NEEDING_SECRETS: readonly CheckService[] = ['radius', 'pop', 'pops'];
const DATABASES: readonly CheckService[] = ['mysql', 'pgsql', 'oracle'];

export function hasType(stack: Stack, type: CheckType): boolean {
  return stack === 'keepalived' || LDIRECTORD_TYPES.includes(type);
}

export function hasService(stack: Stack, service: CheckService): boolean {
  return stack === 'keepalived' ? KEEPALIVED_SERVICES.includes(service) : !NEEDING_SECRETS.includes(service);
}

/** The fields that the checker looks at. */
export function fieldsOf(type: CheckType, service: CheckService | undefined, stack: Stack): CheckField[] {
  if (type === 'off') return ['type'];
  if (type === 'file' || type === 'bfd') return ['type', 'command'];
  const common: CheckField[] = ['type', 'failures', 'intervalSeconds', 'timeoutSeconds'];
  if (type === 'ping') return common;
  if (type === 'external') return [...common, 'command'];
  const port: CheckField[] = stack === 'keepalived' ? ['port', 'ports'] : ['port'];
  return type === 'negotiate' ? [...common, ...port, ...negotiated(service, stack)] : [...common, ...port];
}

function negotiated(service: CheckService | undefined, stack: Stack): CheckField[] {
  const fields: CheckField[] = ['service', 'request', 'receive'];
  if (service === undefined) return fields;
  if (HTTP.includes(service) || service === 'http_proxy') fields.push('virtualHost', 'httpMethod');
  if (HTTP.includes(service) && stack === 'keepalived') fields.push('statusCode');
  if (LOGINS.includes(service)) fields.push('login');
  if (DATABASES.includes(service)) fields.push('database');
  return fields;
}

/** IANA's numbers; a service without one of its own keeps the port that is there. */
const PORTS: Partial<Record<CheckService, number>> = {
  http: 80,
  https: 443,
  http_proxy: 3128,
  ftp: 21,
  smtp: 25,
  submission: 587,
  imap: 143,
  imaps: 993,
  pop: 110,
  pops: 995,
  dns: 53,
  ldap: 389,
  ldaps: 636,
  nntp: 119,
  mysql: 3306,
  pgsql: 5432,
  oracle: 1521,
  radius: 1812,
  sip: 5060,
};

/** Another type keeps what it looks at and drops the rest, so that nothing stands there without effect. */
export function withType(check: HealthCheckDocument, type: CheckType, stack: Stack): HealthCheckDocument {
  const service = type === 'negotiate' ? (check.service ?? 'http') : undefined;
  const fields = fieldsOf(type, service, stack);
  const next = { ...keep(check, fields), type };
  if (service !== undefined) next.service = service;
  const isPortless = next.port === undefined && next.ports === undefined;
  if (isPortless && fields.includes('port')) next.port = PORTS[service ?? 'http'] ?? 80;
  return next;
}

/** The port follows while it is the usual one of the service that was spoken before. */
export function withService(check: HealthCheckDocument, service: CheckService, stack: Stack): HealthCheckDocument {
  const next = { ...keep(check, fieldsOf(check.type, service, stack)), service };
  const usual = PORTS[service];
  const isUsual = check.port === (check.service === undefined ? undefined : PORTS[check.service]);
  if (usual !== undefined && next.ports === undefined && isUsual) next.port = usual;
  return next;
}

/** The interval and the time-out always stand in the document. */
function keep(check: HealthCheckDocument, fields: readonly CheckField[]): HealthCheckDocument {
  const always: readonly string[] = ['type', 'intervalSeconds', 'timeoutSeconds', ...fields];
  return Object.fromEntries(Object.entries(check).filter(([key]) => always.includes(key))) as HealthCheckDocument;
}
