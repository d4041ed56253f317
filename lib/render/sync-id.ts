// The sync daemon's group number: the same on both directors, and another one for another pair on the same network.
import type { Topology } from '../core/topology';

/**
 * The last byte of the internal virtual address, 1..255: two pairs on one internal network have different ones there.
 * Not 0, which takes messages of every group.
 */
export function syncIdOf({ virtualAddresses: { internal } }: Topology): number {
  const lastByte = Number(internal.address.value & 0xffn);
  return lastByte === 0 ? 255 : lastByte;
}
