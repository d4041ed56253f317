// The number by which the sync daemons of a pair know each other.
import { ADDRESS_BITS, printInterval } from '../address';
import { warning } from '../diagnostic';
import { syncIdOf } from '../sync-id';
import type { Check } from './check';

/** One byte of the address cannot tell more pairs apart than a /24 has addresses. */
const TOLD_APART_BITS = 8;

export const checkSyncId: Check = ({ document, virtualAddresses: { internal } }) => {
  if (document.stack === 'single' || !internal) return [];
  const { address, network, prefixLength } = internal;
  if (ADDRESS_BITS[address.family] - prefixLength <= TOLD_APART_BITS) return [];
  const id = syncIdOf({ virtualAddresses: { internal } });
  const lastByte = id === 255 ? '255 or 0' : String(id);
  const message = `The sync daemons use id ${id}, the last byte of the internal virtual address ${address.text}, and ${printInterval(network)} has room for more pairs than that tells apart: another pair there whose internal virtual address ends in the byte ${lastByte} would mix its connections with those of this one.`;
  const hint = `Let no other pair on ${printInterval(network)} have sync id ${id}.`;
  return [warning('sync-id.not-unique', ['virtualAddresses', 'internal'], message, hint)];
};
