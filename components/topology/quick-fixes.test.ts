// A quick fix is offered only when the checks agree that the problem is gone.
import { expect, it } from 'vitest';
import { checkTopology } from '@/lib/core/check';
import { seedDocument } from '@/lib/core/seed';
import { newGroup } from './document-edits';
import { appendAt, setAt } from './document-path';
import { quickFixes } from './quick-fixes';

const seed = seedDocument();

function fixesFor(document: typeof seed, code: string) {
  const diagnostic = checkTopology(document).find((each) => each.code === code);
  if (!diagnostic) throw new Error(`no ${code}`);
  return quickFixes(document, diagnostic);
}

it('lets the later group take the shared packets', () => {
  const overlapping = appendAt(seed, ['groups'], newGroup(seed));
  const fixes = fixesFor(overlapping, 'match.overlap');
  expect(fixes.map(({ label }) => label)).toContain('Let group take these packets from everything');
  expect(checkTopology(fixes[0]!.document).filter(({ severity }) => severity === 'error')).toEqual([]);
});

it('gives a free mark where two groups share one', () => {
  const twin = appendAt(seed, ['groups'], { ...newGroup(seed), mark: 1 });
  const fixes = fixesFor(setAt(twin, ['groups', 1, 'overrides'], ['everything']), 'mark.duplicate');
  expect(fixes.map(({ label }) => label)).toEqual(['Give group mark 2']);
});

it('offers nothing for what it cannot mend', () => {
  expect(fixesFor(setAt(seed, ['ranges', 0, 'addresses'], '192.168.7.340'), 'range.invalid')).toEqual([]);
});

it('offers to remove either director when one is too many', () => {
  const fixes = fixesFor({ ...seed, stack: 'single' }, 'director.count');
  expect(fixes.map(({ label }) => label)).toEqual(['Remove director1', 'Remove director2']);
});

it('does not run the checks for every problem of a very large topology', () => {
  const ranges = Array.from({ length: 400 }, (_, at) => ({ name: `r${at}`, addresses: '' }));
  const large = setAt(seed, ['groups', 0, 'mark'], 0x4000);
  const [diagnostic] = checkTopology(large).filter(({ code }) => code === 'mark.reserved');
  expect(quickFixes({ ...large, ranges }, diagnostic!).map(({ label }) => label)).toEqual(['Give everything mark 1']);
});
