// The nine invariants of the deploy protocol, asserted after every cell; each answers the sentences of what is broken.
import fs from 'node:fs';
import path from 'node:path';
import type { Deploy } from '../core/views/deploy';
import type { CommandResult } from '../lab/run-command';
import { NO_MASTER, sshArgv } from '../lab/ssh';
import { callWorker } from '../worker/client';
import { ensureConsoleKeys, until } from '../worker/test-console';
import { FOREIGN } from '../worker/test-foreign';
import { lostAnswers } from './answers';
import type { ProbeResult } from './probe';
import { DIRECTORS, type Rig } from './rig';
import { writesStale } from './stale-generation';
import { KEEP_ENTRIES, lostSince, readUntouched, type Untouched } from './untouched';

export type Broken = { invariant: number; what: string };
export type Before = {
  confirmed: string;
  foreign: string[];
  revision: number;
  revisions: number;
  auditRows: Set<string>;
  approvals: Set<string>;
  untouched: Untouched;
};
export type After = { deploy: Deploy; before: Before; probe: ProbeResult; mayLoseProbes: boolean };

/**
 * `staged` and `checked`: a release that an ended deploy could not take away, because its director was away. Nothing of it
 * is in force, it holds no timer, and the next deploy removes it, which the next cell proves.
 */
export const AT_REST = ['idle', 'confirmed', 'rolled-back', 'staged', 'checked'];

const STATUS = '/usr/lib/lvs-console/guard status';
/** Every file of the confirmed release against its manifest, and `live` against `confirmed`. */
const BOOT_CHECK = `cd /var/lib/lvs-console || exit 1
[ "$(readlink live)" = "$(readlink confirmed)" ] || { echo "live is $(readlink live), confirmed is $(readlink confirmed)"; exit 1; }
cd "$(readlink -f confirmed)" || exit 1
[ -s MANIFEST ] || { echo "MANIFEST is empty"; exit 1; }
sha256sum -c --strict --quiet MANIFEST.sum || exit 1
while read -r sum mode name; do echo "$sum  $name"; done < MANIFEST | sha256sum -c --strict --quiet -`;

/** Besides: IPv6, a set and a virtual service; made once in each boot. */
const FOREIGN_ALSO = `iptables -n -L KEEP-ME > /dev/null 2>&1 && exit 0
${FOREIGN}
ip6tables -w -t mangle -A PREROUTING -s 2001:db8:ffff::/64 -j MARK --set-xmark 0x4000/0x4000
ipset create keep-me hash:ip; ipset add keep-me 198.51.100.9
ipvsadm -A -t 198.51.100.10:99 -s rr; ipvsadm -a -t 198.51.100.10:99 -r 192.168.6.2:99 -m
${KEEP_ENTRIES}`;

async function plantForeign(rig: Rig, director: string): Promise<void> {
  const { code, stderr } = await rig.lab.exec(director, ['sh', '-c', FOREIGN_ALSO], { timeoutMs: 30_000 });
  if (code !== 0) throw new Error(`what is not the console's cannot be made on ${director}: ${stderr}`);
}

export async function readBefore(rig: Rig, active: string): Promise<Before> {
  await Promise.all(DIRECTORS.map((director) => plantForeign(rig, director)));
  const revisions = await rig.db.topologyRevision.count({ where: { topologyId: rig.topologyId } });
  const { revision } = await rig.db.topology.findUniqueOrThrow({ where: { id: rig.topologyId } });
  const foreign = await Promise.all(DIRECTORS.map((director) => readForeign(rig, director)));
  const confirmed = (await readStatus(rig, 'director1'))['confirmed'] ?? '';
  const untouched = await readUntouched(rig, active);
  return { confirmed, foreign, revision, revisions, ...(await readAnswered(rig)), untouched };
}

