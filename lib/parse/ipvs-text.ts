// Words that all views of ipvsadm share: service keys, marks, end points.
import type { IpvsService } from '../core/kernel-state';
import { parseAddress, printEndpoint } from '../core/address';

export type Endpoint = { address: string; port: number; family: 4 | 6 };

/** `192.0.2.1:80` or `[2001:db8::1]:80`, numeric (`-n`). */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, bracketed, plain, portText] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? plain ?? '');
  const port = Number(portText);
  if (!address.ok || port > 65535 || (bracketed === undefined) !== (address.value.family === 4)) return undefined;
  return { address: address.value.text, port, family: address.value.family };
}

/** ipvsadm prints a mark as a signed number; `wasNegative` says that it had to be put right. */
export function parseMark(text: string): { mark: number; wasNegative: boolean } | undefined {
  if (!/^-?\d{1,10}$/.test(text)) return undefined;
  const signed = Number(text);
  return signed >= -(2 ** 31) && signed < 2 ** 32 ? { mark: signed >>> 0, wasNegative: signed < 0 } : undefined;
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
