// Is the other director fit to take over now? Each thing that was looked at, with what was found.
import type { Stack } from '../core/document';
import { COUNTED_AS_GONE_MS } from '../core/pair-drift';
import type { Count } from '../core/views/forecast';
import type { FailoverFinding } from '../core/views/failover';
import type { LiveHost, LivePair } from '../core/views/live';

export type FailoverFacts = {
  pair: LivePair;
  stack: Stack;
  now: number;
  /** What is open on this pair, in words. */
  open?: string | undefined;
  /** Entries of the connection tables, where the bounded read saw all of them. */
  entries: { from: Count; to: Count };
};
type Ends = { from: LiveHost; to: LiveHost };
type State = FailoverFinding['state'];

export function endsOf({ hosts, state, active }: LivePair): Ends | undefined {
  const from = hosts.find(({ director }) => director === active);
  const to = hosts.find(({ director }) => director !== active);
  return state === 'one-active' && from && to ? { from, to } : undefined;
}

export function checkFailover(facts: FailoverFacts): FailoverFinding[] {
  const { pair, stack } = facts;
  if (stack === 'single')
    return [finding('stack', 'refused', 'Two directors', 'This topology has one director: nobody can take over.')];
  const ends = endsOf(pair);
  if (!ends) return [finding('roles', 'refused', 'One active director', rolesSentence(pair))];
  const { from, to } = ends;
  return [
    finding('roles', 'ok', 'One active director', `${from.director} holds the virtual addresses, ${to.director} none.`),
    checkReach(to, facts.now),
    checkOpen(facts, ends),
    checkDaemon(to, stack),
    checkRelease(ends),
    checkSync(ends),
    checkEntries(ends, facts.entries),
    checkHealth(ends, stack),
  ];
}

function finding(code: string, state: State, what: string, sentence: string): FailoverFinding {
  return { code, state, what, sentence };
}

function rolesSentence({ state }: LivePair): string {
  if (state === 'both-active') return 'Both directors hold virtual addresses: a failover would make it worse.';
  if (state === 'none-active') return 'No director holds the virtual addresses, so there is nothing to hand over.';
  return 'Who is active is not known, as a director cannot be read.';
}

function checkReach({ director, readAt, problem }: LiveHost, now: number): FailoverFinding {
  const what = 'The standby answers';
  const isOld = readAt === undefined || now - Date.parse(readAt) >= COUNTED_AS_GONE_MS;
  if (problem) return finding('reach', 'refused', what, `${director} cannot be read: ${problem.message}`);
  if (isOld) return finding('reach', 'refused', what, `${director} was not read for 10 s or more.`);
  return finding('reach', 'ok', what, `${director} answers.`);
}

function checkOpen({ open }: FailoverFacts, { from, to }: Ends): FailoverFinding {
  const what = 'Nothing else is under way';
  const busy = [from, to].find(({ release }) => release.transaction !== '');
  if (open !== undefined)
    return finding('open', 'refused', what, `${open} of this pair is open: wait until it has ended.`);
  if (busy)
    return finding('open', 'refused', what, `Transaction ${busy.release.transaction} is open on ${busy.director}.`);
  return finding('open', 'ok', what, 'No deploy and no failover of this pair is open.');
}

function checkDaemon({ director, daemons }: LiveHost, stack: Stack): FailoverFinding {
  const isRunning = daemons[stack] === 'running';
  return finding(
    'daemon',
    isRunning ? 'ok' : 'refused',
    `${stack} runs on the standby`,
    isRunning
      ? `${stack} runs on ${director}.`
      : `${stack} does not run on ${director}: nobody would take the addresses.`,
  );
}

function checkRelease({ from, to }: Ends): FailoverFinding {
  const what = 'The standby equals its release';
  const { director, drift, release } = to;
  if (release.confirmed !== from.release.confirmed)
    return finding(
      'release',
      'warning',
      what,
      `${director} has release ${release.confirmed}, ${from.director} has ${from.release.confirmed}: services may change with the failover.`,
    );
  if (drift.state === 'none')
    return finding('release', 'ok', what, `Kernel and files of ${director} equal release ${release.confirmed}.`);
  const count = drift.items.length + drift.more;
  if (drift.state === 'drift')
    return finding(
      'release',
      'warning',
      what,
      `${director} differs from its release in ${count} ${count === 1 ? 'place' : 'places'}: ${drift.items[0]?.sentence ?? ''}`,
    );
  const why = drift.state === 'settling' ? 'it changed its role just now' : (drift.why ?? 'it was not compared');
  return finding('release', 'warning', what, `Whether ${director} equals its release is not known: ${why}.`);
}

