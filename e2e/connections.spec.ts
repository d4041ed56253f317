// A connection table of 100,000 in a real kernel, and the page about it: true totals, bounded looks, a search that can be stopped.
import { expect, test, type Page } from '@playwright/test';
import type { ConnectionPage, ConnectionSearch } from '@/lib/core/views/connections';
import type { Deploy } from '@/lib/core/views/deploy';
import type { Plan } from '@/lib/core/views/plan';
import type { TopologyRevision, TopologySummary } from '@/lib/core/views/topology';
import { attachLab, type Lab } from '@/lib/lab/lab';
import { syncMessagesProgram } from '@/lib/lab/sync-messages';
import { expectAccessible } from './accessible';
import { startDemo, type RunningDemo } from './console';

const PORT = 3720;
const LAB = { name: 'lvsconns', portBase: 2720 };
const FIRST_DEPLOY_MS = 400_000;
const COUNT = 100_000;
/** 100 connections a client, so that 203.0.113.0/24 has 256 clients or 25,600 of them. */
const FIRST_CLIENT = '203.0.112.0';
const ONE_CLIENT = '203.0.113.77';
const OF_ONE_CLIENT = 100;

let demo: RunningDemo;
let lab: Lab;
let page: Page;
let topologyId: string;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(20 * 60_000);
  demo = await startDemo(PORT, LAB);
  lab = await attachLab(LAB.name);
  page = await (await browser.newContext()).newPage();
  await page.goto(demo.signInLink);
  await expect(page.getByRole('heading', { name: 'Topologies' })).toBeVisible();
});

test.afterAll(async () => {
  test.setTimeout(120_000);
  await page?.close();
  expect(await demo?.stop(), 'Ctrl-C ends the demo in good order').toBe(0);
});

async function call<T>(method: 'get' | 'post' | 'delete', path: string, data?: object): Promise<T> {
  const answer = await page.request[method](`${demo.url}/api/v1${path}`, { ...(data && { data }), timeout: 120_000 });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as T;
}

