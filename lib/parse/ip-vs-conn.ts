// Reads rows of /proc/net/ip_vs_conn: hexadecimal addresses and ports, seconds to expiry.
import { addressAt, printEndpoint } from '../core/address';
import type { Connection } from '../core/views/live';
import type { Address } from '../core/topology';
import { numberedLines, unreadable, type NumberedLine, type Parsed } from './parsed';

const ROW = /^(\S+)\s+(\S+) ([0-9A-F]{4}) (\S+) ([0-9A-F]{4}) (\S+) ([0-9A-F]{4}) (\S+)\s+(\d+)(?:\s.*)?$/i;

/** The header is optional: a row limit on the director may have taken it away. */
export function parseIpVsConn(text: string): Parsed<Connection[]> {
  const rows: Connection[] = [];
  const diagnostics = numberedLines(text).flatMap((line) => {
    if (/^Pro FromIP\s/.test(line.text)) return [];
    const row = readRow(line);
    if (!row) return [unreadable('ip_vs_conn', line)];
    rows.push(row);
    return [];
  });
  return { value: rows, diagnostics };
}

function readRow({ text }: NumberedLine): Connection | undefined {
  const [
    ,
    protocol = '',
    from = '',
    fromPort = '',
    to = '',
    toPort = '',
    dest = '',
    destPort = '',
    state = '',
    expires = '',
  ] = ROW.exec(text.trim()) ?? [];
  const [client, virtual, realServer] = [readAddress(from), readAddress(to), readAddress(dest)];
  if (!client || !virtual || !realServer) return undefined;
  return {
    protocol: protocol.toLowerCase(),
    client: printEndpoint(client, Number.parseInt(fromPort, 16)),
    virtual: printEndpoint(virtual, Number.parseInt(toPort, 16)),
    realServer: printEndpoint(realServer, Number.parseInt(destPort, 16)),
    state,
    expiresSeconds: Number(expires),
    ...templateOf(protocol, virtual, fromPort),
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
  const groups = text.replace(/^\[|\]$/g, '');
  return /^([0-9a-f]{4}:){7}[0-9a-f]{4}$/i.test(groups)
    ? addressAt(6, BigInt(`0x${groups.replaceAll(':', '')}`))
    : undefined;
}
