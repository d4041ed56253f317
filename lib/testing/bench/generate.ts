// Bench `generate`: how long from a topology to all files of both directors, beside a plain Python script over the same ranges.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { invariant } from '@/lib/core/errors';
import type { Firewall, GroupDocument, TopologyDocument } from '@/lib/core/document';
import { resolveTopology } from '@/lib/core/resolve';
import { seedDocument } from '@/lib/core/seed';
import { renderTopology } from '@/lib/render/render-topology';
import { medianOf, printTable } from './median';
import { randomFrom } from './random-marks';

const SIZES = [1_000, 10_000, 100_000];
const ROUNDS: Record<number, number> = { 1_000: 31, 10_000: 11, 100_000: 7 };
const FIREWALLS: readonly Firewall[] = ['iptables', 'nftables'];
const RANGES_PER_GROUP = 100;

type Times = { resolve: number; render: number; total: number };

export function benchGenerate(): Record<'ratioToPython' | 'exponent', number> {
  const rows: string[][] = [['ranges, firewall', 'resolve ms', 'render ms', 'total ms', 'python ms', 'ratio']];
  const ratios: number[] = [];
  const exponents: number[] = [];
  const python = new Map(SIZES.map((size) => [size, pythonMilliseconds(texts(size), size === 100_000 ? 3 : 5)]));
  for (const firewall of FIREWALLS) {
    measure(() => documentOf(10_000, firewall), 10); // warm
    const times = SIZES.map((size) => measure(() => documentOf(size, firewall), ROUNDS[size] ?? 5));
    for (const [at, size] of SIZES.entries()) {
      const { resolve = NaN, render = NaN, total = NaN } = times[at] ?? {};
      const ratio = (python.get(size) ?? NaN) / render;
      if (size === 100_000) ratios.push(ratio);
      rows.push([
        `${size} ${firewall}`,
        ...[resolve, render, total, python.get(size) ?? NaN].map((value) => value.toFixed(1)),
        ratio.toFixed(1),
      ]);
    }
    exponents.push(Math.log((times.at(-1)?.render ?? NaN) / (times[0]?.render ?? NaN)) / Math.log(100));
  }
  process.stdout.write(`${printTable(rows)}\n`);
  process.stdout.write(
    'render: resolved topology -> every file of both directors, proof by the own parsers included; resolve: document -> resolved topology.\n' +
      'python: parse, collapse_addresses and join of the same ranges, once. ratio: python / render. Medians.\n',
  );
  return { ratioToPython: Math.min(...ratios), exponent: Math.max(...exponents) };
}

/** Medians; every round has a document of its own, so that nothing is remembered of the round before. */
function measure(make: () => TopologyDocument, rounds: number): Times {
  const all: Times[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const document = make();
    const start = performance.now();
    const { topology } = resolveTopology(document);
    invariant(topology, 'the bench document resolves');
    const resolved = performance.now();
    const { releases, diagnostics } = renderTopology({ topology, secrets: { heartbeatKey: 'bench' } });
    const end = performance.now();
    invariant(releases.length === 2, JSON.stringify(diagnostics.slice(0, 3)));
    all.push({ resolve: resolved - start, render: end - resolved, total: end - start });
  }
  const of = (key: keyof Times) => medianOf(all.map((times) => times[key]));
  return { resolve: of('resolve'), render: of('render'), total: of('total') };
}

function documentOf(size: number, firewall: Firewall): TopologyDocument {
  const ranges = texts(size).map((addresses, at) => ({ name: `r${at}`, addresses }));
  const [group] = seedDocument().groups;
  invariant(group, 'the seed has a group');
  const groups = Array.from({ length: Math.ceil(size / RANGES_PER_GROUP) }, (_, at): GroupDocument => ({
    ...group,
    name: `g${at}`,
    mark: at + 1,
    matches: ranges
      .slice(at * RANGES_PER_GROUP, (at + 1) * RANGES_PER_GROUP)
      .map(({ name }) => ({ range: name, protocol: 'tcp', ports: [80, 443] })),
  }));
  return { ...seedDocument(), firewall, gateways: [], ranges, groups }; // what routers get is not of the directors
}

/** Networks of 16 addresses in 10.0.0.0/8 in no order, about one in ten beside another. */
function texts(size: number): string[] {
  const random = randomFrom(size);
  const chosen = new Set<number>();
  while (chosen.size < size) chosen.add(random.below(2 ** 20));
  return [...chosen].map((at) => `10.${at >> 12}.${(at >> 4) & 255}.${(at & 15) << 4}/28`);
}

function pythonMilliseconds(ranges: readonly string[], rounds: number): number {
  const script = path.join(import.meta.dirname, 'collapse.py');
  const { stdout, status, stderr } = spawnSync('python3', [script], {
    input: `${rounds}\n${ranges.join('\n')}\n`,
    encoding: 'utf8',
  });
  invariant(status === 0, `python3 failed: ${stderr}`);
  return 1000 * medianOf(stdout.trim().split('\n').map(Number));
}
