// For tests: random requests of the lab's client, what the trace predicts for them, and what IPVS counted.
import { parseAddress, printAddress } from '../core/address';
import type { Address, Topology, VirtualRange } from '../core/topology';
import { tracePacket, type Trace } from '../core/trace';
import type { Lab } from '../lab/lab';
import { clientNet } from '../lab/layout';
import { parseIpvsadmStatistics } from '../parse/ipvsadm-statistics';

/** `known`: 80 and 443 are what the real servers answer on; the rest they refuse, which is a connection all the same. */
const TARGETS = [
  { scheme: 'http', ports: [80, 80, 443, 443, 81, 8000, 8080, 8999, 9000, 22] },
  { scheme: 'udp', ports: [53, 5353] },
] as const;

export type Request = { url: string; trace: Trace; key: string | undefined };

/** A small generator with a seed, so that a failed run can be had again. */
export function openDice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One for each group, so that none is left out, then over all ranges alike, so that the dark ones get their part. */
export function drawRequests(topology: Topology, count: number, dice: (below: number) => number): Request[] {
  const certain = topology.groups.flatMap(({ matches: [match] }) => {
    if (!match) return [];
    const port = match.ports === 'all' ? 80 : (match.ports[0]?.first ?? 80);
    return [requestTo(topology, drawAddress(match.range, dice), 'http', port)];
  });
  const drawn = Array.from({ length: count - certain.length }, (_, at) => {
    const range = topology.ranges[at % topology.ranges.length];
    if (!range) throw new Error('a topology without ranges');
    const { scheme, ports } = TARGETS[dice(5) === 0 ? 1 : 0];
    return requestTo(topology, drawAddress(range, dice), scheme, ports[dice(ports.length)] ?? 80);
  });
  return [...certain, ...drawn];
}

function drawAddress({ interval: { family, first, last } }: VirtualRange, dice: (below: number) => number): string {
  const size = last - first + 1n;
  const offset = Array.from({ length: 8 }, () => BigInt(dice(0x1_0000))).reduce((all, part) => (all << 16n) | part, 0n);
  return printAddress(family, first + (offset % size));
}

export function requestTo(topology: Topology, address: string, scheme: 'http' | 'udp', port: number): Request {
  const destination = mustAddress(address);
  const packet = {
    source: mustAddress(destination.family === 4 ? clientNet.client : clientNet.client6),
    destination,
    protocol: scheme === 'udp' ? ('udp' as const) : ('tcp' as const),
    destinationPort: port,
    interface: 'eth0',
  };
  const trace = tracePacket(topology, packet);
  const key = trace.pool === null ? undefined : `fwm${destination.family === 6 ? '6' : ''}:${trace.mark}`;
  const host = destination.family === 6 ? `[${address}]` : address;
  return { url: `${scheme}://${host}:${port}/`, trace, key };
}

function mustAddress(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(`${text} is no address`);
  return parsed.value;
}

/** Connections by virtual service, those without any too. */
export function predictConnections({ groups }: Topology, requests: readonly Request[]): Record<string, number> {
  const keys = groups.map(({ mark, matches }) => `fwm${matches[0]?.range.interval.family === 6 ? '6' : ''}:${mark}`);
  return Object.fromEntries(keys.map((key) => [key, requests.filter((request) => request.key === key).length]));
}

/** The kernel adds its counters up every 2 s (ip_vs_est.c): what is read sooner may be from before the last request. */
const COUNTED_AFTER_MS = 3_000;

/** Connections that were scheduled since the table was made, by virtual service. */
export async function readConnections(lab: Lab, director: string): Promise<Record<string, number>> {
  await new Promise((resolve) => setTimeout(resolve, COUNTED_AFTER_MS));
  const { code, stdout, stderr } = await lab.exec(director, ['ipvsadm', '-Ln', '--stats', '--exact']);
  const { value, diagnostics } = parseIpvsadmStatistics(stdout);
  if (code !== 0 || diagnostics.length > 0) throw new Error(`counters of ${director}: ${stderr}${stdout}`);
  const services = value.filter(({ realServer }) => realServer === undefined);
  return Object.fromEntries(services.map(({ key, connections }) => [key, connections]));
}

export const subtract = (later: Record<string, number>, earlier: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(later).map(([key, count]) => [key, count - (earlier[key] ?? 0)]));
