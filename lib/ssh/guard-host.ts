// The guard on one director, as typed calls: exit statuses become HostErrors, frames become sections.
import os from 'node:os';
import { HostError } from '../core/errors';
import { parseGuardFrames, type GuardFrame } from '../parse/guard-frames';
import { parseGuardStatus, type GuardStatus } from '../parse/guard-status';
import type { ExecOptions, ExecResult, HostConnection } from './connect';

export const GUARD = '/usr/lib/lvs-console/guard';
export type GuardVerb =
  | 'version'
  | 'session'
  | 'delivery'
  | 'facts'
  | 'read'
  | 'connections'
  | 'search'
  | 'stage'
  | 'check'
  | 'arm'
  | 'switch'
  | 'confirm'
  | 'rollback'
  | 'abort'
  | 'handover'
  | 'status';
export type GuardAnswer = { stdout: string; stderr: string };
/** A verb and its words. */
export type GuardCall = readonly [GuardVerb, ...string[]];
export type SequenceOptions = Partial<ExecOptions> & {
  /** Called as soon as the director says that it has done that one of the calls. */
  onDone?: (verb: GuardVerb) => void;
};
export type GuardFrames = Map<string, GuardFrame>;

export type GuardHost = {
  name: string;
  /** Who logs in. */
  user: string;
  guard: (verb: GuardVerb, args?: readonly string[], options?: Partial<ExecOptions>) => Promise<GuardAnswer>;
  /**
   * Several verbs in one round trip, in this order; the first that fails ends the rest, and its error names it. For `stage`, `check`,
   * `arm`, `switch`, `confirm` and what reads (`read`, `delivery`, `status`).
   */
  sequence: (calls: readonly GuardCall[], options?: SequenceOptions) => Promise<GuardAnswer>;
  /** Throws `unreadable-answer` when a section that was asked for is missing; a section's own status is the reader's to judge. */
  read: (sections: readonly string[], options?: Partial<ExecOptions>) => Promise<GuardFrames>;
  status: (options?: Partial<ExecOptions>) => Promise<GuardStatus>;
  /** Any other command, as root; for the installer and the facts that the guard does not know. */
  exec: (argv: readonly string[], options: ExecOptions) => Promise<ExecResult>;
};

const READ_MS = 20_000;
const EXIT_REFUSED = 10;
export const EXIT_DAMAGED = 11;
/** The key is bound to a forced command that does not do this. */
export const EXIT_NOT_THIS_KEY = 15;
const EXIT_WORDS: Record<number, string> = {
  2: 'did not understand the call',
  [EXIT_DAMAGED]: 'found the release damaged',
  12: 'refused the release: its check failed',
  13: 'could not apply the change',
  14: 'does not know the transaction',
};

export function openGuardHost(name: string, user: string, connect: () => Promise<HostConnection>): GuardHost {
  const exec = async (argv: readonly string[], options: ExecOptions) => {
    const connection = await connect();
    return connection.exec(user === 'root' ? argv : ['sudo', '-n', ...argv], options);
  };
  const sequence: GuardHost['sequence'] = async (calls, { onDone, ...options } = {}) => {
    const done: string[] = [];
    const onLine = (line: string) => {
      const verb = calls[done.length]?.[0];
      if (verb === undefined || line !== `@@ done ${verb}`) return;
      done.push(verb);
      onDone?.(verb);
    };
    const words = calls.flatMap((call, at) => (at === 0 ? call : ['then', ...call]));
    const result = await exec([GUARD, ...words], { timeoutMs: READ_MS, ...options, onLine });
    if (result.code === 0) return { stdout: result.stdout, stderr: result.stderr };
    throw toGuardError({ name, user }, calls[done.length]?.[0] ?? 'answer', result);
  };
  const guard: GuardHost['guard'] = (verb, args = [], options = {}) => sequence([[verb, ...args]], options);
  const read: GuardHost['read'] = async (sections, options) => {
    const { stdout } = await guard('read', sections, options);
    return framesOf(name, stdout, sections);
  };
  const status: GuardHost['status'] = async (options) => {
    const { stdout } = await guard('status', [], { timeoutMs: 8_000, ...options });
    const { value, diagnostics } = parseGuardStatus(stdout);
    if (value) return value;
    throw new HostError('unreadable-answer', `${name}: ${diagnostics.map(({ message }) => message).join(' ')}`, {
      host: name,
      stdout,
    });
  };
  return { name, user, guard, sequence, read, status, exec };
}

