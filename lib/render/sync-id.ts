// The sync daemon's group number of a pair.
import { syncIdOfAddress } from '../core/sync-id';
import type { Topology } from '../core/topology';

export function syncIdOf({ virtualAddresses: { internal } }: Topology): number {
  return syncIdOfAddress(internal.address);
}
