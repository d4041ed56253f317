// The floors are a failing build: the gate sees the whole tree, and a forbidden import planted in a small copy fails it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const copies: string[] = [];

function cruise(cwd: string, ...folders: string[]) {
  const config = path.join(root, 'lib/testing/dependency-cruiser.cjs');
  const run = spawnSync(
    path.join(root, 'node_modules/.bin/depcruise'),
    ['--config', config, '--output-type', 'json', ...folders],
    { cwd, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  const report = JSON.parse(run.stdout) as {
    summary: { totalCruised: number; error: number; violations: { rule: { name: string } }[] };
  };
  return report.summary;
}

/** A tree of its own, so that gates running beside this test never see the planted file. */
function plantedTree(file: string, text: string) {
  const tree = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-floors-'));
  copies.push(tree);
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'));
  fs.copyFileSync(path.join(root, 'tsconfig.json'), path.join(tree, 'tsconfig.json'));
  for (const [name, content] of [
    ['lib/worker/verbs.ts', 'export const verbs = 1;\n'],
    [file, text],
  ] as const) {
    fs.mkdirSync(path.dirname(path.join(tree, name)), { recursive: true });
    fs.writeFileSync(path.join(tree, name), content);
  }
  return tree;
}

afterEach(() => {
  for (const tree of copies.splice(0)) fs.rmSync(tree, { recursive: true, force: true });
});

describe('the floors', () => {
  it('sees the modules of core (a gate that sees nothing cannot fail)', () => {
    expect(cruise(root, 'lib/core').totalCruised).toBeGreaterThan(10);
  });

  it.each([
    ['lib/core/planted.ts', "import '../worker/verbs';\n", 'floor-lib-core'],
    ['lib/core/planted.ts', "import '@/lib/worker/verbs';\n", 'floor-lib-core'],
    ['lib/core/planted.ts', "import 'node:fs';\n", 'pure-floors-have-no-io'],
    ['lib/core/planted.ts', "import 'ssh2';\n", 'only-connect-imports-ssh2'],
    ['components/planted.ts', "import '../lib/worker/verbs';\n", 'floor-components'],
  ])('refuses in %s the import %s', (file, text, rule) => {
    const names = cruise(plantedTree(file, text), path.dirname(file)).violations.map((v) => v.rule.name);
    expect(names).toContain(rule);
  });
});
