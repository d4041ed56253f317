// Deploys in a row, each with one kill at a moment that nobody chose: what the points of the matrix have missed.
import { requestDeploy, untilEnded } from '../worker/test-console';
import { planAndAsk } from './answers';
import { HALVES, type FaultName, type Half } from './cells';
import { FAULT, healBeside } from './faults';
import type { Rig } from './rig';
import { END_MS, type Scene } from './run-cell';

const COUNT = 200;
const VICTIMS = ['worker-killed', 'web-killed', 'guard-killed', 'power-cut'] as const satisfies readonly FaultName[];

/** The same number gives the same kill: mulberry32, public domain, by Tommy Ettinger. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

function sceneOf(number: number): Scene {
  const random = randomOf(number);
  const victim = pick(VICTIMS, random);
  const half: Half = pick(HALVES, random);
  const share = random();
  return {
    id: `R/${String(number).padStart(3, '0')}-${victim}@${half}`,
    mayLoseProbes: victim === 'power-cut' && half === 'active',
    savesTwo: true,
    play: async (rig, { revision, later, active, standby }) => {
      const afterMs = Math.floor(share * (await undisturbedMs(rig, revision)));
      const deployId = await planAndAsk(rig.answers, rig.topologyId, later);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      const { note, heal } = await FAULT[victim](rig, half === 'active' ? active : standby);
      const healed = healBeside(heal);
      const deploy = await untilEnded(rig.db, deployId, END_MS);
      await healed();
      return { deploy, note: `${note} after ${afterMs} ms` };
    },
  };
}

/** What a deploy takes here without a fault: the kill may come at any moment of it, however slow the machine is. Of a pair that had none, one of `revision`, which the services would not deploy: a later one is there. */
async function undisturbedMs(rig: Rig, revision: number): Promise<number> {
  const { db, topologyId } = rig;
  const verified = await db.deploy.findMany({ where: { topologyId, state: 'verified' }, orderBy: { number: 'asc' } });
  // The first one brings heartbeat up, and takes longer.
  const times = verified
    .slice(1)
    .flatMap(({ createdAt, endedAt }) => (endedAt ? [Number(endedAt) - Number(createdAt)] : []));
  if (times.length > 0) return Math.min(...times);
  const { state, outcome } = await untilEnded(db, await requestDeploy(db, topologyId, revision), END_MS);
  if (state !== 'verified') throw new Error(`a deploy without a fault ended ${state}: ${outcome ?? ''}`);
  return undisturbedMs(rig, revision);
}

export const RANDOM_SCENES: Scene[] = Array.from({ length: COUNT }, (_, at) => sceneOf(at + 1));
