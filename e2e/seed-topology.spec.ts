// The whole path as a person walks it: sign in, edit, solve a problem, deploy to two real kernels, real traffic, power cut, return.
import { expect, test, type Locator, type Page } from '@playwright/test';
import { attachLab, type Lab } from '@/lib/lab/lab';
import { parseGuardStatus } from '@/lib/parse/guard-status';
import { LAB_NAME, startDemo, type RunningDemo } from './console';

const PORT = 3100;
/** heartbeat's start and its takeover take most of a minute under user-mode Linux (lib/lab/README.md). */
const FIRST_DEPLOY_MS = 300_000;
const TAKEOVER_MS = 180_000;

let demo: RunningDemo;
let lab: Lab;
let page: Page;
let foreignBefore: string[];

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(20 * 60_000);
  demo = await startDemo(PORT);
  lab = await attachLab(LAB_NAME);
  page = await browser.newPage();
  foreignBefore = await Promise.all(['director1', 'director2'].map(plantForeignRules));
});

test.afterAll(async () => {
  test.setTimeout(120_000);
  await page?.close();
  expect(await demo?.stop(), 'Ctrl-C ends the demo in good order').toBe(0);
});

/** Rules and a chain of somebody else, in the same tables and hooks that the console uses. */
async function plantForeignRules(director: string): Promise<string> {
  const script = `iptables -t mangle -N SOMEBODY && iptables -t mangle -A SOMEBODY -p tcp --dport 9 -j RETURN
    iptables -t mangle -A PREROUTING -i eth0 -j SOMEBODY && iptables -t nat -A POSTROUTING -o lo -j RETURN && iptables -A INPUT -p tcp --dport 7 -j DROP`;
  expect((await lab.exec(director, ['sh', '-c', script])).code).toBe(0);
  return foreignRules(director);
}

/** Everything in the firewall that is not the console's own, without counters. */
async function foreignRules(director: string): Promise<string> {
  const { stdout } = await lab.exec(director, ['iptables-save']);
  return stdout
    .split('\n')
    .filter((line) => !line.startsWith('#') && !line.includes('LVS-CONSOLE'))
    .map((line) => line.replace(/\[\d+:\d+\]/, ''))
    .join('\n');
}

/** As `ipvsadm -Sn` of each director prints it. */
async function ipvsTables(): Promise<string[]> {
  return Promise.all(
    ['director1', 'director2'].map(async (director) => (await lab.exec(director, ['ipvsadm', '-Sn'])).stdout),
  );
}

/** Which release is in force on each director and which is confirmed, in the guard's own words; that no timer runs. */
async function guardReleases(): Promise<Record<'live' | 'confirmed', string>[]> {
  return Promise.all(
    ['director1', 'director2'].map(async (director) => {
      const { stdout } = await lab.exec(director, ['/usr/lib/lvs-console/guard', 'status']);
      const { value: status } = parseGuardStatus(stdout);
      if (!status) throw new Error(`${director}: its guard's status cannot be read:\n${stdout}`);
      const { live, confirmed, secondsLeft } = status;
      expect(secondsLeft, `${director} has no timer`).toBeUndefined();
      expect(live, `${director} runs what it has confirmed`).toBe(confirmed);
      return { live, confirmed };
    }),
  );
}

/** `Rolls itself back in 1 min 5 s unless confirmed`; NaN when it says something else. */
async function secondsLeft(timer: Locator): Promise<number> {
  const [, minutes = '0', seconds = '0'] = /back in (?:(\d+) min ?)?(?:(\d+) s )?unless confirmed/.exec(
    await timer.innerText(),
  ) ?? [undefined, 'x'];
  return Number(minutes) * 60 + Number(seconds);
}

async function realServersOf(address: string, port: number, count: number): Promise<string[]> {
  const answers = await lab.request(`http://${address}:${port}/`, { count, timeoutMs: 4_000 });
  return answers.map(({ realServer, error }) => realServer ?? `error: ${error ?? 'none'}`);
}

