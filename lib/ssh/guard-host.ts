// The guard on one director, as typed calls: exit statuses become HostErrors, frames become sections.
import { HostError } from '../core/errors';
import { parseGuardFrames, type GuardFrame } from '../parse/guard-frames';
import { parseGuardStatus, type GuardStatus } from '../parse/guard-status';
import type { ExecOptions, ExecResult, HostConnection } from './connect';

export const GUARD = '/usr/lib/lvs-console/guard';
export type GuardVerb =
  | 'version'
  | 'facts'
  | 'read'
  | 'connections'
  | 'stage'
  | 'check'
  | 'arm'
  | 'switch'
  | 'confirm'
  | 'rollback'
  | 'abort'
  | 'status';
export type GuardAnswer = { stdout: string; stderr: string };
export type GuardFrames = Map<string, GuardFrame>;

export type GuardHost = {
  name: string;
  guard: (verb: GuardVerb, args?: readonly string[], options?: Partial<ExecOptions>) => Promise<GuardAnswer>;
  /** Throws `unreadable-answer` when a section that was asked for is missing; a section's own status is the reader's to judge. */
  read: (sections: readonly string[], options?: Partial<ExecOptions>) => Promise<GuardFrames>;
  status: (options?: Partial<ExecOptions>) => Promise<GuardStatus>;
  /** Any other command, as root; for the installer and the facts that the guard does not know. */
  exec: (argv: readonly string[], options: ExecOptions) => Promise<ExecResult>;
};

const READ_MS = 20_000;
const EXIT_REFUSED = 10;
const EXIT_WORDS: Record<number, string> = {
  2: 'did not understand the call',
  11: 'found the release damaged',
  12: 'refused the release: its check failed',
  13: 'could not apply the change',
  14: 'does not know the transaction',
};

export function openGuardHost(name: string, user: string, connect: () => Promise<HostConnection>): GuardHost {
  const exec = async (argv: readonly string[], options: ExecOptions) => {
    const connection = await connect();
    return connection.exec(user === 'root' ? argv : ['sudo', '-n', ...argv], options);
  };
  const guard: GuardHost['guard'] = async (verb, args = [], options = {}) => {
    const result = await exec([GUARD, verb, ...args], { timeoutMs: READ_MS, ...options });
    if (result.code === 0) return { stdout: result.stdout, stderr: result.stderr };
    throw toGuardError(name, verb, result);
  };
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
  return { name, guard, read, status, exec };
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

function toGuardError(name: string, verb: string, { code, stdout, stderr }: ExecResult): HostError {
  const details = { host: name, exitCode: code, stdout, stderr };
  const words = stderr.trim().split('\n').slice(0, 5).join(' ') || stdout.trim().split('\n').slice(-1).join(' ');
  if (isGuardMissing(code, stderr)) {
    return new HostError('guard-missing', `${name} has no guard. Run Test connection and install it.`, details);
  }
  if (/^sudo:/m.test(stderr)) return new HostError('command-failed', `${name}: sudo refused: ${words}`, details);
  if (code === EXIT_REFUSED) return new HostError('guard-refused', `${name} refused ${verb}: ${words}`, details);
  const what = EXIT_WORDS[code] ?? `ended with status ${code}`;
  return new HostError('command-failed', `${name}: guard ${verb} ${what}${words === '' ? '' : `: ${words}`}`, details);
}

function isGuardMissing(code: number, stderr: string): boolean {
  return (
    (code === 127 || code === 126 || /^sudo:/m.test(stderr)) && /not found|no such file|permission denied/i.test(stderr)
  );
}
