// Bench `classify`: packets per second through the generated rules, beside one iptables rule for each range, in network namespaces.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { addressAt } from '@/lib/core/address';
import type { Firewall, GroupDocument } from '@/lib/core/document';
import { invariant } from '@/lib/core/errors';
import { resolveTopology } from '@/lib/core/resolve';
import { seedDocument } from '@/lib/core/seed';
import type { Topology } from '@/lib/core/topology';
import { kernelIntentOf } from '@/lib/render/kernel-intent';
import { printFrame } from './frames';
import { linkCommands, loadCommands, ruleTextsOf, type IptablesVariant } from './kernel-marks';
import { medianOf, printTable } from './median';
import { randomFrom, type Random } from './random-marks';

const SIZES = [10, 1_000, 10_000];
const RANGES_PER_GROUP = 10;
const FRAMES = 4096;
const ROUNDS = 15;
const SECONDS = 0.15;

type Form = { name: string; firewall: Firewall; variant: IptablesVariant };
const FORMS: readonly Form[] = [
  { name: 'iptables-nft', firewall: 'iptables', variant: 'nft' },
  { name: 'iptables-legacy', firewall: 'iptables', variant: 'legacy' },
  { name: 'nftables', firewall: 'nftables', variant: 'nft' },
];

/** Rates are medians over rounds that measure both side by side, so that a disturbance hits both. */
export function benchClassify(): Record<'ratioAt10000' | 'worstRatio', number> {
  const rows: string[][] = [['ranges, form', 'generated p/s', 'one rule each p/s', 'no rules p/s', 'ratio']];
  const ratios: { size: number; ratio: number }[] = [];
  for (const size of SIZES) {
    for (const form of FORMS) {
      const { generated, single, none } = compare(form, size);
      const ratio = generated / single;
      ratios.push({ size, ratio });
      rows.push([
        `${size} ${form.name}`,
        ...[generated, single, none].map((rate) => Math.round(rate).toLocaleString('en')),
        ratio.toFixed(2),
      ]);
    }
  }
  process.stdout.write(`${printTable(rows)}\n`);
  process.stdout.write(
    `UDP packets to random addresses of the ranges, by sendmmsg into a veth pair on one processor; each is dropped right after the mark rules.\n` +
      `A rate is packets that arrived in ${SECONDS} s, sending included; medians of ${ROUNDS} rounds. One rule each is loaded by the same iptables (nftables: iptables-nft).\n`,
  );
  return {
    ratioAt10000: Math.min(...ratios.filter(({ size }) => size === 10_000).map(({ ratio }) => ratio)),
    worstRatio: Math.min(...ratios.map(({ ratio }) => ratio)),
  };
}