/** Rows that are never taken away again: each was answered with success, or written for something that was. */
async function readAnswered({ db }: Rig): Promise<Pick<Before, 'auditRows' | 'approvals'>> {
  const [auditRows, approvals] = await Promise.all([
    db.auditRow.findMany({ select: { id: true } }),
    db.approval.findMany({ select: { planId: true, approver: true } }),
  ]);
  return {
    auditRows: new Set(auditRows.map(({ id }) => id)),
    approvals: new Set(approvals.map(({ planId, approver }) => `${planId} ${approver}`)),
  };
}

export async function checkInvariants(rig: Rig, after: After): Promise<Broken[]> {
  const found = await Promise.all([
    bootsOneRelease(rig),
    leavesNothingUnconfirmed(rig),
    keepsUntouchedMark(rig, after),
    losesNoAnswer(rig, after),
    Promise.resolve(verifiesTruly(after)),
    endsEveryTransaction(rig).then(async (open) => [...open, ...(await writesStale(rig))]),
    Promise.resolve([]), // 7 was watched on the directors all the time (host-watch.ts); the faults that cut one off look at it then, too (needRest)
    keepsSecret(rig),
    leavesForeign(rig, after),
  ]);
  return found.flatMap((sentences, at) => sentences.map((what) => ({ invariant: at + 1, what })));
}

async function bootsOneRelease(rig: Rig): Promise<string[]> {
  const found = await Promise.all(
    DIRECTORS.map(async (director) => {
      const { code, stdout } = await rig.lab.exec(director, ['sh', '-c', BOOT_CHECK]);
      return code === 0 ? [] : [`${director}: ${stdout.trim()}`];
    }),
  );
  return found.flat();
}

/** A plan of what is confirmed has nothing to do: files, rules, routes, services are those of the confirmed release. */
async function leavesNothingUnconfirmed(rig: Rig): Promise<string[]> {
  const last = await rig.db.deploy.findFirstOrThrow({
    where: { topologyId: rig.topologyId, state: 'verified' },
    orderBy: { number: 'desc' },
  });
  const differences = async () => {
    const { topologyId } = rig;
    const plan = await callWorker('makePlan', { topologyId, revision: last.revision, actor: 'faults' });
    const files = plan.hosts.flatMap(({ director, files: all }) =>
      all.filter(({ change }) => change !== 'unchanged').map(({ path, change }) => `${director}: ${path} ${change}`),
    );
    const actions = plan.hosts.flatMap(({ director, actions: all }) =>
      all.map(({ reason }) => `${director}: ${reason}`),
    );
    return [
      ...files,
      ...actions,
      ...plan.problems.flatMap(({ severity, message }) => (severity === 'error' ? [message] : [])),
    ];
  };
  let latest: string[] = [];
  const settled = async () => ((latest = await differences()).length === 0 ? true : undefined);
  return until('nothing differs', settled, 60_000).then(
    () => [],
    () => latest,
  );
}

async function keepsUntouchedMark(rig: Rig, { before, probe, mayLoseProbes }: After): Promise<string[]> {
  if (mayLoseProbes) return [];
  const failed = probe.failed.map(({ at, error }) => `request at ${new Date(at).toISOString()}: ${error ?? ''}`);
  const held = probe.held.startsWith('kept') ? [] : [`held connection ${probe.held}`];
  return [...failed.slice(0, 3), ...held, ...(await lostSince(rig, before.untouched, probe))];
}

async function losesNoAnswer(rig: Rig, { deploy, before }: After): Promise<string[]> {
  const row = await rig.db.deploy.findUnique({ where: { id: deploy.id } });
  const revisions = await rig.db.topologyRevision.count({ where: { topologyId: rig.topologyId } });
  const { auditRows, approvals } = await readAnswered(rig);
  const gone = (was: Set<string>, is: Set<string>) => [...was].filter((id) => !is.has(id)).length;
  return [
    ...(await lostAnswers(rig.answers, rig.db)),
    ...(gone(before.auditRows, auditRows) === 0 ? [] : [`${gone(before.auditRows, auditRows)} audit rows are gone`]),
    ...(gone(before.approvals, approvals) === 0 ? [] : [`${gone(before.approvals, approvals)} approvals are gone`]),
    ...(row ? [] : ['the deploy that was answered with success is gone']),
    ...(revisions === before.revisions ? [] : [`${before.revisions} revisions became ${revisions}`]),
  ];
}

