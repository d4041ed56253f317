// The selection of cells that every `npm test` runs.
import { expect, it } from 'vitest';
import { POINTS, printPoint, QUICK } from './cells';

it('the quick selection begins with one cell of each part, so that a run that is cut short has seen them all', () => {
  expect(QUICK.slice(0, 5).map((id) => id[0])).toEqual(['A', 'B', 'C', 'D', 'E']);
  expect(new Set(QUICK).size).toBe(QUICK.length);
});

it.each(POINTS.map(printPoint))('the quick selection breaks a deploy at %s', (point) => {
  expect(QUICK.filter((id) => id.startsWith(`A/${point}/`))).not.toEqual([]);
});
