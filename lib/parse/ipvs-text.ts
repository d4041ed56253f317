// Words that all views of ipvsadm share: service keys, marks, end points.
import type { IpvsService } from '../core/kernel-state';
import { parseAddress, printEndpoint } from '../core/address';
import { parseIpv4 } from '../core/ipv4';
import { readCount } from './parsed';

export type Endpoint = { address: string; port: number; family: 4 | 6 };

/** `192.0.2.1:80` or `[2001:db8::1]:80`, numeric (`-n`). */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, bracketed, plain, portText] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? plain ?? '');
  const port = readCount(portText, 65535);
  if (!address.ok || port === undefined || (bracketed === undefined) !== (address.value.family === 4)) return undefined;
  return { address: address.value.text, port, family: address.value.family };
}

/** ipvsadm prints a mark as a signed number; `wasNegative` says that it had to be put right. */
export function parseMark(text: string): { mark: number; wasNegative: boolean } | undefined {
  if (!/^(?:0|-?[1-9]\d{0,9})$/.test(text)) return undefined;
  const signed = Number(text);
  return signed >= -(2 ** 31) && signed < 2 ** 32 ? { mark: signed >>> 0, wasNegative: signed < 0 } : undefined;
}

/** A scheduler, one of its flags, or a persistence engine. */
export function isIpvsName(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,31}$/.test(text);
}

/** `255.255.255.0`, for IPv6 the number of bits. */
export function isNetmask(text: string, family: 4 | 6): boolean {
  return family === 4 ? parseIpv4(text) !== undefined : (readCount(text, 128) ?? 0) > 0;
}

export function markKey(mark: number, family: 4 | 6): string {
  return family === 4 ? `fwm:${mark}` : `fwm6:${mark}`;
}

/** `tcp:192.0.2.1:80`, `udp:[2001:db8::1]:53`. */
export function endpointKey(protocol: string, { address, port, family }: Endpoint): string {
  return `${protocol}:${printEndpoint({ family, text: address, value: 0n }, port)}`;
}

export function emptyService(key: string, family: 4 | 6, mark?: number): IpvsService {
  return { key, ...(mark !== undefined && { mark }), family, scheduler: '', flags: [], realServers: [] };
}