/** By the journal's times: what was read before a director's last switch proves nothing. A verification of the pair names no director. */
export function verifiesTruly({ deploy: { state: end, steps } }: Pick<After, 'deploy'>): string[] {
  if (end !== 'verified') return [];
  return DIRECTORS.flatMap((director) => {
    const last = steps.filter((step) => step.name === 'switch' && step.director === director).at(-1);
    if (!last) return [`shown as verified, but ${director} was never switched`];
    const isVerified = steps.some(
      ({ name, state, director: of = director, startedAt }) =>
        name === 'verify' && state === 'done' && of === director && startedAt >= (last.endedAt ?? last.startedAt),
    );
    return isVerified ? [] : [`shown as verified, but ${director} was not read after its last switch`];
  });
}

async function endsEveryTransaction(rig: Rig): Promise<string[]> {
  const open = await rig.db.deploy.count({ where: { topologyId: rig.topologyId, openFor: { not: null } } });
  const states = await Promise.all(DIRECTORS.map(async (director) => readStatus(rig, director)));
  const odd = states.flatMap(({ state = '?' }, at) =>
    AT_REST.includes(state) ? [] : [`${DIRECTORS[at] ?? ''} is ${state}`],
  );
  return [...(open === 0 ? [] : [`${open} deploys are open`]), ...odd];
}

async function keepsSecret(rig: Rig): Promise<string[]> {
  const rows = await Promise.all([
    rig.db.plan.findMany(),
    rig.db.deploy.findMany(),
    rig.db.deployStep.findMany(),
    rig.db.auditRow.findMany(),
    rig.db.liveFrame.findMany(), // what the streams send
    rig.db.alert.findMany(),
  ]);
  const logs = path.join(rig.dataFolder, 'logs');
  const texts = [
    { where: 'a row', text: JSON.stringify(rows) },
    ...fs.readdirSync(logs).map((name) => ({ where: name, text: fs.readFileSync(path.join(logs, name), 'utf8') })),
    ...(await Promise.all(DIRECTORS.map((director) => readJournal(rig, director)))),
  ];
  return (await readSecrets(rig)).flatMap(({ what, words }) =>
    words.length === 0
      ? [`${what} is not known, so nothing can be told of it`]
      : texts
          .filter(({ text }) => words.some((word) => text.includes(word)))
          .map(({ where }) => `${what} is in ${where}`),
  );
}

/** Each by words of which no text has one by chance: the keys as they are written, and lines of what is inside. */
async function readSecrets(rig: Rig): Promise<{ what: string; words: string[] }[]> {
  const kek = fs.readFileSync(path.join(rig.dataFolder, 'kek'));
  const keys = await ensureConsoleKeys(rig.db);
  const linesOf = (privateKey: string) => privateKey.split('\n').filter((line) => /^[\w+/=]{40,}$/.test(line));
  return [
    ...(rig.stack === 'heartbeat' ? [{ what: 'the heartbeat key', words: rig.secret === '' ? [] : [rig.secret] }] : []),
    { what: 'the key that deploys', words: linesOf(keys.deploy.privateKey) },
    { what: 'the key that reads', words: linesOf(keys.read.privateKey) },
    { what: 'the key of the secrets', words: [kek.toString('base64'), kek.toString('hex')] },
  ];
}

/** What a director has logged lately; a cell logs some hundred lines. */
async function readJournal(rig: Rig, director: string): Promise<{ where: string; text: string }> {
  const argv = ['journalctl', '--no-pager', '-q', '-o', 'cat', '-n', '3000'];
  const { code, stdout, stderr } = await rig.lab.exec(director, argv, { timeoutMs: 60_000 });
  if (code !== 0) throw new Error(`the journal of ${director} cannot be read: ${stderr}`);
  return { where: `the journal of ${director}`, text: stdout };
}

