// The verbs of the day as a person does them, against two real directors: drain with its finish line, weight, halt and undo, planned failover.
import { spawn, type ChildProcess } from 'node:child_process';
import { expect, test, type Page } from '@playwright/test';
import type { AuditEntry, AuditRow } from '@/lib/core/views/account';
import type { Deploy } from '@/lib/core/views/deploy';
import type { Failover } from '@/lib/core/views/failover';
import type { Plan } from '@/lib/core/views/plan';
import type { TopologyRevision, TopologySummary } from '@/lib/core/views/topology';
import type { PairVerbs } from '@/lib/core/views/verbs';
import { clientRequestScript, parseAnswers } from '@/lib/lab/client-request';
import { attachLab, type Lab } from '@/lib/lab/lab';
import { expectNoViolations } from './accessible';
import { startDemo, type RunningDemo } from './console';

const PORT = 3680;
const LAB = { name: 'lvsverbs', portBase: 2680 };
/** heartbeat's start and its takeover take most of a minute under user-mode Linux (lib/lab/README.md). */
const FIRST_DEPLOY_MS = 400_000;
const DEPLOY_MS = 150_000;
const FAILOVER_MS = 260_000;
/** IPVS remembers a closed TCP connection for two minutes (TIME_WAIT). */
const EMPTY_MS = 200_000;

let demo: RunningDemo;
let lab: Lab;
let page: Page;
let topologyId: string;
/** The real server that the client is bound to, and the other one. */
let bound: string;
let other: string;
let held: HeldConnection;
const children: ChildProcess[] = [];

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(20 * 60_000);
  demo = await startDemo(PORT, LAB);
  lab = await attachLab(LAB.name);
  // A context of its own: axe opens another page in it.
  page = await (await browser.newContext()).newPage();
  await page.goto(demo.signInLink);
  await expect(page.getByRole('heading', { name: 'Topologies' })).toBeVisible();
});

test.afterAll(async () => {
  test.setTimeout(120_000);
  for (const child of children) child.kill();
  await page?.close();
  expect(await demo?.stop(), 'Ctrl-C ends the demo in good order').toBe(0);
});

async function call<T>(method: 'get' | 'post' | 'put', path: string, data?: object): Promise<T> {
  const answer = await page.request[method](`${demo.url}/api/v1${path}`, { ...(data && { data }), timeout: 120_000 });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as T;
}

