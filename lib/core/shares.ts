// Which part of new connections each real server of a pool can expect from its scheduler, all being up and idle.
import type { Scheduler } from './document';
import type { Pool } from './topology';

/** `share` is from 0 to 1. */
export type RealServerShare = { address: string; weight: number; share: number };

/** These treat every weight above 0 alike (ip_vs_rr.c, ip_vs_lc.c, ip_vs_dh.c). */
const UNWEIGHTED: readonly Scheduler[] = ['rr', 'lc', 'dh'];
/** These fill the real server of the highest weight first (ip_vs_fo.c, ip_vs_ovf.c). */
const HIGHEST_FIRST: readonly Scheduler[] = ['fo', 'ovf'];

export function sharesOf(pool: Pool, scheduler: Scheduler): RealServerShare[] {
  const values = pool.realServers.map(({ weight }, index) => claimOf(pool, scheduler, weight, index));
  const total = values.reduce((sum, value) => sum + value, 0);
  return pool.realServers.map(({ address, weight }, index) => ({
    address: address.text,
    weight,
    share: total === 0 ? 0 : (values[index] ?? 0) / total,
  }));
}

function claimOf({ realServers }: Pool, scheduler: Scheduler, weight: number, index: number): number {
  if (HIGHEST_FIRST.includes(scheduler)) {
    const highest = Math.max(...realServers.map((server) => server.weight));
    return weight > 0 && realServers.findIndex((server) => server.weight === highest) === index ? 1 : 0;
  }
  return UNWEIGHTED.includes(scheduler) ? Math.min(weight, 1) : weight;
}
