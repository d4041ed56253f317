// Reads rows of /proc/net/ip_vs_conn and ip_vs_conn_sync: hexadecimal addresses and ports, seconds to expiry.
import { addressAt, printEndpoint } from '../core/address';
import type { Connection } from '../core/views/connections';
import type { Address } from '../core/topology';
import { numberedLines, unreadable, type Parsed } from './parsed';

/** Words as ip_vs_proto_name() and ip_vs_state_name() make them; a persistence engine adds its name and its data at the end. */
const ROW =
  /^([A-Z][A-Za-z0-9]*(?:_\d+)?) +(\S+) ([0-9A-Fa-f]{4}) (\S+) ([0-9A-Fa-f]{4}) (\S+) ([0-9A-Fa-f]{4}) ([A-Z][A-Z0-9_]*|ERR!|BUG!|\?) +(?:(LOCAL|SYNC) +(\d{1,20})|(\d{1,20})(?: [a-z]\w* \S.*)?)$/;
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
  const [client, virtual, realServer] = [readAddress(from), readAddress(to), readAddress(dest)];
  if (!client || !virtual || !realServer || client.family !== virtual.family) return undefined;
  const expires = Number(found[10] ?? found[11]);
  return {
    protocol: protocol.toLowerCase(),
    client: printEndpoint(client, Number.parseInt(fromPort, 16)),
    virtual: printEndpoint(virtual, Number.parseInt(toPort, 16)),
    realServer: printEndpoint(realServer, Number.parseInt(destPort, 16)),
    state,
    expiresSeconds: expires < RAN_OUT ? expires : 0,
    ...templateOf(protocol, virtual, fromPort),
    ...(found[9] !== undefined && { origin: found[9] === 'SYNC' ? ('synced' as const) : ('local' as const) }),
  };
}

/**
 * A template couples a client to a real server: its client port is 0. That of a mark has the protocol word `IP` and the mark
 * in place of the virtual address: all of an IPv4 address, the first 32 bits of an IPv6 one (ip_vs_sched_persist()).
 */
function templateOf(protocol: string, virtual: Address, clientPort: string): Pick<Connection, 'kind' | 'mark'> {
  if (protocol === 'IP') {
    return { kind: 'template', mark: Number(virtual.family === 4 ? virtual.value : virtual.value >> 96n) };
  }
  return { kind: clientPort === '0000' ? 'template' : 'connection' };
}

function readAddress(text: string): Address | undefined {
  if (/^[0-9A-F]{8}$/i.test(text)) return addressAt(4, BigInt(`0x${text}`));
  return /^([0-9a-f]{4}:){7}[0-9a-f]{4}$/i.test(text)
    ? addressAt(6, BigInt(`0x${text.replaceAll(':', '')}`))
    : undefined;
}
