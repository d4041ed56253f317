// Which part of new connections each real server of a pool can expect from its scheduler, all being up and idle.
import type { Scheduler, SchedulerFlag } from './document';
import type { RealServer } from './topology';

/** `share` is from 0 to 1. They add up to less than 1 where a hash can hit a real server that takes nothing. */
export type RealServerShare = { address: string; weight: number; share: number };
type Pooled = { realServers: readonly RealServer[] };

/** These treat every weight above 0 alike (ip_vs_rr.c, ip_vs_lc.c, ip_vs_dh.c). */
const UNWEIGHTED: readonly Scheduler[] = ['rr', 'lc', 'dh'];
/** These fill the real server of the highest weight first (ip_vs_fo.c, ip_vs_ovf.c). */
const HIGHEST_FIRST: readonly Scheduler[] = ['fo', 'ovf'];
/** Their tables have places for real servers of weight 0 too; who hashes to one is refused (ip_vs_dh.c, ip_vs_sh.c). */
const HOLDS_PLACES: readonly Scheduler[] = ['dh', 'sh'];

export function sharesOf(
  { realServers }: Pooled,
  scheduler: Scheduler,
  flags: readonly SchedulerFlag[] = [],
): RealServerShare[] {
  const claims = realServers.map((server, at) => claimOf(realServers, scheduler, server.weight, at));
  const isRefusing = HOLDS_PLACES.includes(scheduler) && !flags.some((flag) => FALLBACK_FLAGS.includes(flag));
  const places = isRefusing ? realServers.map(({ weight }) => placesOf(scheduler, weight)) : claims;
  const total = places.reduce((sum, place) => sum + place, 0);
  return realServers.map(({ address, weight }, at) => ({
    address: address.text,
    weight,
    share: total === 0 ? 0 : (claims[at] ?? 0) / total,
  }));
}

/** IP_VS_SVC_F_SCHED_SH_FALLBACK is the first of the three bits. */
const FALLBACK_FLAGS: readonly SchedulerFlag[] = ['sh-fallback', 'flag-1'];

function placesOf(scheduler: Scheduler, weight: number): number {
  return scheduler === 'dh' ? 1 : Math.max(weight, 1);
}

function claimOf(realServers: readonly RealServer[], scheduler: Scheduler, weight: number, index: number): number {
  if (HIGHEST_FIRST.includes(scheduler)) {
    const highest = Math.max(...realServers.map((server) => server.weight));
    return weight > 0 && realServers.findIndex((server) => server.weight === highest) === index ? 1 : 0;
  }
  return UNWEIGHTED.includes(scheduler) ? Math.min(weight, 1) : weight;
}

/** What decides which real server one connection gets, for people. */
export function describeScheduler(scheduler: Scheduler, flags: readonly SchedulerFlag[] = []): string {
  const isByPort = flags.some((flag) => flag === 'sh-port' || flag === 'mh-port' || flag === 'flag-2');
  return DESCRIPTIONS[scheduler].replace('client', isByPort ? 'client and its port' : 'client');
}

const DESCRIPTIONS: Record<Scheduler, string> = {
  rr: 'one after the other, whatever the weight',
  wrr: 'one after the other, as often as the weight says',
  lc: 'who has the fewest connections, whatever the weight',
  wlc: 'who has the fewest connections for its weight',
  lblc: 'who had this destination before, else who has the fewest connections for its weight',
  lblcr: 'one of those that had this destination before, else who has the fewest connections for its weight',
  dh: 'by a hash of the destination: one address always has the same real server',
  sh: 'by a hash of the client, which always has the same real server',
  sed: 'who is expected to answer soonest for its weight',
  nq: 'who is idle, else who is expected to answer soonest for its weight',
  fo: 'the highest weight, until it is down',
  ovf: 'the highest weight, until it has as many active connections as its weight, then the next',
  mh: 'by a Maglev hash of the client, which keeps its real server when others come and go',
  twos: 'the less loaded of two drawn by weight',
};
