// One poller of one director: reads, publishes, and keeps the last good data when a read fails.
import { HostError } from '../core/errors';
import type { LiveHost } from '../core/views/live';
import type { GuardFrame } from '../parse/guard-frames';
import type { GuardFrames, GuardHost } from '../ssh/guard-host';
import { toLiveHost, type LiveContext } from './to-live-host';

/** What moves with every packet and every failover. */
const FAST = [
  'status',
  'addresses',
  'ipvs',
  'ipvs-list',
  'ipvs-stats',
  'ipvs-rate',
  'ipvs-daemon',
  'firewall',
  'firewall6',
  'mangle-list',
  'nat-list',
  'daemons',
];
/** What only an administrator changes: read every few rounds, to keep the director's load low. */
const SLOW = ['policy-rules', 'policy-rules6', 'routes', 'routes6', 'sets', 'nftables', 'sysctls', 'modules'];
const SLOW_EVERY = 4;
const INTERVAL_MS = 1_200;
/** A director that is being changed has better things to do. */
const BUSY_INTERVAL_MS = 1_800;
const LONGEST_PAUSE_MS = 10_000;
const READ_MS = 15_000;

export type PollerDeps = {
  host: GuardHost;
  loadContext: () => Promise<LiveContext>;
  save: (frame: LiveHost) => Promise<void>;
  /** Where the data of an earlier poller, perhaps of another process, is. */
  loadLast: () => Promise<LiveHost | undefined>;
  signal: AbortSignal;
  pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

/** Runs until `signal` aborts; never overlaps with itself. */
export async function pollDirector(deps: PollerDeps): Promise<void> {
  let last = await deps.loadLast();
  let slow: GuardFrames = new Map();
  let failures = 0;
  for (let round = 0; !deps.signal.aborted; round += 1) {
    const started = Date.now();
    try {
      const isFull = round % SLOW_EVERY === 0 || failures > 0 || slow.size === 0;
      const frames = await deps.host.read(isFull ? [...FAST, ...SLOW] : FAST, {
        timeoutMs: READ_MS,
        signal: deps.signal,
      });
      if (isFull) slow = pick(frames, SLOW);
      const context = await deps.loadContext();
      last = { ...toLiveHost(deps.host.name, new Map([...frames, ...slow]), context), ...stamp(started) };
      failures = 0;
    } catch (error) {
      if (deps.signal.aborted) return;
      failures += 1;
      last = withProblem(last ?? neverRead(deps.host.name), error);
    }
    await deps.save(last);
    const interval = last.release.transaction === '' ? INTERVAL_MS : BUSY_INTERVAL_MS;
    const wanted = failures === 0 ? interval : Math.min(INTERVAL_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    await deps.pause(Math.max(wanted - (Date.now() - started), 100), deps.signal);
  }
}

function stamp(started: number): Pick<LiveHost, 'readAt' | 'pollMs'> {
  return { readAt: new Date().toISOString(), pollMs: Date.now() - started };
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

function neverRead(director: string): LiveHost {
  return {
    ...{ director, role: 'unknown', heldVirtualAddresses: [], services: [], statistics: [], rates: [], rules: [] },
    ...{ syncDaemon: [], daemons: {}, drift: [], pollMs: 0 },
    terminal: { ipvsadm: '', mangle: '', nat: '', daemon: '' },
    release: { live: '', confirmed: '', transaction: '' },
  };
}
