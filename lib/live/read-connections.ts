// A bounded look at a director's connection table: reading it whole is quadratic on most kernels (lab.md).
import { createGroupFinder, type GroupFinder } from '../core/find-group';
import { parseAddress } from '../core/address';
import type { Family, Packet, Topology } from '../core/topology';
import type { Connection, ConnectionFilter, ConnectionPage, NamedConnection } from '../core/views/connections';
import type { GuardFrame } from '../parse/guard-frames';
import { parseIpVsConn } from '../parse/ip-vs-conn';
import { parseEndpoint } from '../parse/ipvs-text';
import { framesOf, type GuardFrames, type GuardHost } from '../ssh/guard-host';
import { createConnectionCounter } from './count-connections';
import { termsOf } from './connection-terms';

const READ_MS = 20_000;
export const NO_FILTER: ConnectionFilter = {
  ...{ client: '', virtual: '', realServer: '', port: '', state: '', origin: '' },
};

/** The group of a row, by the topology that was deployed last: its mark is in no row but those of templates. */
export type NameGroup = (row: Connection) => string | undefined;
export type Look = { limit: number; boundMs: number; filter: ConnectionFilter; nameGroup?: NameGroup };

/** Throws ServiceError('invalid') for a filter that is none. */
export async function readConnections(host: GuardHost, look: Look): Promise<Omit<ConnectionPage, 'forecast'>> {
  const { limit, boundMs, filter, nameGroup = () => undefined } = look;
  const args = [String(limit), String(boundMs), ...termsOf(filter)];
  const readAt = new Date().toISOString();
  const { stdout } = await host.guard('connections', args, { timeoutMs: READ_MS });
  const head = { director: host.name, readAt, boundMs };
  const frames = framesOf(host.name, stdout, ['count', 'rows']);
  // No table: the module is not loaded.
  if (frames.get('count')?.status !== 0 || frames.get('rows')?.status !== 0)
    return { ...head, ...NOTHING, reason: 'This director has no connection table: IPVS is not loaded.' };
  return { ...head, ...toPage(host.name, stdout, nameGroup) };
}

const NOTHING = {
  ...{ rows: [], total: 0, seen: 0, found: 0, odd: 0, diagnostics: [], isWhole: true, tookMs: 0, cpuMs: 0 },
  counts: createConnectionCounter().counts(false),
};

function toPage(name: string, stdout: string, nameGroup: NameGroup) {
  const frames = framesOf(name, stdout, ['count', 'began', 'rows', 'cells', 'nets', 'seen', 'ended', 'cpu']);
  const text = (section: string) => frames.get(section)?.text ?? '';
  const { value, diagnostics } = parseIpVsConn(text('rows'));
  const seen = numbersOf(text('seen'));
  const counter = createConnectionCounter();
  for (const line of text('cells').split('\n')) {
    const cell = readCell(line);
    if (cell) counter.addCell({ ...cell.row, ...named(cell.row, nameGroup), count: cell.count });
  }
  for (const line of text('nets').split('\n')) {
    const [count = '', net = ''] = line.split(' ');
    if (net !== '') counter.addNetwork(printNetwork(net), Number(count));
  }
  return {
    rows: value.map((row) => ({ ...row, ...named(row, nameGroup) })),
    total: Number(text('count').trim()),
    ...{ seen: seen.get('seen') ?? 0, found: seen.get('found') ?? 0, odd: (seen.get('odd') ?? 0) + diagnostics.length },
    isWhole: text('seen').includes('whole=yes\n'),
    counts: counter.counts((seen.get('more_cells') ?? 0) + (seen.get('more_nets') ?? 0) > 0),
    diagnostics: diagnostics.slice(0, 5).map(({ message }) => message),
    tookMs: Math.round((upOf(frames.get('ended')) - upOf(frames.get('began'))) * 1000),
    cpuMs: cpuMsOf(frames),
    reason: '',
  };
}

function named(row: Connection, nameGroup: NameGroup): Pick<NamedConnection, 'group'> {
  const group = nameGroup(row);
  return group === undefined ? {} : { group };
}

/** `COUNT PROTOCOL TO TPRT DEST DPRT STATE ORIGIN`: as a row of the unspecified client, so that there is one reader of rows. */
function readCell(line: string): { row: Connection; count: number } | undefined {
  const [, count, protocol = '', rest = '', state = '', origin = ''] =
    /^(\d+) (\S+) (\S+ \S{4} \S+ \S{4}) (\S+) (\S+)$/.exec(line) ?? [];
  if (count === undefined) return undefined;
  const client = rest.includes(':') ? '0000:0000:0000:0000:0000:0000:0000:0000' : '00000000';
  const port = protocol === 'IP' || / 0000 \S+ 0000$/.test(rest) ? '0000' : 'FFFF';
  const [row] = parseIpVsConn(`${protocol.padEnd(3)} ${client} ${port} ${rest} ${state} ${origin} 0\n`).value;
  return row && { row, count: Number(count) };
}

/** The first bytes of an address as `/24` or `/64`, as the guard cuts them. */
function printNetwork(start: string): string {
  if (!start.includes(':'))
    return `${(start.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.')}.0/24`;
  const parsed = parseAddress(`${start}::`);
  return `${parsed.ok ? parsed.value.text : start}/64`;
}

function numbersOf(text: string): Map<string, number> {
  return new Map([...text.matchAll(/^(\w+)=(\d+)$/gm)].map(([, key = '', value]) => [key, Number(value)]));
}

function upOf(frame: GuardFrame | undefined): number {
  return Number(/^[\d.]+/.exec(frame?.text ?? '')?.[0] ?? 0);
}

/** Of the shell and everything that it started: the two lines of POSIX `times`, user and system time each. */
export function cpuMsOf(frames: GuardFrames): number {
  const times = [...(frames.get('cpu')?.text ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  return Math.round(
    times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0),
  );
}

/** `director`: whose external interface the clients come from. */
export function groupNamer(topology: Topology, director: string): NameGroup {
  const find = createGroupFinder(topology);
  const known = new Map<string, string | undefined>();
  const hasSources = topology.groups.some(({ matches }) => matches.some(({ source }) => source !== undefined));
  return (row) => {
    const familyOf = (text: string): Family => (text.startsWith('[') ? 6 : 4);
    if (row.mark !== undefined)
      return topology.groups.find(
        ({ mark, matches }) =>
          mark === row.mark && matches.some(({ range }) => range.interval.family === familyOf(row.virtual)),
      )?.name;
    const key = `${row.protocol} ${row.virtual}${hasSources ? ` ${row.client}` : ''}`;
    if (!known.has(key)) {
      if (known.size > 100_000) known.clear();
      known.set(key, find({ ...packetOf(row), director })?.name);
    }
    return known.get(key);
  };
}

function packetOf({ protocol, client, virtual }: Connection): Parameters<GroupFinder>[0] {
  const [from, to] = [parseEndpoint(client), parseEndpoint(virtual)];
  const address = (text: string | undefined) => {
    const parsed = parseAddress(text ?? '');
    return parsed.ok ? parsed.value : undefined;
  };
  const [source, destination] = [address(from?.address), address(to?.address)];
  const packet: Partial<Packet> = { ...(source && { source }), ...(to && { destinationPort: to.port }) };
  return {
    ...packet,
    destination: destination ?? { family: 4, value: 0n, text: '0.0.0.0' },
    protocol: protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp',
  };
}
