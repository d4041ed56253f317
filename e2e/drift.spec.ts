// Drift as a person meets it: seen on the Live page and above the editor, adopted as a revision, undone by the revision that runs.
import { expect, test, type Page } from '@playwright/test';
import { attachLab, type Lab } from '@/lib/lab/lab';
import { startDemo, type RunningDemo } from './console';

const PORT = 3400;
const LAB = { name: 'lvsdrifte2e', portBase: 2560 };
const FIRST_DEPLOY_MS = 300_000;
/** Kernel and files are compared at every poll, which is one in about 1.2 s: what hands change there was seen after 1.0 to 2.5 s. */
const BY_HAND_MS = 6_000;
/** Routes and settings are read at every fourth poll, and roles that changed settle first. */
const EQUAL_MS = 20_000;

let demo: RunningDemo;
let lab: Lab;
let page: Page;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(20 * 60_000);
  demo = await startDemo(PORT, LAB);
  lab = await attachLab(LAB.name);
  page = await browser.newPage();
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

const driftPanel = () => page.getByRole('region', { name: 'Drift', exact: true });

async function by(director: string, script: string): Promise<void> {
  const { code, stderr } = await lab.exec(director, ['sh', '-c', script]);
  expect(code, stderr).toBe(0);
}

async function openLive(): Promise<void> {
  await page.goto(`${demo.url}/live`);
  await page.getByRole('list', { name: 'Pairs' }).getByRole('link', { name: 'fwmark-seed' }).click();
}

test('a pair that was just deployed says that it equals its release', async () => {
  test.setTimeout(FIRST_DEPLOY_MS + 60_000);
  await page.goto(demo.signInLink);
  await page.getByRole('main').getByRole('link', { name: 'fwmark-seed' }).first().click();
  await page.getByRole('link', { name: 'Deploy', exact: true }).click();
  await page.getByRole('button', { name: /^Deploy to / }).click({ timeout: 60_000 });
  await expect(page.getByText('Deployed, verified and confirmed on both directors.')).toBeVisible({
    timeout: FIRST_DEPLOY_MS,
  });
  await openLive();
  await expect(driftPanel().getByText(/^Kernel and files equal the release of revision \d+\./)).toBeVisible({
    timeout: EQUAL_MS,
  });
  await screenshot('drift-none');
});

test('a weight and a file changed by hand are on the screen within one poll, with what should be there', async () => {
  const started = Date.now();
  await by('director1', 'ipvsadm -e -f 1 -r 192.168.6.2:0 -m -w 7');
  const weight = driftPanel().getByRole('listitem', { name: 'Real server 192.168.6.2:0 of fwm:1' });
  await expect(weight).toContainText('masq weight 7', { timeout: BY_HAND_MS });
  console.log(`a weight changed by hand was on the screen after ${Date.now() - started} ms`);
  await expect(weight).toContainText('masq weight 1');
  await by('director1', "echo '# by hand' >> /etc/ha.d/ldirectord.cf");
  await expect(page.getByLabel('Difference of /etc/ha.d/ldirectord.cf')).toContainText('+# by hand', {
    timeout: BY_HAND_MS,
  });
  await by('director2', 'iptables -t mangle -F LVS-CONSOLE');
  await expect(page.getByRole('region', { name: 'Drift of director2' })).toContainText('Chain LVS-CONSOLE', {
    timeout: BY_HAND_MS,
  });
  await expect(driftPanel().getByText('drift: 3')).toBeVisible();
  await screenshot('drift');
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshot('drift-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await screenshot('drift-narrow');
  await page.setViewportSize({ width: 1440, height: 900 });
});

test('what a topology can say is adopted as a revision, and the editor shows the drift', async () => {
  const weight = driftPanel().getByRole('listitem', { name: 'Real server 192.168.6.2:0 of fwm:1' });
  await weight.getByRole('button', { name: 'Adopt as a revision' }).click();
  await expect(weight.getByText(/^Adopted as revision \d+\./)).toBeVisible();
  await page.goto(`${demo.url}/topologies`);
  await page.getByRole('main').getByRole('link', { name: 'fwmark-seed' }).first().click();
  await expect(page.getByText('drift: 3')).toBeVisible();
  await page.getByRole('group', { name: 'Pools' }).getByRole('button', { name: 'web', exact: true }).click();
  await expect(page.getByLabel('Weight').first()).toHaveValue('7');
  await screenshot('drift-editor');
});

test('the revision that runs is applied again: its plan says what it undoes, and then nothing differs', async () => {
  await openLive();
  await page.getByRole('link', { name: /^Apply revision \d+ again/ }).click();
  const first = page.getByRole('region', { name: 'Changes on director1' });
  await expect(first.getByText('/etc/ha.d/ldirectord.cf', { exact: true })).toBeVisible({ timeout: 60_000 });
  await first.getByText(/changes in the kernel and to daemons/).click();
  await expect(first.getByText('ipvsadm -e -f 1 -r 192.168.6.2:0 -m -w 1')).toBeVisible();
  await screenshot('drift-plan');
  await page.getByRole('button', { name: /^Deploy to / }).click();
  await expect(page.getByText('Deployed, verified and confirmed on both directors.')).toBeVisible({ timeout: 120_000 });
  await openLive();
  await expect(driftPanel().getByText(/^Kernel and files equal the release of revision \d+\./)).toBeVisible({
    timeout: EQUAL_MS,
  });
});

test('a director that lost its power is unknown, since when, and not equal', async () => {
  test.setTimeout(120_000);
  await lab.crash('director2');
  await expect(page.getByRole('region', { name: 'Drift of director2' })).toContainText(/unknown since/, {
    timeout: 60_000,
  });
  await expect(driftPanel().getByText('drift unknown')).toBeVisible();
  await screenshot('drift-unknown');
});
