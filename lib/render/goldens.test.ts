// Every folder in testdata/ is a topology; its whole output, down to modes and diagnostics, must be the files beside it.
// UPDATE_GOLDENS=1 writes them anew: read the difference before you keep it.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenCases, goldenTree, renderCase } from './test-cases';

const isUpdating = process.env.UPDATE_GOLDENS === '1';

describe('the generated files of', () => {
  it.each(goldenCases)('%s are exactly the golden ones, without one more or less', (name) => {
    const folder = path.join(import.meta.dirname, 'testdata', name, 'expected');
    const tree = goldenTree(renderCase(name));
    if (isUpdating) writeTree(folder, tree);
    expect(Object.keys(tree).toSorted()).toEqual(filesIn(folder));
    for (const [file, content] of Object.entries(tree)) {
      expect(fs.readFileSync(path.join(folder, file), 'utf8'), file).toBe(content);
    }
  });
});

it('has a golden folder for the seed and for each home of the rules', () => {
  const homes = new Set(goldenCases.map((name) => renderCase(name).topology.rulesHome));
  expect(goldenCases).toContain('seed');
  expect([...homes].toSorted()).toEqual(['ifupdown', 'redhat', 'systemd']);
});

function writeTree(folder: string, tree: Record<string, string>): void {
  fs.rmSync(folder, { recursive: true, force: true });
  for (const [file, content] of Object.entries(tree)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), content);
  }
}

function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
}
