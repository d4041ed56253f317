// Bench `connections`: a connection table of a million rows read and grouped by virtual address or mark, real server and state.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { invariant } from '@/lib/core/errors';
import type { Grouped } from './group-connections';
import { medianOf, printTable } from './median';
import { randomFrom } from './random-marks';

const ROWS = 1_000_000;
const ROUNDS = 5;
const HEADER = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n';
const STATES = ['ESTABLISHED', 'ESTABLISHED', 'ESTABLISHED', 'TIME_WAIT', 'TIME_WAIT', 'FIN_WAIT', 'SYN_RECV', 'CLOSE'];
const AWK =
  'NR > 1 { groups[$1 " " $4 " " $5 " " $6 " " $7 " " $8]++ } END { for (key in groups) print key, groups[key] }';
const CONTENDERS = ['tally', 'python', 'mawk', 'split'] as const;
type Contender = (typeof CONTENDERS)[number];
type Round = { ms: number; groups: Map<string, number>; coldMs?: number; peakMb?: number };

/** Every contender is a process of its own in every round, one after another; all must find the same groups. */
export function benchConnections(): Record<
  'ratioToPython' | 'ratioToMawk' | 'ratioToSplit' | 'coldRatioToPython' | 'peakMb',
  number
> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-connections-'));
  const rounds = new Map(CONTENDERS.map((name): [Contender, Round[]] => [name, []]));
  try {
    const file = path.join(folder, 'ip_vs_conn');
    writeTable(file);
    for (let round = 0; round < ROUNDS; round += 1)
      for (const name of round % 2 === 0 ? CONTENDERS : CONTENDERS.toReversed())
        rounds.get(name)?.push(run(name, file));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  const [wanted] = rounds.get('python') ?? [];
  for (const [name, all] of rounds)
    for (const { groups } of all) invariant(isSame(groups, wanted?.groups), `${name} finds other groups than python`);
  return report(rounds, wanted?.groups.size ?? 0);
}

function report(rounds: ReadonlyMap<Contender, Round[]>, groups: number) {
  const of = (name: Contender, key: 'ms' | 'coldMs' | 'peakMb') =>
    medianOf((rounds.get(name) ?? []).map((each) => each[key] ?? NaN));
  const ours = of('tally', 'ms');
  const rows = CONTENDERS.map((name) => [name, of(name, 'ms').toFixed(0), (of(name, 'ms') / ours).toFixed(2)]);
  process.stdout.write(`${printTable([['contender', 'ms', 'ratio'], ...rows])}\n`);
  process.stdout.write(
    `${ROWS.toLocaleString('en')} rows of IPv4, ${groups} groups, the same for all; medians of ${ROUNDS} rounds.\n` +
      `Reading the file included; the start of a process is not, but for mawk. tally and split: warm, as the worker is; a tally in a\n` +
      `process that never made one takes ${of('tally', 'coldMs').toFixed(0)} ms. peakMb: the highest resident memory of tally's process, Node and tsx included.\n`,
  );
  return {
    ratioToPython: of('python', 'ms') / ours,
    ratioToMawk: of('mawk', 'ms') / ours,
    ratioToSplit: of('split', 'ms') / ours,
    coldRatioToPython: of('python', 'ms') / of('tally', 'coldMs'),
    peakMb: of('tally', 'peakMb'),
  };
}

function run(name: Contender, file: string): Round {
  const start = performance.now();
  if (name === 'mawk') {
    const lines = output('mawk', [AWK, file]);
    return { ms: performance.now() - start, groups: groupsOf(lines) };
  }
  if (name === 'python') {
    const [seconds = '', ...lines] = output('python3', [path.join(import.meta.dirname, 'group-connections.py'), file]);
    return { ms: 1000 * Number(seconds), groups: groupsOf(lines) };
  }
  const script = path.join(import.meta.dirname, 'group-connections.ts');
  const [json = ''] = output(process.execPath, ['--import', 'tsx', script, name, file]);
  const { warmMs, coldMs, peakMb, groups } = JSON.parse(json) as Grouped;
  const found = Object.entries(groups);
  return {
    ms: warmMs,
    coldMs,
    peakMb,
    groups: name === 'split' ? groupsOf(found.map((each) => each.join(' '))) : new Map(found),
  };
}

function output(program: string, args: string[]): string[] {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    timeout: 300_000,
  });
  invariant(status === 0, `${program}: ${stderr}`);
  return stdout.trimEnd().split('\n');
}

/** `TCP C0A80001 0050 C0A80602 0050 TIME_WAIT 7` in the words of the tally. */
function groupsOf(lines: readonly string[]): Map<string, number> {
  return new Map(
    lines.map((line) => {
      const [protocol = '', virtual = '', virtualPort = '', real = '', realPort = '', state = '', count] =
        line.split(' ');
      const key = [protocol.toLowerCase(), endpointOf(virtual, virtualPort), endpointOf(real, realPort), state].join(
        ' ',
      );
      return [key, Number(count)];
    }),
  );
}

function endpointOf(address: string, port: string): string {
  const octets = address.match(/../g) ?? [];
  return `${octets.map((octet) => Number.parseInt(octet, 16)).join('.')}:${Number.parseInt(port, 16)}`;
}

function isSame(some: ReadonlyMap<string, number>, others: ReadonlyMap<string, number> = new Map()): boolean {
  return some.size === others.size && [...some].every(([key, count]) => others.get(key) === count);
}

/** 16 addresses with two ports, 16 marks with templates, 8 real servers. */
function writeTable(file: string): void {
  const random = randomFrom(1);
  const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
  const table = fs.openSync(file, 'w');
  fs.writeSync(table, HEADER);
  for (let done = 0; done < ROWS; done += 1000) {
    const rows = Array.from({ length: 1000 }, () => {
      const client = hex(random.below(2 ** 32), 8);
      const real = hex(0xc0a80602 + random.below(8), 8);
      const expires = String(random.below(900)).padStart(7);
      if (random.chance(0.1))
        return `IP  ${client} 0000 ${hex(1 + random.below(16), 8)} 0000 ${real} 0000 ASSURED     ${expires}\n`;
      const port = random.pick(['0050', '01BB']);
      const from = `TCP ${client} ${hex(1024 + random.below(64_000), 4)} ${hex(0xc0a80001 + random.below(16), 8)} ${port}`;
      return `${from} ${real} ${port} ${random.pick(STATES).padEnd(11)} ${expires}\n`;
    });
    fs.writeSync(table, rows.join(''));
  }
  fs.closeSync(table);
}
