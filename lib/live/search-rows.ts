// The rows of one search, as the guard prints them: kept as bytes, read again a page at a time, counted as they come.
import type { ConnectionCounts, NamedConnection } from '../core/views/connections';
import { parseIpVsConn } from '../parse/ip-vs-conn';
import { createConnectionCounter } from './count-connections';
import type { NameGroup } from './read-connections';

export type SearchEnd = { seen: number; found: number; isWhole: boolean };
export type SearchRowStore = {
  /** After the end it keeps nothing more. */
  push: (chunk: Buffer) => void;
  /** Counts what is left. `rest`: what came after the rows; no `end` when the answer was cut off. */
  end: () => { end?: SearchEnd; rest: string };
  progress: () => { seen: number; found: number };
  /** Until the end, of whole blocks only. */
  counts: () => ConnectionCounts;
  /** At most `limit` rows from row `offset` on. */
  read: (offset: number, limit: number) => NamedConnection[];
  close: () => void;
};

/** Rows of one block are parsed together, for a page and for the counts. */
const BLOCK = 500;
/** About a million rows of IPv4; more is an error, never a silent cut. */
const MOST_BYTES = 128 * 1024 * 1024;

export function openSearchRows(nameGroup: NameGroup = () => undefined): SearchRowStore {
  let blocks: Buffer[] = [];
  let pending: string[] = [];
  let tail = '';
  let rest = '';
  let end: SearchEnd | undefined;
  let isEnded = false;
  let [seen, found, bytes] = [0, 0, 0];
  const counter = createConnectionCounter();
  const networks = new Map<string, number>();
  let hasManyNetworks = false;

  const parse = (text: string): NamedConnection[] =>
    parseIpVsConn(text).value.map((row) => {
      const group = nameGroup(row);
      return group === undefined ? row : { ...row, group };
    });
  const countNetwork = ({ client }: NamedConnection) => {
    const network = networkOf(client);
    if (networks.has(network) || networks.size < 20_000) networks.set(network, (networks.get(network) ?? 0) + 1);
    else hasManyNetworks = true;
  };
  const count = (text: string) => {
    for (const row of parse(text)) {
      counter.addCell({ ...row, count: 1 });
      countNetwork(row);
    }
  };
  const flush = () => {
    const text = pending.map((line) => `${line}\n`).join('');
    count(text);
    const block = Buffer.from(text);
    bytes += block.length;
    if (bytes > MOST_BYTES) throw new Error('The search found more rows than this console keeps: narrow the filter.');
    blocks.push(block);
    pending = [];
  };
  const take = (line: string) => {
    const [, passed] = /^@@ seen (\d+)$/.exec(line) ?? [];
    const [, all, hits, whole] = /^@@ end seen=(\d+) found=(\d+) odd=\d+ whole=(yes|no)$/.exec(line) ?? [];
    if (end) rest += `${line}\n`;
    else if (passed !== undefined) seen = Number(passed);
    else if (all !== undefined) {
      end = { seen: Number(all), found: Number(hits), isWhole: whole === 'yes' };
      seen = end.seen;
    } else {
      found += 1;
      pending.push(line);
      if (pending.length === BLOCK) flush();
    }
  };
  return {
    push: (chunk) => {
      if (isEnded) return;
      const lines = (tail + chunk.toString('latin1')).split('\n');
      tail = lines.pop() ?? '';
      for (const line of lines) take(line);
    },
    end: () => {
      if (!isEnded) count(pending.join('\n'));
      isEnded = true;
      return end ? { end, rest } : { rest };
    },
    progress: () => ({ seen, found }),
    counts: () => {
      const withNetworks = createConnectionCounter();
      for (const [network, count] of networks) withNetworks.addNetwork(network, count);
      return { ...counter.counts(hasManyNetworks), networks: withNetworks.counts(false).networks };
    },
    read: (offset, limit) => {
      const out: NamedConnection[] = [];
      for (let at = Math.floor(offset / BLOCK); out.length < limit; at += 1) {
        const block = blocks[at];
        const text = block ? block.toString('latin1') : at === blocks.length ? pending.join('\n') : '';
        if (text === '') break;
        const skip = Math.max(offset - at * BLOCK, 0);
        out.push(...parse(text).slice(skip, skip + limit - out.length));
      }
      return out;
    },
    close: () => {
      blocks = [];
      pending = [];
    },
  };
}

/** `203.0.113.0/24`, `[2001:db8:1:2::]/64` without the brackets; from the printed end point, which is cheaper than its number. */
function networkOf(endpoint: string): string {
  if (!endpoint.startsWith('[')) return `${endpoint.slice(0, endpoint.lastIndexOf('.', endpoint.indexOf(':')))}.0/24`;
  const address = endpoint.slice(1, endpoint.indexOf(']'));
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length;
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...(tail ?? '').split(':').filter(Boolean)];
  return `${all.slice(0, 4).join(':')}::/64`;
}
