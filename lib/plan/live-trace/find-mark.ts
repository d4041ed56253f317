// One packet looked up in a map from addresses (and ports) to marks, as the kernel does it: the narrowest entry answers.
import type { Packet } from '../../core/topology';
import type { MarkMap } from '../../parse/mark-map';

export function findMark(map: MarkMap, packet: Packet): number | undefined {
  const { destination, protocol, destinationPort: port } = packet;
  if (map.family !== destination.family) return undefined;
  const address = map.family === 4 ? Number(destination.value) : destination.value;
  let best: { at: number; size: bigint } | undefined;
  for (const [at, first] of map.firsts.entries()) {
    const last = map.lasts[at] ?? first;
    if (address < first || last < address) continue;
    if (map.kind === 'address-port') {
      if (map.protocols[at] !== protocol || port === undefined) continue;
      if (port < (map.firstPorts[at] ?? 0) || (map.lastPorts[at] ?? 0) < port) continue;
    }
    const size = BigInt(last) - BigInt(first);
    if (!best || size < best.size) best = { at, size };
  }
  return best && map.marks[best.at];
}
