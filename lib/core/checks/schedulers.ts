// Schedulers, their flags and one-packet scheduling: what the kernel would take without a word and then not do.
import { error, warning, type Diagnostic } from '../diagnostic';
import type { Scheduler, SchedulerFlag } from '../document';
import { doesMasq } from '../forwardings';
import { duplicatesOf, poolOf, type Check } from './check';

/** The named flags are the first two of the three bits, by scheduler (ip_vs.h). */
const FLAGS: Partial<Record<Scheduler, readonly SchedulerFlag[]>> = {
  sh: ['sh-fallback', 'sh-port', 'flag-1', 'flag-2'],
  mh: ['mh-fallback', 'mh-port', 'flag-1', 'flag-2'],
};

export const checkSchedulerFlags: Check = ({ document }) =>
  document.groups.flatMap(({ name, scheduler, schedulerFlags = [] }, group) => [
    ...schedulerFlags.flatMap((flag, at) => checkFlag(name, scheduler, flag, ['groups', group, 'schedulerFlags', at])),
    ...duplicatesOf(schedulerFlags, (flag) => flag).map(({ value, index }) =>
      warning(
        'scheduler.flag-duplicate',
        ['groups', group, 'schedulerFlags', index],
        `Group "${name}" names the flag ${value} twice.`,
        'Remove one of the two.',
      ),
    ),
  ]);

function checkFlag(name: string, scheduler: Scheduler, flag: SchedulerFlag, path: (string | number)[]): Diagnostic[] {
  if (FLAGS[scheduler]?.includes(flag)) return [];
  if (flag.startsWith('flag-')) {
    const message = `Scheduler ${scheduler} of group "${name}" knows no ${flag}: the bit is stored and never looked at.`;
    return [warning('scheduler.flag-unused', path, message, 'Remove the flag.')];
  }
  const owner = flag.slice(0, 2);
  const message = `Flag ${flag} of group "${name}" belongs to scheduler ${owner}, and the group has ${scheduler}.`;
  return [error('scheduler.flag-unfit', path, message, `Use scheduler ${owner}, or remove the flag.`)];
}

/** ip_vs_ovf.c counts active connections, and UDP has none. */
export const checkOverflowScheduler: Check = ({ document, matches }) =>
  document.groups.flatMap(({ name, scheduler }, index) => {
    const takesUdp = matches[index]?.some((match) => match?.protocol === 'udp' || match?.protocol === 'any');
    if (scheduler !== 'ovf' || takesUdp !== true) return [];
    const message = `Scheduler ovf of group "${name}" counts active connections, and UDP has none: all UDP goes to the real server of the highest weight.`;
    return [warning('scheduler.overflow-udp', ['groups', index, 'scheduler'], message, 'Use wlc or wrr for UDP.')];
  });

/** The kernel looks at the flag for UDP only; ldirectord does not pass it on for a mark (lvs.md 3.2, 4.5). */
export const checkOnePacket: Check = ({ document }) =>
  document.groups.flatMap(({ name, onePacket, matches }, index): Diagnostic[] => {
    if (onePacket !== true) return [];
    const path = ['groups', index, 'onePacket'];
    const other = matches.find(({ protocol }) => protocol !== 'udp');
    if (other) {
      const message = `Group "${name}" schedules single packets, which is for UDP only, but it matches protocol ${other.protocol}.`;
      return [error('one-packet.not-udp', path, message, 'Make a group of its own for udp.')];
    }
    if (document.stack === 'keepalived') return [];
    const message = `ldirectord of stack "${document.stack}" does not pass one-packet scheduling on for a firewall mark, so group "${name}" would not have it.`;
    return [error('one-packet.not-in-stack', path, message, 'Use stack: keepalived, or remove it.')];
  });

/** ip_vs_conn_hash() leaves a connection of one packet out of the table, where ip_vs_out() looks for that of a reply. */
export const checkOnePacketReplies: Check = (resolution) =>
  resolution.document.groups.flatMap(({ name, onePacket }, index) => {
    const pool = poolOf(resolution, index);
    if (onePacket !== true || !pool || !doesMasq(pool)) return [];
    const isMasq = pool.forwarding === 'masq';
    const who = isMasq ? `pool "${pool.name}"` : `the fallback of pool "${pool.name}"`;
    const message = `Group "${name}" schedules single packets, of which the kernel keeps no connection, and ${who} is masq: a reply would keep the real server's address as its source, and no client takes it.`;
    const hint = `Use forwarding gate or ipip for ${isMasq ? 'the pool' : 'the fallback'}, or remove onePacket.`;
    return [error('one-packet.under-masq', ['groups', index, 'onePacket'], message, hint)];
  });
