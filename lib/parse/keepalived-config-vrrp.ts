// The VRRP instances of keepalived.conf: who speaks for which addresses on one interface.
import type { Diagnostic } from '../core/diagnostic';
import {
  addressText,
  block,
  count,
  flag,
  oneOf,
  problemAt,
  readFields,
  word,
  type Fields,
} from './keepalived-config-fields';
import type { KeepalivedStatement } from './keepalived-config-tree';

export type VrrpAddress = { address: string; prefixLength: number; interface: string };
/** Always `state BACKUP` and `nopreempt`: a director that comes back does not take traffic away from the one that works. */
export type VrrpInstance = {
  name: string;
  interface: string;
  routerId: number;
  priority: number;
  advertSeconds: number;
  source: string;
  peers: string[];
  addresses: VrrpAddress[];
  /** Held like the others, but not named in adverts, which are of one family and short. */
  excluded: VrrpAddress[];
};

export function readVrrpInstance(
  name: string,
  children: readonly KeepalivedStatement[],
  diagnostics: Diagnostic[],
): VrrpInstance {
  const found: VrrpInstance = {
    name,
    interface: '',
    routerId: 0,
    priority: 0,
    advertSeconds: 1,
    source: '',
    peers: [],
    addresses: [],
    excluded: [],
  };
  const fields: Fields = {
    state: oneOf(['BACKUP'], () => undefined),
    nopreempt: flag(() => undefined),
    interface: word((text) => (found.interface = text)),
    virtual_router_id: count((id) => (found.routerId = id), { from: 1, to: 255 }),
    priority: count((priority) => (found.priority = priority), { from: 1, to: 254 }),
    advert_int: count((seconds) => (found.advertSeconds = seconds), { from: 1, to: 255 }),
    unicast_src_ip: word((text) => (found.source = text)),
    unicast_peer: block(0, (lines) => {
      found.peers = lines.flatMap((line) => readPeer(line, diagnostics));
    }),
    virtual_ipaddress: block(0, (lines) => {
      found.addresses = lines.flatMap((line) => readAddress(line, diagnostics));
    }),
    virtual_ipaddress_excluded: block(0, (lines) => {
      found.excluded = lines.flatMap((line) => readAddress(line, diagnostics));
    }),
  };
  readFields(children, fields, diagnostics);
  return found;
}

function readPeer(line: KeepalivedStatement, diagnostics: Diagnostic[]): string[] {
  const [text = '', ...others] = line.words;
  if (others.length === 0 && !line.children && addressText(text) !== undefined) return [text];
  diagnostics.push(problemAt(line, 'not an address'));
  return [];
}

/** `ADDRESS/LENGTH dev INTERFACE`: without a device keepalived would take the one of the instance, without a length /32. */
function readAddress(line: KeepalivedStatement, diagnostics: Diagnostic[]): VrrpAddress[] {
  const [text = '', dev, device = '', ...others] = line.words;
  const [, address = '', length] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const isRight = dev === 'dev' && device !== '' && others.length === 0 && !line.children;
  if (isRight && length !== undefined && addressText(address) !== undefined) {
    return [{ address, prefixLength: Number(length), interface: device }];
  }
  diagnostics.push(problemAt(line, 'not ADDRESS/LENGTH dev INTERFACE'));
  return [];
}
