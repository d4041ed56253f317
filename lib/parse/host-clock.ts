// Reads the guard's section `clock`: the host's time, age and kernel, and what its cluster daemon says of it.
import { atLine, numberedLines, readCount, unreadable, type Parsed } from './parsed';

export type HostClock = {
  /** Seconds since 1970, cut to whole ones. */
  epochSeconds: number;
  uptimeSeconds: number;
  /** Of an older guard absent, as are the words below. */
  kernel?: string;
  /** `cl_status rscstatus`: all, local, foreign, none, transition. */
  heartbeat?: string;
  /** The state that keepalived has logged last: MASTER, BACKUP, FAULT. */
  vrrp?: string;
};

/** `value` is undefined when time or age is missing. */
export function parseHostClock(text: string): Parsed<HostClock | undefined> {
  const facts = new Map<string, string>();
  const diagnostics = numberedLines(text).flatMap((line) => {
    const [, key, value] = /^([a-z_]+)=(\S+)$/.exec(line.text) ?? [];
    if (key === undefined || value === undefined) return [unreadable('host-clock', line)];
    facts.set(key, value);
    return [];
  });
  const [epochSeconds, uptimeSeconds] = [readCount(facts.get('epoch')), readCount(facts.get('uptime'))];
  if (epochSeconds === undefined || uptimeSeconds === undefined)
    return {
      value: undefined,
      diagnostics: [...diagnostics, atLine(1, 'host-clock.incomplete', 'The host does not say its time and its age.')],
    };
  const words = ['kernel', 'heartbeat', 'vrrp'].flatMap((key) => (facts.has(key) ? [[key, facts.get(key)]] : []));
  return { value: { epochSeconds, uptimeSeconds, ...Object.fromEntries(words) }, diagnostics };
}
