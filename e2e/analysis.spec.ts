// What the console knows of a rule set, on the real console without a lab: a typed packet, the map, overlaps with examples, YAML.
import { expect, test, type Page } from '@playwright/test';
import { seedDocument } from '@/lib/core/seed';
import { startConsole, type RunningDemo } from './console';

const PORT = 3300;

let running: RunningDemo;
let page: Page;
const problems: string[] = [];

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(15 * 60_000);
  running = await startConsole(PORT);
  page = await browser.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(running.signInLink);
  await expect(page.getByRole('heading', { name: 'Topologies' })).toBeVisible();
  const answer = await page.request.post(`${running.url}/api/v1/topologies`, {
    data: { document: lastExample(), message: '' },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { topologyId } = (await answer.json()) as { topologyId: string };
  await page.goto(`${running.url}/topologies/${topologyId}`);
});

test.afterAll(async () => {
  await page?.close();
  expect(await running?.stop(), 'Ctrl-C ends the console in good order').toBe(0);
});

test.afterEach(() => expect(problems.splice(0), 'the page throws nothing').toEqual([]));

/** The seed's last example: the same network for mark 1 and then for mark 2. */
function lastExample() {
  const document = seedDocument('last-example');
  const [first] = document.groups;
  return { ...document, groups: [...document.groups, { ...first, name: 'again', mark: 2 }] };
}

async function screenshot(name: string): Promise<void> {
  const folder = process.env.LVS_CONSOLE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/analysis-${name}.png`, fullPage: true });
}

test('a typed packet says which pool gets it, with odds and reasons, and stands in the URL', async () => {
  await page.getByLabel('Packet', { exact: true }).fill('tcp 203.0.113.9 -> 192.168.0.17:443');
  await expect(page.getByTestId('trace')).toContainText('Mark 2, group again: pool web gets it.');
  await expect(page.getByRole('list', { name: 'Odds' })).toContainText('192.168.6.2 50 %');
  await expect(page.getByRole('list', { name: 'The way of the packet' })).toContainText('a later group marks it again');
  await expect(page).toHaveURL(/packet=tcp/);
  await screenshot('packet');
});

test('an odd packet is told what is wrong with it', async () => {
  await page.getByLabel('Packet', { exact: true }).fill('tcp 192.168.7.340:80');
  await expect(page.getByText(/is no address/)).toBeVisible();
});

test('the analysis says that the first group never sees a packet, and its example goes into the bar', async () => {
  await page.getByRole('tab', { name: 'Analysis' }).click();
  const unreached = page.getByRole('region', { name: 'Shadows and gaps' });
  await expect(unreached).toContainText('Group everything never sees a packet');
  await unreached.getByRole('button').first().click();
  await expect(page.getByTestId('trace')).toContainText('group again');
  await expect(page.getByRole('region', { name: 'Overlaps' })).toContainText('match the same packets');
  await expect(page.getByRole('region', { name: 'Lock-out proof' })).toContainText('No rule catches');
  await expect(page.getByRole('list', { name: 'Groups of the map' })).toContainText('again (2)');
  await screenshot('analysis');
});

test('YAML is edited into the draft, and a text that cannot be read keeps the draft and says its line', async () => {
  await page.getByRole('tab', { name: 'YAML' }).click();
  await page.getByRole('button', { name: 'Edit as YAML' }).click();
  const editor = page.getByRole('textbox', { name: 'Draft as YAML' });
  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('oddKey: 1\n');
  await expect(page.getByText('This text cannot be read yet')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Problems of the text' })).toContainText('1: ');
  await screenshot('yaml');
  for (let at = 0; at < 10; at += 1) await page.keyboard.press('Backspace');
  await expect(page.getByText('This text is in the draft')).toBeVisible();
});

test('Ctrl-Z belongs to the text that is typed: in the YAML editor, in a dialog, and else to the topology', async () => {
  const editor = page.getByRole('textbox', { name: 'Draft as YAML' });
  await editor.click();
  await page.keyboard.press('Control+Home');
  // In one go, so that it is one step.
  await page.keyboard.insertText('oddKey: 1 # ');
  await expect(page.getByText('This text cannot be read yet')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(editor).not.toContainText('oddKey');
  await expect(page.getByText('This text is in the draft')).toBeVisible();
  await page.keyboard.press('Control+Shift+z');
  await expect(editor).toContainText('oddKey');
  await page.keyboard.press('Control+z');
  await expect(page.getByText('This text is in the draft')).toBeVisible();

  await page.getByRole('button', { name: 'General settings' }).click();
  const log = page.getByLabel('Log forwarded packets');
  await log.check();
  await page.getByRole('button', { name: 'Save revision' }).click();
  const message = page.getByRole('dialog').getByLabel('Message');
  await message.fill('why');
  await message.press('Control+z');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(log).toBeChecked();
  await page.getByRole('button', { name: 'Save revision' }).press('Control+z');
  await expect(log).not.toBeChecked();
});

test('a text that is not in the draft stays, over a change of tab and a reload, and Done asks about it', async () => {
  const editor = page.getByRole('textbox', { name: 'Draft as YAML' });
  const done = page.getByRole('button', { name: 'Done' });
  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText('oddKey: 1 # ');
  // At once: nobody has looked at the text yet.
  await page.getByRole('tab', { name: 'Problems' }).click();
  await expect(page.getByRole('tab', { name: 'YAML' })).toContainText('not in the draft');
  await page.getByRole('tab', { name: 'YAML' }).click();
  await expect(editor).toContainText('oddKey');
  await page.reload();
  await expect(editor).toContainText('oddKey');
  await expect(page.getByText('This text cannot be read yet')).toBeVisible();
  await done.click();
  await expect(page.getByText('This text is not in the draft.')).toBeVisible();
  await screenshot('held');
  await page.getByRole('button', { name: 'Keep editing' }).click();
  await expect(editor).toContainText('oddKey');
  await done.click();
  await page.getByRole('button', { name: 'Discard this text' }).click();
  await expect(editor).toHaveCount(0);

  for (const [advertSeconds, isHasty] of [
    [2, true],
    [3, false],
  ] as const) {
    await page.getByRole('button', { name: 'Edit as YAML' }).click();
    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText(`vrrp: { advertSeconds: ${advertSeconds} }\n`);
    if (!isHasty) await expect(page.getByText('Unsaved edits')).toBeVisible();
    await expect(editor).toContainText(`advertSeconds: ${advertSeconds}`);
    await done.click();
    await expect(editor).toHaveCount(0);
    await expect(page.getByLabel('Draft as YAML')).toContainText(`advertSeconds: ${advertSeconds}`);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('Unsaved edits')).toHaveCount(0);
  }
});

test('a text is copied also where the browser has no clipboard for pages, as over plain HTTP', async () => {
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await page.getByRole('tabpanel', { name: 'YAML' }).getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByText('Copied', { exact: true })).toBeVisible();
  const packet = page.getByLabel('Packet', { exact: true });
  await packet.fill('');
  await packet.press('Control+v');
  await expect(packet).toHaveValue(/^apiVersion: lvs-console\/v1/);
});
