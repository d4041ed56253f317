// The whole product beside a lab: supervisor with database, worker and web, two directors, a pair with two groups of which one never changes.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startConsole, type RunningConsole } from '../cli/supervisor';
import type { Stack, TopologyDocument } from '../core/document';
import { getDb, type Db } from '../db/client';
import { openLab, type Lab } from '../lab/lab';
import { noAnswers, planAndAsk, save, type Answers } from './answers';
import { openLink, type Link } from './link';
import { callWorker } from '../worker/client';
import { labDocument, saveDocument, trustDirectors, until, untilEnded } from '../worker/test-console';

/** `shard`: runs beside each other have names and ports of their own. */
const labOf = (shard: number) => ({ name: `lvsfaults${shard === 0 ? '' : shard}`, portBase: 2900 + 20 * shard });
const webPortOf = (shard: number) => 3900 + shard;
/** The console reaches director N through a link on port (portBase + LINKS + N). */
const LINKS = 5;
export const DIRECTORS = ['director1', 'director2'];
/** Deploys read what they need themselves; at its own pace the poller takes a quarter of what a director of the lab can do. */
const POLL_SECONDS = 10;
/** A single director is no pair. */
export const STACKS = ['heartbeat', 'keepalived'] as const satisfies readonly Stack[];
export type PairStack = (typeof STACKS)[number];
/** Served by mark 1, which no cell's deploy touches. */
export const UNTOUCHED_ADDRESS = '192.168.0.10';

export type Rig = {
  stack: PairStack;
  db: Db;
  lab: Lab;
  labName: string;
  /** Between the console and each director's SSH port; the harness itself does not pass it. */
  links: Record<string, Link>;
  portBase: number;
  console: RunningConsole;
  topologyId: string;
  /** Rehearsals use a short dead-man time, the same on both directors, or a matrix would take a night. */
  timerSeconds: number;
  databaseFolder: string;
  dataFolder: string;
  /** A revision with another weight and another port of the group that changes; answers its number. */
  nextRevision: () => Promise<number>;
  /** The key of heartbeat, which the directors share and which must appear nowhere else; keepalived has none. */
  secret: string;
  /** What was answered with success since this topology began. */
  answers: Answers;
  /** Directors as from the factory and a new topology on them: after a cell that broke the pair. One that comes to nothing is told and done again. */
  renew: () => Promise<void>;
  close: () => Promise<void>;
};

export async function openRig(
  stack: PairStack,
  timerSeconds: number,
  shard: number,
  report: (line: string) => void,
): Promise<Rig> {
  const { name: labName, portBase } = labOf(shard);
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-faults-'));
  fs.chmodSync(dataFolder, 0o711);
  process.env['LVS_CONSOLE_DATA'] = dataFolder;
  process.env['LVS_CONSOLE_REHEARSAL_TIMER_SECONDS'] = String(timerSeconds);
  process.env['LVS_CONSOLE_REHEARSAL_POLL_SECONDS'] = String(POLL_SECONDS);
  const running = await startConsole({ dataFolder, host: '127.0.0.1', port: webPortOf(shard), report });
  const db = getDb();
  let lab: Lab | undefined;
  const links: Record<string, Link> = {};
  const close = async () => {
    await Promise.allSettled(Object.values(links).map((link) => link.close()));
    await Promise.allSettled([lab?.down(), db.$disconnect()]);
    await running.stop();
    fs.rmSync(dataFolder, { recursive: true, force: true });
  };
  try {
    const { authorizedKey } = await until('the worker answers', () => callWorker('consoleKey', {}), 60_000);
    const opened = await openLab({ name: labName, portBase, authorizedKeys: [authorizedKey] });
    lab = opened;
    for (const [index, director] of DIRECTORS.entries())
      links[director] = await openLink(portBase + LINKS + index + 1, portBase + index + 1);
    const documentNumber = (count: number) => documentOf(count, portBase + LINKS, stack);
    const rows = await db.$queryRaw<{ data_directory: string }[]>`SHOW data_directory`;
    let count = 0;
    let pairs = 0;
    const rig: Rig = {
      ...{ stack, db, lab: opened, labName, links, portBase, console: running, timerSeconds, dataFolder, close },
      ...{ databaseFolder: rows[0]?.data_directory ?? '', topologyId: '', secret: '', answers: noAnswers() },
      nextRevision: () => save(rig.answers, db, rig.topologyId, documentNumber((count += 1))),
      renew: async () => {
        await begin().catch((error: unknown) => {
          report(`a first deploy came to nothing: ${error instanceof Error ? error.message : String(error)}`);
          return begin();
        });
      },
    };
    const begin = async () => {
      await db.director.deleteMany();
      if (pairs > 0) for (const director of DIRECTORS) await opened.factoryReset(director);
      const name = `faults-${(pairs += 1)}`;
      ({ topologyId: rig.topologyId } = await saveDocument(db, { ...documentNumber(count), name }));
      rig.answers = noAnswers();
      // The directors may answer slowly just after their boot.
      await until('the directors are trusted', async () => (await trustDirectors(db, rig.topologyId), true), 180_000);
      rig.secret = await firstDeploy(rig);
    };
    await rig.renew();
    return rig;
  } catch (error) {
    await close();
    throw error;
  }
}

