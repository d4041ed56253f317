// Directors as verbs: roles, a host key is accepted only while it is still the one that is offered, audit rows beside every change.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '@/lib/core/errors';
import { seedDocument } from '@/lib/core/seed';
import type { DirectorView } from '@/lib/core/views/director';
import { getDb } from '@/lib/db/client';
import { watchChannel } from '@/lib/db/listen';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { createTopology } from './create-topology';
import {
  getConsoleKey,
  getInstallScript,
  listDirectors,
  scanDirector,
  testDirector,
  trustDirector,
  untrustDirector,
} from './directors';
import { removeTopology } from './remove-topology';
import { saveTopology } from './save-topology';
import { openTestWorker, type TestWorker } from './test-worker';

setUpTestDatabase();

const KEY = 'SHA256:accepted';
let worker: TestWorker;
let topologyId: string;
let director: DirectorView;
const document = () => ({ ...seedDocument(), name: 'pair' });
const auditRows = () => getDb().auditRow.count();

beforeAll(async () => {
  worker = await openTestWorker();
});
afterAll(() => worker.close());

beforeEach(async () => {
  worker.answer.scanHostKey = async ({ address, port }) => ({
    address,
    port,
    keyType: 'ssh-ed25519',
    fingerprint: KEY,
  });
  await getDb().topology.deleteMany();
  ({ topologyId } = await createTopology({
    ctx: contextOf('operator'),
    input: { document: document(), message: '' },
  }));
  const [first] = await listDirectors({ ctx: contextOf('viewer'), input: { topologyId } });
  if (!first) throw new Error('the seed has directors');
  director = first;
});

const trust = () => trustDirector({ ctx: contextOf('admin'), input: { id: director.id, fingerprint: KEY } });
const rowOf = (name: string) =>
  getDb().director.findUnique({ where: { topologyId_name: { topologyId, name } }, include: { live: true } });

/** As the worker leaves it behind: facts, the guard's version, a frame. */
async function readOnce(id: string) {
  await getDb().director.update({
    where: { id },
    data: { facts: { kernel: '6.1' }, factsReadAt: new Date(), guardVersion: '1' },
  });
  await getDb().liveFrame.create({ data: { directorId: id, frame: {} } });
}

