// One process of bench `connections`: groups the table FILE, by the tally or by objects, and prints its times and its groups as JSON.
import fs from 'node:fs';
import { invariant } from '@/lib/core/errors';
import { tallyConnections } from '@/lib/parse/tally-connections';

export type Grouped = { coldMs: number; warmMs: number; peakMb: number; groups: Record<string, number> };
type Groups = Record<string, number>;

const CHUNK = 1 << 18;
const WARM_ROUNDS = 3;

function byTally(file: string): () => Groups {
  const stream = tallyConnections();
  const chunk = new Uint8Array(CHUNK);
  const table = fs.openSync(file, 'r');
  for (let read = 1; read > 0;) {
    read = fs.readSync(table, chunk);
    stream.push(chunk.subarray(0, read));
  }
  fs.closeSync(table);
  const { cells, unreadable, beyond } = stream.end();
  invariant(unreadable === 0 && beyond === 0, 'every row is read');
  return () =>
    Object.fromEntries(
      cells.map(({ protocol, virtual, realServer, state, count }) => [
        [protocol, virtual, realServer, state].join(' '),
        count,
      ]),
    );
}

/** As it is commonly written: the text whole, an object for each row. */
function bySplit(file: string): () => Groups {
  const lines = fs.readFileSync(file, 'latin1').trimEnd().split('\n').slice(1);
  const rows = lines.map((line) => {
    const [protocol, client, clientPort, virtual, virtualPort, real, realPort, state, expires] = line.split(/ +/);
    return { protocol, client, clientPort, virtual, virtualPort, real, realPort, state, expires: Number(expires) };
  });
  const groups: Groups = {};
  for (const { protocol, virtual, virtualPort, real, realPort, state } of rows) {
    const key = `${protocol} ${virtual} ${virtualPort} ${real} ${realPort} ${state}`;
    groups[key] = (groups[key] ?? 0) + 1;
  }
  return () => groups;
}

function group(name: string, file: string): Grouped {
  const by = name === 'split' ? bySplit : byTally;
  const times: number[] = [];
  let groups: Groups = {};
  for (let round = 0; round <= WARM_ROUNDS; round += 1) {
    const start = performance.now();
    const result = by(file);
    times.push(performance.now() - start);
    groups = result();
  }
  const [coldMs = NaN, ...warm] = times;
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8')) ?? [];
  return {
    coldMs,
    warmMs: warm.toSorted((a, b) => a - b)[WARM_ROUNDS >> 1] ?? NaN,
    peakMb: Number(peak) / 1024,
    groups,
  };
}

const [name = '', file = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(group(name, file)));