async function screenshot(name: string): Promise<void> {
  const folder = process.env.LVS_CONSOLE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/connections-${name}.png`, fullPage: true });
}

/** As ipvsadm counts them: active and inactive, all real servers. */
async function inKernel(): Promise<number> {
  const { stdout } = await lab.exec('director1', ['ipvsadm', '-Ln', '-f', '1']);
  const counts = [...stdout.matchAll(/^ {2}-> .*\s(\d+)\s+(\d+)\s*$/gm)];
  return counts.reduce((sum, [, active, inactive]) => sum + Number(active) + Number(inactive), 0);
}

const searches = () => call<ConnectionSearch[]>('get', `/live/${topologyId}/searches`);
/** The guard's search reads for a quarter of an hour at most; a look takes a second. */
const listingProcesses = async () =>
  (await lab.exec('director1', ['sh', '-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "'])).stdout.split(
    'timeout -s KILL 900.000 cat ',
  ).length - 1;

/** Seconds that reading the whole table takes at least while the director is kept busy: there must be time to cut it off, and to stop it. */
const WHOLE_SECONDS = 5;
let rowsPerSecond = 0;

/** On a fast machine other programs take their share of the director's processor, for three minutes at most. */
async function keepBusy(): Promise<void> {
  const others = Math.ceil((WHOLE_SECONDS * rowsPerSecond) / COUNT) - 1;
  const loop = `timeout 180 sh -c 'while :; do :; done' > /dev/null 2>&1 < /dev/null & echo $! >> /run/busy\n`;
  const script = `: > /run/busy\n${loop.repeat(Math.max(others, 0))}`;
  expect(await lab.exec('director1', ['sh', '-c', script])).toMatchObject({ code: 0 });
}

test('a director has 100,000 connections', async () => {
  test.setTimeout(FIRST_DEPLOY_MS + 180_000);
  const [summary] = await call<TopologySummary[]>('get', '/topologies');
  topologyId = summary!.id;
  const { number, document } = await call<TopologyRevision>('get', `/topologies/${topologyId}`);
  const { id, hash } = await call<Plan>('post', `/topologies/${topologyId}/plans`, { revision: number });
  await call<Deploy>('post', '/deploys', { planId: id, planHash: hash });
  const last = async () => (await call<Deploy[]>('get', `/deploys?topologyId=${topologyId}&limit=1`))[0];
  await expect
    .poll(async () => (await last())?.state, { timeout: FIRST_DEPLOY_MS, intervals: [2_000] })
    .toBe('verified');
  await expect
    .poll(async () => (await lab.exec('director1', ['ipvsadm', '-Ln', '-f', '1'])).stdout.match(/ -> /g)?.length, {
      timeout: 90_000,
    })
    .toBe(3); // the header, and two real servers
  // The active director sends its table; to receive one as well it needs the other half of the daemon.
  const { stdout: daemon } = await lab.exec('director1', ['ipvsadm', '-Ln', '--daemon']);
  const syncId = Number(/syncid=(\d+)/.exec(daemon)?.[1]);
  const backup = ['ipvsadm', '--start-daemon', 'backup', '--mcast-interface', 'eth1', '--syncid', String(syncId)];
  expect(await lab.exec('director1', backup)).toMatchObject({ code: 0 });
  const realServers = document.pools[0]!.realServers.map(({ address }) => address);
  const program = syncMessagesProgram({
    ...{ syncId, from: realServers[0]!, count: COUNT, mark: 1, virtual: { address: '192.168.0.7', port: 80 } },
    ...{ realServers, firstClient: FIRST_CLIENT },
  });
  // A datagram may be lost: the same once more changes nothing but what is missing.
  for (let attempt = 1; attempt <= 5 && (await inKernel()) < COUNT; attempt += 1) {
    expect(await lab.exec('rs1', [process.execPath, '-e', program], { timeoutMs: 60_000 })).toMatchObject({ code: 0 });
    await page.waitForTimeout(1_000);
  }
  expect(await inKernel()).toBeGreaterThanOrEqual(COUNT);
});

test('the page opens with true totals, and with what a bounded look saw', async () => {
  await page.goto(`${demo.url}/live/${topologyId}`);
  await page.getByRole('tab', { name: 'Connections' }).waitFor();
  const started = Date.now();
  await page.getByRole('tab', { name: 'Connections' }).click();
  const looked = page.getByText(/rows of about 1\d\d,\d\d\d \(.* %\) were passed/);
  await expect(looked).toBeVisible({ timeout: 15_000 });
  const elapsed = Date.now() - started;
  const totals = page.getByRole('region', { name: 'Connections of director1 by group' });
  const shown = async () => Number((await totals.locator('strong').first().innerText()).replaceAll(',', ''));
  await expect.poll(async () => Math.abs((await shown()) - (await inKernel())), { timeout: 15_000 }).toBeLessThan(50);
  const look = await call<ConnectionPage>('get', `/live/${topologyId}/connections?director=director1&limit=200`);
  console.log(
    `connections page: ${elapsed} ms; a look passed ${look.seen} rows in ${look.tookMs} ms (bound ${look.boundMs} ms), ` +
      `${look.cpuMs} ms of the director's processor`,
  );
  expect(look).toMatchObject({ isWhole: false, boundMs: 50, odd: 0 });
  rowsPerSecond = (look.seen / look.tookMs) * 1_000;
  expect(look.rows).toHaveLength(200);
  expect(look.rows.every(({ group }) => group === 'everything')).toBe(true);
  await screenshot('look');
  expect(elapsed).toBeLessThan(6_000);
});

test('a filter answers from what its bound allows, and says how much that is', async () => {
  await keepBusy();
  const started = Date.now();
  await page.getByRole('textbox', { name: 'Client' }).fill('203.0.113.0/24');
  await expect(page.getByText(/in \d+ ms, cut off after 1000 ms of reading/)).toBeVisible({ timeout: 15_000 });
  const elapsed = Date.now() - started;
  const query = 'director=director1&limit=1000&client=203.0.113.0/24';
  const look = await call<ConnectionPage>('get', `/live/${topologyId}/connections?${query}`);
  console.log(
    `filter: ${elapsed} ms; ${look.seen} of ${look.total} rows passed in ${look.tookMs} ms, ${look.found} found; forecast ` +
      `${look.forecast?.seconds.toFixed(1)} s, exponent ${look.forecast?.exponent.toFixed(2)}`,
  );
  expect(look.found).toBeGreaterThan(0);
  expect(look.rows.every(({ client }) => client.startsWith('203.0.113.'))).toBe(true);
  expect(look.counts.networks).toEqual([{ name: '203.0.113.0/24', count: look.found }]);
  expect(elapsed).toBeLessThan(9_000);
});

