// What the types and services of a health check do, in words.
import type { CheckService, CheckType } from './check-fields';

export const checkTypeWords: Record<CheckType, string> = {
  connect: 'TCP connection to a port',
  negotiate: 'ask and compare the answer',
  ping: 'ICMP echo',
  off: 'never checked',
  external: 'a program on the director',
  udp: 'UDP packet to a port',
  file: 'the number in a tracked file',
  bfd: 'a BFD session',
};

export const serviceWords: Record<CheckService, string> = {
  http: 'web',
  https: 'web over TLS',
  http_proxy: 'web through a proxy',
  ftp: 'file transfer',
  smtp: 'mail transfer',
  submission: 'mail submission',
  imap: 'mailbox',
  imaps: 'mailbox over TLS',
  pop: 'mail pick-up',
  pops: 'mail pick-up over TLS',
  dns: 'names',
  ldap: 'directory',
  ldaps: 'directory over TLS',
  nntp: 'news',
  mysql: 'MySQL or MariaDB',
  pgsql: 'PostgreSQL',
  oracle: 'Oracle',
  radius: 'RADIUS',
  sip: 'SIP',
  simpletcp: 'text over TCP',
};

export const commandWords: Partial<Record<CheckType, { label: string; help: string }>> = {
  external: {
    label: 'Program',
    help: 'Absolute path on the director; it runs only where root’s policy there allows it. Exit code 0 means alive.',
  },
  file: { label: 'Tracked file', help: 'Absolute path of a file on the director whose number weighs the real server.' },
  bfd: { label: 'BFD instance', help: 'Name of the BFD session that must be up.' },
};

export function requestHelp(service: CheckService | undefined): string {
  if (service === 'http' || service === 'https') return 'Path that is asked for, e.g. /health.';
  if (service === 'http_proxy') return 'Full URL that is asked for through the proxy.';
  if (service === 'dns') return 'Name that is looked up.';
  if (service === 'mysql' || service === 'pgsql' || service === 'oracle') return 'SQL that must give at least one row.';
  if (service === 'ldap' || service === 'ldaps') return 'Base of the search.';
  return service === 'ftp' ? 'File that is fetched.' : 'What is sent.';
}
