// A packet on live state, the check list of a host, the terminal and the support bundle, on real directors.
import fs from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test, type Page } from '@playwright/test';
import { attachLab, type Lab } from '@/lib/lab/lab';
import { expectNoViolations } from './accessible';
import { startDemo, type RunningDemo } from './console';

const PORT = 3450;
const LAB = { name: 'lvstracee2e', portBase: 2920 };
const FIRST_DEPLOY_MS = 300_000;
/** Routes and settings are read at every fourth poll. */
const SEEN_MS = 20_000;

let demo: RunningDemo;
let lab: Lab;
let page: Page;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(20 * 60_000);
  demo = await startDemo(PORT, LAB);
  lab = await attachLab(LAB.name);
  page = await (await browser.newContext()).newPage();
});

test.afterAll(async () => {
  test.setTimeout(120_000);
  await page?.close();
  expect(await demo?.stop(), 'Ctrl-C ends the demo in good order').toBe(0);
});

async function screenshot(name: string): Promise<void> {
  const folder = process.env.LVS_CONSOLE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/screenshot-${name}.png`, fullPage: true });
}

async function by(director: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(director, ['sh', '-c', script]);
  expect(code, stderr).toBe(0);
  return stdout;
}

const host = (director: string) => page.getByTestId('live-trace').getByRole('region', { name: director });

test('a packet goes on both directors as the topology means, and the deciding rule is shown', async () => {
  test.setTimeout(FIRST_DEPLOY_MS + 60_000);
  await page.goto(demo.signInLink);
  await page.getByRole('main').getByRole('link', { name: 'fwmark-seed' }).first().click();
  await page.getByRole('link', { name: 'Deploy', exact: true }).click();
  await page.getByRole('button', { name: /^Deploy to / }).click({ timeout: 60_000 });
  await expect(page.getByText('Deployed, verified and confirmed on both directors.')).toBeVisible({
    timeout: FIRST_DEPLOY_MS,
  });
  await page.goto(`${demo.url}/live`);
  await page.getByRole('list', { name: 'Pairs' }).getByRole('link', { name: 'fwmark-seed' }).click();
  await page.getByRole('tab', { name: 'Trace' }).click();
  await page.getByLabel('Source').fill('203.0.113.9');
  await page.getByLabel('Destination').fill('192.168.0.17');
  await page.getByLabel('Port', { exact: true }).fill('443');
  await expect(page.getByLabel('As text')).toHaveValue('tcp 203.0.113.9 -> 192.168.0.17:443');
  await expect(page.getByText('director1 and director2 treat it as the topology means.')).toBeVisible({
    timeout: SEEN_MS,
  });
  const rule = (await by('director1', 'iptables-save -t mangle')).split('\n').find((line) => line.includes('lvs:'));
  await expect(
    host('director1 (active)')
      .getByText(rule ?? 'no rule')
      .first(),
  ).toBeVisible();
  await expect(host('director1 (active)').getByText('fwm:1 takes it.')).toBeVisible();
  await expectNoViolations(page);
  await screenshot('trace');
});

test('a mark rule that is gone and a foreign rule that drops are told, on the director that has them', async () => {
  await by('director2', 'iptables -t mangle -F LVS-CONSOLE');
  await expect(host('director2 (standby)').getByText(/It gets no mark here; meant is mark 1/)).toBeVisible({
    timeout: SEEN_MS,
  });
  await expect(page.getByText(/director2 does not do what the topology means/)).toBeVisible();
  await by('director1', 'iptables -t raw -A PREROUTING -s 203.0.113.0/24 -j DROP');
  await expect(host('director1 (active)').getByText(/It is dropped here/)).toBeVisible({ timeout: SEEN_MS });
  await by('director1', 'iptables -t raw -D PREROUTING -s 203.0.113.0/24 -j DROP');
  await screenshot('trace-differs');
});

test('the check list of a host names what is not there, and is all there where it is', async () => {
  await page.getByRole('tab', { name: 'Firewall and routes' }).click();
  const needs = (director: string) => page.getByRole('region', { name: `What a packet needs on ${director}` });
  await expect(needs('director1').getByText('all there')).toBeVisible({ timeout: SEEN_MS });
  const missing = needs('director2').getByRole('list', { name: 'Marks that are not as wanted' });
  await expect(missing.getByRole('listitem').first()).toContainText('no rule of the console sets it', {
    timeout: SEEN_MS,
  });
  await by('director1', 'sysctl -w net.ipv4.ip_forward=0');
  await expect(needs('director1').getByText('net.ipv4.ip_forward')).toBeVisible({ timeout: SEEN_MS });
  await by('director1', 'sysctl -w net.ipv4.ip_forward=1');
  await expectNoViolations(page);
  await screenshot('needs');
});

test('the terminal shows what the tool prints, and marks what changed', async () => {
  await page.getByRole('tab', { name: 'Terminal' }).click();
  const block = page.getByLabel('ipvsadm -L -n on director1');
  await expect(block).toContainText('FWM  1', { timeout: SEEN_MS });
  await by('director1', 'ipvsadm -A -f 4242 -s rr');
  await expect(block.locator('[data-changed]', { hasText: 'FWM  4242' })).toBeVisible({ timeout: SEEN_MS });
  await expect(block.locator('[data-changed]')).toHaveCount(0, { timeout: SEEN_MS });
  await by('director1', 'ipvsadm -D -f 4242');
  await page.getByLabel('Command').selectOption('ipvsadm -L -n -c | head -n 200');
  await expect(page.getByLabel('ipvsadm -L -n -c | head -n 200 on director1')).toContainText('IPVS connection entries');
  await page.getByLabel('Command').selectOption('iptables -t mangle -L -n -v');
  await expect(page.getByLabel('iptables -t mangle -L -n -v on director1')).toContainText('Chain LVS-CONSOLE');
  await expectNoViolations(page);
  await screenshot('terminal');
});

test('the support bundle holds both directors and not the key of heartbeat', async () => {
  const [key = ''] = (await by('director1', "awk '/sha1/ { print $3 }' /etc/ha.d/authkeys")).trim().split('\n');
  expect(key.length).toBeGreaterThan(20);
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download support bundle' }).click();
  const file = await (await waiting).path();
  const text = gunzipSync(fs.readFileSync(file)).toString('utf8');
  for (const part of ['director1/outputs/ipvs-list.txt', 'director2/outputs/firewall.txt', 'FWM  1'])
    expect(text).toContain(part);
  expect(text.includes(key)).toBe(false);
});
