// Part B, sudo: a director that the console enters as a user whom sudo lets start the guard, until it asks him for a password, or knows him no more.
import type { DeployState } from '../core/views/deploy';
import { callWorker } from '../worker/client';
import { untilEnded } from '../worker/test-console';
import { askDeploy, planAndAsk } from './answers';
import type { Rig } from './rig';
import { END_MS, reach, type Outcome, type Scene } from './run-cell';

const USER = 'lvs-console';
const NOTHING_DONE: DeployState[] = ['refused', 'failed', 'rolled-back'];
const ASKS = {
  strike: `echo '${USER} ALL = (ALL) PASSWD: ALL' > /etc/sudoers.d/zz && chmod 440 /etc/sudoers.d/zz`,
  heal: 'rm -f /etc/sudoers.d/zz',
};
const TAKEN_AWAY = {
  strike: `mv /etc/sudoers.d/${USER} /root/sudoers.lvs`,
  heal: `mv /root/sudoers.lvs /etc/sudoers.d/${USER}`,
};

async function sh(rig: Rig, director: string, script: string): Promise<void> {
  const { code, stderr } = await rig.lab.exec(director, ['sh', '-s'], { input: script, timeoutMs: 90_000 });
  if (code !== 0) throw new Error(`${director}: ${stderr}`);
}

/** The other directors of the rig are entered as root. */
async function enterAs(rig: Rig, director: string, user: string): Promise<void> {
  const where = { topologyId_name: { topologyId: rig.topologyId, name: director } };
  const { id } = await rig.db.director.update({ where, data: { user } });
  rig.links[director]?.reset(); // who is logged in already is root
  const { ok, steps } = await callWorker('testDirector', { directorId: id, installGuard: false });
  if (!ok) throw new Error(`${director} cannot be entered as ${user}: ${JSON.stringify(steps)}`);
}

async function throughSudo(rig: Rig, director: string, work: () => Promise<Outcome>): Promise<Outcome> {
  const { script } = await callWorker('installScript', { form: 'sudo', user: USER });
  await sh(rig, director, script);
  await enterAs(rig, director, USER);
  try {
    return await work();
  } finally {
    // The installer has taken the key away from root.
    await rig.lab.authorize([(await callWorker('consoleKey', {})).authorizedKey]);
    await enterAs(rig, director, 'root');
  }
}

const asks: Scene['play'] = (rig, { revision, standby }) =>
  throughSudo(rig, standby, async () => {
    const plan = await callWorker('makePlan', { topologyId: rig.topologyId, revision, actor: 'faults' });
    await sh(rig, standby, ASKS.strike);
    const deploy = await untilEnded(rig.db, await askDeploy(rig.answers, plan), END_MS);
    await sh(rig, standby, ASKS.heal);
    return { deploy, note: `${standby}: sudo asked for a password` };
  });

/** Armed already: the console can neither go on nor go back there, so the director's own timer must. */
const takenAway: Scene['play'] = (rig, { revision, active }) =>
  throughSudo(rig, active, async () => {
    const deployId = await planAndAsk(rig.answers, rig.topologyId, revision);
    await reach(rig, deployId, { step: 'switch', half: 'active' }, active);
    await sh(rig, active, TAKEN_AWAY.strike);
    const deploy = await untilEnded(rig.db, deployId, END_MS);
    await sh(rig, active, TAKEN_AWAY.heal);
    return { deploy, note: `${active}: sudo was taken away` };
  });

export const SUDO_SCENES: Scene[] = [
  { id: 'B/sudo-asks@standby', play: asks, ends: NOTHING_DONE },
  { id: 'B/sudo-taken-away@active', play: takenAway, ends: NOTHING_DONE },
];
