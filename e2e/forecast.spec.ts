// What the plan page says of traffic, against two real directors with real connections: the numbers are those of the kernel.
import { expect, test, type Page } from '@playwright/test';
import type { TopologyDocument } from '@/lib/core/document';
import type { Deploy } from '@/lib/core/views/deploy';
import type { Plan } from '@/lib/core/views/plan';
import type { TopologyRevision, TopologySummary } from '@/lib/core/views/topology';
import { attachLab, type Lab } from '@/lib/lab/lab';
import { startDemo, type RunningDemo } from './console';

const PORT = 3510;
const LAB = { name: 'lvsfore', portBase: 2700 };
const FIRST_DEPLOY_MS = 400_000;

let demo: RunningDemo;
let lab: Lab;
let page: Page;
let topologyId: string;
let document: TopologyDocument;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(20 * 60_000);
  demo = await startDemo(PORT, LAB);
  lab = await attachLab(LAB.name);
  page = await browser.newPage();
  await page.goto(demo.signInLink);
  await expect(page.getByRole('heading', { name: 'Topologies' })).toBeVisible();
});

test.afterAll(async () => {
  test.setTimeout(120_000);
  await page?.close();
  expect(await demo?.stop(), 'Ctrl-C ends the demo in good order').toBe(0);
});

async function call<T>(method: 'get' | 'post' | 'put', path: string, data?: object): Promise<T> {
  const answer = await page.request[method](`${demo.url}/api/v1${path}`, {
    ...(data && { data }),
    timeout: 120_000,
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as T;
}

async function save(baseRevision: number, message: string): Promise<number> {
  const input = { baseRevision, document, message };
  return (await call<TopologyRevision>('put', `/topologies/${topologyId}`, input)).number;
}

async function deploy(revision: number): Promise<Deploy> {
  const { id, hash } = await call<Plan>('post', `/topologies/${topologyId}/plans`, { revision });
  const { id: deployId } = await call<Deploy>('post', '/deploys', { planId: id, planHash: hash });
  const now = () => call<Deploy>('get', `/deploys/${deployId}`);
  await expect
    .poll(async () => (await now()).state, { timeout: FIRST_DEPLOY_MS, intervals: [1_000] })
    .toMatch(/verified|failed|rolled-back|refused/);
  const ended = await now();
  expect(ended.state, ended.outcome).toBe('verified');
  return ended;
}

/** Connections on a real server of a service, as ipvsadm on the active director counts them. */
async function inKernel(mark: number, realServer: string): Promise<number> {
  const { stdout } = await lab.exec('director1', ['ipvsadm', '-Ln', '-f', String(mark)]);
  const line = stdout.split('\n').find((each) => each.includes(`-> ${realServer}:`));
  const [active = 0, inactive = 0] = line?.trim().split(/\s+/).slice(-2).map(Number) ?? [];
  return active + inactive;
}

async function expectStill(): Promise<void> {
  let before = '';
  const isStill = async () => {
    const counts = [1, 2].flatMap((mark) => ['192.168.6.2', '192.168.6.3'].map((each) => inKernel(mark, each)));
    const now = JSON.stringify(await Promise.all(counts));
    const same = now === before;
    before = now;
    return same;
  };
  await expect.poll(isStill, { timeout: 60_000, intervals: [1_000] }).toBe(true);
}

/** For looking at: `LVS_CONSOLE_SCREENSHOTS=folder`. */
async function screenshot(name: string): Promise<void> {
  const folder = process.env.LVS_CONSOLE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/forecast-${name}.png`, fullPage: true });
}

test('a first deploy has nothing to lose', async () => {
  test.setTimeout(FIRST_DEPLOY_MS + 120_000);
  const [summary] = await call<TopologySummary[]>('get', '/topologies');
  topologyId = summary!.id;
  const newest = await call<TopologyRevision>('get', `/topologies/${topologyId}`);
  // keepalived starts in seconds, so that a busy machine does not decide about this test.
  document = { ...newest.document, stack: 'keepalived' };
  document.ranges.push({ name: 'ports', addresses: '192.168.0.0/28' });
  document.pools.push({ ...structuredClone(document.pools[0]!), name: 'ports' });
  document.groups.push({
    ...{ name: 'web-ports', mark: 2, scheduler: 'rr', pool: 'ports', overrides: ['everything'] },
    matches: [{ range: 'ports', protocol: 'tcp', ports: [80, 443] }],
    persistence: { timeoutSeconds: 300, netmask: '255.255.255.255' },
  });
  const revision = await save(newest.number, 'two groups, two pools');
  const plan = await call<Plan>('post', `/topologies/${topologyId}/plans`, { revision });
  expect(plan.forecast).toMatchObject({
    ...{ director: 'director1', limits: [], interruption: { kind: 'start' } },
    totals: { connections: { now: 0, loseServer: 0 } },
  });
  expect(plan.forecast?.groups.map(({ change }) => change)).toEqual(['added', 'added']);
  expect(plan.baseRevision).toBeUndefined();
  await deploy(revision);
});

test('a real server that goes: its connections and bound clients are counted, the other group is not touched', async () => {
  for (const [address, count] of [
    ['192.168.0.77', 8],
    ['192.168.0.3', 4],
  ] as const) {
    const answered = async () =>
      !(await lab.request(`http://${address}:80/`, { count: 1, timeoutMs: 4_000 }))[0]?.error;
    await expect.poll(answered, { timeout: 60_000 }).toBe(true);
    await lab.request(`http://${address}:80/`, { count, timeoutMs: 4_000 });
  }
  // A request of a busy machine may have gone unanswered or be late: the kernel's numbers count, once they stand still.
  await expectStill();
  const [first, second] = [await inKernel(2, '192.168.6.2'), await inKernel(2, '192.168.6.3')];
  const bound = Math.max(first, second);
  const leaving = first > 0 ? '192.168.6.2' : '192.168.6.3';
  expect(bound).toBeGreaterThan(0);
  expect(Math.min(first, second), 'the client is bound to one real server').toBe(0);
  const kept = (await inKernel(1, '192.168.6.2')) + (await inKernel(1, '192.168.6.3'));
  expect(kept).toBeGreaterThan(0);
  document.pools[1]!.realServers = document.pools[1]!.realServers.filter(({ address }) => address !== leaving);
  await save((await call<TopologyRevision>('get', `/topologies/${topologyId}`)).number, 'one real server goes');
  await page.goto(`${demo.url}/topologies/${topologyId}/deploy`);
  const row = page.getByRole('table', { name: 'Touched groups' }).getByRole('row', { name: /web-ports/ });
  await expect(row.getByRole('cell')).toHaveText(
    [
      ...[new RegExp(`^${bound}$`), /^0$/, new RegExp(`^${bound}$`), /^1$/, /^1$/],
      new RegExp(`${leaving} goes: its connections are reset`),
    ],
    { timeout: 60_000 },
  );
  await expect(
    page.getByText(
      `Of ${bound + kept} connections ${bound} lose their real server, ${kept} are kept; 1 client loses persistence.`,
    ),
  ).toBeVisible();
  await expect(page.getByText('1 group is not touched: every connection and counter stays.')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Changed objects' }).getByRole('listitem')).toHaveText([
    new RegExp(`removed\\s*real server\\s*${leaving}\\s*of pool ports`),
  ]);
  await screenshot('plan');
  await page.setViewportSize({ width: 390, height: 844 });
  await screenshot('plan-narrow');
  const overflow = await page.evaluate(() => window.document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1440, height: 900 });
});

