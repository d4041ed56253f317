// Which checks of ldirectord tell nothing, one row each; what was seen with ldirectord itself is said beside it.
import { describe, expect, it } from 'vitest';
import { whyNeverFails, whyNeverSucceeds } from './blindness';
import type { HealthCheckDocument } from './document';

const check = (fields: Partial<HealthCheckDocument>): HealthCheckDocument => ({
  type: 'negotiate',
  intervalSeconds: 10,
  timeoutSeconds: 3,
  ...fields,
});
type Row = [string, Partial<HealthCheckDocument>, (keyof HealthCheckDocument)[]];

describe('no real server is ever alive to', () => {
  it.each<Row>([
    ['a HEAD that expects a text', { service: 'http', httpMethod: 'HEAD', receive: 'ok' }, ['receive']],
    [
      'a HEAD through a proxy',
      { service: 'http_proxy', request: 'http://a/', httpMethod: 'HEAD', receive: 'ok' },
      ['receive'],
    ],
    ['a proxy that is asked for nothing', { service: 'http_proxy' }, ['request']],
    ['a proxy that is asked for a path', { service: 'http_proxy', request: '/health' }, ['request']],
    ['a proxy that is passed by, as https is', { service: 'http_proxy', request: 'https://a/' }, ['request']],
    ['radius', { service: 'radius', login: 'probe' }, ['service']],
    ['a mailbox without a password', { service: 'imap', login: 'probe' }, ['login']],
    ['a mailbox over TLS without a password', { service: 'imaps', login: 'probe' }, ['login']],
    ['a login for mail without a password', { service: 'pop', login: 'probe' }, ['login']],
    ['no file that is named', { service: 'ftp', receive: 'ok' }, ['request']],
    ['a database without SQL', { service: 'mysql', login: 'probe' }, ['request']],
    ['a database without a user', { service: 'oracle', login: '' }, ['login', 'request']],
    ['names without a name', { service: 'dns', receive: '192.0.2.1' }, ['request']],
    ['names without an address', { service: 'dns', request: 'www.example.org' }, ['receive']],
    ['a line break in a request without an answer', { service: 'simpletcp', request: 'PING\\n' }, ['receive']],
  ])('%s', (_what, fields, expected) => {
    expect(whyNeverSucceeds(check(fields)).map(({ field }) => field)).toEqual(expected);
    expect(whyNeverFails(check(fields))).toEqual([]);
  });
});

describe('no real server is ever dead to', () => {
  it.each<Row>([
    ['a file of which nothing is expected', { service: 'ftp', request: 'alive.txt' }, ['receive']],
    ['no file of which nothing is expected', { service: 'ftp' }, ['request', 'receive']],
    ['a file of which nothing is enough', { service: 'ftp', request: 'alive.txt', receive: '(?i)o*' }, ['receive']],
    ['a file that begins and ends', { service: 'ftp', request: 'alive.txt', receive: '^$' }, ['receive']],
    ['mail without a login', { service: 'pop' }, ['service']],
    ['mail over TLS without a login', { service: 'pops' }, ['service']],
  ])('%s', (_what, fields, expected) => {
    expect(whyNeverFails(check(fields)).map(({ field }) => field)).toEqual(expected);
    expect(whyNeverSucceeds(check(fields))).toEqual([]);
  });
});

describe('a real server is alive or dead to', () => {
  it.each<[string, Partial<HealthCheckDocument>]>([
    ['a HEAD', { service: 'http', httpMethod: 'HEAD' }],
    ['a GET that expects a text', { service: 'http', httpMethod: 'GET', receive: 'ok' }],
    ['a proxy with a URL', { service: 'http_proxy', request: 'http://www.example.org/' }],
    ['a mailbox', { service: 'imap' }],
    ['a file', { service: 'ftp', request: 'alive.txt', receive: '(?i)ok' }],
    ['a file that takes years to try', { service: 'ftp', request: 'alive.txt', receive: '(a*|b*){40}c' }],
    ['a database', { service: 'pgsql', login: 'probe', request: 'select 1' }],
    ['names', { service: 'dns', request: 'www.example.org', receive: '192.0.2.1' }],
    ['a line break in a request', { service: 'simpletcp', request: 'PING\\n', receive: '.' }],
    ['a text over TCP', { service: 'simpletcp', request: 'PING' }],
    ['a connection', { type: 'connect', httpMethod: 'HEAD', receive: 'ok' }],
  ])('%s', (_what, fields) => {
    expect([...whyNeverSucceeds(check(fields)), ...whyNeverFails(check(fields))]).toEqual([]);
  });
});
