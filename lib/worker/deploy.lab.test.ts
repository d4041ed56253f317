// The whole way on real directors: worker process, database, SSH, guard, heartbeat, ldirectord, kernel.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unseal } from '../db/sealed';
import { openLab, type Lab } from '../lab/lab';
import type { Deploy } from '../core/views/deploy';
import { liveHostSchema, type LiveHost } from '../core/views/live';
import { NO_FILTER } from '../live/read-connections';
import { callWorker } from './client';
import {
  getDeploy,
  insertDeploy,
  labDocument,
  openTestConsole,
  printDeploy,
  requestDeploy,
  saveDocument,
  trustDirectors,
  until,
  untilEnded,
  type TestConsole,
} from './test-console';
import { FOREIGN } from './test-foreign';

const PORT_BASE = 2300;
const DIRECTORS = ['director1', 'director2'];
/** Sends half a request before the deploy and the rest after it, on one connection; network namespaces share the files. */
const HELD_CONNECTION = `
const fs = require('fs');
const socket = require('net').connect(80, '192.168.0.90', () => socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\n'));
socket.on('data', (data) => process.stdout.write(data));
socket.on('error', (error) => { console.log(error.message); process.exit(1); });
const timer = setInterval(() => {
  if (!fs.existsSync(process.argv[1])) return;
  clearInterval(timer);
  socket.write('Connection: close\\r\\n\\r\\n');
}, 100);`;

let lab: Lab;
let test: TestConsole;
let topologyId: string;
let weight = 1;

beforeAll(async () => {
  test = await openTestConsole();
  await test.startWorker();
  const { authorizedKey } = await callWorker('consoleKey', {});
  lab = await openLab({ name: 'lvsdeploy', portBase: PORT_BASE, authorizedKeys: [authorizedKey] });
  ({ topologyId } = await saveDocument(test.db, labDocument(PORT_BASE)));
});
afterAll(async () => {
  await test?.close();
  await lab?.down();
});

/** A new weight for the second real server: what operators change most. */
async function changePool(): Promise<number> {
  weight = (weight % 9) + 1;
  const document = labDocument(PORT_BASE);
  document.pools[0]!.realServers[1]!.weight = weight;
  return (await saveDocument(test.db, document, topologyId)).revision;
}

async function deploy(revision: number): Promise<Deploy> {
  return untilEnded(test.db, await requestDeploy(test.db, topologyId, revision));
}

async function run(director: string, argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(director, argv);
  if (code !== 0) throw new Error(`${director}: ${argv.join(' ')}: ${stderr}`);
  return stdout;
}

/** Firewall, policy rules and routes without counters, comments and everything that is the console's own. */
async function readForeign(director: string): Promise<string> {
  const text = await run(director, ['sh', '-c', 'iptables-save; ip rule; ip route show table main']);
  return text
    .split('\n')
    .filter(
      (line) => !line.startsWith('#') && !line.includes('LVS-CONSOLE') && !/proto (76|ip_vs)|protocol 76/.test(line),
    )
    .map((line) => line.replace(/\[\d+:\d+\]/, ''))
    .join('\n');
}

async function status(director: string): Promise<Record<string, string>> {
  const text = await run(director, ['/usr/lib/lvs-console/guard', 'status']);
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  );
}

async function liveFrames(): Promise<LiveHost[]> {
  const rows = await test.db.liveFrame.findMany({ orderBy: { director: { name: 'asc' } } });
  return rows.map(({ frame }) => liveHostSchema.parse(frame));
}

describe('before trust', () => {
  it('plans nothing for a director whose host key was never accepted, and sends it no authentication', async () => {
    const plan = await callWorker('makePlan', { topologyId, revision: 1, actor: 'test' });
    expect(plan.deployable).toBe(false);
    expect(plan.problems.filter(({ code }) => code === 'host.unreadable')).toHaveLength(2);
    expect(
      await run('director1', [
        'sh',
        '-c',
        'journalctl -u ssh --no-pager | grep -c "Accepted publickey for root from .*ED25519 SHA256" || true',
      ]),
    ).toMatch(/^\d+\n$/);
  });

  it('installs the guard over the pinned connection and stores the facts', async () => {
    await trustDirectors(test.db, topologyId);
    const rows = await test.db.director.findMany();
    expect(rows.map(({ guardVersion, problem }) => [guardVersion !== null, problem])).toEqual([
      [true, null],
      [true, null],
    ]);
  });
});

