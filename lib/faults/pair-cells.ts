// Part D of the matrix: what two people, two consoles and the pair itself do to a deploy.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ServiceError } from '../core/errors';
import type { Deploy, DeployState } from '../core/views/deploy';
import { callWorker } from '../worker/client';
import { insertDeploy, until, untilEnded } from '../worker/test-console';
import { askDeploy, planAndAsk } from './answers';
import type { Broken } from './invariants';
import { DIRECTORS, type Rig } from './rig';
import { END_MS, reach, settle, type Scene, type Struck, type Trial } from './run-cell';
import { secondConsole } from './second-console';

const NOTHING_DONE: DeployState[] = ['refused', 'failed', 'rolled-back'];
const root = path.resolve(import.meta.dirname, '../..');

const onHost =
  (strike: string, heal: string): Trial['strike'] =>
  async (rig, director) => {
    await run(rig, director, strike);
    return { note: director, heal: () => run(rig, director, heal), healsAfter: true };
  };

async function run(rig: Rig, director: string, script: string): Promise<void> {
  const { code, stderr } = await rig.lab.exec(director, ['sh', '-c', script], { timeoutMs: 90_000 });
  if (code !== 0) throw new Error(`${director}: ${script}: ${stderr}`);
}

const makePlan = (rig: Rig, revision: number) =>
  callWorker('makePlan', { topologyId: rig.topologyId, revision, actor: 'faults' });

/** Both press the button at the same moment: one deploy begins, the other is told. */
const twoOperators: Scene['play'] = async (rig, { revision }) => {
  const plans = [await makePlan(rig, revision), await makePlan(rig, revision)];
  const asked = await Promise.allSettled(plans.map((plan) => askDeploy(rig.answers, plan)));
  const begun = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const told = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  const broken: Broken[] =
    begun.length === 1 ? [] : [{ invariant: 6, what: `${begun.length} of two clicks at once began a deploy` }];
  if (told.some((error) => !(error instanceof ServiceError && error.code === 'busy')))
    broken.push({ invariant: 6, what: `the second click was not told that a deploy is open: ${told.join('; ')}` });
  return { deploy: await endOf(rig, begun[0]), note: '2 clicks at once', broken };
};

/** A second worker on the same database; the first dies before anything is in force, it is started again, and both want to go on. One does. */
const twoWorkers: Scene['play'] = async (rig, { revision, standby }) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-second-'));
  fs.copyFileSync(path.join(rig.dataFolder, 'kek'), path.join(folder, 'kek'));
  const log = fs.openSync(path.join(folder, 'worker.log'), 'a');
  const second = spawn(process.execPath, ['--conditions=react-server', '--import', 'tsx', 'lib/worker/main.ts'], {
    cwd: root,
    env: { ...process.env, LVS_CONSOLE_DATA: folder, DATABASE_URL: rig.console.databaseUrl, NODE_OPTIONS: '' },
    stdio: ['ignore', log, log],
  });
  fs.closeSync(log);
  try {
    const socket = path.join(folder, 'worker.sock');
    await until('the second worker', () => Promise.resolve(fs.existsSync(socket) || undefined), 60_000);
    const deployId = await planAndAsk(rig.answers, rig.topologyId, revision);
    await reach(rig, deployId, { step: 'arm', half: 'standby' }, standby);
    const first = rig.console.workerPid();
    if (first !== undefined) process.kill(first, 'SIGKILL');
    const deploy = await endOf(rig, deployId);
    return { deploy, note: 'the worker that began it was killed', broken: switchedTwice(deploy) };
  } finally {
    const gone = new Promise((resolve) => second.once('exit', resolve));
    second.kill('SIGKILL');
    await gone;
    fs.rmSync(folder, { recursive: true, force: true });
  }
};

function switchedTwice({ steps }: Deploy): Broken[] {
  return DIRECTORS.flatMap((director) => {
    const count = steps.filter((step) => step.name === 'switch' && step.director === director).length;
    return count === 1 ? [] : [{ invariant: 6, what: `${director} was switched ${count} times by two workers` }];
  });
}

