// A change that heartbeat reads only at its start, on real directors: one planned takeover, what clients miss of it, and the way back.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TopologyDocument } from '../core/document';
import { openLab, type Lab } from '../lab/lab';
import { callWorker } from './client';
import {
  getDeploy,
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

const PORT_BASE = 2700;
const DIRECTORS = ['director1', 'director2'];
/** Heartbeat stops and starts twice, one after the other. */
const TEST_MS = 600_000;
const URL = 'http://192.168.0.90/';
/** Held by the active director only, so haresources names it. */
const PLAIN = '192.168.7.200';
/** Half a request in several packets, and its rest when the file is there: one connection, which may have broken without a word by then. */
const HELD_CONNECTION = `
const fs = require('fs');
const socket = require('net').connect(80, '192.168.0.90', () => {
  socket.write('GET / HTTP/1.1\\r\\n');
  setTimeout(() => socket.write('Host: x\\r\\n'), 500);
  setTimeout(() => socket.write('X-More: x\\r\\n'), 1000);
});
socket.on('data', (data) => process.stdout.write(data));
socket.on('error', (error) => { console.log(error.message); process.exit(1); });
const timer = setInterval(() => {
  if (!fs.existsSync(process.argv[1])) return;
  clearInterval(timer);
  socket.write('Connection: close\\r\\n\\r\\n');
  setTimeout(() => process.exit(0), 15000);
}, 100);`;

let lab: Lab;
let test: TestConsole;
let topologyId: string;

beforeAll(async () => {
  test = await openTestConsole();
  await test.startWorker();
  const { authorizedKey } = await callWorker('consoleKey', {});
  lab = await openLab({ name: 'lvstakeover', portBase: PORT_BASE, authorizedKeys: [authorizedKey] });
  const saved = await saveDocument(test.db, labDocument(PORT_BASE));
  ({ topologyId } = saved);
  await trustDirectors(test.db, topologyId);
  const first = await untilEnded(test.db, await requestDeploy(test.db, topologyId, saved.revision));
  expect(first.state, printDeploy(first)).toBe('verified');
});
afterAll(async () => {
  await test?.close();
  await lab?.down();
});

function withPlainRange(): TopologyDocument {
  const document = labDocument(PORT_BASE);
  document.ranges.push({ name: 'plain', addresses: PLAIN });
  document.groups.push({
    ...{ name: 'plain', mark: 2, matches: [{ range: 'plain', protocol: 'tcp', ports: [80] }] },
    ...{ scheduler: 'rr', pool: document.pools[0]!.name },
  });
  return document;
}

async function run(director: string, argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(director, argv);
  if (code !== 0) throw new Error(`${director}: ${argv.join(' ')}: ${stderr}`);
  return stdout;
}

async function holdersOf(address: string): Promise<string[]> {
  const held = await Promise.all(DIRECTORS.map((name) => run(name, ['ip', '-o', '-4', 'addr'])));
  return DIRECTORS.filter((_name, index) => held[index]!.includes(` ${address}/`));
}

/** Rules, policy rules and routes of both directors, and the table of the pair: without counters, and whoever has it. */
async function readKernels(): Promise<string> {
  const one = "iptables-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'; ip rule; ip route show table 100";
  const all = await Promise.all(DIRECTORS.map((name) => run(name, ['sh', '-c', one])));
  const tables = await Promise.all(DIRECTORS.map((name) => run(name, ['sh', '-c', 'ipvsadm -Sn | sort'])));
  return [...all, ...tables.toSorted()].join('\n');
}

async function readConfirmed(): Promise<string[]> {
  return Promise.all(DIRECTORS.map((name) => run(name, ['readlink', '/var/lib/lvs-console/confirmed'])));
}

/** Asks the untouched group all the time; the longest time between two answers, in milliseconds. */
async function longestSilence(isOver: () => boolean): Promise<number> {
  const answered: number[] = [];
  while (!isOver()) {
    const answers = await lab.request(URL, { count: 8, intervalMs: 200, timeoutMs: 400 });
    answered.push(...answers.filter(({ realServer }) => realServer !== undefined).map(({ at }) => at));
  }
  const sorted = answered.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((at, index) => at - (sorted[index - 1] ?? at)));
}

const untilSwitched = async (id: string, count: number) =>
  until(
    `${count} directors are switched`,
    async () => {
      const { steps } = await getDeploy(test.db, id);
      return steps.filter(({ name, state }) => name === 'switch' && state === 'done').length >= count || undefined;
    },
    180_000,
  );

describe('an address that haresources names', () => {
  it(
    'comes with one takeover: the standby restarts, the active one hands over, and the roles are the other way round',
    async () => {
      const [active] = await holdersOf('192.168.7.240');
      const { revision } = await saveDocument(test.db, withPlainRange(), topologyId);
      const flag = path.join(test.dataFolder, 'the-deploy-has-ended');
      const held = lab.client([process.execPath, '-e', HELD_CONNECTION, flag], { timeoutMs: 400_000 });
      let isOver = false;
      const silence = longestSilence(() => isOver);
      const ended = await untilEnded(test.db, await requestDeploy(test.db, topologyId, revision));
      fs.writeFileSync(flag, '');
      const kept = (await held).stdout.includes('HTTP/1.1 200');
      isOver = true;
      process.stdout.write(
        `new address in haresources: no answer for ${await silence} ms; a connection that was open ${kept ? 'went on' : 'broke'}\n${printDeploy(ended)}\n`,
      );
      expect(ended.state, printDeploy(ended)).toBe('verified');
      expect(await holdersOf(PLAIN)).toEqual(DIRECTORS.filter((name) => name !== active));
    },
    TEST_MS,
  );

  it(
    'that is cancelled when both directors are switched ends with one holder, the old addresses and the old kernel',
    async () => {
      const before = await readKernels();
      const confirmed = await readConfirmed();
      const { revision } = await saveDocument(test.db, labDocument(PORT_BASE), topologyId);
      const id = await requestDeploy(test.db, topologyId, revision);
      await untilSwitched(id, 2);
      expect(await readConfirmed()).toEqual(confirmed);
      await test.db.deploy.update({ where: { id }, data: { cancelled: true } });
      const ended = await untilEnded(test.db, id);
      process.stdout.write(`${printDeploy(ended)}\n`);
      expect(ended.state, printDeploy(ended)).toBe('rolled-back');
      const holders = await Promise.all(['192.168.7.240', '192.168.6.240', PLAIN].map(holdersOf));
      expect(holders).toEqual([holders[0], holders[0], holders[0]]);
      expect(holders[0]).toHaveLength(1);
      expect(await readKernels()).toBe(before);
      expect(await readConfirmed()).toEqual(confirmed);
    },
    TEST_MS,
  );
});
