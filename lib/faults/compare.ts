// The same accident with three tools: a change of mark rules is in the kernel, and the operator dies (HUP, TERM, KILL) or is locked out by it.
//
// `iptables-apply` is Debian's own; the playbook is what one would write with ansible-core, with a rescue block (by `raw`, because the lab's
// directors have no Python). Ours is the real worker, killed in `switch` and not started again.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openLab, type Lab } from '../lab/lab';
import { callWorker } from '../worker/client';
import {
  getDeploy,
  openTestConsole,
  requestDeploy,
  saveDocument,
  trustDirectors,
  until,
  untilEnded,
  type TestConsole,
} from '../worker/test-console';
import { documentOf } from './rig';

const LAB = { name: 'lvscompare', portBase: 2960 };
const DIRECTOR = 'director1';
const OWN = 'this console';
/** Of every tool that has one. */
const TIMER_SECONDS = 20;
const WATCH_MS = 60_000;
const SIGNALS = ['SIGHUP', 'SIGTERM', 'SIGKILL'] as const;
type Accident = (typeof SIGNALS)[number] | 'no answer';
export type ComparedRow = { tool: string; accident: Accident; isBack: boolean; seconds: number };

const RULE = 'PREROUTING -i eth0 -d 198.18.0.1/32 -j MARK --set-xmark 0x77/0xffffffff';
const LOCK_OUT = 'PREROUTING -p tcp -m tcp --dport 22 -j DROP';
/** Two whole rule files as `iptables-save` prints them; the kernel ends as it was. */
const filesFor = (accident: Accident) => {
  const rules = accident === 'no answer' ? [RULE, LOCK_OUT] : [RULE];
  const each = (verb: string) => rules.map((rule) => `iptables -w -t mangle ${verb} ${rule}`).join('; ');
  return `iptables-save > /run/old.rules; ${each('-A')}; iptables-save > /run/new.rules; ${each('-D')}`;
};

/** `only`: tools by name; empty = all. */
export async function compareTools(only: readonly string[], report: (line: string) => void): Promise<ComparedRow[]> {
  const isAsked = (tool: string) => only.length === 0 || only.includes(tool);
  process.env['LVS_CONSOLE_REHEARSAL_TIMER_SECONDS'] = String(TIMER_SECONDS);
  const rows: ComparedRow[] = [];
  const own = await openTestConsole();
  try {
    await own.startWorker();
    const { authorizedKey } = await callWorker('consoleKey', {});
    const lab = await openLab({ ...LAB, authorizedKeys: [authorizedKey] });
    try {
      const others = { 'iptables-apply': byIptablesApply, ansible: byPlaybook };
      for (const [tool, run] of Object.entries(others).filter(([tool]) => isAsked(tool))) {
        for (const accident of [...SIGNALS, 'no answer'] as const) {
          rows.push({ tool, accident, ...(await run(lab, accident)) });
          report(printRow(rows.at(-1)));
        }
      }
      const changeOf = isAsked(OWN) ? await prepareOwn(own) : undefined;
      for (const accident of changeOf ? ([...SIGNALS, 'no answer'] as const) : []) {
        if (!changeOf) break;
        rows.push({ tool: OWN, accident, ...(await byConsole(own, lab, accident, changeOf)) });
        report(printRow(rows.at(-1)));
      }
    } finally {
      await lab.down();
    }
  } finally {
    await own.close();
  }
  return rows;
}

function printRow(row: ComparedRow | undefined): string {
  return row
    ? `${row.tool}, ${row.accident}: ${row.isBack ? 'back' : 'NOT BACK'} after ${row.seconds.toFixed(1)} s`
    : '';
}

export function printComparison(rows: readonly ComparedRow[]): string {
  const lines = rows.map(({ tool, accident, isBack, seconds }) =>
    [tool, accident, isBack ? 'as before' : '**the new rules stay**', isBack ? `${seconds.toFixed(1)} s` : '-'].join(
      ' | ',
    ),
  );
  const head = ['tool | the operator | rules a minute later | back after', '---|---|---|---:'];
  return [...head, ...lines].map((line) => `| ${line} |`).join('\n') + '\n';
}

async function sh(lab: Lab, script: string): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(DIRECTOR, ['sh', '-c', script], { timeoutMs: 30_000 });
  if (code !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout;
}

/** From the moment of the accident; what cannot be asked is not back. */
async function untilBack(lab: Lab, isNew: () => Promise<boolean>): Promise<Pick<ComparedRow, 'isBack' | 'seconds'>> {
  const started = Date.now();
  const back = async () => ((await isNew()) ? undefined : true);
  const isBack = await until('the rules are back', back, WATCH_MS).catch(() => false);
  const seconds = (Date.now() - started) / 1000;
  if (!isBack) {
    // Nothing of this outlives a boot.
    await lab.crash(DIRECTOR);
    await lab.powerOn(DIRECTOR);
  }
  return { isBack, seconds };
}

