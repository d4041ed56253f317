// One poller of one director: reads, publishes, and keeps the last good data when a read fails.
import { HostError } from '../core/errors';
import { neverRead } from '../core/never-read';
import type { LiveHost } from '../core/views/live';
import type { GuardFrame } from '../parse/guard-frames';
import type { GuardFrames, GuardHost } from '../ssh/guard-host';
import { readChangedFiles } from '../deploy/read-changed-files';
import { parseGuardStatus } from '../parse/guard-status';
import { parseManagedFiles } from '../parse/managed-files';
import { needsOf } from '../plan/host-needs';
import { FILE_SECTION, toObservedHost } from '../plan/observed-host';
import { FAST, NFTABLES, SETS, SLOW } from './polled-sections';
import type { Reading } from './last-readings';
import { systemOf, toLiveHost, type LiveContext } from './to-live-host';
import { withRuleRates } from './rule-rates';
import { trackDrift, type DriftTracker } from './track-drift';

const SLOW_EVERY = 4;
const INTERVAL_MS = 1_200;
/** A director that is being changed has better things to do. */
const BUSY_INTERVAL_MS = 1_800;
const LONGEST_PAUSE_MS = 10_000;
/** Pauses are at least so many times as long as the reading before them: a slow director spends no more than a quarter of its time on us, a tenth while it is changed. */
const PAUSE_PER_READING = { quiet: 3, busy: 9 };
/** Alerts and drift must not take a slow director for one that is away: they count from six seconds. */
const LONGEST_FAIR_PAUSE_MS = 4_000;
const READ_MS = 15_000;