describe('accepting a host key', () => {
  it('pins what the endpoint offers, says who accepted it and when', async () => {
    expect(await trust()).toMatchObject({ trust: 'trusted', fingerprint: KEY, acceptedBy: 'admin@example.org' });
    expect(
      await getDb().auditRow.findFirst({ where: { action: 'director.trust' }, orderBy: { at: 'desc' } }),
    ).toMatchObject({ target: director.name, before: { fingerprint: null }, after: { fingerprint: KEY } });
  });

  it('is refused when the endpoint offers another key by now, and changes nothing', async () => {
    const before = await auditRows();
    await expect(
      trustDirector({ ctx: contextOf('admin'), input: { id: director.id, fingerprint: 'SHA256:seen-earlier' } }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(await rowOf(director.name)).toMatchObject({ fingerprint: null });
    expect(await auditRows()).toBe(before);
  });

  it('leaves no audit row when the change cannot be stored', async () => {
    const before = await auditRows();
    worker.answer.scanHostKey = async ({ address, port }) => {
      await getDb().director.delete({ where: { id: director.id } });
      return { address, port, keyType: 'ssh-ed25519', fingerprint: KEY };
    };
    await expect(trust()).rejects.toMatchObject({ code: 'not-found' });
    expect(await auditRows()).toBe(before);
  });

  it('is refused when the director was moved to another endpoint while its key was read', async () => {
    worker.answer.scanHostKey = async ({ address, port }) => {
      await getDb().director.update({ where: { id: director.id }, data: { address: '192.0.2.9' } });
      return { address, port, keyType: 'ssh-ed25519', fingerprint: KEY };
    };
    await expect(trust()).rejects.toMatchObject({ code: 'conflict' });
    expect(await rowOf(director.name)).toMatchObject({ fingerprint: null });
  });

  it('tells the worker at once', async () => {
    const control = new AbortController();
    const changes = watchChannel('directors', control.signal);
    await changes.next();
    await trust();
    expect((await changes.next()).value).toBe(director.id);
    control.abort();
  });

  it('can be taken back: the key, the frame and the warning are gone', async () => {
    await trust();
    await readOnce(director.id);
    await getDb().director.update({ where: { id: director.id }, data: { problem: 'the key has changed' } });
    const view = await untrustDirector({ ctx: contextOf('admin'), input: { id: director.id } });
    expect(view.trust).toBe('untrusted');
    expect(view.problem).toBeUndefined();
    expect((await rowOf(director.name))?.live).toBeNull();
  });
});

describe('a saved document', () => {
  const save = (change: (draft: ReturnType<typeof document>) => void) => {
    const draft = document();
    change(draft);
    return saveTopology({
      ctx: contextOf('operator'),
      input: { id: topologyId, baseRevision: 1, document: draft, message: '' },
    });
  };
  const firstOf = (draft: ReturnType<typeof document>) => {
    const [first] = draft.directors;
    if (!first?.management) throw new Error('the seed has management addresses');
    return first as typeof first & { management: { address: string; port: number; user: string } };
  };

  it('that moves a director forgets everything that the host at the old endpoint said', async () => {
    await trust();
    await readOnce(director.id);
    await save((draft) => void (firstOf(draft).management.address = '192.0.2.9'));
    expect(await rowOf(director.name)).toMatchObject({
      ...{ address: '192.0.2.9', fingerprint: null, facts: {}, factsReadAt: null, guardVersion: null, live: null },
    });
  });

  it('without a management address leaves no director that the console would still speak to', async () => {
    await trust();
    await save((draft) => void Reflect.deleteProperty(firstOf(draft), 'management'));
    expect(await rowOf(director.name)).toBeNull();
  });

  it('that moves or drops a director tells the worker at once, also when the topology is removed', async () => {
    const control = new AbortController();
    const changes = watchChannel('directors', control.signal);
    await changes.next();
    await save((draft) => void (firstOf(draft).management.port = 2299));
    expect((await changes.next()).value).toBe(director.id);
    await removeTopology({ ctx: contextOf('admin'), input: { id: topologyId } });
    expect(await changes.next()).toMatchObject({ done: false });
    control.abort();
  });

  it('cannot move a director of a pair whose deploy is open: its roll-back needs the way', async () => {
    const body = { deployable: true };
    await getDb().plan.create({ data: { id: 'p', topologyId, revision: 1, hash: 'h', body, createdBy: 'x' } });
    const head = { topologyId, revision: 1, planId: 'p', planHash: 'h', state: 'running', author: 'x', generation: 1 };
    await getDb().deploy.create({ data: { ...head, openFor: topologyId } });
    await expect(save((draft) => void (firstOf(draft).management.port = 2299))).rejects.toMatchObject({ code: 'busy' });
    await expect(save((draft) => void (firstOf(draft).name = 'renamed'))).rejects.toMatchObject({ code: 'busy' });
    expect((await save((draft) => void (draft.ftp = true))).number).toBe(2);
    await getDb().deploy.deleteMany();
  });
});

describe('the worker', () => {
  it('is asked about the endpoint in the row, and its refusal reaches the caller', async () => {
    expect(await scanDirector({ ctx: contextOf('operator'), input: { id: director.id } })).toMatchObject({
      fingerprint: KEY,
    });
    expect(worker.calls.at(-1)).toEqual({
      verb: 'scanHostKey',
      input: { address: director.address, port: director.port },
    });
    worker.answer.testDirector = () => Promise.reject(new ServiceError('busy', 'A deploy is open.'));
    await expect(
      testDirector({ ctx: contextOf('operator'), input: { id: director.id, installGuard: false } }),
    ).rejects.toMatchObject({ code: 'busy' });
  });

  it('tests a connection with an audit row that tells whether the guard was to be installed', async () => {
    worker.answer.testDirector = async () => ({ ok: true, steps: [] });
    await testDirector({ ctx: contextOf('admin'), input: { id: director.id, installGuard: true } });
    expect(await getDb().auditRow.findFirst({ orderBy: { at: 'desc' } })).toMatchObject({
      action: 'director.install-guard',
    });
  });

  it('hands out the public key and the guard, which are no secret', async () => {
    worker.answer.consoleKey = async () => ({ authorizedKey: 'ssh-ed25519 AAAA', installScript: '#!/bin/sh' });
    expect(await getConsoleKey(contextOf('viewer'))).toMatchObject({ authorizedKey: 'ssh-ed25519 AAAA' });
  });

  it('comes with an install script for the user of each form, who is not root under sudo', async () => {
    const { id, user } = director;
    worker.answer.installScript = async ({ form, user: name }) => ({ script: `${form} ${name}` });
    const ask = (form: 'root' | 'sudo') => getInstallScript({ ctx: contextOf('viewer'), input: { id, form } });
    expect(user).toBe('root');
    expect(await ask('root')).toEqual({ user: 'root', script: 'root root' });
    expect(await ask('sudo')).toEqual({ user: 'lvs-console', script: 'sudo lvs-console' });
    await getDb().director.update({ where: { id }, data: { user: 'ops' } });
    expect(await ask('sudo')).toEqual({ user: 'ops', script: 'sudo ops' });
  });
});

describe('roles', () => {
  const id = () => director.id;
  it.each([
    ['operator', 'trust', () => trustDirector({ ctx: contextOf('operator'), input: { id: id(), fingerprint: KEY } })],
    ['operator', 'untrust', () => untrustDirector({ ctx: contextOf('operator'), input: { id: id() } })],
    [
      'operator',
      'install the guard on',
      () => testDirector({ ctx: contextOf('operator'), input: { id: id(), installGuard: true } }),
    ],
    ['viewer', 'test', () => testDirector({ ctx: contextOf('viewer'), input: { id: id(), installGuard: false } })],
    ['viewer', 'scan', () => scanDirector({ ctx: contextOf('viewer'), input: { id: id() } })],
  ] as const)('refuse a %s who wants to %s a director, before anybody is asked', async (_role, _what, attempt) => {
    const [asked, rows] = [worker.calls.length, await auditRows()];
    await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' });
    expect(worker.calls).toHaveLength(asked);
    expect(await auditRows()).toBe(rows);
  });
});
