// The history of a topology in the browser, on the real console without a lab: comparing revisions and bringing one back.
import { expect, test, type Page } from '@playwright/test';
import { seedDocument } from '@/lib/core/seed';
import type { TopologyDocument } from '@/lib/core/document';
import { startConsole, type RunningDemo } from './console';

const PORT = 3500;

let running: RunningDemo;
let page: Page;
let topologyId: string;
const problems: string[] = [];

test.describe.configure({ mode: 'serial', timeout: 90_000 });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(15 * 60_000);
  running = await startConsole(PORT);
  page = await browser.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(running.signInLink);
  await expect(page.getByRole('heading', { name: 'Topologies' })).toBeVisible();
  topologyId = await makeHistory();
});

test.afterAll(async () => {
  await page?.close();
  expect(await running?.stop(), 'Ctrl-C ends the console in good order').toBe(0);
});

test.afterEach(() => expect(problems.splice(0), 'the page says nothing on its console').toEqual([]));

/** Three revisions: the seed; another weight and a new group; a range with another name only. */
async function makeHistory(): Promise<string> {
  const document: TopologyDocument = { ...seedDocument(), name: 'history' };
  const answer = await page.request.post(`${running.url}/api/v1/topologies`, {
    data: { document, message: 'the seed' },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { topologyId: id } = (await answer.json()) as { topologyId: string };
  document.pools[0]!.realServers[1]!.weight = 0;
  document.ranges.push({ name: 'mail', addresses: '198.51.100.0/28' });
  document.groups.push({
    ...{ name: 'smtp', mark: 2, scheduler: 'wlc', pool: 'web' },
    matches: [{ range: 'mail', protocol: 'tcp', ports: [25] }],
  });
  await save(id, 1, document, 'mail');
  document.ranges[1]!.name = 'post';
  document.groups[1]!.matches[0]!.range = 'post';
  await save(id, 2, document, 'a better name');
  return id;
}

async function save(id: string, baseRevision: number, document: TopologyDocument, message: string): Promise<void> {
  const data = { baseRevision, document, message };
  const answer = await page.request.put(`${running.url}/api/v1/topologies/${id}`, { data });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** For looking at: `LVS_CONSOLE_SCREENSHOTS=folder`. */
async function screenshot(name: string): Promise<void> {
  const folder = process.env.LVS_CONSOLE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/revisions-${name}.png`, fullPage: true });
}

const buttonsOf = (revision: number) => page.getByRole('group', { name: `Revision ${revision}`, exact: true });
const comparison = (title: string) => page.getByRole('region', { name: title, exact: true });
const objects = () => page.getByRole('list', { name: 'Changed objects' }).getByRole('listitem');

test('compares a revision with the one before, by object and by file of each director', async () => {
  await page.goto(`${running.url}/topologies/${topologyId}?tab=revisions`);
  await expect(page.getByRole('list', { name: 'Revisions' }).getByText('a better name')).toBeVisible();
  await expect(buttonsOf(1).getByRole('button', { name: 'Compare with previous' })).toHaveCount(0);
  await buttonsOf(2).getByRole('button', { name: 'Compare with previous' }).click();
  const shown = comparison('From revision 1 to revision 2');
  await expect(objects()).toHaveText([
    /added\s*range\s*mail/,
    /changed\s*real server\s*192\.168\.6\.3\s*of pool web\s*weight\s*1\s*0/,
    /added\s*group\s*smtp/,
  ]);
  const files = shown.getByRole('navigation', { name: 'Generated files' });
  await expect(files.getByRole('heading')).toHaveText(['director1', 'director2']);
  await files.getByRole('button', { name: 'ldirectord.cf' }).first().click();
  const lines = shown.getByRole('region', { name: /^Difference of \/etc\/ha\.d\/ldirectord\.cf on director1/ });
  await expect(lines.getByText('virtual=2')).toBeVisible();
  await screenshot('previous');
});

test('keeps the comparison in the address, and knows a new name from a new object', async () => {
  await buttonsOf(3).getByRole('button', { name: 'Compare with previous' }).click();
  await expect(page).toHaveURL(/compare=2\.\.3/);
  await page.reload();
  await expect(comparison('From revision 2 to revision 3')).toBeVisible();
  await expect(objects()).toHaveText([/renamed\s*range\s*mail\s*post/]);
});

test('compares with the draft as it is edited, from the keyboard', async () => {
  await buttonsOf(3).getByRole('button', { name: 'Compare with draft' }).focus();
  await page.keyboard.press('Enter');
  const shown = comparison('From revision 3 to the draft');
  await expect(shown.getByText('Both say the same.')).toBeVisible();
  await expect(shown.getByText('No file of a director differs.')).toBeVisible();
  await page.getByRole('group', { name: 'Groups' }).getByRole('button', { name: 'smtp', exact: true }).click();
  await page.getByLabel('Scheduler', { exact: true }).selectOption('lc');
  await expect(objects()).toHaveText([/changed\s*group\s*smtp\s*scheduler\s*wlc\s*lc/]);
  await page.keyboard.press('Control+z');
  await expect(shown.getByText('Both say the same.')).toBeVisible();
  await buttonsOf(3).getByRole('button', { name: 'Close comparison' }).press('Enter');
  await expect(shown).toHaveCount(0);
});

test('restores a revision as the newest one, with a message that says so', async () => {
  await expect(buttonsOf(3).getByRole('button', { name: 'Restore as new revision' })).toHaveCount(0);
  await buttonsOf(1).getByRole('button', { name: 'Restore as new revision' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Message')).toHaveValue('Restore revision 1');
  await screenshot('restore');
  await dialog.getByRole('button', { name: 'Restore as revision 4' }).click();
  await expect(dialog).toHaveCount(0);
  const first = page.getByRole('list', { name: 'Revisions' }).locator(':scope > li').first();
  await expect(first).toContainText('Revision 4');
  await expect(first).toContainText('Restore revision 1');
  await expect(first).toContainText('base of this draft');
  await expect(
    page.getByRole('group', { name: 'Groups' }).getByRole('button', { name: 'smtp', exact: true }),
  ).toHaveCount(0);
  await buttonsOf(1).getByRole('button', { name: 'Compare with draft' }).click();
  await expect(comparison('From revision 1 to the draft').getByText('Both say the same.')).toBeVisible();
});

test('refuses to restore over a revision that somebody saved meanwhile', async () => {
  await buttonsOf(2).getByRole('button', { name: 'Restore as new revision' }).click();
  await save(topologyId, 4, { ...seedDocument(), name: 'history', ftp: true }, 'meanwhile');
  await page.getByRole('dialog').getByRole('button', { name: 'Restore as revision 5' }).click();
  await expect(page.getByRole('dialog').getByText(/saved revision 5 meanwhile/)).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  problems.splice(0); // the browser notes the refused request
});

test('edits go on over a revision that somebody saved meanwhile, and undo never takes that one back', async () => {
  await page.goto(`${running.url}/topologies/${topologyId}?select=general`);
  const [ftp, log] = ['FTP', 'Log forwarded packets'].map((label) => page.getByLabel(label, { exact: true }));
  await expect(ftp!).toBeChecked();
  await log!.check();
  await save(topologyId, 5, { ...seedDocument(), name: 'history', ftp: false }, 'without FTP');
  await page.getByRole('button', { name: 'Save revision' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save as revision 6' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Re-apply my edits on revision 6' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(log!).toBeChecked();
  await expect(ftp!).not.toBeChecked();
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('Control+z');
  await expect(log!).not.toBeChecked();
  await expect(ftp!).not.toBeChecked();
  await expect(page.getByText('Unsaved edits')).toHaveCount(0);
  problems.splice(0); // the browser notes the refused request
});

test('says when a revision cannot be read, and reads it when asked again', async () => {
  await page.goto(`${running.url}/topologies/${topologyId}?tab=revisions`);
  await page.route('**/api/v1/topologies/*?revision=2', (route) => route.abort());
  await buttonsOf(2).getByRole('button', { name: 'Compare with draft' }).click();
  await expect(page.getByText('A revision could not be read.')).toBeVisible({ timeout: 30_000 });
  await page.unroute('**/api/v1/topologies/*?revision=2');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(comparison('From revision 2 to the draft')).toBeVisible();
  problems.splice(0); // the browser notes the requests that were cut
});

test('fits a narrow screen', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await buttonsOf(2).getByRole('button', { name: 'Compare with previous' }).click();
  await expect(comparison('From revision 1 to revision 2')).toBeVisible();
  await expect(objects()).toHaveCount(3);
  await screenshot('narrow');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