async function screenshot(name: string): Promise<void> {
  const folder = process.env.LVS_CONSOLE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/verbs-${name}.png`, fullPage: true });
}

/** Weight and connections of a real server, as ipvsadm on a director prints them; undefined: not in the table. */
async function inKernel(address: string, director = 'director1') {
  const { stdout } = await lab.exec(director, ['ipvsadm', '-Ln', '-f', '1']);
  const line = stdout.split('\n').find((each) => each.includes(`-> ${address}:`));
  const [weight = -1, active = 0, inactive = 0] = line?.trim().split(/\s+/).slice(-3).map(Number) ?? [];
  return line === undefined ? undefined : { weight, connections: active + inactive };
}
const weightOf = async (address: string) => (await inKernel(address))?.weight;

const panel = () => page.getByRole('region', { name: 'Drains and failovers' });
const item = (address: string) => panel().getByRole('listitem', { name: `${address} of pool web` });
const menuOf = (address: string) =>
  page
    .getByRole('table', { name: 'IPVS table of director1' })
    .getByRole('button', { name: `Actions for ${address}:0 of everything` });
const dialog = () => page.getByRole('dialog');

async function openLive(): Promise<void> {
  await page.goto(`${demo.url}/live/${topologyId}`);
  await expect(menuOf(other ?? '192.168.6.3')).toBeVisible({ timeout: 30_000 });
}

async function choose(address: string, what: string | RegExp): Promise<void> {
  await menuOf(address).click();
  await page.getByRole('menuitem', { name: what }).click();
}

/** The one button of the forecast; the panel then says when the directors have done it. */
async function doIt(): Promise<void> {
  await dialog().getByRole('button', { name: 'Deploy to director2, then director1' }).click({ timeout: 60_000 });
  await expect(dialog()).toHaveCount(0, { timeout: 60_000 });
}

async function deployEnded(revision: number): Promise<void> {
  const last = async () => (await call<Deploy[]>('get', `/deploys?topologyId=${topologyId}&limit=1`))[0];
  await expect
    .poll(async () => ({ revision: (await last())?.revision, state: (await last())?.state }), { timeout: DEPLOY_MS })
    .toEqual({ revision, state: 'verified' });
}

const verbs = () => call<PairVerbs>('get', `/live/${topologyId}/verbs`);

type HeldConnection = { isAlive: () => Promise<boolean>; end: () => void };

/** Port 8000 of both real servers answers whatever it is told, so that a connection can stay open. */
function listen(): void {
  const program = `require('net').createServer((s) => { s.on('data', (d) => s.write(d)); s.on('error', () => {}) }).listen(8000)`;
  for (const name of ['rs1', 'rs2']) start(name, program);
}

/** A connection of the lab's client that says something every 300 ms and hears it again. */
function holdConnection(): HeldConnection {
  const program = `const s = require('net').connect(8000, '192.168.0.7'); s.on('data', () => console.log('heard'));
    s.on('close', () => process.exit(1)); s.on('error', () => process.exit(1)); setInterval(() => s.write('x'), 300)`;
  const child = start('client', program);
  let heard = 0;
  child.stdout?.on('data', (chunk: Buffer) => (heard += chunk.toString().split('heard').length - 1));
  return {
    isAlive: async () => {
      const before = heard;
      for (let look = 0; look < 50 && heard < before + 3 && child.exitCode === null; look += 1)
        await page.waitForTimeout(200);
      return child.exitCode === null && heard >= before + 3;
    },
    end: () => void child.kill(),
  };
}

function start(host: string, program: string): ChildProcess {
  const [command = '', ...args] = lab.execArgv(host, [process.execPath, '-e', program]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  return child;
}

async function answeredBy(count: number): Promise<string[]> {
  const before = { bound: (await inKernel(bound))?.connections ?? 0, other: (await inKernel(other))?.connections ?? 0 };
  const answers = await lab.request('http://192.168.0.7:80/', { count, timeoutMs: 5_000 });
  expect(answers.map(({ error }) => error).filter(Boolean)).toEqual([]);
  const after = { bound: (await inKernel(bound))?.connections ?? 0, other: (await inKernel(other))?.connections ?? 0 };
  return [...(after.bound > before.bound ? [bound] : []), ...(after.other > before.other ? [other] : [])];
}

test('a pair with a persistent group is deployed', async () => {
  test.setTimeout(FIRST_DEPLOY_MS + 120_000);
  const [summary] = await call<TopologySummary[]>('get', '/topologies');
  topologyId = summary!.id;
  const { document, number } = await call<TopologyRevision>('get', `/topologies/${topologyId}`);
  document.groups[0]!.persistence = { timeoutSeconds: 600, netmask: '255.255.255.255' };
  document.pools[0]!.realServers[1]!.weight = 5;
  const saved = await call<TopologyRevision>('put', `/topologies/${topologyId}`, {
    ...{ baseRevision: number, document, message: 'persistence' },
  });
  const { id, hash } = await call<Plan>('post', `/topologies/${topologyId}/plans`, { revision: saved.number });
  await call<Deploy>('post', '/deploys', { planId: id, planHash: hash });
  const last = async () => (await call<Deploy[]>('get', `/deploys?topologyId=${topologyId}&limit=1`))[0];
  await expect
    .poll(async () => (await last())?.state, { timeout: FIRST_DEPLOY_MS, intervals: [2_000] })
    .toBe('verified');
  await expect
    .poll(async () => [await weightOf('192.168.6.2'), await weightOf('192.168.6.3')], { timeout: 60_000 })
    .toEqual([1, 5]);
  await lab.request('http://192.168.0.7:80/', { count: 6, timeoutMs: 5_000 });
  const first = (await inKernel('192.168.6.2'))?.connections ?? 0;
  [bound, other] = first > 0 ? ['192.168.6.2', '192.168.6.3'] : ['192.168.6.3', '192.168.6.2'];
  listen();
  await page.waitForTimeout(1_500);
  held = holdConnection();
  expect(await held.isAlive(), 'a connection to the bound real server').toBe(true);
});

test('a drain, by keyboard alone: its forecast has the numbers of ipvsadm, the kernel then weight 0, the client goes elsewhere', async () => {
  test.setTimeout(DEPLOY_MS + 180_000);
  await openLive();
  await menuOf(bound).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Drain' })).toBeFocused();
  await page.keyboard.press('Enter');
  const forecast = dialog().getByRole('group', { name: 'Forecast' });
  await expect(forecast.getByText(`Drain ${bound} in pool web`)).toBeVisible({ timeout: 60_000 });
  const count = (await inKernel(bound))?.connections;
  await expect(
    forecast.getByText(new RegExp(`^${count} \\(1 active, the rest are ending\\), on director1$`)),
  ).toBeVisible();
  await expect(forecast.getByText(/binds clients for 600 s/)).toBeVisible();
  await expect(forecast.getByText(/Without a further packet it is empty after/)).toBeVisible();
  await expect(forecast.getByText(new RegExp(`director1: ipvsadm -e -f 1 -r ${bound}:0 -m -w 0`))).toBeVisible();
  await forecast.getByText('Clients bound to it: 1').click();
  await expect(forecast.getByRole('list', { name: 'Bound clients' })).toContainText('mark 1');
  await screenshot('forecast');
  await expectNoViolations(page, '[role=dialog]');
  await page.setViewportSize({ width: 390, height: 844 });
  await screenshot('forecast-narrow');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const started = Date.now();
  await doIt();
  await expect(item(bound).getByText(/^(draining|drained: empty)$/)).toBeVisible({ timeout: DEPLOY_MS });
  console.log(`drain: running on both directors after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  await screenshot('draining-narrow');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1440, height: 900 });
  expect(await weightOf(bound)).toBe(0);
  expect(await answeredBy(4), 'the bound client gets the other real server').toEqual([other]);
  expect(await held.isAlive(), 'what it held goes on').toBe(true);
});