function checkSync({ from, to }: Ends): FailoverFinding {
  const what = 'The sync daemon tells the standby';
  const master = from.syncDaemon.find(({ role }) => role === 'master');
  const backup = to.syncDaemon.find(({ role }) => role === 'backup');
  const break_ = 'established connections break with the failover.';
  if (!master) return finding('sync', 'warning', what, `No sync master runs on ${from.director}: ${break_}`);
  if (!backup) return finding('sync', 'warning', what, `No sync backup runs on ${to.director}: ${break_}`);
  if (master.syncId !== backup.syncId)
    return finding('sync', 'warning', what, `The sync ids differ (${master.syncId} and ${backup.syncId}): ${break_}`);
  return finding('sync', 'ok', what, `Master on ${from.director} and backup on ${to.director}, id ${master.syncId}.`);
}

/** ip_vs_sync.c: a connection is told about from its third packet on (sync_threshold), so a few are always missing. */
function checkEntries({ from, to }: Ends, { from: here, to: there }: FailoverFacts['entries']): FailoverFinding {
  const what = 'The standby knows the connections';
  if (here === 'unknown' || there === 'unknown')
    return finding(
      'entries',
      'unknown',
      what,
      'The connection tables were not read to their end, to spare the directors: how many entries the standby has is not known.',
    );
  if (here === 0) return finding('entries', 'ok', what, `${from.director} has no connection to lose.`);
  const sentence = `${to.director} has ${there} ${there === 1 ? 'entry' : 'entries'}, ${from.director} has ${here}. One of fewer than three packets is not told.`;
  return finding('entries', there * 2 >= here ? 'ok' : 'warning', what, sentence);
}

function checkHealth({ from, to }: Ends, stack: Stack): FailoverFinding {
  const what = 'The standby finds the real servers up';
  if (stack === 'heartbeat')
    return finding(
      'health',
      'unknown',
      what,
      `ldirectord checks them on the active director only: whether ${to.director} reaches them is seen when it takes over. It takes each as up at first.`,
    );
  const hasServer = (host: LiveHost, key: string) =>
    host.services.some((service) => service.key === key && service.realServers.some(({ weight }) => weight > 0));
  const lost = from.services.filter(({ key }) => hasServer(from, key) && !hasServer(to, key)).map(({ key }) => key);
  return lost.length === 0
    ? finding('health', 'ok', what, `Each service with a real server on ${from.director} has one on ${to.director}.`)
    : finding('health', 'warning', what, `On ${to.director} the checks find no real server of ${lost.join(', ')} up.`);
}

/** What a person agrees to. */
export function forecastFailover({ pair, stack, entries }: FailoverFacts): string[] {
  const ends = endsOf(pair);
  if (!ends || stack === 'single') return [];
  const { from, to } = ends;
  const synced = checkSync(ends).state === 'ok';
  const known =
    entries.from === 'unknown' ? 'Connections' : `${entries.from} ${entries.from === 1 ? 'connection' : 'connections'}`;
  return [
    `${from.director} gives the virtual addresses up, ${to.director} takes them. Files, releases and revisions stay as they are.`,
    stack === 'heartbeat'
      ? 'heartbeat stops its resources on one director, then starts them on the other: nothing answers meanwhile, from a few seconds to a minute.'
      : 'keepalived is stopped and started again on the active director; it says so to the other one, which takes over at once (priority 0): about a second or less.',
    synced
      ? `${known}: those that the sync daemon told the other director about go on after the gap, if their masqueraded replies return by the floating internal address.`
      : `${known} break: the sync daemons do not tell the other director.`,
    `The way back is another failover; nothing moves back by itself.`,
  ];
}
