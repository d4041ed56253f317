// The running console: embedded database, migrations, worker and web, started in order and stopped in reverse.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { keepPostgres } from '@/lib/db/keep-postgres';
import { migrateDatabase } from '@/lib/db/migrate';
import { superviseProcess } from './supervised-process';

const root = path.resolve(import.meta.dirname, '../..');
const WEB_START_MS = 60_000;

export type ConsoleOptions = {
  dataFolder: string;
  host: string;
  port: number;
  /** `next dev` instead of the production build. */
  isDev?: boolean;
  report: (line: string) => void;
};
export type RunningConsole = {
  url: string;
  databaseUrl: string;
  workerPid: () => number | undefined;
  webPid: () => number | undefined;
  stop: () => Promise<void>;
};

/** Resolves when pages are answered. Throws with the reason when the database or web cannot start. */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { dataFolder, report } = options;
  const logFolder = path.join(dataFolder, 'logs');
  // Others may pass but not look: the embedded database runs as a user of its own below it.
  fs.mkdirSync(dataFolder, { recursive: true, mode: 0o711 });
  fs.mkdirSync(logFolder, { recursive: true, mode: 0o700 });
  const database = await openDatabase(dataFolder, report);
  const url = `http://${options.host}:${options.port}`;
  const env = childEnvironment(options, url, database.url);
  const worker = superviseProcess({ name: 'worker', argv: workerArgv(), cwd: root, env, logFolder }, report);
  const web = superviseProcess({ name: 'web', ...webCommand(options), env, logFolder }, report);
  const stop = async () => {
    await Promise.all([web.stop(), worker.stop()]);
    await database.stop();
  };
  try {
    await waitForWeb(url, path.join(logFolder, 'web.log'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, databaseUrl: database.url, workerPid: worker.pid, webPid: web.pid, stop };
}

/** The embedded server, or the one that DATABASE_URL names; migrated either way. */
async function openDatabase(dataFolder: string, report: (line: string) => void) {
  const given = process.env.DATABASE_URL;
  const database = given ? { url: given, stop: async () => undefined } : await keepPostgres(dataFolder, report);
  process.env.DATABASE_URL = database.url;
  const applied = await migrateDatabase(database.url);
  if (applied.length > 0) report(`database: applied ${applied.join(', ')}`);
  return database;
}

function childEnvironment(options: ConsoleOptions, url: string, databaseUrl: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_ENV: options.isDev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    DATABASE_URL: databaseUrl,
    LVS_CONSOLE_SUPERVISOR: String(process.pid),
    LVS_CONSOLE_DATA: options.dataFolder,
    LVS_CONSOLE_URL: process.env.LVS_CONSOLE_URL ?? url,
    HOSTNAME: options.host,
    PORT: String(options.port),
  };
}

const exitWithParent = ['--import', path.join(root, 'lib/cli/exit-with-parent.mjs')];
const honestHeaders = ['--import', path.join(root, 'lib/api/forwarded-headers.mjs')];

function workerArgv(): string[] {
  return [process.execPath, ...exitWithParent, '--conditions=react-server', '--import', 'tsx', 'lib/worker/main.ts'];
}

function webCommand({ isDev, port, host }: ConsoleOptions): { argv: string[]; cwd: string } {
  if (!isDev)
    return {
      argv: [process.execPath, ...exitWithParent, ...honestHeaders, 'server.js'],
      cwd: path.join(root, '.next/standalone'),
    };
  const next = path.join(root, 'node_modules/next/dist/bin/next');
  return {
    argv: [process.execPath, ...exitWithParent, ...honestHeaders, next, 'dev', '-p', String(port), '-H', host],
    cwd: root,
  };
}

async function waitForWeb(url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + WEB_START_MS;
  while (Date.now() < deadline) {
    if (await answers(url)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`web did not answer on ${url} within ${WEB_START_MS / 1000} s; its log: ${logFile}`);
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(`${url}/api/v1/openapi.json`, { timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