test('the drain survives a reload of its daemon, its health checks, and another deploy', async () => {
  test.setTimeout(DEPLOY_MS + 120_000);
  const reload = await lab.exec('director1', ['ldirectord', 'ldirectord.cf', 'reload']);
  expect(reload.code, reload.stderr).toBe(0);
  // The checks run every ten seconds.
  for (let look = 0; look < 13; look += 1) {
    expect(await weightOf(bound)).toBe(0);
    await page.waitForTimeout(1_000);
  }
  const { newestRevision } = await verbs();
  await choose(other, 'Change weight');
  await dialog().getByLabel('New weight').fill('9');
  await doIt();
  await deployEnded(newestRevision + 1);
  await expect.poll(() => weightOf(other), { timeout: 20_000 }).toBe(9);
  expect(await weightOf(bound)).toBe(0);
  await expect(item(bound)).toBeVisible();
  expect(await held.isAlive(), 'what it holds survived all of it').toBe(true);
});

test('a change of mind: back online in the middle of a drain ends no connection, and it drains again', async () => {
  test.setTimeout(2 * DEPLOY_MS + 60_000);
  const { newestRevision, servers } = await verbs();
  const before = servers.find(({ address }) => address === bound)?.weightBefore;
  expect(before).toBe(bound === '192.168.6.2' ? 1 : 5);
  await item(bound).getByRole('button', { name: 'Back online' }).click();
  await doIt();
  await deployEnded(newestRevision + 1);
  await expect.poll(() => weightOf(bound), { timeout: 20_000 }).toBe(before);
  expect(await held.isAlive()).toBe(true);
  await expect(item(bound)).toHaveCount(0, { timeout: 20_000 });
  await choose(bound, 'Drain');
  await doIt();
  await deployEnded(newestRevision + 2);
  expect(await held.isAlive()).toBe(true);
});

