// The whole console over the unprivileged form: install scripts from the worker, a deploy through sudo, the live view by the reading key.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../lab/lab';
import { callWorker } from './client';
import {
  insertDeploy,
  labDocument,
  openTestConsole,
  requestDeploy,
  saveDocument,
  untilEnded,
  type TestConsole,
} from './test-console';

const PORT_BASE = 2580;
const USER = 'lvs-console';
const DIRECTORS = ['director1', 'director2'];

let lab: Lab;
let test: TestConsole;
let topologyId: string;

function documentFor(user: string) {
  const document = labDocument(PORT_BASE);
  for (const director of document.directors) if (director.management) director.management.user = user;
  return document;
}

async function trust(): Promise<void> {
  for (const { id, address, port } of await test.db.director.findMany()) {
    const { fingerprint, keyType } = await callWorker('scanHostKey', { address, port });
    await test.db.director.update({ where: { id }, data: { fingerprint, hostKeyType: keyType } });
  }
}

const testAll = async () => {
  const rows = await test.db.director.findMany({ orderBy: { name: 'asc' } });
  return Promise.all(rows.map(({ id }) => callWorker('testDirector', { directorId: id, installGuard: false })));
};
const accessOf = async () => {
  const rows = await test.db.director.findMany({ orderBy: { name: 'asc' } });
  return rows.map(({ access, hasReadKey }) => ({ access, hasReadKey }));
};

beforeAll(async () => {
  test = await openTestConsole();
  await test.startWorker();
  lab = await openLab({ name: 'lvsaccess', portBase: PORT_BASE });
  ({ topologyId } = await saveDocument(test.db, documentFor(USER)));
  const { script } = await callWorker('installScript', { form: 'sudo', user: USER });
  for (const director of DIRECTORS)
    expect(await lab.exec(director, ['sh', '-s'], { input: script })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await test?.close();
  await lab?.down();
});

describe('a pair on which the console is no root', () => {
  it('is tested step by step, and says as whom the console acts', async () => {
    await trust();
    for (const { ok, steps } of await testAll()) {
      expect({ ok, names: steps.map(({ name }) => name) }).toEqual({
        ok: true,
        names: ['Connection', 'Guard version', 'Privileges', 'Reading key', 'Facts'],
      });
      expect(steps[2]?.message).toBe(`User ${USER}, through sudo; the key may start the guard and nothing else.`);
      expect(steps[3]?.message).toBe('Let in, and may only read.');
    }
    expect(await accessOf()).toEqual(DIRECTORS.map(() => ({ access: 'sudo', hasReadKey: true })));
  });

  it('is not changed by a key that may start the guard only, and the test says what to do instead', async () => {
    const [row] = await test.db.director.findMany();
    const { ok, steps } = await callWorker('testDirector', { directorId: row?.id ?? '', installGuard: true });
    expect(ok).toBe(false);
    expect(steps.at(-1)).toMatchObject({
      name: 'Guard',
      message: expect.stringContaining('Run the install command') as string,
    });
  });

  it('is deployed and verified through sudo', async () => {
    const ended = await untilEnded(test.db, await requestDeploy(test.db, topologyId, 1));
    expect(ended).toMatchObject({ state: 'verified' });
  });

  it('is refused before anything is changed when sudo asks on one of the two', async () => {
    const document = documentFor(USER);
    document.pools[0]!.realServers[1]!.weight = 3;
    const { revision } = await saveDocument(test.db, document, topologyId);
    const plan = await callWorker('makePlan', { topologyId, revision, actor: 'test' });
    const rule = '/etc/sudoers.d/lvs-console';
    await lab.exec('director2', ['mv', rule, '/root/rule']);
    const ended = await untilEnded(test.db, await insertDeploy(test.db, plan));
    await lab.exec('director2', ['mv', '/root/rule', rule]);
    expect(ended).toMatchObject({ state: 'refused' });
    expect(`${ended.outcome ?? ''} ${ended.steps.map(({ message }) => message).join(' ')}`).toContain(
      'director2: sudo asks user lvs-console for a password: the rule in /etc/sudoers.d/lvs-console is missing',
    );
    expect(ended.steps.map(({ name }) => name)).not.toContain('stage');
  });

  it('is watched by the reading key alone, also when the deploying one is taken away', async () => {
    for (const director of DIRECTORS)
      await lab.exec(director, [
        'sed',
        '-i',
        '/lvs-console-deploy$/d',
        '/usr/lib/lvs-console/login/.ssh/authorized_keys',
      ]);
    await test.killWorker();
    await test.startWorker();
    const since = new Date();
    await expect
      .poll(async () => (await test.db.liveFrame.findMany({ where: { updatedAt: { gt: since } } })).length, {
        timeout: 30_000,
      })
      .toBe(2);
    const frames = await test.db.liveFrame.findMany();
    expect(frames.map(({ frame }) => (frame as { problem?: unknown }).problem)).toEqual([undefined, undefined]);
  });
});