export function framesOf(host: string, stdout: string, wanted: readonly string[]): GuardFrames {
  const { value } = parseGuardFrames(stdout);
  const missing = wanted.filter((section) => !value.has(section));
  if (missing.length === 0) return value;
  throw new HostError('unreadable-answer', `${host}: the answer has no section ${missing.join(', ')}.`, {
    host,
    retry: true,
  });
}

/** The command was sent and its answer never came: only the host knows whether it was done. */
export function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof HostError && (error.code === 'time-out' || error.code === 'connection-lost');
}

const TAKEN_BACK =
  ' (it was taken back there meanwhile: the director was restarted, its timer ran out, or somebody did it by hand).';

type Login = { name: string; user: string };

/** Of what a guard said, in an error's one line: a release's own text or a table of routes may be what it printed last. */
const MAX_WORDS = 300;

function toGuardError({ name, user }: Login, verb: string, { code, signal, stdout, stderr }: ExecResult): HostError {
  const details = { host: name, exitCode: code, stdout, stderr };
  const said = stderr.trim().split('\n').slice(0, 5).join(' ') || stdout.trim().split('\n').slice(-1).join(' ');
  const words = said.length > MAX_WORDS ? `${said.slice(0, MAX_WORDS)}...` : said;
  const sudo = sudoError({ name, user }, `guard ${verb}`, { code, stdout, stderr });
  if (sudo) return sudo;
  if (isGuardMissing(code, stderr)) {
    return new HostError('guard-missing', `${name} has no guard. Run Test connection and install it.`, details);
  }
  if (code === EXIT_NOT_THIS_KEY)
    return new HostError('key-limited', `${name}: the console's key may not do ${verb}: ${words}`, details);
  if (code === EXIT_REFUSED) {
    const why = /^guard: transaction \S+ is already rolled-back$/.test(words) ? TAKEN_BACK : '';
    return new HostError('guard-refused', `${name} refused ${verb}: ${words}${why}`, details);
  }
  const killedBy = signal ?? signalOfStatus(code);
  if (killedBy) {
    // What it had printed until then is no reason; only its complaints are.
    const complaint = stderr.trim() === '' ? '' : ` It had said: ${words}`;
    return new HostError(
      'command-failed',
      `${name}: guard ${verb} was ended there by ${killedBy} before it had finished: by somebody, or for want of memory.${complaint}`,
      details,
    );
  }
  const what = EXIT_WORDS[code] ?? `ended with status ${code}`;
  return new HostError('command-failed', `${name}: guard ${verb} ${what}${words === '' ? '' : `: ${words}`}`, details);
}

/** A shell or sudo between sshd and the guard says 128 + the signal's number for what was ended by one. */
function signalOfStatus(code: number): string | undefined {
  if (code <= 128) return undefined;
  return Object.entries(os.constants.signals).find(([, number]) => number === code - 128)?.[0];
}

function isGuardMissing(code: number, stderr: string): boolean {
  return (
    (code === 127 || code === 126 || /^sudo:/m.test(stderr)) && /not found|no such file|permission denied/i.test(stderr)
  );
}

/** Who could not, what stands in the way, and what ends it; the guard itself never ran, so the director is as it was. */
export function sudoError({ name, user }: Login, what: string, result: ExecResult): HostError | undefined {
  const { code, stdout, stderr } = result;
  const details = { host: name, exitCode: code, stdout, stderr };
  const undone = `so ${what} did not begin. Run the install command of this director's page there as root.`;
  if (/(^|: )sudo: (command )?not found/m.test(stderr))
    return new HostError(
      'sudo-missing',
      `${name}: sudo is not installed, but user ${user} needs it: ${undone}`,
      details,
    );
  if (!/^sudo: /m.test(stderr) && !/is not in the sudoers file/.test(stderr)) return undefined;
  if (/guard: (command not found|no such file)/i.test(stderr)) return undefined;
  const why = /password is required|terminal is required/.test(stderr)
    ? `sudo asks user ${user} for a password: the rule in /etc/sudoers.d/lvs-console is missing, or a later one takes it back`
    : `sudo refuses user ${user}: ${stderr.trim().split('\n').slice(0, 3).join(' ')}`;
  return new HostError('sudo-refused', `${name}: ${why}, ${undone}`, details);
}