test('the finish line tells when it is empty, and offers the next step; back online has the weight from before', async () => {
  test.setTimeout(EMPTY_MS + DEPLOY_MS + 60_000);
  const { newestRevision, servers } = await verbs();
  await item(bound).getByRole('button', { name: 'Who holds it, and until when' }).click();
  await expect(item(bound).getByText(/^Empty after .* at most, if no connection/)).toBeVisible({ timeout: 20_000 });
  await screenshot('draining');
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1440, height: 900 });
  held.end();
  await expect(item(bound).getByText('drained: empty')).toBeVisible({ timeout: EMPTY_MS });
  expect((await inKernel(bound))?.connections, 'as ipvsadm counts them').toBe(0);
  await expect(item(bound).getByRole('img', { name: /^Connections of/ })).toBeVisible();
  await screenshot('empty');
  await item(bound).getByRole('button', { name: 'Back online' }).click();
  await doIt();
  await deployEnded(newestRevision + 1);
  const weight = servers.find(({ address }) => address === bound)?.weightBefore;
  await expect.poll(() => weightOf(bound), { timeout: 20_000 }).toBe(weight);
  await expect(panel().getByText('No real server is drained or halted.', { exact: false })).toBeVisible({
    timeout: 20_000,
  });
});

test('a halt takes it out of the table, and one click takes the halt back', async () => {
  test.setTimeout(2 * DEPLOY_MS + 60_000);
  const { newestRevision } = await verbs();
  const before = await weightOf(bound);
  await choose(bound, /^Halt/);
  await doIt();
  await deployEnded(newestRevision + 1);
  await expect.poll(() => inKernel(bound), { timeout: 20_000 }).toBeUndefined();
  await expect(item(bound).getByText('halted')).toBeVisible({ timeout: 20_000 });
  await panel()
    .getByText(/^Last verbs/)
    .click();
  await panel()
    .getByRole('button', { name: `Undo revision ${newestRevision + 1}` })
    .click();
  await deployEnded(newestRevision + 2);
  await expect.poll(() => weightOf(bound), { timeout: 20_000 }).toBe(before);
  const rows = await call<AuditRow[]>('get', '/audit?action=server.');
  expect(rows.map(({ action }) => action)).toEqual([
    ...[
      'server.undo',
      'server.halt',
      'server.online',
      'server.drain',
      'server.online',
      'server.weight',
      'server.drain',
    ],
  ]);
});

test('what the kernel cannot do is said', async () => {
  await choose(bound, /^Flush persistence/);
  await expect(dialog().getByText('The kernel cannot forget one client.')).toBeVisible();
  await expect(
    dialog().getByRole('list', { name: 'Bound clients' }).or(dialog().getByText('No client is bound to it.')),
  ).toBeVisible({
    timeout: 20_000,
  });
  await screenshot('flush');
  await page.keyboard.press('Escape');
  await expect(dialog()).toHaveCount(0);
});

test('a verb whose answer is lost is not called undone: what is there of it is found and linked', async () => {
  test.setTimeout(DEPLOY_MS + 180_000);
  await openLive();
  const { newestRevision } = await verbs();
  await page.route('**/verbs', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    await route.fetch({ timeout: 120_000 });
    await route.abort();
  });
  await choose(other, 'Change weight');
  await dialog().getByLabel('New weight').fill('3');
  await dialog().getByRole('button', { name: 'Deploy to director2, then director1' }).click({ timeout: 60_000 });
  await expect(dialog().getByText('It is not known whether it was done.')).toBeVisible({ timeout: 120_000 });
  await expect(dialog().getByText('nothing was saved or sent')).toHaveCount(0);
  const there = dialog().getByRole('list', { name: 'What is there of it' });
  await expect(there.getByRole('link', { name: /^Deploy \d+: / })).toBeVisible({ timeout: 20_000 });
  await expect(there).toContainText(`Revision ${newestRevision + 1}, by `);
  await screenshot('lost-answer');
  await expectNoViolations(page, '[role=dialog]');
  await page.unroute('**/verbs');
  await page.keyboard.press('Escape');
  await deployEnded(newestRevision + 1);
});

