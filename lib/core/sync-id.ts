// The sync daemon's group number, by which a director knows the connections of its own pair.
import type { Address } from './topology';

type Pair = { virtualAddresses: { internal: { address: Address } } };

/**
 * The last byte of the internal virtual address, 1..255, the same on both directors. Of two pairs on one network it tells
 * them apart only where that is no wider than /24: there is one octet, and the kernel takes connections of its number from
 * anybody. Not 0, which takes those of every number.
 */
export function syncIdOf({ virtualAddresses: { internal } }: Pair): number {
  const lastByte = Number(internal.address.value & 0xffn);
  return lastByte === 0 ? 255 : lastByte;
}