test('is counted again without another plan', async () => {
  const hash = (await page.getByText(/^Plan for revision/).textContent()) ?? '';
  const before = (await page.getByText(/^Of \d+ connections/).textContent()) ?? '';
  await lab.request('http://192.168.0.77:80/', { count: 2, timeoutMs: 4_000 });
  await page.getByRole('button', { name: 'Count again' }).click();
  await expect(page.getByText(/^Of \d+ connections/)).not.toHaveText(before, { timeout: 30_000 });
  expect(((await page.getByText(/^Plan for revision/).textContent()) ?? '').slice(-12)).toBe(hash.slice(-12));
});

test('what was said came true, and stays with the deploy', async () => {
  test.setTimeout(180_000);
  const before = await inKernel(1, '192.168.6.2');
  const touched = (await inKernel(2, '192.168.6.2')) + (await inKernel(2, '192.168.6.3'));
  await page.getByRole('button', { name: /^Deploy to / }).click();
  await expect(page.getByText('Deployed, verified and confirmed on both directors.')).toBeVisible({ timeout: 120_000 });
  expect(await inKernel(1, '192.168.6.2'), 'the untouched group').toBeGreaterThanOrEqual(before);
  expect((await inKernel(2, '192.168.6.2')) + (await inKernel(2, '192.168.6.3')), 'the touched one').toBeLessThan(
    touched,
  );
  await page.getByText('The plan that was deployed').click();
  await expect(page.getByRole('table', { name: 'Touched groups' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Count again' })).toHaveCount(0);
  await screenshot('deploy');
});
