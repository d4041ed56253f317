// What goes wrong, on real parts: each fault strikes at once and answers what heals it.
import fs from 'node:fs';
import path from 'node:path';
import type { FaultName } from './cells';
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
  if (pid === undefined) return { note: `${name} was not running`, heal: nothing };
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
echo 0`;

export const FAULT: Record<FaultName, Fault> = {
  'worker-killed': async (rig) => killProcess('the worker', rig.console.workerPid()),
  'web-killed': async (rig) => killProcess('web', rig.console.webPid()),
  'database-killed': async (rig) => {
    const file = path.join(rig.databaseFolder, 'postmaster.pid');
    return killProcess('PostgreSQL', Number(fs.readFileSync(file, 'utf8').split('\n')[0]));
  },
  'guard-killed': async (rig, director) => {
    const { stdout } = await rig.lab.exec(director, ['sh', '-c', KILL_GUARD], { timeoutMs: 20_000 });
    return { note: `SIGKILL to ${stdout.trim() || '0'} guard processes on ${director}`, heal: nothing };
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
    const heal = async () => {
      await pause(rig.timerSeconds * 1000 + BEYOND_TIMER_MS);
      await rig.lab.setLink(director, 'management', true);
    };
    return { note: `management cable of ${director} out for T + 30 s`, heal };
  },
  'sshd-stopped': async (rig, director) => {
    const sshd = (signal: string) =>
      rig.lab.exec(director, ['sh', '-c', `kill -${signal} "$(cat /run/sshd.pid)"`], { timeoutMs: 20_000 });
    await sshd('STOP');
    const heal = async () => {
      await pause(rig.timerSeconds * 1000 + BEYOND_TIMER_MS);
      await sshd('CONT');
    };
    return { note: `sshd of ${director} stopped for T + 30 s`, heal };
  },
};
