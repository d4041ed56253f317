// Who a process is, so that a recycled process id is never taken for one of ours: id, start time and boot.
import { spawn } from 'node:child_process';
import fs from 'node:fs';

export type ProcessIdentity = { pid: number; startTicks: number; bootId: string };

const readOrEmpty = (file: string): string => {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
export const bootId = (): string => readOrEmpty('/proc/sys/kernel/random/boot_id').trim();

/** proc(5): the name, field 2, may hold spaces and brackets, so fields are counted after the last ")". */
export function parseProcStat(text: string): { state: string; session: number; startTicks: number } | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, session, startTicks] = [fields[0], Number(fields[3]), Number(fields[19])];
  if (!state || !Number.isInteger(session) || !Number.isInteger(startTicks)) return undefined;
  return { state, session, startTicks };
}

const statOf = (pid: number) => parseProcStat(readOrEmpty(`/proc/${pid}/stat`));

export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid);
  return stat && { pid, startTicks: stat.startTicks, bootId: bootId() };
}

/** A zombie has ended: nobody of the lab waits for it. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = statOf(identity.pid);
  return (
    stat !== undefined && stat.state !== 'Z' && stat.startTicks === identity.startTicks && identity.bootId === bootId()
  );
}

export type StartOptions = { logFile: string; env?: Record<string, string> };

/** Starts a program that outlives this process: own session, no terminal, output to a file. */
export function startDetached(argv: readonly string[], { logFile, env }: StartOptions): ProcessIdentity {
  const [program = '', ...args] = argv;
  const log = fs.openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    });
    child.on('error', () => undefined); // reported below: it has no id
    child.unref();
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (!identity) throw new Error(`${program} did not start: see ${logFile}`);
    return identity;
  } finally {
    fs.closeSync(log);
  }
}

const listPids = (): number[] =>
  fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);

/** Everybody in the session that the process leads; nobody when the id belongs to somebody else now. */
export function sessionMembers(leader: ProcessIdentity): number[] {
  const now = statOf(leader.pid);
  if (leader.bootId !== bootId() || (now && now.startTicks !== leader.startTicks)) return [];
  // The kernel gives a process id away only when no session has it either, so members without a leader are ours too.
  return listPids().filter((pid) => {
    const stat = statOf(pid);
    return stat?.session === leader.pid && stat.state !== 'Z' && stat.startTicks >= leader.startTicks;
  });
}

export const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // already gone
  }
};

/** Power cut for the whole session; returns when nobody of it is left. */
export async function killSession(leader: ProcessIdentity, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (let members = sessionMembers(leader); members.length > 0; members = sessionMembers(leader)) {
    if (Date.now() > deadline) throw new Error(`processes ${members.join(' ')} do not end`);
    members.forEach(kill);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Processes whose command line holds the text, e.g. a control socket's path that only one instance has. */
export const findByCommandLine = (text: string): number[] =>
  listPids().filter((pid) => pid !== process.pid && readOrEmpty(`/proc/${pid}/cmdline`).includes(text));
