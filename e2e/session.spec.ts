// Sessions as a person meets them, on the real console without a lab: their end under an open page, and the way out.
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { expectNoViolations } from './accessible';
import { startConsole, type RunningDemo } from './console';

const PORT = 3840;
const FIRST = { email: 'admin@localhost.localdomain', password: 'correct horse battery' };

let running: RunningDemo;
let context: BrowserContext;
let page: Page;

test.describe.configure({ mode: 'serial', timeout: 90_000 });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(15 * 60_000);
  running = await startConsole(PORT);
  // A context of its own: axe opens another page in it.
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(running.signInLink);
  await expect(page.getByRole('heading', { name: 'Topologies' })).toBeVisible();
  const data = { password: FIRST.password };
  const answer = await page.request.post(`${running.url}/api/v1/session/password`, { data });
  expect(answer.ok(), await answer.text()).toBe(true);
});

test.afterAll(async () => {
  await page?.close();
  expect(await running?.stop(), 'Ctrl-C ends the console in good order').toBe(0);
});

async function screenshot(name: string): Promise<void> {
  const folder = process.env.LVS_CONSOLE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/screenshot-${name}.png` });
}

async function signIn(target: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await target.getByLabel('E-mail').fill(email);
  await target.getByLabel('Password').fill(password);
  await target.getByRole('button', { name: 'Sign in' }).click();
}

/** As if somebody had signed this browser out in another tab. */
async function endSession(): Promise<void> {
  const headers = { origin: running.url };
  const answer = await page.request.post(`${running.url}/api/auth/sign-out`, { headers, data: {} });
  expect(answer.ok(), await answer.text()).toBe(true);
}

test('a session that ends under an open page takes nothing of it, and one goes on after signing in elsewhere', async () => {
  await page.goto(`${running.url}/topologies`);
  await page.getByRole('button', { name: 'New from the seed' }).first().click();
  const typed = page.getByLabel('Name', { exact: true });
  await typed.fill('typed-before-the-end');
  await endSession();
  const notice = page.getByRole('alertdialog', { name: 'Your session has ended' });
  await expect(notice).toBeVisible({ timeout: 20_000 });
  await screenshot('session-ended');
  await expectNoViolations(page, '[role=alertdialog]');
  await page.keyboard.press('Escape');
  await notice.getByRole('button', { name: 'Go on here' }).click();
  await expect(notice.getByText('Nobody is signed in yet')).toBeVisible();
  await expect(typed).toHaveValue('typed-before-the-end');

  const opened = context.waitForEvent('page');
  await notice.getByRole('link', { name: 'Sign in in a new tab' }).click();
  const other = await opened;
  await signIn(other, FIRST);
  await expect(other.getByRole('heading', { name: 'Topologies' })).toBeVisible();
  await other.close();
  await page.bringToFront();
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(notice).toHaveCount(0);
  await expect(typed).toHaveValue('typed-before-the-end');
  await page.getByRole('button', { name: 'Create topology' }).click();
  await expect(page).toHaveURL(/\/topologies\/[0-9a-f-]{36}/);
});

test('a page opened without a session leads to sign-in and back, and never to another site', async () => {
  await endSession();
  await page.goto(`${running.url}/audit?actor=admin`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await signIn(page, FIRST);
  await expect(page).toHaveURL(`${running.url}/audit?actor=admin`);
  await page.goto('about:blank'); // the open page goes to sign-in by itself once it sees that its session has ended
  await endSession();
  await page.goto(`${running.url}/sign-in?next=/%09/evil.example`);
  await signIn(page, FIRST);
  await expect(page).toHaveURL(`${running.url}/topologies`);
});

test('an account is disabled, enabled, and started anew by a link that is shown once', async ({ browser }) => {
  const second = { name: 'Second', email: 'second@example.org', password: 'a second horse battery', role: 'operator' };
  expect((await page.request.post(`${running.url}/api/v1/accounts`, { data: second })).ok()).toBe(true);
  const theirs = await (await browser.newContext()).newPage();
  await theirs.goto(`${running.url}/sign-in`);
  await signIn(theirs, second);
  await expect(theirs.getByRole('heading', { name: 'Topologies' })).toBeVisible();

  await page.goto(`${running.url}/settings`);
  const row = page.getByRole('row', { name: /second@example\.org/ });
  await row.getByRole('button', { name: 'Disable second@example.org' }).click();
  const dialog = page.getByRole('dialog');
  await expectNoViolations(page, '[role=dialog]');
  await screenshot('disable-account');
  await dialog.getByRole('button', { name: 'Disable second@example.org' }).click();
  await expect(row.getByText('disabled', { exact: true })).toBeVisible();
  await expect(theirs.getByRole('alertdialog', { name: 'Your session has ended' })).toBeVisible({ timeout: 20_000 });
  await theirs.goto(`${running.url}/sign-in`);
  await signIn(theirs, second);
  await expect(theirs.getByText('This account may not sign in.')).toBeVisible();

  await row.getByRole('button', { name: 'Enable second@example.org' }).click();
  await row.getByRole('button', { name: 'One-time link for second@example.org' }).click();
  await dialog.getByRole('button', { name: 'Remove the password and make a link' }).click();
  const link = await dialog.getByLabel('Link', { exact: true }).inputValue();
  await expectNoViolations(page, '[role=dialog]');
  await screenshot('one-time-link');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(dialog).toHaveCount(0);

  await theirs.goto(link);
  await expect(theirs.getByRole('heading', { name: 'Topologies' })).toBeVisible();
  await theirs.goto(`${running.url}/settings`);
  const panel = theirs.getByRole('region', { name: 'Password' });
  await expect(panel.getByText('You have no password yet.')).toBeVisible();
  await setPassword('a third horse battery');
  await expect(panel.getByText('The password is set.')).toBeVisible();
  await panel.getByLabel('Current password').fill('a wrong guess');
  await setPassword('a fourth horse battery');
  await expect(panel.getByText('The current password is wrong.')).toBeVisible();
  await panel.getByLabel('Current password').fill('a third horse battery');
  await panel.getByRole('button', { name: 'Set password' }).click();
  await expect(panel.getByText('The current password is wrong.')).toHaveCount(0);
  await expect(panel.getByLabel('Current password')).toHaveValue('');
  await theirs.context().close();

  async function setPassword(password: string): Promise<void> {
    await panel.getByLabel('New password', { exact: true }).fill(password);
    await panel.getByLabel('New password again').fill(password);
    await panel.getByRole('button', { name: 'Set password' }).click();
  }
});

test('signing out that does not work says so', async () => {
  const signOut = async () => {
    await page.getByRole('button', { name: 'User menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
  };
  await page.route('**/api/auth/sign-out', (route) => route.abort());
  await signOut();
  const dialog = page.getByRole('dialog', { name: 'You are still signed in' });
  await expect(dialog).toContainText('The console did not answer.');
  await screenshot('still-signed-in');
  await expectNoViolations(page, '[role=dialog]');
  await page.unroute('**/api/auth/sign-out');
  await dialog.getByRole('button', { name: 'Sign out again' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  expect((await page.request.get(`${running.url}/api/v1/session`)).status()).toBe(401);
});
