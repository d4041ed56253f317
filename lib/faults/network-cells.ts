// Part C of the matrix: what the way to a director does to a deploy, and what its SSH server says.
import type { DeployState } from '../core/views/deploy';
import type { Half, Point } from './cells';
import type { LinkState } from './link';
import type { Rig } from './rig';
import type { Struck, Trial } from './run-cell';

const NOTHING_DONE: DeployState[] = ['refused', 'failed', 'rolled-back'];
const ANY: DeployState[] = ['verified', ...NOTHING_DONE];
const BANNER_LINE = 'You are being watched.\u0000\u001b[31m \u00ff\r\n';

type Strike = Trial['strike'];
/** Until the deploy has ended. */
const shaped =
  (state: Partial<LinkState>, note: string): Strike =>
  (rig, director) => {
    linkOf(rig, director).set(state);
    return struck(`${director}: ${note}`, () => linkOf(rig, director).heal());
  };
/** For both directors: what lies between the console's house and theirs. */
const shapedBoth =
  (state: Partial<LinkState>, note: string): Strike =>
  (rig) => {
    for (const link of Object.values(rig.links)) link.set(state);
    return struck(note, () => Object.values(rig.links).forEach((link) => link.heal()));
  };
/** Silence for longer than the dead-man time, then the connections are gone and new ones pass. */
const silent: Strike = (rig, director) => {
  linkOf(rig, director).set({ isHalfOpen: true });
  const heal = async () => {
    await new Promise((resolve) => setTimeout(resolve, (rig.timerSeconds + 10) * 1000));
    linkOf(rig, director).heal();
  };
  return Promise.resolve({ note: `${director}: half open for T + 10 s`, heal });
};
const broken: Strike = (rig, director) =>
  struck(`${director}: ${linkOf(rig, director).reset()} connections reset`, () => undefined);
/** On the director, with its SSH server told to read its configuration again. */
const scripted =
  (strike: string, heal: string): Strike =>
  async (rig, director) => {
    const sh = (script: string) => rig.lab.exec(director, ['sh', '-c', `${script}; ${RELOAD}`], { timeoutMs: 60_000 });
    const { code, stderr } = await sh(strike);
    if (code !== 0) throw new Error(`the fault could not be made on ${director}: ${stderr}`);
    return { note: director, heal: async () => void (await sh(heal)), healsAfter: true };
  };
const RELOAD = 'kill -HUP "$(cat /run/sshd.pid)"';

function linkOf({ links }: Rig, director: string) {
  const link = links[director];
  if (!link) throw new Error(`no link to ${director}`);
  return link;
}

function struck(note: string, heal: () => void): Promise<Struck> {
  return Promise.resolve({ note, heal: () => Promise.resolve(heal()), healsAfter: true });
}

const cell = (name: string, half: Half, strike: Strike, ends: DeployState[], at?: Point['step']): Trial => ({
  ...{ id: `C/${name}@${half}`, half, strike, ends },
  ...(at !== undefined && { point: { step: at, half } }),
});

const OTHER_HOST_KEY = scripted(
  'cd /etc/ssh && mkdir -p /run/keys.lvs && cp -p ssh_host_* /run/keys.lvs/ && rm -f ssh_host_* && ssh-keygen -q -A',
  'cd /etc/ssh && rm -f ssh_host_* && cp -p /run/keys.lvs/ssh_host_* .',
);
const KEY_REFUSED = scripted(
  "sed -i.lvs '2,$d' /root/.ssh/authorized_keys",
  'mv /root/.ssh/authorized_keys.lvs /root/.ssh/authorized_keys',
);
const ONE_SESSION = scripted(
  "sed -i.lvs '/^MaxSessions/d' /etc/ssh/sshd_config.d/lab.conf && echo 'MaxSessions 1' >> /etc/ssh/sshd_config.d/lab.conf",
  'mv /etc/ssh/sshd_config.d/lab.conf.lvs /etc/ssh/sshd_config.d/lab.conf',
);

export const MATRIX_C: Trial[] = [
  cell('host-key-changed', 'active', OTHER_HOST_KEY, NOTHING_DONE),
  cell('host-key-changed-in-arm', 'standby', OTHER_HOST_KEY, NOTHING_DONE, 'arm'),
  cell('key-refused', 'standby', KEY_REFUSED, NOTHING_DONE),
  cell('key-refused-in-arm', 'active', KEY_REFUSED, NOTHING_DONE, 'arm'),
  cell('one-session', 'active', ONE_SESSION, ['verified']),
  cell('garbage-banner', 'standby', shaped({ banner: BANNER_LINE.repeat(5) }, '5 lines of noise first'), ANY),
  cell('megabyte-banner', 'active', shaped({ banner: BANNER_LINE.repeat(40_000) }, '1 MB of noise first'), ANY),
  cell('half-second-delay', 'active', shapedBoth({ delayMs: 250 }, '500 ms there and back'), ANY),
  cell('half-second-delay', 'standby', shaped({ delayMs: 500 }, '1 s there and back'), ANY),
  cell('loss', 'active', shapedBoth({ loss: 0.05 }, '5 % late by a retransmission'), ['verified']),
  cell('narrow', 'active', shapedBoth({ bytesPerSecond: 7_000 }, '56 kbit/s'), ANY),
  cell('half-open-in-stage', 'standby', silent, NOTHING_DONE, 'stage'),
  cell('half-open-in-switch', 'active', silent, ANY, 'switch'),
  cell('half-open-in-confirm', 'active', silent, ANY, 'confirm'),
  cell('reset-in-stage', 'standby', broken, ANY, 'stage'),
  cell('reset-in-switch', 'active', broken, ANY, 'switch'),
  cell('reset-in-verify', 'standby', broken, ANY, 'verify'),
  cell('reset-in-confirm', 'active', broken, ANY, 'confirm'),
];
