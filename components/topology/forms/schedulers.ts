// The kernel's schedulers, in words (ipvsadm(8)).
import type { Scheduler } from '@/lib/core/document';

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
