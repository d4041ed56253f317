// Every folder in testdata/ is a topology; its whole output, down to modes and diagnostics, must be the files beside it.
// UPDATE_GOLDENS=1 writes them anew: read the difference before you keep it.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Topology } from '../core/topology';
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

/** What a topology chooses, and the choices that cannot go together: heartbeat has no IPv6, sysconfig/iptables no nftables. */
const CHOICES = {
  stack: ['heartbeat', 'keepalived', 'single'],
  forwarding: ['masq', 'gate', 'ipip'],
  firewall: ['iptables', 'nftables'],
  families: ['4', '6', '4 6'],
  rulesHome: ['systemd', 'ifupdown', 'redhat'],
};
const IMPOSSIBLE = new Set([
  'stack heartbeat, families 6',
  'stack heartbeat, families 4 6',
  'firewall nftables, rulesHome redhat',
]);

it('has at least 40 golden folders, the seed, and one for every pair of choices that can go together', () => {
  const choices = goldenCases.map((name) => choicesOf(renderCase(name).topology));
  const keys = Object.keys(CHOICES) as (keyof typeof CHOICES)[];
  const missing = keys.flatMap((one, at) =>
    keys
      .slice(at + 1)
      .flatMap((other) =>
        CHOICES[one].flatMap((a) =>
          CHOICES[other]
            .filter((b) => !choices.some((each) => each[one].includes(a) && each[other].includes(b)))
            .map((b) => `${one} ${a}, ${other} ${b}`),
        ),
      ),
  );
  expect(missing.toSorted()).toEqual([...IMPOSSIBLE].toSorted());
  expect(goldenCases).toContain('seed');
  expect(goldenCases.length).toBeGreaterThanOrEqual(40);
});

function choicesOf({ stack, pools, groups, firewall, rulesHome }: Topology): Record<keyof typeof CHOICES, string[]> {
  const families = groups.flatMap(({ matches }) => matches.map(({ range }) => range.interval.family));
  return {
    stack: [stack],
    forwarding: pools.map(({ forwarding }) => forwarding),
    firewall: [firewall],
    families: [[...new Set(families)].toSorted().join(' ')],
    rulesHome: [rulesHome],
  };
}

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
