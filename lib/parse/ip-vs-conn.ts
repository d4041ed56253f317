// Reads rows of /proc/net/ip_vs_conn and ip_vs_conn_sync: hexadecimal addresses and ports, seconds to expiry.
import { printAddress } from '../core/address';
import { printIpv4 } from '../core/ipv4';
import type { Connection } from '../core/views/connections';
import { numberedLines, unreadable, type Parsed } from './parsed';

/** `%08X` or `%pI6`: the kernel prints the one in capitals, the other in small letters, and both whole. */
const ADDRESS = '([0-9A-F]{8}|(?:[0-9a-f]{4}:){7}[0-9a-f]{4})';
const ENDPOINT = `${ADDRESS} ([0-9A-F]{4})`;
/** Words as ip_vs_proto_name() and ip_vs_state_name() make them; a persistence engine adds its name and its data at the end. */
const ROW = new RegExp(
  `^([A-Z]{2,4}|ICMPv6|IP_\\d{1,3}) +${ENDPOINT} ${ENDPOINT} ${ENDPOINT} ([A-Z][A-Z0-9_]*|ERR!|BUG!|\\?) +` +
    '(?:(LOCAL|SYNC) +(0|[1-9]\\d{0,19})|(0|[1-9]\\d{0,19})(?: [a-z]\\w* \\S.*)?)$',
);
const HEADER = /^Pro FromIP +FPrt ToIP +TPrt DestIP +DPrt State +(?:Expires PEName PEData|Origin Expires)$/;
/** Kernels before 4.19 print a timer that has run out as a number below zero without its sign. */
const RAN_OUT = 2 ** 31;

/** The header is optional: a row limit on the director may have taken it away. */
export function parseIpVsConn(text: string): Parsed<Connection[]> {
  const rows: Connection[] = [];
  const diagnostics = numberedLines(text).flatMap((line) => {
    if (isConnectionHeader(line.text)) return [];
    const row = readConnectionRow(line.text);
    if (!row) return [unreadable('ip_vs_conn', line)];
    rows.push(row);
    return [];
  });
  return { value: rows, diagnostics };
}

export function isConnectionHeader(text: string): boolean {
  return HEADER.test(text.trimEnd());
}

/** Undefined when this is not a line that the kernel prints. */
export function readConnectionRow(text: string): Connection | undefined {
  const found = ROW.exec(text.trimEnd());
  if (!found) return undefined;
  const [, protocol = '', from = '', fromPort = '', to = '', toPort = '', dest = '', destPort = '', state = ''] = found;
  if (from.length !== to.length) return undefined;
  const expires = Number(found[10] ?? found[11]);
  return {
    protocol: protocol.toLowerCase(),
    client: endpointOf(from, fromPort),
    virtual: endpointOf(to, toPort),
    realServer: endpointOf(dest, destPort),
    state,
    expiresSeconds: expires < RAN_OUT ? expires : 0,
    ...templateOf(protocol, to, fromPort),
    ...(found[9] !== undefined && { origin: found[9] === 'SYNC' ? ('synced' as const) : ('local' as const) }),
  };
}

/**
 * A template couples a client to a real server: its client port is 0. That of a mark has the protocol word `IP` and the mark
 * in place of the virtual address: all of an IPv4 address, the first 32 bits of an IPv6 one (ip_vs_sched_persist()).
 */
function templateOf(protocol: string, virtual: string, clientPort: string): Pick<Connection, 'kind' | 'mark'> {
  if (protocol === 'IP') return { kind: 'template', mark: Number.parseInt(virtual.replace(':', '').slice(0, 8), 16) };
  return { kind: clientPort === '0000' ? 'template' : 'connection' };
}

/** As printEndpoint() would: this is called for every row. */
function endpointOf(address: string, port: string): string {
  if (address.length === 8) return `${printIpv4(Number.parseInt(address, 16))}:${Number.parseInt(port, 16)}`;
  return `[${printAddress(6, BigInt(`0x${address.replaceAll(':', '')}`))}]:${Number.parseInt(port, 16)}`;
}