async function leavesForeign(rig: Rig, { before }: After): Promise<string[]> {
  const now = await Promise.all(DIRECTORS.map((director) => readForeign(rig, director)));
  const bootOf = (text: string | undefined) => text?.split('\n')[0];
  return now.flatMap((text, at) => {
    if (bootOf(text) !== bootOf(before.foreign[at])) return [];
    const [old, current] = [before.foreign[at] ?? '', text].map((lines) => lines.split('\n'));
    const gone = old?.filter((line) => !current?.includes(line)).map((line) => `- ${line}`) ?? [];
    const come = current?.filter((line) => !old?.includes(line)).map((line) => `+ ${line}`) ?? [];
    const changes = [...gone, ...come].slice(0, 5).join('; ') || 'their order';
    return text === before.foreign[at] ? [] : [`${DIRECTORS[at] ?? ''}: foreign rules changed: ${changes}`];
  });
}

export async function readStatus(rig: Rig, director: string): Promise<Record<string, string>> {
  return toStatus(await rig.lab.exec(director, STATUS.split(' '), { timeoutMs: 30_000 }));
}

/** The status, and which port the kernel marks beside 80 and which one the confirmed release says: each revision has another. */
const REST = `${STATUS} || exit
ports() { grep -o 'dports 80,[0-9]*' | sort -u | tr '\\n' ' '; }
echo "kernel=$(iptables-save -t mangle | ports)."
echo "release=$(ports < /var/lib/lvs-console/confirmed/files/etc/lvs-console/rules.v4)."`;
export type ReadRest = (rig: Rig, director: string) => Promise<Record<string, string>>;

export const readRest: ReadRest = async ({ lab }, director) =>
  toStatus(await lab.exec(director, ['sh', '-c', REST], { timeoutMs: 30_000 }));

/** The same with the management cable out: by SSH from a real server, over the network that the two share. */
export const readRestBeside: ReadRest = async ({ lab }, director) => {
  const host = lab.hosts.find(({ name }) => name === director);
  const ssh = lab.ssh[director];
  if (host?.kind !== 'director' || !ssh) throw new Error(`no director "${director}"`);
  const argv = sshArgv({ ...ssh, address: host.internal, port: 22 }, NO_MASTER, ['sh', '-c', REST]);
  return toStatus(await lab.exec('rs1', argv, { timeoutMs: 60_000 }));
};

/** Throws when the guard did not answer: no answer is no state. */
function toStatus({ code, stdout, stderr }: CommandResult): Record<string, string> {
  if (code !== 0) throw new Error(`guard status ended with ${code}: ${stderr.trim()}`);
  const lines = stdout.trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split('=') as [string, string]));
}

const READ_FOREIGN = `cat /proc/sys/kernel/random/boot_id
iptables-save; ip6tables-save; ip rule; ip route show table main; ipset save keep-me; ipvsadm -Sn | grep -e ' -[tu] '`;

/**
 * Rules of both families, sets, virtual services, policy rules and main routes that are not the console's own, without counters. Built-in chains that accept are left
 * out: iptables-save shows them only once somebody has asked for their table.
 */
async function readForeign(rig: Rig, director: string): Promise<string> {
  const { stdout } = await rig.lab.exec(director, ['sh', '-c', READ_FOREIGN]);
  return stdout
    .split('\n')
    .filter(
      (line) =>
        !/^#|LVS-CONSOLE|proto (76|ip_vs)|protocol 76|^\*|^COMMIT|^:[A-Z]+ ACCEPT|192\.168\.[67]\.240/.test(line),
    )
    .map((line) => line.replace(/\[\d+:\d+\]/, ''))
    .join('\n');
}
