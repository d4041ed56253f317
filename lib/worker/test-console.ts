// For tests: a console of its own (database, data folder, worker process) beside a lab, used through the worker's verbs as web does.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkTopology } from '../core/check';
import type { TopologyDocument } from '../core/document';
import { seedDocument } from '../core/seed';
import type { Deploy as DeployView } from '../core/views/deploy';
import { getDb, type Db } from '../db/client';
import { ensurePostgres } from '../db/embedded-postgres';
import { migrateDatabase } from '../db/migrate';
import { toDeploy } from '../db/rows';
import { callWorker } from './client';

export { ensureConsoleKeys } from './console-secrets';
export { listSplitPairs } from './roll-forward';

const root = path.resolve(import.meta.dirname, '../..');
/** Each question costs this machine some milliseconds of a processor that the directors of the lab need. */
const POLL_MS = 250;

export type TestConsole = {
  db: Db;
  dataFolder: string;
  /** Starts lib/worker/main.ts, or another entry beside it, as the supervisor does. */
  startWorker: (entry?: string, env?: Record<string, string>) => Promise<ChildProcess>;
  /** SIGKILL, and waits until the process is gone. */
  killWorker: () => Promise<void>;
  close: () => Promise<void>;
  log: () => string;
};

export async function openTestConsole(): Promise<TestConsole> {
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-test-'));
  fs.chmodSync(dataFolder, 0o711);
  process.env['LVS_CONSOLE_DATA'] = dataFolder;
  const postgres = await ensurePostgres(dataFolder);
  process.env['DATABASE_URL'] = postgres.url;
  await migrateDatabase(postgres.url);
  const logFile = path.join(dataFolder, 'worker.log');
  let child: ChildProcess | undefined;
  const killWorker = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  const startWorker = async (entry = 'lib/worker/main.ts', env: Record<string, string> = {}) => {
    const output = fs.openSync(logFile, 'a');
    child = spawn(process.execPath, ['--conditions=react-server', '--import', 'tsx', entry], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', output, output],
    });
    fs.closeSync(output);
    await until('the worker answers', () => callWorker('consoleKey', {}), 60_000).catch((cause: unknown) => {
      throw new Error(`the worker did not start:\n${fs.readFileSync(logFile, 'utf8').slice(-4_000)}`, { cause });
    });
    return child;
  };
  const close = async () => {
    await killWorker();
    await getDb().$disconnect();
    await postgres.stop();
    fs.rmSync(dataFolder, { recursive: true, force: true });
  };
  return { db: getDb(), dataFolder, startWorker, killWorker, close, log: () => fs.readFileSync(logFile, 'utf8') };
}

/** The seed with the lab's ports. */
export function labDocument(portBase: number, name = 'fwmark-seed'): TopologyDocument {
  const document = seedDocument(name);
  const directors = document.directors.map((director, index) => ({
    ...director,
    management: { address: '127.0.0.1', port: portBase + index + 1, user: 'root' },
  }));
  return { ...document, directors };
}

/** As the services write them. */
export async function saveDocument(
  db: Db,
  document: TopologyDocument,
  topologyId?: string,
): Promise<{ topologyId: string; revision: number }> {
  const last =
    topologyId === undefined ? undefined : await db.topology.findUniqueOrThrow({ where: { id: topologyId } });
  const revision = (last?.revision ?? 0) + 1;
  const topology = last
    ? await db.topology.update({ where: { id: last.id }, data: { revision } })
    : await db.topology.create({ data: { name: document.name, revision } });
  const errors = checkTopology(document).filter(({ severity }) => severity === 'error').length;
  const row = { topologyId: topology.id, number: revision, document, author: 'test', message: '' };
  await db.topologyRevision.create({ data: { ...row, deployable: errors === 0, errors, warnings: 0 } });
  for (const { name, management } of document.directors) {
    if (!management) continue;
    const where = { topologyId_name: { topologyId: topology.id, name } };
    await db.director.upsert({ where, create: { topologyId: topology.id, name, ...management }, update: management });
  }
  return { topologyId: topology.id, revision };
}

/** Accepts the keys that the directors offer now and installs the guard. */
export async function trustDirectors(db: Db, topologyId: string): Promise<void> {
  const directors = await db.director.findMany({ where: { topologyId } });
  await Promise.all(
    directors.map(async ({ id, address, port }) => {
      const { fingerprint } = await callWorker('scanHostKey', { address, port });
      await db.director.update({ where: { id }, data: { fingerprint, offeredFingerprint: null } });
      await installGuard(id);
    }),
  );
}

async function installGuard(directorId: string): Promise<void> {
  const { ok, steps } = await callWorker('testDirector', { directorId, installGuard: true });
  if (!ok) throw new Error(JSON.stringify(steps));
}

/** Plans and requests a deploy, as services do; answers the deploy's id. */
export async function requestDeploy(db: Db, topologyId: string, revision: number): Promise<string> {
  const plan = await callWorker('makePlan', { topologyId, revision, actor: 'test' });
  if (!plan.deployable) throw new Error(JSON.stringify(plan.problems, undefined, 1));
  return insertDeploy(db, plan);
}

export async function insertDeploy(
  db: Db,
  plan: { id: string; hash: string; topologyId: string; revision: number },
): Promise<string> {
  const { id: planId, hash: planHash, topologyId, revision } = plan;
  const last = await db.deploy.findFirst({ where: { topologyId }, orderBy: { generation: 'desc' } });
  const head = { topologyId, revision, planId, planHash, state: 'queued', author: 'test' };
  const { id } = await db.deploy.create({
    data: { ...head, generation: (last?.generation ?? 0) + 1, openFor: topologyId },
  });
  await callWorker('startDeploy', { deployId: id });
  return id;
}

export async function getDeploy(db: Db, id: string): Promise<DeployView> {
  const include = { topology: { select: { name: true } }, steps: { orderBy: { sequence: 'asc' } } } as const;
  return toDeploy(await db.deploy.findUniqueOrThrow({ where: { id }, include }));
}

export async function untilEnded(db: Db, id: string, timeoutMs = 400_000): Promise<DeployView> {
  return until(
    'the deploy ends',
    async () => {
      const row = await db.deploy.findUniqueOrThrow({ where: { id }, select: { endedAt: true } });
      return row.endedAt === null ? undefined : getDeploy(db, id);
    },
    timeoutMs,
  );
}

/** A row a step, for messages of failed tests. */
export function printDeploy({ number, state, outcome, steps }: DeployView): string {
  const seconds = (from: string, to = from) => ((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1);
  const rows = steps.map(
    (step) =>
      `${String(step.sequence).padStart(3)} ${(step.director ?? 'pair').padEnd(10)} ${step.name.padEnd(14)} ${step.state.padEnd(8)} ${seconds(step.startedAt, step.endedAt)} s  ${step.message}`,
  );
  return [`deploy ${number}: ${state} ${outcome ?? ''}`, ...rows].join('\n');
}

/** Asks until there is an answer; errors are asked again too. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs: number,
  pauseMs = POLL_MS,
): Promise<T> {
  let last: unknown;
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
}
