// The kernel's schedulers, in words (ipvsadm(8)).
import type { Scheduler, SchedulerFlag } from '@/lib/core/document';

const words: Record<Scheduler, string> = {
  rr: 'round robin',
  wrr: 'weighted round robin',
  lc: 'least connections',
  wlc: 'weighted least connections',
  lblc: 'locality-based least connections',
  lblcr: 'locality-based, with replication',
  dh: 'hash of the destination address',
  sh: 'hash of the source address',
  sed: 'shortest expected delay',
  nq: 'never queue',
  fo: 'fail over: highest weight takes all',
  ovf: 'overflow: highest weight until full',
  mh: 'Maglev hash of the source',
  twos: 'better of two random choices',
};

export const schedulers = Object.entries(words).map(([value, text]) => ({ value, label: `${value}: ${text}` }));

/** The named flags that a scheduler looks at. */
export function flagsOf(scheduler: Scheduler): SchedulerFlag[] {
  if (scheduler === 'sh') return ['sh-fallback', 'sh-port'];
  return scheduler === 'mh' ? ['mh-fallback', 'mh-port'] : [];
}

export const flagWords: Record<SchedulerFlag, string> = {
  'sh-fallback': 'Whoever hashes to a real server of weight 0 gets the next one instead of a refusal.',
  'sh-port': 'The source port goes into the hash: connections of one client spread.',
  'mh-fallback': 'Whoever hashes to a real server of weight 0 gets the next one instead of a refusal.',
  'mh-port': 'The source port goes into the hash: connections of one client spread.',
  'flag-1': 'First bit without a name.',
  'flag-2': 'Second bit without a name.',
  'flag-3': 'Third bit without a name.',
};