function compare({ firewall, variant }: Form, size: number): Record<'generated' | 'single' | 'none', number> {
  const random = randomFrom(size);
  const topology = topologyOf(size, firewall);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-classify-'));
  const names = (['generated', 'single', 'none'] as const).map((what) => ({
    what,
    name: `lvsb${process.pid}${what[0] ?? ''}`,
  }));
  const file = (prefix: string) => (name: string, text: string) => {
    const full = path.join(folder, `${prefix}-${name}`);
    fs.writeFileSync(full, text);
    return full;
  };
  const frames = file('all')('frames', `${framesFor(random, topology).join('\n')}\n`);
  const generated = ruleTextsOf(kernelIntentOf(topology, firstDirector(topology)).always);
  const single = singleRules(topology);
  try {
    for (const { what, name } of names) {
      run('ip', ['netns', 'add', name]);
      const load = what === 'none' ? [] : loadCommands(what === 'generated' ? generated : single, file(what), variant);
      inNamespace(name, ['set -e', ...linkCommands(), ...load, `nft -f ${file(what)('end.nft', END)}`].join('\n'));
    }
    const rates = { generated: [] as number[], single: [] as number[], none: [] as number[] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const { what, name } of round % 2 === 0 ? names : names.toReversed()) {
        const rate = rateIn(name, frames, round === 0 ? 0.1 : SECONDS);
        if (round > 0) rates[what].push(rate);
      }
    }
    return { generated: medianOf(rates.generated), single: medianOf(rates.single), none: medianOf(rates.none) };
  } finally {
    for (const { name } of names) spawnSync('ip', ['netns', 'del', name]);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** After the mark rules: counts what arrived and ends its way. */
const END = `table inet bench-end {
  counter arrived { }
  chain end {
    type filter hook prerouting priority -140;
    iifname "eth0" counter name arrived drop
  }
}
`;

function rateIn(namespace: string, frames: string, seconds: number): number {
  const pump = path.join(import.meta.dirname, 'pump-frames.py');
  const text = inNamespace(
    namespace,
    `set -e\nnft reset counter inet bench-end arrived > /dev/null\npython3 ${pump} peer0 ${seconds} < ${frames}\nnft list counter inet bench-end arrived`,
  );
  const [, nanoseconds] = /^\d+ (\d+)$/m.exec(text) ?? [];
  const [, packets] = /packets (\d+)/.exec(text) ?? [];
  invariant(nanoseconds !== undefined && packets !== undefined, `the sender said: ${text}`);
  return (Number(packets) / Number(nanoseconds)) * 1e9;
}

function inNamespace(name: string, script: string): string {
  return run('ip', ['netns', 'exec', name, 'sh', '-c', script]);
}

function run(program: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000 });
  invariant(status === 0, `${program} ${args.slice(0, 3).join(' ')}: ${stderr}`);
  return stdout;
}

function topologyOf(size: number, firewall: Firewall): Topology {
  const [group] = seedDocument().groups;
  invariant(group, 'the seed has a group');
  const ranges = Array.from({ length: size }, (_, at) => ({
    name: `r${at}`,
    addresses: `10.${at >> 12}.${(at >> 4) & 255}.${(at & 15) << 4}/29`,
  }));
  const groups = Array.from({ length: Math.ceil(size / RANGES_PER_GROUP) }, (_, at): GroupDocument => ({
    ...group,
    name: `g${at}`,
    mark: at + 1,
    matches: ranges
      .slice(at * RANGES_PER_GROUP, (at + 1) * RANGES_PER_GROUP)
      .map(({ name }) => ({ range: name, protocol: 'any' })),
  }));
  const seed = seedDocument();
  const pools = seed.pools.map((pool) => ({ ...pool, forwarding: 'gate' as const })); // masquerading would track connections, which costs more than any mark
  const { topology, diagnostics } = resolveTopology({ ...seed, firewall, ranges, pools, groups });
  invariant(topology, JSON.stringify(diagnostics));
  return topology;
}

function firstDirector({ directors: [first] }: Topology) {
  invariant(first, 'the seed has a director');
  return first;
}

/** What one would write by hand: a rule a range, in the order of the groups. It does the same for every packet, because the groups take any protocol. */
function singleRules({ groups }: Topology) {
  const rules = groups.flatMap(({ mark, matches }) =>
    matches.flatMap(({ range }) => range.cidrs.map((cidr) => `-A LVS -d ${cidr} -i eth0 -j MARK --set-mark ${mark}`)),
  );
  const v4 = ['*mangle', ':LVS - [0:0]', '-A PREROUTING -j LVS', ...rules, 'COMMIT', ''].join('\n');
  return { sets: '', v4, v6: '', nft: '', jumps: [] };
}

function framesFor(random: Random, { ranges }: Topology): string[] {
  return Array.from({ length: FRAMES }, (_, id) => {
    const { interval } = random.pick(ranges);
    const destination = addressAt(4, interval.first + BigInt(random.below(Number(interval.last - interval.first) + 1)));
    return printFrame({ destination, protocol: 'udp', destinationPort: 53, interface: 'eth0' }, id);
  });
}