/** What the browser received for script, compressed; the aim is under 200 kB. */
async function scriptKilobytes(): Promise<number> {
  return page.evaluate(() => {
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const scripts = entries.filter(({ name }) => /\.js(\?|$)/.test(name));
    return Math.round(scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1000);
  });
}

/** For the README: `LVS_CONSOLE_SCREENSHOTS=public` keeps them there. */
async function screenshot(name: string): Promise<void> {
  const folder = process.env.LVS_CONSOLE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/screenshot-${name}.png` });
}

async function saveRevision(message: string): Promise<void> {
  await page.getByRole('button', { name: 'Save revision' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill(message);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Save as revision/ })
    .click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

/** A revision whose pool web has this weight for its first real server. */
async function saveWeight(weight: number, message: string): Promise<void> {
  await page.goto(`${demo.url}/topologies`);
  await page.getByRole('main').getByRole('link', { name: 'fwmark-seed' }).first().click();
  await page.getByRole('group', { name: 'Pools' }).getByRole('button', { name: 'web', exact: true }).click();
  await page.getByLabel('Weight').first().fill(String(weight));
  await page.getByLabel('Weight').first().blur();
  await saveRevision(message);
}

const ruleList = () => page.getByRole('list', { name: 'Rules' });
const deployButton = () => page.getByRole('button', { name: /^Deploy to / });

/** In the dialog on the pair's deploy page. */
async function changeRules(change: (rules: Locator) => Promise<void>): Promise<void> {
  await page.getByRole('button', { name: 'Change these rules' }).click();
  const rules = page.getByRole('dialog');
  await change(rules);
  await rules.getByRole('button', { name: 'Save these rules' }).click();
  await expect(rules).toHaveCount(0);
}

const freeze = (reason: string) => changeRules((rules) => rules.getByLabel('Freeze').fill(reason));

async function deploy(timeout: number): Promise<number> {
  await page.getByRole('link', { name: 'Deploy', exact: true }).click();
  await deployButton().click({ timeout: 60_000 });
  const started = Date.now();
  await expect(page.getByText('Deployed, verified and confirmed on both directors.')).toBeVisible({ timeout });
  return Date.now() - started;
}

test('signs in by the one-time link, which works once', async ({ browser }) => {
  await page.goto(demo.signInLink);
  await expect(page.getByRole('heading', { name: 'Topologies' })).toBeVisible();
  console.log(`script on the first page: ${await scriptKilobytes()} kB as sent (gzip)`);
  expect(await scriptKilobytes()).toBeLessThan(400);
  const stranger = await browser.newPage();
  await stranger.goto(demo.signInLink);
  await expect(stranger.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await stranger.close();
});

/** From the editor and back to it: a revision with errors has no plan, and its pair can be frozen all the same. */
async function freezeWithoutPlan(): Promise<void> {
  const editor = page.url();
  const rules = await page.getByRole('link', { name: 'Rules for deploys' }).getAttribute('href');
  // Loaded anew, so that the page knows the revision that was saved just now.
  await page.goto(`${demo.url}${rules}`);
  await expect(page.getByText('No plan could be made; nothing was sent.')).toBeVisible();
  await expect(ruleList()).toContainText('One operator may plan and deploy alone.');
  await freeze('Nothing goes before the misprint is out.');
  await expect(ruleList()).toContainText(/frozen since .* by .+: Nothing goes before the misprint is out\./);
  await screenshot('frozen-without-plan');
  await page.goto(editor);
  await page.getByRole('link', { name: 'deploys are frozen' }).click();
  await freeze('');
  await expect(ruleList()).not.toContainText('frozen');
  await page.goto(editor);
}

test('an impossible address is kept as a draft, told at its field, and cannot be deployed', async () => {
  await page.getByRole('main').getByRole('link', { name: 'fwmark-seed' }).first().click();
  await page.getByRole('button', { name: 'Addresses' }).click();
  const field = page.getByLabel('External virtual address', { exact: true });
  await field.fill('192.168.7.340/24');
  await field.blur();
  await expect(page.getByText(/Cannot deploy: \d+ error/)).toBeVisible();
  await expect(page.getByRole('list', { name: 'Problems' }).getByText(/340/).first()).toBeVisible();
  await saveRevision('the seed’s misprint');
  await expect(page.getByRole('button', { name: 'Deploy', exact: true })).toBeDisabled();
  await freezeWithoutPlan();
  await page.getByRole('button', { name: 'Addresses', exact: true }).click();
  await field.fill('192.168.7.240/24');
  await field.blur();
  await saveRevision('corrected');
  await expect(page.getByRole('link', { name: 'Deploy', exact: true })).toBeVisible();
});

test('a port group over the first group is reported with an example packet, and resolved', async () => {
  await page.getByRole('button', { name: 'Add range' }).click();
  await page.getByLabel('Name', { exact: true }).fill('web-range');
  await page.getByLabel('Addresses', { exact: true }).fill('192.168.0.0/28');
  await page.getByLabel('Addresses', { exact: true }).blur();
  await page.getByRole('button', { name: 'Add group' }).click();
  await page.getByLabel('Name', { exact: true }).fill('web-ports');
  await page.getByLabel('Name', { exact: true }).blur();
  await page.getByLabel('Range', { exact: true }).selectOption('web-range');
  await page.getByLabel('Protocol', { exact: true }).selectOption('tcp');
  await page.getByLabel('Ports', { exact: true }).fill('80, 443');
  await page.getByLabel('Persistence', { exact: true }).click();
  const problems = page.getByRole('list', { name: 'Problems' });
  await expect(problems.getByText(/tcp .*192\.168\.0\.\d+:80/).first()).toBeVisible();
  await page.getByRole('button', { name: 'Let web-ports take these packets from everything' }).click();
  await expect(page.getByRole('button', { name: 'Let web-ports take these packets from everything' })).toHaveCount(0);
  await saveRevision('web ports with persistence');
  await screenshot('topology');
});

test('deploys to both directors and sees them verified', async () => {
  test.setTimeout(FIRST_DEPLOY_MS + 60_000);
  const elapsed = await deploy(FIRST_DEPLOY_MS);
  test
    .info()
    .annotations.push({ type: 'first deploy, click to verified', description: `${(elapsed / 1000).toFixed(1)} s` });
  console.log(`first deploy, click to verified: ${(elapsed / 1000).toFixed(1)} s`);
  for (const director of ['director1', 'director2']) await expect(page.getByText(director).first()).toBeVisible();
});

test('foreign rules and chains are byte for byte what they were', async () => {
  expect(await Promise.all(['director1', 'director2'].map(foreignRules))).toEqual(foreignBefore);
});

test('real requests are answered by both real servers, and persistence couples 80 and 443', async () => {
  const anywhere = await realServersOf('192.168.0.77', 80, 8);
  expect(new Set(anywhere)).toEqual(new Set(['rs1', 'rs2']));
  expect(new Set(await realServersOf('192.168.0.200', 443, 8))).toEqual(new Set(['rs1', 'rs2']));
  const coupled = [...(await realServersOf('192.168.0.3', 80, 4)), ...(await realServersOf('192.168.0.5', 443, 4))];
  expect(new Set(coupled).size, coupled.join(' ')).toBe(1);
  expect(coupled[0]).toMatch(/^rs[12]$/);
});

test('the connections are on the Live page', async () => {
  await page.getByRole('navigation').getByRole('link', { name: 'Live' }).click();
  await page.getByRole('list', { name: 'Pairs' }).getByRole('link', { name: 'fwmark-seed' }).click();
  const started = Date.now();
  await expect(page.getByText('web-ports').first()).toBeVisible();
  console.log(`time to the first table on the Live page: ${Date.now() - started} ms`);
  await expect(page.getByText('director1 is active')).toBeVisible();
  await expect(page.getByText('in sync', { exact: true })).toBeVisible();
  await screenshot('live');
  await page.getByRole('tab', { name: 'Connections' }).click();
  await expect(page.getByText('192.168.0.3:80').first()).toBeVisible();
  await expect(page.getByText('web-ports persistence template, mark 2').first()).toBeVisible();
  await page.getByRole('tab', { name: 'Terminal' }).click();
  await expect(page.getByText(/FWM {2}2 rr persistent 300/).first()).toBeVisible();
});

test('a change in the kernel is on the screen within three seconds', async () => {
  await lab.exec('director1', ['ipvsadm', '-A', '-f', '4242', '-s', 'rr']);
  const started = Date.now();
  await expect(page.getByText(/FWM {2}4242 rr/).first()).toBeVisible({ timeout: 10_000 });
  const elapsed = Date.now() - started;
  console.log(`a change in the kernel was on the screen after ${elapsed} ms`);
  await lab.exec('director1', ['ipvsadm', '-D', '-f', '4242']);
  expect(elapsed).toBeLessThan(6_000);
});

test('a pool change is deployed in seconds and without a restart', async () => {
  await saveWeight(3, 'rs1 is stronger');
  const elapsed = await deploy(90_000);
  console.log(`pool change, click to verified: ${(elapsed / 1000).toFixed(1)} s`);
  expect(await Promise.all(['director1', 'director2'].map(foreignRules))).toEqual(foreignBefore);
});

test('a deploy that is cancelled before its switch changes nothing, and the page says so', async () => {
  test.setTimeout(180_000);
  const before = await ipvsTables();
  await saveWeight(7, 'a change of mind');
  await page.getByRole('link', { name: 'Deploy', exact: true }).click();
  await deployButton().click({ timeout: 60_000 });
  // The button has another name once a director was switched.
  await page.getByRole('button', { name: 'Cancel deploy' }).click();
  await expect(page.getByText(/The deploy was cancelled by an operator\./).first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/Nothing was changed/).first()).toBeVisible();
  await expect(page.getByText('switch', { exact: true })).toHaveCount(0);
  expect(await ipvsTables()).toEqual(before);
});

test('a deploy is rolled back between its two switches: the timer counts down in sight, and both directors are as before', async () => {
  test.setTimeout(300_000);
  const before = { tables: await ipvsTables(), releases: await guardReleases() };
  await saveWeight(9, 'a second change of mind');
  await page.getByRole('link', { name: 'Deploy', exact: true }).click();
  await page.getByRole('button', { name: 'Deploy to director2, then director1' }).click({ timeout: 60_000 });
  const timer = page.getByRole('timer', { name: 'Dead-man timer of director2' });
  await expect(timer).toBeVisible({ timeout: 60_000 });
  // From here on only director2 is asked, up to the turn of director1: its silence holds the deploy between the two switches.
  await lab.setLink('director1', 'management', false);
  try {
    const steps = page.getByRole('list', { name: 'Steps on director2' });
    await expect(steps.getByText('switch', { exact: true })).toBeVisible({ timeout: 60_000 });
    const first = await secondsLeft(timer);
    expect(first).toBeGreaterThan(0);
    await expect.poll(() => secondsLeft(timer)).toBeLessThan(first);
    await screenshot('dead-man-timer');
    const answer = page.waitForResponse(/\/deploys\/[^/]+\/cancel$/);
    await page.getByRole('button', { name: 'Roll back both directors' }).click();
    expect((await answer).status()).toBe(200);
  } finally {
    await lab.setLink('director1', 'management', true);
  }
  await expect(page.getByText(/^Rolled back: /)).toBeVisible({ timeout: 180_000 });
  await expect(
    page.getByText('The deploy was cancelled by an operator. Both directors are as they were before.'),
  ).toBeVisible();
  await expect(page.getByRole('main').getByText('rolled back', { exact: true }).first()).toBeVisible();
  await expect(page.getByRole('timer')).toHaveCount(0);
  for (const director of ['director1', 'director2'])
    await expect(
      page.getByRole('list', { name: `Steps on ${director}` }).getByText('rollback', { exact: true }),
    ).toBeVisible();
  expect(await guardReleases()).toEqual(before.releases);
  expect(await ipvsTables()).toEqual(before.tables);
  expect(await Promise.all(['director1', 'director2'].map(foreignRules))).toEqual(foreignBefore);
});

test('the worker and then the whole web die in the middle of a deploy: the page comes back and the deploy ends as a whole', async () => {
  test.setTimeout(300_000);
  await saveWeight(4, 'rs1 is stronger still');
  await page.getByRole('link', { name: 'Deploy', exact: true }).click();
  await deployButton().click({ timeout: 60_000 });
  await expect(page.getByText('switch', { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  demo.kill('lib/worker/main.ts');
  demo.kill('next-server');
  // Without a reload: the page finds web again by itself.
  await expect(
    page.getByText(/^(Deployed, verified and confirmed on both directors\.|.*[Rr]olled back.*)$/).first(),
  ).toBeVisible({ timeout: 240_000 });
  await screenshot('resumed');
  expect((await realServersOf('192.168.0.77', 80, 2)).every((name) => /^rs[12]$/.test(name))).toBe(true);
  expect(await Promise.all(['director1', 'director2'].map(foreignRules))).toEqual(foreignBefore);
});

test('an older deploy is put back with one click, and waits for a second person where the pair needs one', async ({
  browser,
}) => {
  const second = { name: 'Second', email: 'second@example.org', password: 'correct horse battery', role: 'operator' };
  expect((await page.request.post(`${demo.url}/api/v1/accounts`, { data: second })).ok()).toBe(true);
  await page.goto(`${demo.url}/deploys`);
  await page.getByRole('main').getByLabel('Pair', { exact: true }).selectOption('fwmark-seed');
  await expect(page).toHaveURL(/\/deploys\?pair=/);
  await page.getByRole('main').getByRole('link', { name: '1', exact: true }).click();
  await page.getByRole('button', { name: 'Roll the pair back to this' }).click();
  await page.getByRole('button', { name: 'Change these rules' }).click();
  const rules = page.getByRole('dialog');
  await rules.getByLabel('Four eyes').check();
  await rules.getByRole('button', { name: 'Add a window' }).click();
  for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri']) await rules.getByRole('button', { name: day }).click();
  await rules.getByRole('button', { name: 'Save these rules' }).click();
  await expect(rules.getByRole('alert')).toContainText('Choose at least one day.');
  await rules.getByRole('button', { name: 'Remove window 1' }).click();
  await rules.getByRole('button', { name: 'Save these rules' }).click();
  await expect(page.getByText(/^A second person must approve this plan/).first()).toBeVisible({ timeout: 60_000 });
  await expect(deployButton()).toBeDisabled();
  await screenshot('approval');

  const other = await (await browser.newContext()).newPage();
  await other.goto(`${demo.url}/sign-in`);
  await other.getByLabel('E-mail').fill(second.email);
  await other.getByLabel('Password').fill(second.password);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByRole('heading', { name: 'Topologies' })).toBeVisible();
  await other.goto(page.url());
  await other.getByRole('button', { name: 'Approve exactly this plan' }).click();
  await expect(other.getByText('second@example.org approved it')).toBeVisible();
  await expect(other.getByText(/valid until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S/)).toBeVisible();
  await other.context().close();

  await deployButton().click();
  await expect(page.getByText('Deployed, verified and confirmed on both directors.')).toBeVisible({ timeout: 90_000 });
  await expect(page.getByText('approved by second@example.org')).toBeVisible();
});

test('a closed window and a freeze stop a deploy; past them an administrator goes with a reason, which stays with the deploy', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  await saveWeight(5, 'rs1 during the freeze');
  await page.getByRole('link', { name: 'Deploy', exact: true }).click();
  await expect(deployButton()).toBeVisible({ timeout: 60_000 });
  const today = new Date().getUTCDay();
  await changeRules(async (rules) => {
    await rules.getByLabel('Four eyes').uncheck();
    await rules.getByRole('button', { name: 'Add a window' }).click();
    // Open on one day, which is neither today nor next to it.
    const wanted = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][(today + 3) % 7] ?? '';
    for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']) {
      const button = rules.getByRole('button', { name: day });
      if (((await button.getAttribute('aria-pressed')) === 'true') !== (day === wanted)) await button.click();
    }
  });
  await expect(page.getByText(/^Deploys of this pair begin only in its windows/).first()).toBeVisible();
  await expect(ruleList()).toContainText('closed now');
  await expect(deployButton()).toBeDisabled();
  await changeRules(async (rules) => {
    await rules.getByRole('button', { name: 'Remove window 1' }).click();
    await rules.getByLabel('Freeze').fill('Year end.');
  });
  await expect(page.getByText(/^Deploys of this pair are frozen: Year end\./).first()).toBeVisible();
  await expect(ruleList()).toContainText(/frozen since .* by .+: Year end\./);
  await expect(deployButton()).toBeDisabled();
  await screenshot('frozen');

  const reason = 'Nobody else is awake, and rs1 is overloaded.';
  const late = await (await browser.newContext({ storageState: await page.context().storageState() })).newPage();
  await late.goto(page.url());
  const [first, second] = [await openBreakGlass(page, reason), await openBreakGlass(late, reason)];
  const begun = page.waitForResponse(/\/api\/v1\/deploys$/);
  await first.getByRole('button', { name: 'Deploy now, past the rules' }).click();
  expect((await begun).status()).toBe(202);
  // The refusal is told in the dialog: the page behind it is covered.
  await second.getByRole('button', { name: 'Deploy now, past the rules' }).click();
  await expect(second.getByText('A deploy of this pair is open already.')).toBeVisible();
  await late.context().close();
  await expect(page.getByText('Deployed, verified and confirmed on both directors.')).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole('main').getByText(`past the rules: ${reason}`)).toBeVisible();

  await page.getByRole('main').getByRole('link', { name: 'Plan', exact: true }).click();
  await freeze('');
  await expect(ruleList()).toContainText('A deploy may begin at any time.');
  await expect(ruleList()).not.toContainText('frozen');
  await page.goto(`${demo.url}/deploys`);
  const history = page.getByRole('table', { name: 'Deploys' });
  await expect(history.getByText('past the rules')).toHaveAttribute('title', reason);
});

/** What stands in the way is told there, and the reason is typed in. */
async function openBreakGlass(on: Page, reason: string): Promise<Locator> {
  await on.getByRole('button', { name: 'Break glass' }).click({ timeout: 60_000 });
  const dialog = on.getByRole('dialog', { name: 'Deploy past the rules of this pair' });
  await expect(dialog).toContainText('Deploys of this pair are frozen: Year end.');
  await dialog.getByLabel('Reason').fill(reason);
  return dialog;
}

test('the active director loses its power: the other answers, and the page shows it', async () => {
  test.setTimeout(TAKEOVER_MS + 60_000);
  await page.goto(`${demo.url}/live`);
  await page.getByRole('list', { name: 'Pairs' }).getByRole('link', { name: 'fwmark-seed' }).click();
  await expect(page.getByText('director1 is active')).toBeVisible();
  await lab.crash('director1');
  const started = Date.now();
  await expect(page.getByText(/stale since/).first()).toBeVisible({ timeout: 20_000 });
  await expect
    .poll(async () => (await realServersOf('192.168.0.77', 80, 1))[0], { timeout: TAKEOVER_MS, intervals: [500] })
    .toMatch(/^rs[12]$/);
  console.log(`answered again ${((Date.now() - started) / 1000).toFixed(1)} s after the power cut`);
  await expect(page.getByText('director2 is active')).toBeVisible({ timeout: 20_000 });
});

test('the old active comes back as standby and is in sync', async () => {
  test.setTimeout(TAKEOVER_MS + 60_000);
  await lab.powerOn('director1');
  await expect(page.getByText('in sync', { exact: true })).toBeVisible({ timeout: TAKEOVER_MS });
  await expect(page.getByText('director2 is active')).toBeVisible();
  expect((await realServersOf('192.168.0.77', 80, 2)).every((name) => /^rs[12]$/.test(name))).toBe(true);
});
