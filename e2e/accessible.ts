// What every page owes to everybody: nothing for axe, nothing wider than the screen, and every control within reach of the Tab key.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** The phone of ux.md, and a desk. */
const WIDTHS = [390, 1440];
const MOST_TABS = 600;

/** `include`: a selector; else the whole page. The page's context must have been made by `browser.newContext()`. */
export async function expectNoViolations(page: Page, include?: string): Promise<void> {
  const builder = new AxeBuilder({ page });
  const { violations } = await (include === undefined ? builder : builder.include(include)).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
}

/** At both widths; the page is as wide as a desk afterwards. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoViolations(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  }
}

/** Presses Tab until it comes round; names what is in sight, works, and was not reached. */
export async function unreachedByTab(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    window.scrollTo(0, 0);
    (document.activeElement as HTMLElement | null)?.blur();
    document.querySelectorAll('[data-reached]').forEach((element) => element.removeAttribute('data-reached'));
  });
  for (let pressed = 0; pressed < MOST_TABS; pressed += 1) {
    await page.keyboard.press('Tab');
    const isRound = await page.evaluate(() => {
      // The body stands for the browser's own controls, between the last control of the page and the first.
      const element = document.activeElement ?? document.body;
      const wasReached = element.hasAttribute('data-reached');
      element.setAttribute('data-reached', '');
      return wasReached;
    });
    if (isRound) break;
  }
  return page.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary');
    const isMissed = (element: HTMLElement) =>
      // tabIndex -1, or a radio button: one of a group that the arrow keys move in.
      element.tabIndex >= 0 &&
      !element.matches('[type=radio]:not(:checked)') &&
      !element.matches(':disabled') &&
      element.checkVisibility({ visibilityProperty: true });
    return [...controls]
      .filter((element) => isMissed(element) && !element.hasAttribute('data-reached'))
      .map((element) => element.outerHTML.slice(0, 160));
  });
}
