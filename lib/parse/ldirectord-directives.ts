// The directives of ldirectord.cf that this console reads and writes, where they may stand and what their values look like (lvs.md 3.2).
import { parseAddress } from '../core/address';
import { failure, success, type Attempt } from '../core/attempt';
import { isPort } from '../core/ports';

export type DirectiveKind = 'count' | 'port' | 'yes-no' | 'quoted' | 'word' | 'flags' | 'program' | 'netmask';
type Place = 'global' | 'virtual';
type Grammar = { where: Place[]; kind: DirectiveKind; values?: string[] };

const both: Place[] = ['global', 'virtual'];
const CHECK_TYPES = ['connect', 'negotiate', 'ping', 'on', 'off', 'external'];
const SERVICES =
  'dns ftp http https http_proxy imap imaps ldap ldaps mysql nntp none oracle pgsql pop pops radius simpletcp sip smtp submission';

export const LDIRECTORD_DIRECTIVES: ReadonlyMap<string, Grammar> = new Map<string, Grammar>([
  ['checktimeout', { where: both, kind: 'count' }],
  ['negotiatetimeout', { where: both, kind: 'count' }],
  ['checkinterval', { where: ['global'], kind: 'count' }],
  ['failurecount', { where: both, kind: 'count' }],
  ['autoreload', { where: ['global'], kind: 'yes-no' }],
  ['logfile', { where: ['global'], kind: 'quoted' }],
  ['quiescent', { where: both, kind: 'yes-no' }],
  ['readdquiescent', { where: ['global'], kind: 'yes-no' }],
  ['cleanstop', { where: both, kind: 'yes-no' }],
  ['fork', { where: ['global'], kind: 'yes-no' }],
  ['scheduler', { where: ['virtual'], kind: 'word' }],
  ['schedflags', { where: ['virtual'], kind: 'flags' }],
  ['persistent', { where: ['virtual'], kind: 'count' }],
  ['netmask', { where: ['virtual'], kind: 'netmask' }],
  ['protocol', { where: ['virtual'], kind: 'word', values: ['fwm'] }],
  ['checktype', { where: ['virtual'], kind: 'word', values: CHECK_TYPES }],
  ['checkcommand', { where: ['virtual'], kind: 'program' }],
  ['checkport', { where: ['virtual'], kind: 'port' }],
  ['service', { where: ['virtual'], kind: 'word', values: SERVICES.split(' ') }],
  ['request', { where: ['virtual'], kind: 'quoted' }],
  ['receive', { where: ['virtual'], kind: 'quoted' }],
  ['virtualhost', { where: ['virtual'], kind: 'quoted' }],
  ['httpmethod', { where: ['virtual'], kind: 'word', values: ['GET', 'HEAD'] }],
  ['database', { where: ['virtual'], kind: 'quoted' }],
  ['login', { where: ['virtual'], kind: 'quoted' }],
  ['passwd', { where: ['virtual'], kind: 'quoted' }],
]);

/** The value without quotes, or why the directive does not take it. */
export function readDirectiveValue(name: string, text: string): Attempt<string> {
  const grammar = LDIRECTORD_DIRECTIVES.get(name);
  if (!grammar) return failure('not a directive that the console knows');
  const { kind, values } = grammar;
  if (values && !values.includes(text)) return failure(`"${text}" is not one of ${values.join(', ')}`);
  if (kind === 'quoted') {
    const [, inner] = /^"([^"]+)"$/.exec(text) ?? [];
    return inner === undefined ? failure('must be a text in double quotes without a quote in it') : success(inner);
  }
  return isPlainValue(kind, text) ? success(text) : failure(`"${text}" is not a ${kind}`);
}

function isPlainValue(kind: Exclude<DirectiveKind, 'quoted'>, text: string): boolean {
  if (kind === 'yes-no') return text === 'yes' || text === 'no';
  if (kind === 'word') return /^[A-Za-z_]+$/.test(text);
  if (kind === 'flags') return /^[a-z]+-[a-z1-3]+(,[a-z]+-[a-z1-3]+)*$/.test(text);
  if (kind === 'program') return /^(\/[\w.-]+)+$/.test(text);
  if (kind === 'netmask') return isNetmask(text);
  if (!/^[1-9]\d{0,9}$/.test(text)) return false;
  return kind === 'count' || isPort(Number(text));
}

/** Dotted for IPv4, a prefix length for IPv6. */
function isNetmask(text: string): boolean {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text) <= 128;
  return parseAddress(text).ok && !text.includes(':');
}
