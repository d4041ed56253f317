// Invariant 3 in the kernel's own words: what IPVS of the active director holds and has counted of the mark that no cell's deploy touches.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeResult } from './probe';
import { UNTOUCHED_ADDRESS, type Rig } from './rig';

/** `counters`: connections, packets in and out, bytes in and out. */
export type Untouched = { director: string; boot: string; entries: string[]; counters: number[] };

/** Real servers echo there; nobody ends such an entry but the kernel, after a day (`KEEP_ENTRIES`). */
const ECHO_PORT = 5353;
const DATAGRAMS = 5;
/** For readBefore, once in each boot: an entry of UDP lives for five minutes otherwise, and some cells take longer. */
export const KEEP_ENTRIES = 'ipvsadm --set 0 0 86400';
/** What may end by itself while a cell runs is not watched. */
const LIFE_MINUTES = 120;
/** The kernel adds its counters up every two seconds. */
const COUNTED_MS = 2_500;

const READ = `cat /proc/sys/kernel/random/boot_id; ipvsadm -Lnc; ipvsadm -Ln -f 1 --stats --exact`;

/** Makes entries of the untouched mark first: sent again when all were answered, because two of one source port are one entry. */
export async function readUntouched(rig: Rig, director: string, again = 2): Promise<Untouched> {
  const echoed = await rig.lab.request(`udp://${UNTOUCHED_ADDRESS}:${ECHO_PORT}`, { count: DATAGRAMS });
  const read = await readIpvs(rig, director);
  const lost = echoed.filter(({ error }) => error).length;
  // Else the cell would pass without anything to lose.
  if (lost === 0 && read.entries.length >= DATAGRAMS && read.counters.length > 0) return read;
  if (lost === 0 && again > 0) return readUntouched(rig, director, again - 1);
  throw new Error(
    `${director} holds ${read.entries.length} entries of the untouched mark, and no more can be made: ${lost} of ${DATAGRAMS} datagrams had no answer`,
  );
}

/** Sentences; none after a power cut of the director, which takes every entry with it. */
export async function lostSince(rig: Rig, before: Untouched, probe: ProbeResult): Promise<string[]> {
  await sleep(COUNTED_MS);
  return findLost(before, await readIpvs(rig, before.director), probe.asked - probe.failed.length);
}

/** `answered`: connections that the probe has had since `before`; counters that began anew fall short of them. */
export function findLost(before: Untouched, after: Untouched, answered: number): string[] {
  const { director, boot } = before;
  if (after.boot !== boot) return [];
  const held = new Set(after.entries);
  const lost = before.entries.filter((entry) => !held.has(entry));
  const least = before.counters.map((count, at) => (at === 0 ? count + answered : count));
  const isFallen = after.counters.length === 0 || after.counters.some((count, at) => count < (least[at] ?? 0));
  return [
    ...lost.slice(0, 3).map((entry) => `${director}: the entry ${entry} is gone`),
    ...(isFallen
      ? [
          `${director}: counters of mark 1 were ${before.counters.join(' ')}, ${answered} requests later ${after.counters.join(' ')}`,
        ]
      : []),
  ];
}

async function readIpvs(rig: Rig, director: string): Promise<Untouched> {
  const { code, stdout, stderr } = await rig.lab.exec(director, ['sh', '-c', READ], { timeoutMs: 30_000 });
  if (code !== 0) throw new Error(`the IPVS table of ${director} cannot be read: ${stderr}`);
  const lines = stdout.split('\n');
  return { director, boot: lines[0] ?? '', entries: lines.flatMap(toEntry), counters: toCounters(lines) };
}

/** `UDP 1439:59  UDP  <client> <virtual address> <real server>`: what does not change while the entry lives. */
function toEntry(line: string): string[] {
  const [protocol, expires = '', , client = '', virtual = '', realServer = ''] = line.trim().split(/\s+/);
  const isWatched = protocol === 'UDP' && virtual === `${UNTOUCHED_ADDRESS}:${ECHO_PORT}`;
  return isWatched && Number(expires.split(':')[0]) >= LIFE_MINUTES ? [`${client} ${virtual} ${realServer}`] : [];
}

function toCounters(lines: readonly string[]): number[] {
  const words =
    lines
      .find((line) => line.startsWith('FWM  1 '))
      ?.trim()
      .split(/\s+/) ?? [];
  return words.slice(2).map(Number);
}
