// The verb testDirector: each thing that must work before a deploy, tried in order, with what came back.
import 'server-only';
import { HostError } from '../core/errors';
import type { ConnectionTest, SeenAccess } from '../core/views/director';
import type { Db } from '../db/client';
import { guardInstallScript } from '../guard/install-script';
import { loadGuardProgram } from '../guard/guard-program';
import { EXIT_NOT_THIS_KEY, sudoError, type GuardHost } from '../ssh/guard-host';
import type { DirectorHosts } from './director-hosts';
import { readFacts, storeFacts } from './read-facts';
import { readSession } from './read-session';

const INSTALL_MS = 60_000;
const SHORT_MS = 15_000;

type Step = { name: string; work: () => Promise<string> };

export async function testDirector(
  db: Db,
  hosts: DirectorHosts,
  directorId: string,
  installGuard: boolean,
): Promise<ConnectionTest> {
  const logins = await hosts.openTest(directorId);
  const host = logins.deployer;
  const steps: Step[] = [
    { name: 'Connection', work: () => tryLogin(host) },
    ...(installGuard ? [{ name: 'Guard', work: () => installOn(host) }] : []),
    { name: 'Guard version', work: () => readVersion(db, directorId, host) },
    { name: 'Privileges', work: () => readPrivileges(db, directorId, host) },
    { name: 'Reading key', work: () => tryReader(db, directorId, logins.reader) },
    { name: 'Facts', work: () => readAndStore(db, directorId, host) },
  ];
  const done = await runInOrder(steps).finally(logins.close);
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
  if (code === EXIT_NOT_THIS_KEY)
    return 'The pinned host key was offered, and the key starts the guard and nothing else.';
  const refused = sudoError(host, 'id', { code, stdout, stderr });
  if (refused) throw refused;
  const last = stdout.trim().split('\n').at(-1);
  if (code !== 0 || last !== '0')
    throw new Error(`The user is not root and may not become root: ${stderr.trim() || stdout.trim()}`);
  return 'The pinned host key was offered, and the console may act as root.';
}

/**
 * From a file: dash reads a script on its standard input byte by byte, and for the seconds that takes on a small machine sshd
 * leaves the questions whether it is still there unanswered.
 */
const RUN_SCRIPT = 'umask 077; f=$(mktemp) && cat > "$f" || exit 1; sh "$f"; code=$?; rm -f "$f"; exit "$code"';

async function installOn(host: GuardHost): Promise<string> {
  const script = guardInstallScript(loadGuardProgram().text);
  const { code, stdout, stderr } = await host.exec(['sh', '-c', RUN_SCRIPT], { stdin: script, timeoutMs: INSTALL_MS });
  if (code === EXIT_NOT_THIS_KEY)
    throw new Error(
      'The console’s key may start the guard there and nothing else, so it cannot replace the guard. Run the install command of this page on the director as root.',
    );
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

const SEEN: Record<SeenAccess, string> = {
  root: 'as root; the key may start the guard and nothing else',
  sudo: 'through sudo; the key may start the guard and nothing else',
  'root-plain': 'as root; the key may do everything. The install command of this page binds it to the guard',
  'sudo-plain': 'through sudo; the key may do everything. The install command of this page binds it to the guard',
};

async function readPrivileges(db: Db, directorId: string, host: GuardHost): Promise<string> {
  const { user, access } = await readSession(host);
  await db.director.update({ where: { id: directorId }, data: { access } });
  return `User ${user}, ${SEEN[access]}.`;
}

/** Not having it is no fault: the console then reads with the key that deploys. One that may write is. */
async function tryReader(db: Db, directorId: string, reader: GuardHost): Promise<string> {
  const note = (hasReadKey: boolean) => db.director.update({ where: { id: directorId }, data: { hasReadKey } });
  try {
    const { isReadOnly } = await readSession(reader);
    await note(true);
    if (isReadOnly) return 'Let in, and may only read.';
    throw new Error(
      'Its key may do more than read there. Run the install command of this page on the director as root.',
    );
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'authentication-refused') throw error;
    await note(false);
    return 'Not let in yet, so the live view reads with the key that deploys. The install command of this page adds it.';
  }
}

async function readAndStore(db: Db, directorId: string, host: GuardHost): Promise<string> {
  const facts = await readFacts(host);
  await storeFacts(db, directorId, facts);
  return `${facts.hostName}: ${facts.plain['Operating system'] ?? ''}, kernel ${facts.plain['Kernel'] ?? ''}.`;
}
