// One child of the supervisor: started again with a growing pause when it dies, ended in order when asked.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A child that lived this long is healthy: the next pause starts small again. */
const HEALTHY_AFTER_MS = 30_000;
const TERM_GRACE_MS = 8_000;

export type ProcessSpec = { name: string; argv: string[]; cwd: string; env: NodeJS.ProcessEnv; logFolder: string };
export type SupervisedProcess = {
  /** Undefined while it waits to be started again. */
  pid: () => number | undefined;
  stop: () => Promise<void>;
};

export function superviseProcess(spec: ProcessSpec, report: (line: string) => void): SupervisedProcess {
  const logFile = path.join(spec.logFolder, `${spec.name}.log`);
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopping = false;
  let pauseMs = FIRST_PAUSE_MS;

  const start = () => {
    const startedAt = Date.now();
    child = launch(spec, logFile);
    child.once('exit', (code, signal) => {
      child = undefined;
      if (isStopping) return;
      if (Date.now() - startedAt > HEALTHY_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      report(
        `${spec.name} ended (${signal ?? `exit ${code}`}); starting it again in ${pauseMs / 1000} s; its log: ${logFile}`,
      );
      timer = setTimeout(start, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    });
  };
  start();
  return {
    pid: () => child?.pid,
    stop: async () => {
      isStopping = true;
      clearTimeout(timer);
      if (child) await endProcess(child);
    },
  };
}

/** In a process group of its own, so that Ctrl-C reaches only the supervisor, which then ends its children in order. */
function launch(spec: ProcessSpec, logFile: string): ChildProcess {
  const [program, ...args] = spec.argv as [string, ...string[]];
  const log = fs.openSync(logFile, 'a', 0o600);
  try {
    return spawn(program, args, { cwd: spec.cwd, env: spec.env, detached: true, stdio: ['pipe', log, log] });
  } finally {
    fs.closeSync(log);
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const grace = setTimeout(() => child.kill('SIGKILL'), TERM_GRACE_MS);
  await ended;
  clearTimeout(grace);
}