test('a search is offered with its cost, runs when asked, and ends on the director when it is stopped', async () => {
  test.setTimeout(180_000);
  const panel = page.getByRole('region', { name: 'Search of the whole table' });
  await expect(panel.getByText(/of one processor of the director/)).toBeVisible();
  await panel.getByRole('button', { name: 'Search the whole table of director1' }).click();
  const stop = panel.getByRole('button', { name: 'Stop the search' });
  await expect(stop).toBeVisible({ timeout: 15_000 });
  await expect.poll(listingProcesses, { timeout: 15_000, intervals: [200] }).toBeGreaterThan(0);
  await stop.click();
  await expect(panel.getByText(/^stopped: /)).toBeVisible({ timeout: 15_000 });
  await expect.poll(listingProcesses, { timeout: 30_000 }).toBe(0);
  expect(await lab.exec('director1', ['sh', '-c', 'for id in $(cat /run/busy); do kill "$id"; done'])).toMatchObject({
    code: 0,
  });
});

test('a search to its end finds every connection of a client, and all of them without a filter', async () => {
  test.setTimeout(400_000);
  const search = async (filter: Record<string, string>) => {
    const empty = { client: '', virtual: '', realServer: '', port: '', state: '', origin: '' };
    const { id } = await call<ConnectionSearch>('post', `/live/${topologyId}/searches`, {
      ...{ director: 'director1', filter: { ...empty, ...filter } },
    });
    const found = async () => (await searches()).find((each) => each.id === id);
    await expect.poll(async () => (await found())?.state, { timeout: 180_000, intervals: [500] }).not.toBe('running');
    return (await found())!;
  };
  const one = await search({ client: ONE_CLIENT });
  expect(one).toMatchObject({ state: 'done', isWhole: true, found: OF_ONE_CLIENT });
  const all = await search({ origin: 'synced' });
  console.log(`whole search: ${all.seen} rows, ${all.found} found, ${all.cpuMs} ms of the director's processor`);
  expect(all).toMatchObject({ state: 'done', isWhole: true, found: COUNT });
  expect(all.counts.realServers.reduce((sum, { count }) => sum + count, 0)).toBe(COUNT);
  const answer = await page.request.get(`${demo.url}/api/v1/live/${topologyId}/searches/${all.id}/export?format=csv`);
  expect((await answer.text()).trimEnd().split('\r\n')).toHaveLength(COUNT + 1);
});

test('100,000 rows scroll with a bounded page', async () => {
  test.setTimeout(120_000);
  await page.reload();
  const table = page.getByRole('table', { name: 'Rows of the search on director1' }).first();
  await expect(table).toHaveAttribute('aria-rowcount', String(COUNT + 1), { timeout: 30_000 });
  await table.scrollIntoViewIfNeeded();
  const { frames, rows } = await table.evaluate(async (box) => {
    const times: number[] = [];
    let most = 0;
    const end = performance.now() + 3_000;
    for (let now = performance.now(); now < end;) {
      box.scrollTop += 400;
      now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      times.push(now);
      most = Math.max(most, box.querySelectorAll('[role=row]').length);
    }
    return { frames: (times.length - 1) / ((times.at(-1)! - times[0]!) / 1000), rows: most };
  });
  console.log(`scrolling: ${frames.toFixed(1)} frames a second, at most ${rows} rows in the page`);
  expect(rows).toBeLessThan(100);
  // Cells come a page at a time, also at the far end.
  await table.evaluate((box) => (box.scrollTop = box.scrollHeight));
  await expect(table.getByText(/^203\.0\.\d+\.\d+:\d+$/).last()).toBeVisible({ timeout: 15_000 });
  await screenshot('search');
});

test('axe finds nothing, wide and narrow', async () => {
  await expectAccessible(page);
});
