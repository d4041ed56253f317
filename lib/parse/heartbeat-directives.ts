// The directives of ha.cf that this console reads and writes: what each takes, and what must stand before what (ha.cf(5)).
import { parseAddress } from '../core/address';
import { isPort } from '../core/ports';

export const HA_MEDIA: ReadonlySet<string> = new Set(['ucast', 'bcast', 'mcast']);
/** They take effect when they are met: after a medium they would come too late for it. */
const BEFORE_MEDIA: ReadonlySet<string> = new Set(['udpport', 'logfacility', 'use_logd', 'logfile', 'debugfile']);

type ArgumentCheck = (args: readonly string[]) => boolean;

const one =
  (check: (text: string) => boolean): ArgumentCheck =>
  (args) =>
    args.length === 1 && check(args[0] ?? '');
const some =
  (check: (text: string) => boolean): ArgumentCheck =>
  (args) =>
    args.length > 0 && args.every(check);
/** Seconds, or milliseconds with their unit. */
const time = one((text) => /^[1-9]\d{0,8}(ms)?$/.test(text));
const oneWord = one((text) => /^[\w./-]+$/.test(text));

export const HA_DIRECTIVES: ReadonlyMap<string, ArgumentCheck> = new Map<string, ArgumentCheck>([
  ['logfacility', one((text) => /^(none|auth|authpriv|daemon|syslog|user|local[0-7])$/.test(text))],
  ['use_logd', one(isBoolean)],
  ['logfile', oneWord],
  ['debugfile', oneWord],
  ['udpport', one((text) => /^\d+$/.test(text) && isPort(Number(text)))],
  ['uuidfrom', one((text) => text === 'file' || text === 'nodename')],
  ['keepalive', time],
  ['warntime', time],
  ['deadtime', time],
  ['deadping', time],
  ['initdead', time],
  ['ucast', ([device = '', peer = '', ...others]) => isDevice(device) && isIpv4(peer) && others.length === 0],
  ['bcast', some(isDevice)],
  ['mcast', ([device = '', group = '', ...others]) => isDevice(device) && isIpv4(group) && others.length === 3],
  ['auto_failback', one(isBoolean)],
  ['node', some((text) => /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text))],
  ['ping', some(isIpv4)],
  [
    'ping_group',
    ([name = '', ...members]) => /^[A-Za-z]\w*$/.test(name) && members.length > 0 && members.every(isIpv4),
  ],
  ['apiauth', ([name = '', ...lists]) => /^\w+$/.test(name) && lists.length > 0 && lists.every(isAccessList)],
  [
    'respawn',
    ([user = '', program = '', ...args]) =>
      /^[a-z_][\w-]*$/.test(user) && [program, ...args].every(isCommandWord) && program.startsWith('/'),
  ],
]);

/** Answers why the directive stands too late. `earlier`: names of the directives before it. */
export function checkHaOrder(name: string, earlier: readonly string[]): string | undefined {
  const isLate = BEFORE_MEDIA.has(name) && earlier.some((other) => HA_MEDIA.has(other));
  return isLate ? `${name} must stand before the media, heartbeat reads line by line` : undefined;
}

function isBoolean(text: string): boolean {
  return /^(on|off|yes|no|true|false)$/.test(text);
}

function isDevice(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,14}$/.test(text);
}

function isIpv4(text: string): boolean {
  return parseAddress(text).ok && !text.includes(':');
}

function isAccessList(text: string): boolean {
  return /^(uid|gid)=[a-z_][\w-]*(,[a-z_][\w-]*)*$/.test(text);
}

function isCommandWord(text: string): boolean {
  return /^[\w./-]+$/.test(text);
}
