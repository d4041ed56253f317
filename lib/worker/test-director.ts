// The verb testDirector: each thing that must work before a deploy, tried in order, with what came back.
import 'server-only';
import type { ConnectionTest } from '../core/views/director';
import type { Db } from '../db/client';
import { guardInstallScript } from '../guard/install-script';
import { loadGuardProgram } from '../guard/guard-program';
import type { GuardHost } from '../ssh/guard-host';
import type { DirectorHosts } from './director-hosts';
import { readFacts, storeFacts } from './read-facts';

const INSTALL_MS = 60_000;
const SHORT_MS = 15_000;

type Step = { name: string; work: () => Promise<string> };

export async function testDirector(
  db: Db,
  hosts: DirectorHosts,
  directorId: string,
  installGuard: boolean,
): Promise<ConnectionTest> {
  const host = await hosts.open(directorId);
  const steps: Step[] = [
    { name: 'Connection', work: () => tryLogin(host) },
    ...(installGuard ? [{ name: 'Guard', work: () => installOn(host) }] : []),
    { name: 'Guard version', work: () => readVersion(db, directorId, host) },
    { name: 'Facts', work: () => readAndStore(db, directorId, host) },
  ];
  const done = await runInOrder(steps);
  const failed = done.find(({ ok }) => !ok);
  if (failed)
    await db.director.updateMany({ where: { id: directorId }, data: { problem: `${failed.name}: ${failed.message}` } });
  return { ok: !failed, steps: done };
}

/** Stops at the first that fails: what follows would only say so again. */
async function runInOrder(steps: readonly Step[]): Promise<ConnectionTest['steps']> {
  const done: ConnectionTest['steps'] = [];
  for (const { name, work } of steps) {
    try {
      done.push({ name, ok: true, message: await work() });
    } catch (error) {
      done.push({ name, ok: false, message: error instanceof Error ? error.message : String(error) });
      break;
    }
  }
  return done;
}

async function tryLogin(host: GuardHost): Promise<string> {
  const { code, stdout, stderr } = await host.exec(['id', '-u'], { timeoutMs: SHORT_MS });
  const last = stdout.trim().split('\n').at(-1);
  if (code !== 0 || last !== '0')
    throw new Error(`The user is not root and may not become root: ${stderr.trim() || stdout.trim()}`);
  return 'The pinned host key was offered, and the console may act as root.';
}

async function installOn(host: GuardHost): Promise<string> {
  const script = guardInstallScript(loadGuardProgram().text);
  const { code, stdout, stderr } = await host.exec(['sh', '-s'], { stdin: script, timeoutMs: INSTALL_MS });
  if (code !== 0) throw new Error(`The installer ended with ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout.trim().split('\n').at(-1) ?? '';
}

async function readVersion(db: Db, directorId: string, host: GuardHost): Promise<string> {
  const { stdout } = await host.guard('version', [], { timeoutMs: SHORT_MS });
  const version = stdout.trim().split('\n').at(-1) ?? '';
  await db.director.update({ where: { id: directorId }, data: { guardVersion: version } });
  const wanted = loadGuardProgram().version;
  return version === wanted
    ? `Guard ${version}.`
    : `Guard ${version}; this console brings ${wanted}: install it again.`;
}

async function readAndStore(db: Db, directorId: string, host: GuardHost): Promise<string> {
  const facts = await readFacts(host);
  await storeFacts(db, directorId, facts);
  return `${facts.hostName}: ${facts.plain['Operating system'] ?? ''}, kernel ${facts.plain['Kernel'] ?? ''}.`;
}