/** The first deploy, so that every cell changes a pair that serves. Answers the shared secret, which must appear nowhere. */
async function firstDeploy({ stack, db, lab, answers, topologyId }: Rig): Promise<string> {
  const first = await untilEnded(db, await planAndAsk(answers, topologyId, 1));
  if (first.state !== 'verified') {
    const words = await Promise.all(DIRECTORS.map((director) => daemonWords(lab, director)));
    // The outcome last: a record that is cut keeps the end.
    throw new Error(`${words.join('\n')}\nthe first deploy ended ${first.state}: ${first.outcome ?? ''}`);
  }
  if (stack !== 'heartbeat') return '';
  const { stdout } = await lab.exec('director1', ['cat', '/etc/ha.d/authkeys']);
  return /^\d+ sha1 (\S+)$/m.exec(stdout)?.[1] ?? '';
}

/** Why nobody took the addresses can be read only there, and the next reset takes it away. */
async function daemonWords(lab: Lab, director: string): Promise<string> {
  const script = 'journalctl --no-pager -q -o short-precise | grep -i -E "heartbeat|keepalived" | tail -n 80';
  return `${director}:\n${(await lab.exec(director, ['sh', '-c', script], { timeoutMs: 30_000 })).stdout}`;
}

/** Group `untouched` (mark 1) is the same in all; `changed` (mark 2) has another port and its pool another weight each time. */
export function documentOf(count: number, portBase: number, stack: PairStack = 'heartbeat'): TopologyDocument {
  const document = labDocument(portBase);
  const realServers = ['192.168.6.2', '192.168.6.3'];
  const poolOf = (name: string, weights: [number, number]): TopologyDocument['pools'][number] => ({
    name,
    forwarding: 'masq',
    realServers: realServers.map((address, at) => ({ address, weight: weights[at] ?? 1 })),
    healthCheck: { type: 'connect', port: 80, intervalSeconds: 10, timeoutSeconds: 3 },
  });
  return {
    ...document,
    stack,
    ranges: [
      { name: 'kept', addresses: '192.168.0.0/26' },
      { name: 'moving', addresses: '192.168.0.64/26' },
    ],
    pools: [poolOf('kept', [1, 1]), poolOf('moving', [1, 1 + (count % 9)])],
    groups: [
      { name: 'untouched', mark: 1, matches: [{ range: 'kept', protocol: 'any' }], scheduler: 'rr', pool: 'kept' },
      {
        name: 'changed',
        mark: 2,
        matches: [{ range: 'moving', protocol: 'tcp', ports: [80, 8000 + count] }],
        scheduler: 'wrr',
        pool: 'moving',
      },
    ],
  };
}
