// What the real kernel says back of loaded rules, read by our own parsers, is what was generated: in every form and family.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseIpSetMap, parseIpSetSave } from '../parse/ip-set-save';
import { haveSameEntries, sortedMap } from '../parse/mark-map';
import { parseNftablesJson } from '../parse/nftables-json';
import { isSameNftTable } from '../parse/nftables-table';
import { parseNftablesText } from '../parse/nftables-text';
import { linkCommands, loadCommands, ruleTextsOf, type IptablesVariant } from '../testing/bench/kernel-marks';
import { randomFrom, randomTopology } from '../testing/bench/random-marks';
import { kernelIntentOf } from './kernel-intent';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-readback-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const seed = Number(process.env.LVS_MARKS_SEED ?? Date.now() % 1_000_000);
const CASES = ([4, 6] as const).flatMap((family) =>
  [3, 50].flatMap((groups) => (['few', 'many'] as const).map((ports) => ({ family, groups, ports }))),
);

function inKernel(always: Parameters<typeof ruleTextsOf>[0], variant: IptablesVariant, ask: string): string {
  const file = (name: string, text: string) => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const script = ['set -e', ...linkCommands(), ...loadCommands(ruleTextsOf(always), file, variant), ask].join('\n');
  const { status, stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script], {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 1 << 28,
  });
  expect({ status, stderr: stderr.replace(/^# Warning.*\n/gm, '') }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

describe.each(CASES)(`of IPv$family with $groups groups and $ports kinds of ports (seed ${seed})`, (shape) => {
  const always = (firewall: 'iptables' | 'nftables') => {
    const topology = randomTopology(randomFrom(seed), { ...shape, firewall, hasSources: true });
    return kernelIntentOf({ ...topology, logForwarded: true }, topology.directors[0]!).always;
  };

  it.each(['nft', 'legacy'] as const)('iptables-%s lists the generated rules, letter by letter', (variant) => {
    const intent = always('iptables');
    const tool = shape.family === 4 ? 'iptables' : 'ip6tables';
    const saved = inKernel(intent, variant, `${tool}-${variant}-save`).split('\n');
    for (const { chain, rules } of intent.chains) {
      expect(saved.map((line) => line.trimEnd()).filter((line) => line.startsWith(`-A ${chain} `))).toEqual(rules);
    }
  });

  it('ipset saves the generated sets', () => {
    const intent = always('iptables');
    const { value: saved, diagnostics } = parseIpSetSave(inKernel(intent, 'nft', 'ipset save'));
    expect(diagnostics).toEqual([]);
    const sorted = (sets: typeof saved) => sets.map((set) => ({ ...set, entries: set.entries.toSorted() }));
    expect(sorted(saved)).toEqual(sorted(intent.sets));
    for (const set of intent.sets) {
      const back = parseIpSetMap({ ...set, entries: saved.find(({ name }) => name === set.name)!.entries.toSorted() });
      const own = parseIpSetMap({ ...set, entries: set.entries.toSorted() });
      expect([...back.diagnostics, ...own.diagnostics]).toEqual([]);
      expect(haveSameEntries(sortedMap(back.value), sortedMap(own.value))).toBe(true);
    }
  });

  it.each([
    ['JSON', 'nft -j list table inet lvs-console', parseNftablesJson],
    ['text', 'nft -s list table inet lvs-console', parseNftablesText],
  ])('nft lists the generated table as %s', (_form, ask, parse) => {
    const intent = always('nftables');
    const own = parseNftablesText(intent.nftables!);
    const listed = parse(inKernel(intent, 'nft', ask));
    expect([...own.diagnostics, ...listed.diagnostics]).toEqual([]);
    expect(listed.value.chains).toEqual(own.value.chains);
    expect(isSameNftTable({ ...listed.value, maps: listed.value.maps.map(sortedMap) }, own.value)).toBe(true);
  });
});