describe('first deploy', () => {
  it('brings the seed from nothing to verified and leaves everything foreign byte for byte as it was', async () => {
    for (const director of DIRECTORS) await run(director, ['sh', '-c', FOREIGN]);
    const before = await Promise.all(DIRECTORS.map(readForeign));
    const started = Date.now();
    const ended = await deploy(1);
    process.stdout.write(`first deploy: ${Date.now() - started} ms\n`);
    expect(ended.state, printDeploy(ended)).toBe('verified');
    expect(await Promise.all(DIRECTORS.map(readForeign))).toEqual(before);
    const answers = await lab.request('http://192.168.0.77/');
    expect(answers.length).toBeGreaterThan(0);
  });

  it('finds nothing to do in a second plan of the same revision', async () => {
    const plan = await callWorker('makePlan', { topologyId, revision: 1, actor: 'test' });
    expect(plan.hosts.map(({ actions }) => actions)).toEqual([[], []]);
    expect(new Set(plan.hosts.flatMap(({ files }) => files.map(({ change }) => change)))).toEqual(
      new Set(['unchanged']),
    );
    expect(plan.mode).toBe('rolling');
  });

  it('shows both directors live: one active, no drift, own and foreign rules apart', async () => {
    const frames = await until(
      'fresh frames without drift',
      async () => {
        const found = await liveFrames();
        return found.length === 2 &&
          found.every(({ drift, release }) => drift.state === 'none' && release.confirmed !== 'origin')
          ? found
          : undefined;
      },
      20_000,
    );
    expect(frames.filter(({ role }) => role === 'active')).toHaveLength(1);
    expect(frames.filter(({ role }) => role === 'standby')).toHaveLength(1);
    expect(frames[0]!.rules.filter(({ group }) => group === 'everything').map(({ mark }) => mark)).toEqual([1]);
    expect(frames[0]!.rules.filter(({ own }) => !own).map(({ rule }) => rule)).toContain('-A POSTROUTING -j KEEP-NAT');
  });

  it('tells drift within two polls after somebody changed the kernel by hand, and that it is gone again', async () => {
    await run('director1', ['iptables', '-t', 'mangle', '-A', 'LVS-CONSOLE', '-d', '192.0.2.1/32', '-j', 'RETURN']);
    const drifted = await until(
      'drift',
      async () => (await liveFrames()).find(({ drift }) => drift.state === 'drift'),
      20_000,
    );
    expect(drifted.drift.items.map(({ sentence }) => sentence)).toEqual([
      'Rule "-A LVS-CONSOLE -d 192.0.2.1/32 -j RETURN" is in table mangle, but not wanted.',
    ]);
    await run('director1', ['iptables', '-t', 'mangle', '-D', 'LVS-CONSOLE', '-d', '192.0.2.1/32', '-j', 'RETURN']);
    await until(
      'no drift',
      async () => ((await liveFrames()).every(({ drift }) => drift.state === 'none') ? true : undefined),
      20_000,
    );
  });

  it('reads a bounded page of the connection table, and refuses a filter that is not one', async () => {
    await lab.request('http://192.168.0.78/');
    const directors = await test.db.director.findMany();
    // With a filter a look has a second: without one it has 50 ms, in which a slow machine passes little but the beginning.
    const filter = { ...NO_FILTER, virtual: '192.168.0.78' };
    const pages = await Promise.all(
      directors.map(({ id }) => callWorker('readConnections', { directorId: id, limit: 50, filter })),
    );
    expect(pages.flatMap(({ rows }) => rows).some(({ virtual }) => virtual === '192.168.0.78:80')).toBe(true);
    const odd = { ...NO_FILTER, client: '; reboot' };
    await expect(
      callWorker('readConnections', { directorId: directors[0]!.id, limit: 5, filter: odd }),
    ).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('changes', () => {
  it('changes a pool without touching connections that are open, and reports the time', async () => {
    const revision = await changePool();
    const flag = path.join(test.dataFolder, 'the-deploy-has-ended');
    const held = lab.client([process.execPath, '-e', HELD_CONNECTION, flag], { timeoutMs: 90_000 });
    const started = Date.now();
    const ended = await deploy(revision);
    const elapsed = Date.now() - started;
    fs.writeFileSync(flag, '');
    expect((await held).stdout).toContain('HTTP/1.1 200');
    process.stdout.write(`pool change, click to verified (with its plan): ${elapsed} ms\n${printDeploy(ended)}\n`);
    expect(ended.state, printDeploy(ended)).toBe('verified');
    const active = (await Promise.all(DIRECTORS.map((name) => run(name, ['ipvsadm', '-Sn'])))).join('');
    expect(active).toContain(`-a -f 1 -r 192.168.6.3:0 -m -w ${weight}\n`);
  });

  it('keeps the heartbeat key out of every row', async () => {
    const { heartbeatKey } = await test.db.topology.findUniqueOrThrow({ where: { id: topologyId } });
    const secret = unseal(heartbeatKey!, `heartbeat:${topologyId}`);
    const rows = await Promise.all([
      test.db.plan.findMany(),
      test.db.deploy.findMany(),
      test.db.deployStep.findMany(),
      test.db.liveFrame.findMany(),
      test.db.auditRow.findMany(),
      test.db.director.findMany(),
    ]);
    expect(JSON.stringify(rows).includes(secret)).toBe(false);
    expect(test.log().includes(secret)).toBe(false);
    expect(await run('director1', ['cat', '/etc/ha.d/authkeys'])).toContain(secret);
  });

  it('refuses a deploy whose plan was made on another release, and changes nothing', async () => {
    const stale = await callWorker('makePlan', { topologyId, revision: await changePool(), actor: 'test' });
    const other = await deploy(await changePool());
    expect(other.state, printDeploy(other)).toBe('verified');
    const before = await Promise.all(DIRECTORS.map(status));
    const ended = await untilEnded(test.db, await insertDeploy(test.db, stale));
    expect(ended.state).toBe('refused');
    expect(ended.outcome).toContain('drifted');
    expect(await Promise.all(DIRECTORS.map(status))).toEqual(before);
  });

  it('rolls both directors back when an operator cancels', async () => {
    const before = await Promise.all(DIRECTORS.map(status));
    const id = await requestDeploy(test.db, topologyId, await changePool());
    await until(
      'a director is switched',
      async () => {
        const { steps } = await getDeploy(test.db, id);
        return steps.some(({ name, state }) => name === 'switch' && state === 'done') ? true : undefined;
      },
      60_000,
    );
    await test.db.deploy.update({ where: { id }, data: { cancelled: true } });
    const ended = await untilEnded(test.db, id);
    expect(ended.state, printDeploy(ended)).toBe('rolled-back');
    const after = await Promise.all(DIRECTORS.map(status));
    expect(after.map(({ confirmed, live }) => [confirmed, live])).toEqual(
      before.map(({ confirmed, live }) => [confirmed, live]),
    );
    weight = ((weight + 7) % 9) + 1;
  });
});

describe('a worker that is killed', () => {
  const points = [
    ['preflight', 1],
    ['stage', 1],
    ['check', 1],
    ['arm', 1],
    ['switch', 1],
    ['verify', 1],
    ['new-connection', 1],
    ['arm', 2],
    ['switch', 2],
    ['verify', 2],
    ['new-connection', 2],
    ['confirm', 1],
    ['confirm', 2],
  ] as const;

  it.each(points)(
    'at %s (number %i) and started again ends the deploy whole on both directors',
    async (name, count) => {
      const before = await Promise.all(DIRECTORS.map(status));
      const id = await requestDeploy(test.db, topologyId, await changePool());
      await until(
        `${name} begins`,
        async () => {
          const { steps } = await getDeploy(test.db, id);
          return steps.filter((step) => step.name === name).length >= count ? true : undefined;
        },
        90_000,
      );
      await test.killWorker();
      await test.startWorker();
      const ended = await untilEnded(test.db, id);
      expect(['verified', 'rolled-back', 'failed'], printDeploy(ended)).toContain(ended.state);
      const after = await Promise.all(DIRECTORS.map(status));
      expect(new Set(after.map(({ confirmed }) => confirmed)).size, printDeploy(ended)).toBe(1);
      expect(after.map(({ live }) => live)).toEqual(after.map(({ confirmed }) => confirmed));
      expect(after[0]!['confirmed'] !== before[0]!['confirmed'], printDeploy(ended)).toBe(ended.state === 'verified');
      for (const { state } of after) expect(['idle', 'confirmed', 'rolled-back']).toContain(state);
      expect(ended.steps.filter(({ state }) => state === 'running')).toEqual([]);
    },
  );
});

describe('a release that locks everybody out', () => {
  it('is gone by itself when its timer fires, with the worker dead, and the resumed deploy says so', async () => {
    const before = await Promise.all(DIRECTORS.map((name) => run(name, ['iptables-save', '-t', 'mangle'])));
    await test.killWorker();
    await test.startWorker('lib/worker/test-worker.ts', { LVS_TEST_RELEASE: 'drop-ssh' });
    const id = await requestDeploy(test.db, topologyId, await changePool());
    const locked = await until(
      'a director is being switched',
      async () => {
        const { steps } = await getDeploy(test.db, id);
        return steps.find(({ name }) => name === 'switch')?.director;
      },
      90_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await test.killWorker();
    const { timers } = await getDeploy(test.db, id);
    await expect(lab.waitForSsh(locked, 1_000)).rejects.toThrow();
    await lab.waitForSsh(locked, 60_000);
    const lateMs = Date.now() - Date.parse(timers[locked] ?? '');
    process.stdout.write(`${locked} answered ${lateMs} ms after its timer\n`);
    expect(lateMs).toBeLessThan(15_000); // with the handshake, on a machine that is busy
    await test.startWorker();
    const ended = await untilEnded(test.db, id);
    expect(ended.state, printDeploy(ended)).toBe('rolled-back');
    const after = await Promise.all(DIRECTORS.map((name) => run(name, ['iptables-save', '-t', 'mangle'])));
    const plain = (text: string) =>
      text
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .map((line) => line.replace(/\[\d+:\d+\]/, ''));
    expect(after.map(plain)).toEqual(before.map(plain));
  });

  it('is never confirmed when the kernel differs from the release, even by one rule', async () => {
    await test.killWorker();
    await test.startWorker('lib/worker/test-worker.ts', { LVS_TEST_RELEASE: 'extra-rule' });
    const ended = await deploy(await changePool());
    expect(ended.state, printDeploy(ended)).toBe('rolled-back');
    expect(ended.outcome).toContain('--dport 9 -j RETURN');
    await test.killWorker();
    await test.startWorker();
  });
});

describe('a host key that changed', () => {
  it('stops everything before authentication and shows both fingerprints', async () => {
    await lab.factoryReset('director2');
    const changed = await until(
      'the poller meets the new key',
      async () => {
        const row = await test.db.director.findFirst({ where: { name: 'director2' } });
        return row?.offeredFingerprint ? row : undefined;
      },
      60_000,
    );
    expect(changed.offeredFingerprint).not.toBe(changed.fingerprint);
    const frame = await until(
      'the page is told',
      async () => (await liveFrames()).find(({ problem }) => problem?.code === 'host-key-changed'),
      60_000,
    );
    expect(frame.director).toBe('director2');
    const plan = await callWorker('makePlan', { topologyId, revision: 1, actor: 'test' });
    expect(plan.deployable).toBe(false);
    expect(await run('director2', ['sh', '-c', 'journalctl -u ssh --no-pager | grep -c "lvs-console@" || true'])).toBe(
      '0\n',
    );
  });
});