/** One request every 200 ms, so that the gap of the client is seen beside the one that the console measured. */
function probe() {
  const [program = '', ...args] = lab.execArgv('client', [
    ...[process.execPath, clientRequestScript, 'http://192.168.0.9:80/', '0', '200', '1000'],
  ]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const longestGap = () => {
    const good = parseAnswers(text.slice(0, text.lastIndexOf('\n') + 1)).filter(({ error }) => error === undefined);
    const gaps = good.slice(1).map(({ at }, index) => at - (good[index]?.at ?? at));
    return { seconds: Math.max(0, ...gaps) / 1000, answers: good.length, lastAt: good.at(-1)?.at ?? 0 };
  };
  return { longestGap, stop: () => child.kill() };
}

test('a planned failover is checked, done and measured, and a client misses no more than that', async () => {
  test.setTimeout(FAILOVER_MS + 180_000);
  await openLive();
  const probing = probe();
  await panel().getByRole('button', { name: 'Planned failover' }).click();
  const check = dialog().getByRole('list', { name: 'Check' });
  await expect(check.getByText('One active director.')).toBeVisible({ timeout: 30_000 });
  await expect(check.getByText(/equal release/)).toBeVisible({ timeout: 60_000 });
  await expect(check.getByText('not now')).toHaveCount(0);
  await screenshot('failover-check');
  await expectNoViolations(page, '[role=dialog]');
  const warning = dialog().getByLabel('Fail over in spite of the warnings');
  if (await warning.isVisible()) await warning.check();
  await dialog().getByRole('button', { name: 'Fail over to director2' }).click();
  await expect(dialog()).toHaveCount(0, { timeout: 60_000 });
  const line = panel().getByRole('group', { name: 'Last failover' });
  await expect(line.getByText('under way')).toBeVisible({ timeout: 15_000 });
  await expect(line.getByText('director2 holds the virtual addresses.')).toBeVisible({ timeout: FAILOVER_MS });
  await expect(line.getByText(/^Measured gap: between/)).toBeVisible();
  await expect.poll(() => Date.now() - probing.longestGap().lastAt, { timeout: 60_000 }).toBeLessThan(2_000);
  const seen = probing.longestGap();
  probing.stop();
  const [failover] = (await verbs()).failovers;
  const { shortestSeconds, longestSeconds, everyMs } = failover!.gap!;
  console.log(
    `failover: console ${shortestSeconds} to ${longestSeconds} s (a look every ${everyMs} ms), client ${seen.seconds.toFixed(1)} s over ${seen.answers} answers`,
  );
  // The console measures until everything is whole again; a request that waits adds its time-out and the pause after it.
  expect(seen.seconds, 'a client misses no more than was measured').toBeLessThan(longestSeconds + 3);
  expect(shortestSeconds).toBeLessThanOrEqual(longestSeconds);
  const [audited] = await call<AuditRow[]>('get', '/audit?action=failover.done');
  const { after } = await call<AuditEntry>('get', `/audit/${audited!.id}`);
  expect((after as Failover).gap).toEqual(failover!.gap);
  const { stdout } = await lab.exec('director2', ['ip', '-o', 'addr']);
  expect(stdout).toContain('192.168.7.240');
  await expect(page.getByText('director2 is active')).toBeVisible({ timeout: 20_000 });
  await screenshot('failover-done');
});
