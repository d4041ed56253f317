// The worker, assembled: console key, verbs on the socket, durable deploys, pollers; stops in order.
import 'server-only';
import fs from 'node:fs';
import path from 'node:path';
import { ServiceError } from '../core/errors';
import { getDb, type Db } from '../db/client';
import { workerSocket } from '../db/data-folder';
import { openDeployQueue, type DeployQueue } from '../db/queue';
import { pause } from '../deploy/run-step';
import { mayLogIn } from '../guard/access-script';
import { guardInstallScript } from '../guard/install-script';
import { loadGuardProgram } from '../guard/guard-program';
import { ASKED_SECTIONS } from '../core/views/live-output';
import { openLastReadings, type LastReadings } from '../live/last-readings';
import { holdersOf } from '../plan/server-holders';
import { scanHostKey } from '../ssh/connect';
import { keepAlerting } from './alert-watch';
import { openConnectionReader } from './connection-reader';
import { ensureConsoleKeys, type ConsoleKeys } from './console-secrets';
import { openDeployRunner, type DeployRunner, type RunnerDeps } from './deploy-runner';
import { openDirectorHosts, type DirectorHosts } from './director-hosts';
import { testAlert } from './deliver-alerts';
import { renewForecast } from './forecast-plan';
import { keepPolling } from './live-pollers';
import type { Logger } from './logger';
import { makePlan } from './make-plan';
import { readOutputs, traceLive } from './read-last';
import { readTraffic } from './read-traffic';
import { endLostFailovers, runFailover } from './run-failover';
import { testDirector } from './test-director';
import { serveVerbs, type VerbHandlers } from './verb-server';

export type Worker = { stop: () => Promise<void> };
export type WorkerOptions = { log: Logger; prepare?: RunnerDeps['prepare'] };

/** How often open deploys without a runner are looked for: one whose other worker died. */
const SWEEP_MS = 10_000;
const IDLE_MS = 4_000;

export async function startWorker({ log, prepare }: WorkerOptions): Promise<Worker> {
  const db = getDb();
  const stopping = new AbortController();
  const { signal } = stopping;
  const keys = await ensureConsoleKeys(db);
  const hosts = openDirectorHosts(db, { deploy: keys.deploy.privateKey, read: keys.read.privateKey });
  const readings = openLastReadings();
  const runner = openDeployRunner({ db, hosts, log, signal, ...(prepare && { prepare }) });
  const queue = await openDeployQueue((error) => log.warn({ err: error }, 'queue'));
  await queue.work(runner.run);
  const socket = workerSocket();
  fs.mkdirSync(path.dirname(socket), { recursive: true, mode: 0o700 });
  const server = await serveVerbs(socket, verbHandlers({ db, hosts, readings, runner, queue, log, keys, signal }), log);
  const polling = keepPolling({ db, hosts, readings, log, signal });
  const sweeping = keepResuming(db, runner, signal);
  const alerting = keepAlerting({ db, log, signal });
  log.info({ socket }, 'worker is ready');
  return {
    stop: async () => {
      stopping.abort();
      // A running deploy ends its step if it can, and is resumed by the next worker either way.
      await Promise.race([runner.idle(), pause(IDLE_MS)]);
      await Promise.allSettled([server.close(), polling, sweeping, alerting, queue.stop()]);
      hosts.close();
      await db.$disconnect();
    },
  };
}

type Parts = {
  signal: AbortSignal;
  db: Db;
  hosts: DirectorHosts;
  readings: LastReadings;
  runner: DeployRunner;
  queue: DeployQueue;
  log: Logger;
  keys: ConsoleKeys;
};

function verbHandlers({ db, hosts, readings, runner, queue, log, keys, signal }: Parts): VerbHandlers {
  const authorizedKey = keys.deploy.authorizedKey;
  const connections = openConnectionReader(db, hosts);
  const lastOf = (directorId: string) => readings.get(directorId, () => hosts.openReader(directorId));
  return {
    ping: async () => ({}),
    testAlert: ({ channel }) => testAlert(db, channel),
    consoleKey: async () => ({ authorizedKey, installScript: guardInstallScript(loadGuardProgram().text) }),
    installScript: async ({ form, user }) => {
      if (!mayLogIn({ form, user }))
        throw new ServiceError('invalid', `${user} is no name for a user that the console makes.`);
      return {
        script: guardInstallScript(loadGuardProgram().text, {
          ...{ form, user },
          deployKey: authorizedKey,
          readKey: keys.read.authorizedKey,
        }),
      };
    },
    scanHostKey: async ({ address, port }) => {
      const { keyType, fingerprint } = await scanHostKey({ address, port });
      return { address, port, keyType, fingerprint };
    },
    testDirector: ({ directorId, installGuard }) => testDirector(db, hosts, directorId, installGuard),
    makePlan: (input) => makePlan(db, hosts, input),
    renewForecast: ({ planId }) => renewForecast(db, hosts, planId),
    startDeploy: async ({ deployId }) => {
      // Here at once; the queue is for the case that this worker dies before it begins.
      void runner.run(deployId).catch((error: unknown) => log.warn({ err: error }, 'deploy'));
      await queue.send(deployId);
      return {};
    },
    // The row says it already, and the runner looks before every step.
    cancelDeploy: async ({ deployId }) => {
      void runner.run(deployId).catch((error: unknown) => log.warn({ err: error }, 'deploy'));
      return {};
    },
    readConnections: (input) => connections.look(input),
    startSearch: (input) => connections.start(input),
    stopSearch: async ({ id }) => connections.stop(id),
    getSearch: async ({ id }) => connections.get(id),
    listSearches: async ({ directorIds }) => connections.list(directorIds),
    readSearchRows: async (input) => connections.rows(input),
    readHolders: async ({ directorId, ...target }) =>
      holdersOf(await readTraffic(await hosts.openReader(directorId)), target),
    countEntries: async ({ directorId }) => {
      const { listing } = await readTraffic(await hosts.openReader(directorId));
      return { count: listing?.isWhole ? listing.rows.filter(({ kind }) => kind === 'connection').length : 'unknown' };
    },
    traceLive: async ({ directorId, packet, device }) => traceLive(() => lastOf(directorId), packet, device),
    readOutputs: async ({ directorId, sections }) => {
      const asked = sections.find((section) => ASKED_SECTIONS.includes(section));
      const load = () =>
        asked === undefined ? lastOf(directorId) : readings.ask(directorId, asked, () => hosts.openReader(directorId));
      return readOutputs(load, sections);
    },
    startFailover: async ({ failoverId }) => {
      void runFailover({ db, hosts, log, signal }, failoverId).catch((error: unknown) =>
        log.error({ err: error, failover: failoverId }, 'failover'),
      );
      return {};
    },
  };
}

async function keepResuming(db: Db, runner: DeployRunner, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await endLostFailovers(db).catch(() => undefined); // the next round tries again
    await Promise.race([runner.resumeAll().catch(() => undefined), pause(SWEEP_MS, signal)]);
    await pause(SWEEP_MS, signal);
  }
}
