// Negotiations of ldirectord that tell nothing about a real server, as read in its source (4.12).
import type { HealthCheckDocument } from './document';
import { fitsEmptyText } from './find-regex-fault';

type Field = keyof HealthCheckDocument;
type Service = NonNullable<HealthCheckDocument['service']>;

/** What makes a check blind: `why` follows a "because", `field` is where to mend it. */
export type Blindness = { field: Field; why: string; hint: string };

const SQL: readonly Field[] = ['login', 'request'];
const NEEDED: Partial<Record<Service, readonly Field[]>> = {
  mysql: SQL,
  pgsql: SQL,
  oracle: SQL,
  dns: ['request', 'receive'],
};
/** Without receive it is worse: then the check never fails. */
const FETCHED: readonly Field[] = ['request'];
const HTTP: readonly (Service | undefined)[] = ['http', 'https', 'http_proxy'];
const MAILBOXES: readonly (Service | undefined)[] = ['imap', 'imaps'];
const POST_OFFICES: readonly (Service | undefined)[] = ['pop', 'pops'];

/** With each of these every real server counts as dead, whatever it answers. */
export function whyNeverSucceeds(check: HealthCheckDocument): Blindness[] {
  const { type, service, httpMethod, receive, login } = check;
  if (type !== 'negotiate') return [];
  return [
    ...whatIsMissing(check),
    ...(HTTP.includes(service) && httpMethod === 'HEAD' && isGiven(receive) ? [NO_BODY] : []),
    ...(MAILBOXES.includes(service) && isGiven(login) ? [NO_PASSWORD] : []),
    ...(POST_OFFICES.includes(service) && isGiven(login) ? [{ ...NO_PASSWORD, hint: 'Use type connect.' }] : []),
    ...(service === 'radius' ? [NO_SECRET] : []),
  ];
}

/** With each of these every real server counts as alive, also one on which nothing listens. */
export function whyNeverFails({ type, service, ...check }: HealthCheckDocument): Blindness[] {
  if (type !== 'negotiate') return [];
  if (POST_OFFICES.includes(service)) return isGiven(check.login) ? [] : [NO_CONNECTION];
  if (service !== 'ftp') return [];
  if (isGiven(check.receive)) return fitsEmptyText(check.receive) ? [NO_FILE] : [];
  const missing = (['request', 'receive'] as const).filter((field) => !isGiven(check[field]));
  return missing.map((field) => ({ ...NO_FILE, field, hint: `Add ${field}.` }));
}

/** Mail::POP3Client->new gives an object whether it could connect or not. */
const NO_CONNECTION: Blindness = {
  field: 'service',
  why: 'without a login nobody looks whether the connection was made',
  hint: 'Use type connect.',
};
/** All that check_ftp looks at is whether receive matches what was fetched, which is nothing without a connection. */
const NO_FILE: Blindness = {
  field: 'receive',
  why: 'a file that could not be fetched counts as an empty one, which receive would match',
  hint: 'Write a text that the file has.',
};

const NO_BODY: Blindness = {
  field: 'receive',
  why: 'the answer to HEAD has no text that could match',
  hint: 'Remove receive, or use httpMethod GET.',
};
const NO_PASSWORD: Blindness = {
  field: 'login',
  why: 'it logs in with an empty password, because no topology holds one',
  hint: 'Remove login: the greeting is waited for without it, too.',
};
const NO_SECRET: Blindness = {
  field: 'service',
  why: 'radius needs a shared secret and a password, which no topology holds',
  hint: 'Use an external check.',
};

function whatIsMissing(check: HealthCheckDocument): Blindness[] {
  const { service, request = '', receive } = check;
  const needed = service === undefined ? [] : (NEEDED[service] ?? []);
  const missing = (service === 'ftp' && isGiven(receive) ? FETCHED : needed).filter((field) => !isGiven(check[field]));
  return [
    ...missing.map((field) => ({
      field,
      why: `the ${service ?? ''} check needs ${field}`,
      hint: `Add ${field}.`,
    })),
    ...(service === 'http_proxy' && !/^\/?http:\/\/[^/]/i.test(request) ? [NO_URL] : []),
    // An empty pattern is the last one that matched, in Perl: that which turned the \n into a line break.
    ...(service === 'simpletcp' && request.includes('\\n') && !isGiven(receive) ? [NO_PATTERN] : []),
  ];
}

const NO_URL: Blindness = {
  field: 'request',
  why: 'a proxy is asked for a whole URL, and ldirectord adds nothing to it',
  hint: 'Write it whole, e.g. http://www.example.org/.',
};
const NO_PATTERN: Blindness = {
  field: 'receive',
  why: 'without receive it looks for the \\n of the request in the answer',
  hint: 'Add receive; "." takes any answer.',
};

export function isGiven<Value extends HealthCheckDocument[Field]>(value: Value): value is NonNullable<Value> {
  return value !== undefined && value !== '';
}