async function hasNewRule(lab: Lab): Promise<boolean> {
  const { code, stdout } = await lab.exec(DIRECTOR, ['iptables', '-w', '-t', 'mangle', '-S'], { timeoutMs: 5_000 });
  if (code !== 0) throw new Error('no answer');
  return stdout.includes('0x77');
}

async function byIptablesApply(lab: Lab, accident: Accident) {
  await sh(lab, filesFor(accident));
  const start = `rm -f /run/answer; mkfifo /run/answer; (sleep 90 > /run/answer 2> /dev/null &)
setsid iptables-apply -t ${TIMER_SECONDS} /run/new.rules < /run/answer > /run/said 2>&1 & echo $!`;
  const pid = (await sh(lab, start)).trim();
  if (accident === 'no answer') {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    return untilBack(lab, () => hasNewRule(lab));
  }
  await until('the new rules', async () => (await hasNewRule(lab)) || undefined, 20_000);
  await sh(lab, `kill -${accident.slice(3)} ${pid}`);
  return untilBack(lab, () => hasNewRule(lab));
}

const PLAYBOOK = `- hosts: all
  gather_facts: false
  tasks:
    - block:
        - raw: iptables-restore < /run/new.rules
        - pause: { seconds: ${TIMER_SECONDS} }
        - raw: iptables-save -t mangle | grep -q 0x77
      rescue:
        - raw: iptables-restore < /run/old.rules
`;

async function byPlaybook(lab: Lab, accident: Accident) {
  await sh(lab, filesFor(accident));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-playbook-'));
  const file = path.join(folder, 'play.yml');
  fs.writeFileSync(file, PLAYBOOK);
  const details = lab.ssh[DIRECTOR];
  if (!details) throw new Error(`no way to ${DIRECTOR}`);
  const options = `-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 -o IdentitiesOnly=yes -o ServerAliveInterval=5 -o ServerAliveCountMax=2`;
  const inventory = `d ansible_host=127.0.0.1 ansible_port=${details.port} ansible_user=root ansible_ssh_private_key_file=${details.keyFile} ansible_ssh_common_args="${options}"\n`;
  fs.writeFileSync(path.join(folder, 'hosts'), inventory);
  const child = spawn('ansible-playbook', ['-i', path.join(folder, 'hosts'), file], {
    env: { ...process.env, HOME: folder, ANSIBLE_PIPELINING: 'True', LC_ALL: 'C.UTF-8' },
    stdio: 'ignore',
    detached: true,
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    if (accident === 'no answer') {
      await gone;
      return await untilBack(lab, () => hasNewRule(lab));
    }
    await until('the new rules', async () => (await hasNewRule(lab)) || undefined, 60_000);
    // As a terminal that goes away: the whole group.
    process.kill(-(child.pid ?? 0), accident);
    return await untilBack(lab, () => hasNewRule(lab));
  } finally {
    child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** A pair that serves; answers what saves the next change. */
async function prepareOwn(own: TestConsole) {
  let count = 0;
  const { topologyId, revision } = await saveDocument(own.db, documentOf(count, LAB.portBase));
  await until('the directors are trusted', async () => (await trustDirectors(own.db, topologyId), true), 120_000);
  const { state } = await untilEnded(own.db, await requestDeploy(own.db, topologyId, revision));
  if (state !== 'verified') throw new Error(`the first deploy ended ${state}`);
  return async () => {
    const saved = await saveDocument(own.db, documentOf((count += 1), LAB.portBase), topologyId);
    return { id: await requestDeploy(own.db, topologyId, saved.revision), port: String(8000 + count) };
  };
}

async function byConsole(
  own: TestConsole,
  lab: Lab,
  accident: Accident,
  change: () => Promise<{ id: string; port: string }>,
): Promise<Pick<ComparedRow, 'isBack' | 'seconds'>> {
  await own.killWorker();
  const isLockOut = accident === 'no answer';
  const worker = isLockOut
    ? await own.startWorker('lib/worker/test-worker.ts', { LVS_TEST_RELEASE: 'drop-ssh' })
    : await own.startWorker();
  const { id, port } = await change();
  const hasPort = async () => {
    const dumps = await Promise.all(
      ['director1', 'director2'].map((each) =>
        lab.exec(each, ['iptables', '-w', '-t', 'mangle', '-S'], { timeoutMs: 5_000 }),
      ),
    );
    if (dumps.some(({ code }) => code !== 0)) throw new Error('no answer');
    return dumps.some(({ stdout }) => stdout.includes(port));
  };
  const switched = async () => (await getDeploy(own.db, id)).steps.some(({ name }) => name === 'switch') || undefined;
  await until('the switch', switched, 90_000);
  if (!isLockOut) {
    await until('the new rules', async () => (await hasPort()) || undefined, 30_000);
    worker.kill(accident);
  } else await new Promise((resolve) => setTimeout(resolve, 3_000));
  const result = await untilBack(lab, hasPort);
  // The next worker finds what the directors did by themselves.
  await own.killWorker();
  await own.startWorker();
  await untilEnded(own.db, id);
  return result;
}
