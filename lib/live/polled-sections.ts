// The sections of `guard read` that a poller asks for: which at every round, and which every few rounds.
import { FILE_SECTION } from '../plan/observed-host';

/** What moves with every packet and every failover. */
export const FAST = [
  'status',
  'addresses',
  'ipvs',
  'ipvs-list',
  'ipvs-stats',
  'ipvs-rate',
  'ipvs-daemon',
  'firewall',
  'firewall6',
  'daemons',
];
/** Also at every round, where the console's own rules are in there: as `firewall` is elsewhere. */
export const NFTABLES = 'nftables';
/** Likewise: a flushed set is a flushed rule. */
export const SETS = 'sets';
/** What only an administrator changes, and listings that say again what `firewall` says: read every few rounds, to keep the director's load low. */
export const SLOW = [
  'mangle-list',
  'nat-list',
  'policy-rules',
  'policy-rules6',
  'routes',
  'routes6',
  SETS,
  NFTABLES,
  'sysctls',
  'modules',
  'clock',
  FILE_SECTION,
];
export const POLLED_SECTIONS: readonly string[] = [...FAST, ...SLOW];
