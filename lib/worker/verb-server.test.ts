import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../core/body-limit';
import { NO_FILTER } from '../live/read-connections';
import { HostError, ServiceError } from '../core/errors';
import { callWorker } from './client';
import { serveVerbs, type VerbHandlers, type VerbServer } from './verb-server';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-verbs-'));
const before = process.env['LVS_CONSOLE_DATA'];
let server: VerbServer;
const never = () => Promise.reject(new Error('with a secret in its text'));
const handlers: VerbHandlers = {
  ping: async () => ({}),
  testAlert: async () => ({}),
  consoleKey: async () => ({ authorizedKey: 'ssh-ed25519 AAAA', installScript: '#!/bin/sh\n' }),
  installScript: never,
  scanHostKey: () =>
    Promise.reject(
      new HostError('unreachable', 'cannot be reached', { host: 'x', retry: true, stdout: 'words', stderr: 'words' }),
    ),
  testDirector: () => Promise.reject(new ServiceError('not-found', 'There is no such director.')),
  makePlan: never,
  renewForecast: never,
  startDeploy: async () => ({}),
  cancelDeploy: async () => ({}),
  readHolders: never,
  countEntries: never,
  startFailover: never,
  traceLive: never,
  readOutputs: never,
  readConnections: async () => ({ director: 'd' }) as never,
  startSearch: never,
  stopSearch: never,
  getSearch: never,
  listSearches: never,
  readSearchRows: never,
};

beforeAll(async () => {
  process.env['LVS_CONSOLE_DATA'] = folder;
  fs.writeFileSync(path.join(folder, 'worker.sock'), ''); // what a killed worker may leave
  server = await serveVerbs(path.join(folder, 'worker.sock'), handlers, pino({ level: 'silent' }));
});
afterAll(async () => {
  await server.close();
  if (before === undefined) Reflect.deleteProperty(process.env, 'LVS_CONSOLE_DATA');
  else process.env['LVS_CONSOLE_DATA'] = before;
  fs.rmSync(folder, { recursive: true });
});

describe('the verb socket', () => {
  it('replaces what a killed worker left, and only its owner may open it', async () => {
    expect(fs.statSync(path.join(folder, 'worker.sock')).mode & 0o777).toBe(0o600);
    expect(await callWorker('consoleKey', {})).toEqual({
      authorizedKey: 'ssh-ed25519 AAAA',
      installScript: '#!/bin/sh\n',
    });
  });

  it("carries a host's error with its code, and without the tools' own words", async () => {
    const error = await callWorker('scanHostKey', { address: 'x', port: 22 }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(HostError);
    expect(error).toMatchObject({ code: 'unreachable', details: { host: 'x', retry: true } });
    expect(JSON.stringify(error)).not.toContain('words');
  });

  it('carries a service error, and says nothing about errors of its own', async () => {
    await expect(callWorker('testDirector', { directorId: 'x', installGuard: false })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(callWorker('makePlan', { topologyId: 't', revision: 1, actor: 'a' })).rejects.not.toThrow(/secret/);
  });

  it('takes what the API takes, and has a bound', async () => {
    const ask = (bytes: number) => callWorker('makePlan', { topologyId: 't', revision: 1, actor: 'a'.repeat(bytes) });
    await expect(ask(MAX_BODY_BYTES)).rejects.toThrow('The worker failed');
    await expect(ask(2 * MAX_BODY_BYTES)).rejects.toThrow('too large');
  });

  it('refuses an answer of its own that has not the promised shape', async () => {
    await expect(callWorker('readConnections', { directorId: 'd', limit: 1, filter: NO_FILTER })).rejects.toThrow();
  });
});
