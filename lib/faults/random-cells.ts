// Deploys in a row, each with one kill at a moment that nobody chose: what the points of the matrix have missed.
import { requestDeploy, untilEnded } from '../worker/test-console';
import { HALVES, type FaultName, type Half } from './cells';
import { FAULT } from './faults';
import { END_MS, type Scene } from './run-cell';

const COUNT = 200;
/** A deploy without a fault takes about as long. */
const WITHIN_MS = 12_000;
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
  const afterMs = Math.floor(random() * WITHIN_MS);
  return {
    id: `R/${String(number).padStart(3, '0')}-${victim}@${half}`,
    mayLoseProbes: victim === 'power-cut' && half === 'active',
    play: async (rig, { revision, active, standby }) => {
      const deployId = await requestDeploy(rig.db, rig.topologyId, revision);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      const { note, heal } = await FAULT[victim](rig, half === 'active' ? active : standby);
      const healing = heal();
      const deploy = await untilEnded(rig.db, deployId, END_MS);
      await healing;
      return { deploy, note: `${note} after ${afterMs} ms` };
    },
  };
}

export const RANDOM_SCENES: Scene[] = Array.from({ length: COUNT }, (_, at) => sceneOf(at + 1));