/** A console that knows nothing of the first, with a key of its own that root let in, changes the same directors at the same time. */
const twoConsoles: Scene['play'] = async (rig, { revision }) => {
  const second = await secondConsole(rig);
  try {
    const plan = await makePlan(rig, revision);
    const [other, deployId] = await Promise.all([second.deploy(), askDeploy(rig.answers, plan)]);
    const deploy = await endOf(rig, deployId);
    const winners = [other, deploy.state].filter((state) => state === 'verified').length;
    const broken: Broken[] =
      winners === 1
        ? []
        : [{ invariant: 6, what: `${winners} of two consoles changed the pair; the other one: ${other}` }];
    return { deploy, note: `the other console: ${other}`, broken };
  } finally {
    await second.close();
  }
};

/** The plan was made before another deploy changed what it stands on. */
const stalePlan: Scene['play'] = async (rig, { revision, later }) => {
  const stale = await makePlan(rig, revision);
  const between = await endOf(rig, await planAndAsk(rig.answers, rig.topologyId, later));
  // Past the services, which refuse it at once: here the worker has to.
  const deploy = await endOf(rig, await insertDeploy(rig.db, stale));
  return { deploy, note: `the deploy between ended ${between.state}` };
};

const rebootBetween: Scene['play'] = async (rig, { revision, standby }) => {
  const plan = await makePlan(rig, revision);
  await rig.lab.crash(standby);
  await rig.lab.powerOn(standby);
  return { deploy: await endOf(rig, await askDeploy(rig.answers, plan)), note: `${standby} booted between` };
};

/** Nobody powers it on again until the other has taken over. */
const deadAfterSwitch: Trial['strike'] = async (rig, director): Promise<Struck> => {
  await rig.lab.crash(director);
  const heal = async () => {
    await new Promise((resolve) => setTimeout(resolve, (rig.timerSeconds + 15) * 1000));
    await rig.lab.powerOn(director);
  };
  return { note: `${director} was off for T + 15 s`, heal };
};

const deadFromTheStart: Trial['strike'] = async (rig, director) => {
  await rig.lab.crash(director);
  return { note: `${director} is off`, heal: () => rig.lab.powerOn(director), healsAfter: true };
};

/** Heartbeat gives its resources to the other node, as a planned takeover does. */
const handOver = onHost('/usr/share/heartbeat/hb_standby all > /dev/null 2>&1 || :', ':');
const TAKE_BOTH = 'ip addr add 192.168.7.240/24 dev eth0; ip addr add 192.168.6.240/24 dev eth1';
const LEAVE_BOTH = 'ip addr del 192.168.7.240/24 dev eth0; ip addr del 192.168.6.240/24 dev eth1';

const nobody: Trial['strike'] = async (rig) => {
  // The standby first, or it would take over.
  const all = (script: string) => Promise.all(DIRECTORS.map((director) => run(rig, director, script)));
  await all('systemctl stop heartbeat');
  return {
    note: 'heartbeat stopped on both',
    heal: async () => {
      await all('systemctl start heartbeat');
      await settle(rig); // two that start together take their time to agree
    },
    healsAfter: true,
  };
};

async function endOf(rig: Rig, deployId: string | undefined): Promise<Deploy> {
  if (deployId === undefined) throw new Error('no deploy began');
  return untilEnded(rig.db, deployId, END_MS);
}

export const SCENES: Scene[] = [
  { id: 'D/two-operators', play: twoOperators, ends: ['verified'] },
  { id: 'D/two-consoles-one-database', play: twoWorkers, ends: ['verified'] },
  { id: 'D/two-consoles-two-databases', play: twoConsoles },
  { id: 'D/stale-plan', play: stalePlan, savesTwo: true, ends: ['refused'] },
  { id: 'D/reboot-between-plan-and-deploy', play: rebootBetween },
];

const trial = (name: string, half: Trial['half'], strike: Trial['strike'], rest: Partial<Trial> = {}): Trial => ({
  ...{ id: `D/${name}`, half, strike },
  ...rest,
});

export const PAIR_TRIALS: Trial[] = [
  trial('failover-between-the-halves', 'active', handOver, {
    point: { step: 'verify', half: 'standby' },
    mayLoseProbes: true,
  }),
  trial('both-active', 'standby', onHost(TAKE_BOTH, LEAVE_BOTH), { ends: NOTHING_DONE, mayLoseProbes: true }),
  trial('none-active', 'active', nobody, { ends: NOTHING_DONE, mayLoseProbes: true }),
  trial('standby-dead', 'standby', deadFromTheStart, { ends: NOTHING_DONE }),
  trial('active-dies-after-its-switch', 'active', deadAfterSwitch, {
    point: { step: 'verify', half: 'active' },
    mayLoseProbes: true,
  }),
];
