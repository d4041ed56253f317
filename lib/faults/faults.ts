// What goes wrong, on real parts: each fault strikes at once and answers what heals it.
import fs from 'node:fs';
import path from 'node:path';
import type { FaultName } from './cells';
import { AT_REST, readRest, readRestBeside, type ReadRest } from './invariants';
import type { Rig } from './rig';

/** Undoes what would not heal by itself; waits as long as the protocol says that the fault lasts. */
export type Heal = () => Promise<void>;
export type Struck = { note: string; heal: Heal };
type Fault = (rig: Rig, director: string) => Promise<Struck>;

/** The protocol's "T + 30 s": nothing but the director's own timer can help meanwhile. */
const BEYOND_TIMER_MS = 30_000;
const OFF_MS = 3_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const nothing: Heal = async () => undefined;

function killProcess(name: string, pid: number | undefined): Struck {
  // Else the cell would pass without its fault.
  if (pid === undefined) throw new Error(`${name} was not running, so it could not be killed`);
  process.kill(pid, 'SIGKILL');
  return { note: `SIGKILL to ${name} (${pid})`, heal: nothing };
}

/** The shells that run the guard, by id; it may be a moment until the step that was announced has come to the host. Bounded by time: what outlives its cell kills the next one's guard. */
const KILL_GUARD = `now() { read -r up rest < /proc/uptime; echo "\${up%.*}"; }
end=$(($(now) + 8))
while [ "$(now)" -lt "$end" ]; do
  ids=$(pgrep -f '[s]h /usr/lib/lvs-console/guard ') && { kill -9 $ids; echo $ids | wc -w; exit 0; }
  sleep 0.05
done
exit 3`;

/** Invariant 7: a director that no console can reach comes to rest by itself. Asked while it is still cut off, by a way that the console does not have. */
async function needRest(rig: Rig, director: string, read: ReadRest): Promise<void> {
  const { state = '?', step = '', kernel = '', release = 'none' } = await read(rig, director);
  if (kernel !== release)
    throw new Error(`invariant 7: the kernel of ${director} has ${kernel}, its confirmed release ${release}`);
  if (step === '' && AT_REST.includes(state)) return;
  throw new Error(`invariant 7: ${director} is ${state} ${step} though its time is over and no console can reach it`);
}

/** The way to the director comes back in any case, or the next cell would have none. */
function afterTimer(rig: Rig, director: string, read: ReadRest, restore: () => Promise<void>): Heal {
  return async () => {
    await pause(rig.timerSeconds * 1000 + BEYOND_TIMER_MS);
    try {
      await needRest(rig, director, read);
    } finally {
      await restore();
    }
  };
}

/** Heals beside the deploy. What it finds is thrown to whoever waits for its end, not while nobody does. */
export function healBeside(heal: Heal): Heal {
  const healing = heal().then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  return async () => {
    const failed = await healing;
    if (failed) throw failed.error;
  };
}

/** The fault came too late: a step that has all it needs from the answer before it asks no guard. */
export class NoVictim extends Error {
  override readonly name = 'NoVictim';
}

export const FAULT: Record<FaultName, Fault> = {
  'worker-killed': async (rig) => killProcess('the worker', rig.console.workerPid()),
  'web-killed': async (rig) => killProcess('web', rig.console.webPid()),
  'database-killed': async (rig) => {
    const file = path.join(rig.databaseFolder, 'postmaster.pid');
    return killProcess('PostgreSQL', Number(fs.readFileSync(file, 'utf8').split('\n')[0]));
  },
  'guard-killed': async (rig, director) => {
    const { code, stdout } = await rig.lab.exec(director, ['sh', '-c', KILL_GUARD], { timeoutMs: 20_000 });
    if (code !== 0) throw new NoVictim(`no guard ran on ${director} within 8 s, so none could be killed`);
    return { note: `SIGKILL to ${stdout.trim()} guard processes on ${director}`, heal: nothing };
  },
  'power-cut': async (rig, director) => {
    await rig.lab.crash(director);
    const heal = async () => {
      await pause(OFF_MS);
      await rig.lab.powerOn(director);
    };
    return { note: `power of ${director} cut for ${OFF_MS / 1000} s`, heal };
  },
  'link-cut': async (rig, director) => {
    await rig.lab.setLink(director, 'management', false);
    const heal = afterTimer(rig, director, readRestBeside, () => rig.lab.setLink(director, 'management', true));
    return { note: `management cable of ${director} out for T + 30 s`, heal };
  },
  'sshd-stopped': async (rig, director) => {
    const sshd = async (signal: string) => {
      const argv = ['sh', '-c', `kill -${signal} "$(cat /run/sshd.pid)"`];
      const { code, stderr } = await rig.lab.exec(director, argv, { timeoutMs: 20_000 });
      if (code !== 0) throw new Error(`sshd of ${director} takes no ${signal}: ${stderr}`);
    };
    await sshd('STOP');
    // The harness's own connection stands since before.
    const heal = afterTimer(rig, director, readRest, () => sshd('CONT'));
    return { note: `sshd of ${director} stopped for T + 30 s`, heal };
  },
};