export type PollerDeps = {
  host: GuardHost;
  /** `confirmed`: on the director; a context that was kept is not used when it knows another release. */
  loadContext: (confirmed: string) => Promise<LiveContext>;
  save: (frame: LiveHost) => Promise<void>;
  /** What was answered, literally; before `save` tells everybody that there is something new. */
  keep?: (reading: Reading) => void;
  /** Where the data of an earlier poller, perhaps of another process, is. */
  loadLast: () => Promise<LiveHost | undefined>;
  /** Absent: as often as is fair. */
  leastPauseMs?: number | undefined;
  signal: AbortSignal;
  pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

/** Runs until `signal` aborts; never overlaps with itself. */
export async function pollDirector(deps: PollerDeps): Promise<void> {
  let last = await deps.loadLast();
  const track = trackDrift(last?.drift);
  let slow: SlowFrames | undefined;
  let failures = 0;
  let readingMs = 0;
  while (!deps.signal.aborted) {
    const started = Date.now();
    try {
      const frames = await readFrames(deps, failures > 0 ? undefined : slow);
      slow = frames.slow;
      readingMs = Date.now() - started;
      const context = await deps.loadContext(confirmedOf(frames.all));
      last = toFrame(deps.host.name, {
        ...{ frames: frames.all, settingsReadAt: slow.readAt, context, last, track, started },
        texts: await readTexts(deps, slow),
      });
      deps.keep?.({ frames: frames.all, readAt: last.readAt ?? '', settingsReadAt: slow.readAt });
      failures = 0;
    } catch (error) {
      if (deps.signal.aborted) return;
      failures += 1;
      last = withProblem(last ?? neverRead(deps.host.name), error);
    }
    await deps.save(last);
    const fair = pauseAfter(failures, last, { readingMs, roundMs: Date.now() - started });
    await deps.pause(Math.max(fair, deps.leastPauseMs ?? 0), deps.signal);
  }
}

type Took = { readingMs: number; roundMs: number };

function pauseAfter(failures: number, { release }: LiveHost, { readingMs, roundMs }: Took): number {
  if (failures > 0) return Math.max(Math.min(INTERVAL_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) - roundMs, 100);
  const isBusy = release.transaction !== '';
  const wanted = (isBusy ? BUSY_INTERVAL_MS : INTERVAL_MS) - roundMs;
  const fair = (isBusy ? PAUSE_PER_READING.busy : PAUSE_PER_READING.quiet) * readingMs;
  return Math.max(wanted, Math.min(fair, LONGEST_FAIR_PAUSE_MS), 100);
}

type Round = {
  frames: GuardFrames;
  settingsReadAt: string;
  texts: ReadonlyMap<string, string>;
  context: LiveContext;
  last: LiveHost | undefined;
  track: DriftTracker;
  started: number;
};

function toFrame(director: string, { frames, settingsReadAt, texts, context, last, track, started }: Round): LiveHost {
  const host = toLiveHost(director, frames, context);
  const observed = toObservedHost(frames);
  const drift = track({ frames, observed, context, role: host.role, texts }, new Date());
  const readAt = new Date().toISOString();
  const needs = { ...needsOf(context.expected, host.role, observed), readAt, settingsReadAt };
  const rules = withRuleRates(host.rules, readAt, last);
  const roleSince = last?.role === host.role ? (last.roleSince ?? readAt) : readAt;
  const system = systemOf(frames, settingsReadAt);
  return { ...host, ...(system && { system }), roleSince, rules, drift, needs, readAt, pollMs: Date.now() - started };
}

/** `status`: the guard's when they were read; `texts`: changed files, read once for them. */
type SlowFrames = {
  frames: GuardFrames;
  readAt: string;
  rounds: number;
  status: string;
  texts?: ReadonlyMap<string, string>;
};

/** Slow sections are read again at once when the guard did something: old routes beside new rules would look like drift. */
async function readFrames(
  { host, signal }: PollerDeps,
  slow: SlowFrames | undefined,
): Promise<{ all: GuardFrames; slow: SlowFrames }> {
  const options = { timeoutMs: READ_MS, signal };
  const statusOf = (frames: GuardFrames) => releaseWords(frames.get('status')?.text ?? '');
  if (slow && slow.rounds < SLOW_EVERY) {
    const fast = await host.read([...FAST, ...ownRules(slow.frames)], options);
    if (statusOf(fast) === slow.status)
      return { all: new Map([...slow.frames, ...fast]), slow: { ...slow, rounds: slow.rounds + 1 } };
  }
  const all = await host.read([...FAST, ...SLOW], options);
  return { all, slow: { frames: pick(all, SLOW), readAt: new Date().toISOString(), rounds: 1, status: statusOf(all) } };
}

/** The guard lists the console's own table and sets, or none: which of the two this director has. */
function ownRules(frames: GuardFrames): string[] {
  return [NFTABLES, SETS].filter((section) => {
    const frame = frames.get(section);
    return frame?.status === 0 && !['', '{"nftables": []}'].includes(frame.text.trim());
  });
}

/** Without the seconds of the timer, which move by themselves, and who is at work: what a verb changes shows in the other words. */
function releaseWords(text: string): string {
  return text.replace(/^(seconds_left|busy)=.*$/gm, '');
}

function confirmedOf(frames: GuardFrames): string {
  return parseGuardStatus(frames.get('status')?.text ?? '').value?.confirmed ?? '';
}

async function readTexts({ host, signal }: PollerDeps, slow: SlowFrames): Promise<ReadonlyMap<string, string>> {
  const files = parseManagedFiles(slow.frames.get(FILE_SECTION)?.text ?? '').value;
  slow.texts ??= await readChangedFiles(host, files, signal);
  return slow.texts;
}

function pick(frames: GuardFrames, sections: readonly string[]): Map<string, GuardFrame> {
  return new Map([...frames].filter(([section]) => sections.includes(section)));
}

/** The data stays as it was; `since` is when it stopped being true. */
function withProblem(last: LiveHost, error: unknown): LiveHost {
  const code = error instanceof HostError ? error.code : 'unreadable-answer';
  const message = error instanceof Error ? error.message : String(error);
  const since = last.problem?.since ?? last.readAt ?? new Date().toISOString();
  return { ...last, problem: { code, message, since } };
}
