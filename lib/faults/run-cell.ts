// One cell: a deploy that changes one group, a fault at its point, healing, and then what must hold.
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import type { Deploy, DeployState } from '../core/views/deploy';
import { callWorker } from '../worker/client';

import { getDeploy, listSplitPairs, printDeploy, until, untilEnded } from '../worker/test-console';
import { askDeploy, planAndAsk } from './answers';
import type { Cell, Half, Point } from './cells';
import { FAULT, healBeside, NoVictim } from './faults';
import { AT_REST, checkInvariants, readBefore, readStatus, type Broken } from './invariants';
import { GONE, type HostCell } from './host-cells';
import { startHostWatch } from './host-watch';
import { startProbe } from './probe';
import { DIRECTORS, UNTOUCHED_ADDRESS, type Rig } from './rig';

export type CellResult = {
  id: string;
  passed: boolean;
  /** How the deploy ended. */
  state: string;
  seconds: number;
  note: string;
  broken: Broken[];
};

/** A cell may have taken the path away. */
const PLAIN_PATH = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin; export PATH';
const POINT_MS = 120_000;
/** Some steps last only a few hundred milliseconds. */
const POINT_PAUSE_MS = 40;
export const END_MS = 400_000;

/** `healsAfter`: only once the deploy has ended; else at once, beside it. */
export type Struck = { note: string; heal: () => Promise<void>; healsAfter?: boolean };
/** What may come of it, besides the invariants. */
type Wanted = {
  id: string;
  /** How the deploy may end; absent: any end is right, as long as the invariants hold. */
  ends?: DeployState[] | undefined;
  /** The fault itself costs connections: the active director loses its power, or hands over. */
  mayLoseProbes?: boolean | undefined;
};
export type Trial = Wanted & {
  /** Absent: the fault comes between the plan and the deploy. */
  point?: Point | undefined;
  half: Half;
  strike: (rig: Rig, director: string) => Promise<Struck>;
};
/** A cell that asks for its deploys in a way of its own. */
export type Scene = Wanted & {
  /** That a later revision is saved, too. */
  savesTwo?: boolean;
  /** That its timers are of another length, and run out while a confirmation holds the lock. */
  hasOwnTimers?: boolean;
  play: (rig: Rig, setting: Setting) => Promise<Outcome>;
};
/** `later`: the revision saved after `revision`, or the same. */
export type Setting = { revision: number; later: number; active: string; standby: string };

export function runCell(rig: Rig, { id, point, fault }: Cell): Promise<CellResult> {
  const half = point.half ?? 'active';
  return runTrial(rig, {
    id,
    point,
    half,
    mayLoseProbes: fault === 'power-cut' && half === 'active',
    strike: FAULT[fault],
  });
}

export function runHostCell(rig: Rig, cell: HostCell): Promise<CellResult> {
  const { id, half, at, strike, heal, ends, holdsWorker = false } = cell;
  const sh = async (director: string, script: string) => {
    const { code, stderr } = await rig.lab.exec(director, ['/bin/sh', '-c', `${PLAIN_PATH}\n${script}`], {
      timeoutMs: 60_000,
    });
    const note = stderr.trim().split('\n').at(-1) ?? '';
    return { code, note };
  };
  const strikeNow = async (_rig: Rig, director: string) => {
    const { code, note } = await (holdsWorker
      ? whileWorkerStands(rig, () => sh(director, strike))
      : sh(director, strike));
    // Else the cell would pass without its fault.
    if (code !== 0) throw new Error(`the fault could not be made on ${director}: exit ${code}: ${note}`);
    return {
      note: `${director}: ${note || 'struck'}`,
      heal: async () => {
        const { code: healed } = await sh(director, heal);
        if (healed === GONE)
          throw new Error(`${director}: what the deploy had to leave alone, or must have met, is not there`);
      },
      healsAfter: true,
    };
  };
  const point = at && { step: at, half };
  return runTrial(rig, { id, half, point, ends, strike: strikeNow });
}

/** As on a machine that is out of memory or that somebody halts: no further step is sent. */
async function whileWorkerStands<T>(rig: Rig, work: () => Promise<T>): Promise<T> {
  const pid = rig.console.workerPid();
  if (pid === undefined) throw new Error('the worker was not running, so it could not be halted');
  process.kill(pid, 'SIGSTOP');
  try {
    return await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

export function runTrial(rig: Rig, trial: Trial): Promise<CellResult> {
  const { id, ends, mayLoseProbes, point, half, strike } = trial;
  return runScene(rig, {
    ...{ id, ends, mayLoseProbes },
    play: async (_rig, { revision, active, standby }) => {
      const director = half === 'standby' ? standby : active;
      if (!point) return strikeBefore(rig, revision, director, strike);
      const reached = point.half === 'standby' ? standby : active;
      return strikeAt(rig, revision, point, reached, () => strike(rig, director));
    },
  });
}

/** A cell whose fault found nothing to strike is played again, or it would say nothing; the third time that is a failure. */
export async function runScene(rig: Rig, scene: Scene, again = 2): Promise<CellResult> {
  try {
    return await playScene(rig, scene);
  } catch (error) {
    if (!(error instanceof NoVictim) || again === 0) throw error;
    await oneRelease(rig); // its deploy goes on undisturbed
    return runScene(rig, scene, again - 1);
  }
}

async function playScene(rig: Rig, scene: Scene): Promise<CellResult> {
  const { id, ends, mayLoseProbes = false, savesTwo = false, hasOwnTimers = false, play } = scene;
  const started = Date.now();
  const { active, standby } = await settle(rig);
  const revision = await rig.nextRevision();
  const later = savesTwo ? await rig.nextRevision() : revision;
  const before = await readBefore(rig, active);
  const endWatch = hasOwnTimers ? undefined : await startHostWatch(rig);
  const probe = startProbe(rig.lab, UNTOUCHED_ADDRESS, path.join(rig.dataFolder, 'probe.log'));
  const played = play(rig, { revision, later, active, standby });
  // A cell that comes to nothing must not leave its client behind.
  const {
    deploy,
    note,
    broken: seen = [],
  } = await played.catch(async (error: unknown) => {
    await probe.stop();
    throw error;
  });
  await Promise.all(DIRECTORS.map((director) => atRest(rig, director)));
  await oneRelease(rig);
  const result = await probe.stop();
  const watched = await endWatch?.();
  const broken = [
    ...seen,
    ...(watched?.broken ?? []),
    ...(await checkInvariants(rig, { deploy, before, probe: result, mayLoseProbes })),
  ];
  if (ends && !ends.includes(deploy.state))
    broken.push({ invariant: 0, what: `ended ${deploy.state}, expected ${ends.join(' or ')}` });
  const late = watched?.late.map((seconds) => `; a timer ran out, all as before ${seconds} s after it`).join('') ?? '';
  const end = { state: printEnd(deploy), seconds: (Date.now() - started) / 1000, note: `${note}${late}` };
  return { id, passed: broken.length === 0, ...end, broken };
}

/** `deploy`: the one that the invariants are asserted of. `broken`: what the scene itself saw. */
export type Outcome = { deploy: Deploy; note: string; broken?: Broken[] };

/** Healed at once in the background: some faults heal only after the director's timer. */
async function strikeAt(
  rig: Rig,
  revision: number,
  point: Point,
  reached: string,
  strike: () => Promise<Struck>,
): Promise<Outcome> {
  const deployId = await planAndAsk(rig.answers, rig.topologyId, revision);
  await reach(rig, deployId, point, reached);
  const { note, heal, healsAfter = false } = await strike();
  const healed = healsAfter ? heal : healBeside(heal);
  const deploy = await untilEnded(rig.db, deployId, END_MS);
  await healed();
  return { deploy, note };
}

/** The plan is made on the healthy host: the fault comes between the plan and the deploy. */
async function strikeBefore(rig: Rig, revision: number, director: string, strike: Trial['strike']): Promise<Outcome> {
  const plan = await callWorker('makePlan', { topologyId: rig.topologyId, revision, actor: 'faults' });
  const { note, heal } = await strike(rig, director);
  const deploy = await untilEnded(rig.db, await askDeploy(rig.answers, plan), END_MS);
  await heal();
  return { deploy, note };
}

function printEnd({ state, outcome }: Deploy): string {
  return outcome === undefined ? state : `${state}: ${outcome}`.replace(/\s+/g, ' ');
}

/** Until the step's announcement is committed: the fault strikes while its side effect is at work. */
export async function reach(rig: Rig, deployId: string, { step, half }: Point, director: string): Promise<void> {
  const isThere = async (): Promise<'there' | 'ended' | undefined> => {
    const { steps, endedAt } = await rig.db.deploy.findUniqueOrThrow({
      where: { id: deployId },
      select: { endedAt: true, steps: { select: { name: true, director: true } } },
    });
    // The pair is verified as one, once the active director has switched: that step names no director.
    const isThis = (name: string | null) =>
      half === undefined || name === director || (step === 'verify' && name === null);
    if (steps.some((each) => each.name === step && isThis(each.director))) return 'there';
    return endedAt === null ? undefined : 'ended';
  };
  if ((await until(`the point ${step}`, isThere, POINT_MS, POINT_PAUSE_MS)) === 'there') return;
  throw new Error(
    `the deploy ended before its point on ${director}:\n${printDeploy(await getDeploy(rig.db, deployId))}`,
  );
}

/** One active director and one standby, both at rest; after a power cut that takes heartbeat its time. */
export async function settle(rig: Rig): Promise<{ active: string; standby: string }> {
  return until(
    'one active director',
    async () => {
      const held = await Promise.all(
        DIRECTORS.map(async (director) => {
          const { stdout } = await rig.lab.exec(director, ['ip', '-4', '-o', 'addr'], { timeoutMs: 20_000 });
          return ['192.168.7.240/', '192.168.6.240/'].every((address) => stdout.includes(address));
        }),
      );
      const [first = '', second = ''] = DIRECTORS;
      if (held[0] === held[1] || !(await knowEachOther(rig))) return undefined;
      const answers = await rig.lab.request(`http://${UNTOUCHED_ADDRESS}/`);
      if (answers.some(({ error }) => error)) return undefined;
      await sleep(500);
      return held[0] ? { active: first, standby: second } : { active: second, standby: first };
    },
    180_000,
  );
}

/** Heartbeat of a director that has just booted takes its time to meet the other. */
async function knowEachOther(rig: Rig): Promise<boolean> {
  if (rig.stack !== 'heartbeat') return true;
  const words = await Promise.all(
    DIRECTORS.map(async (director) => {
      const nodes = DIRECTORS.map((node) => `cl_status nodestatus ${node}`).join(' && ');
      return (await rig.lab.exec(director, ['sh', '-c', nodes], { timeoutMs: 20_000 })).stdout.trim();
    }),
  );
  return words.every((word) => word === 'active\nactive');
}

/** A split pair is rolled forward by the worker; both directors then have the same release confirmed. */
async function oneRelease(rig: Rig): Promise<void> {
  await until(
    'both directors have one release',
    async () => {
      const states = await Promise.all(DIRECTORS.map((director) => readStatus(rig, director)));
      // Also when both have it and only the answer was lost: until the console has looked, its last verified deploy is an older one.
      if ((await listSplitPairs(rig.db)).includes(rig.topologyId)) return undefined;
      // After that question: a split pair leaves that list by the deploy that rolls it forward, which opens in between.
      const open = await rig.db.deploy.count({ where: { openFor: rig.topologyId } });
      return open === 0 && new Set(states.map(({ confirmed }) => confirmed)).size === 1 ? true : undefined;
    },
    200_000,
  ).catch(() => undefined); // the invariants say what it is instead
}

async function atRest(rig: Rig, director: string): Promise<void> {
  await rig.lab.waitForSsh(director, 120_000);
  await until(
    `${director} is at rest`,
    async () => {
      const { state = '', step = '', busy = '' } = await readStatus(rig, director);
      return step === '' && busy === '' && AT_REST.includes(state) ? true : undefined;
    },
    (rig.timerSeconds + 60) * 1000,
  ).catch(() => undefined); // the invariants say what it is instead
}
