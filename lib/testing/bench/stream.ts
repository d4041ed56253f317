// Bench `stream`: viewers of one pair's live stream on the console as it runs (database, worker and the built web server), fed by
// the real poller over recorded answers of a director: how long from reading to receipt, and whether viewers cost polls.
import { fork, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createSignInLink } from '@/lib/auth/sign-in-link';
import { startConsole } from '@/lib/cli/supervisor';
import { invariant } from '@/lib/core/errors';
import { seedDocument } from '@/lib/core/seed';
import { terminalContext } from '@/lib/services/context';
import { createTopology } from '@/lib/services/create-topology';
import { getDb } from '@/lib/db/client';
import { pause } from '@/lib/deploy/run-step';
import { pollDirector } from '@/lib/live/poll-director';
import { liveFrames } from '@/lib/live/test-frames';
import type { GuardHost } from '@/lib/ssh/guard-host';
import { saveFrame } from '@/lib/worker/save-frame';
import { printTable } from './median';

const VIEWERS = 1_000;
const PORT = 3_640;
const ALONE_MS = 15_000;
const WATCHED_MS = 30_000;
/** What a read over SSH takes on a director of the lab. */
const READ_MS = 60;
/** A table of this many virtual services with as many real servers each. An event carries the whole table: its size is told beside the result. */
const SERVICES = 4;

export async function benchStream(): Promise<Record<'viewers' | 'p99Ms' | 'pollsPerSecond', number>> {
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-bench-stream-'));
  fs.chmodSync(dataFolder, 0o711);
  process.env.LVS_CONSOLE_DATA = dataFolder;
  const running = await startConsole({ dataFolder, host: '127.0.0.1', port: PORT, report: () => undefined });
  const stop = new AbortController();
  try {
    const polls = await startPollers(stop.signal);
    const cookie = await signIn(running.url);
    const alone = await rateOver(polls, ALONE_MS);
    const viewers = await openViewers(polls.topologyId, cookie);
    viewers.send({ kind: 'count' });
    const watched = await rateOver(polls, WATCHED_MS);
    const { latencies, events } = await report(viewers);
    viewers.kill();
    const sorted = latencies.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
    invariant(sorted.length > VIEWERS, `only ${sorted.length} events came`);
    const rows = [
      ['', 'polls/s', 'events', 'p50 ms', 'p95 ms', 'p99 ms', 'longest ms'],
      ['no viewer', alone.toFixed(2), '', '', '', '', ''],
      [
        `${VIEWERS} viewers`,
        ...[
          watched.toFixed(2),
          String(events),
          ...[0.5, 0.95, 0.99].map((share) => String(at(share))),
          String(sorted.at(-1)),
        ],
      ],
    ];
    const frame = await getDb().liveFrame.findFirst();
    process.stdout.write(
      `${printTable(rows)}\nOne frame: ${JSON.stringify(frame?.frame).length} bytes, an event carries two. Load of the machine: ${os.loadavg()[0]?.toFixed(1)}.\n`,
    );
    return { viewers: VIEWERS, p99Ms: at(0.99), pollsPerSecond: watched };
  } finally {
    stop.abort();
    await pause(READ_MS * 2);
    await running.stop();
    fs.rmSync(dataFolder, { recursive: true, force: true });
  }
}

type Polls = { topologyId: string; count: number };

/** Both directors of the seed, polled as the worker does; only the answers are recorded ones. */
async function startPollers(signal: AbortSignal): Promise<Polls> {
  const input = { document: seedDocument('bench'), message: '' };
  const { topologyId } = await createTopology({ ctx: terminalContext('bench'), input });
  const polls: Polls = { topologyId, count: 0 };
  for (const { id, name } of await getDb().director.findMany({ where: { topologyId } })) {
    const host: Pick<GuardHost, 'name' | 'read'> = {
      name,
      read: async () => {
        polls.count += 1;
        await pause(READ_MS);
        return liveFrames(largeTable());
      },
    };
    void pollDirector({
      ...{ host: host as GuardHost, signal, pause },
      loadContext: async () => ({ virtualAddresses: ['192.168.7.240', '192.168.6.240'], isDeploying: false }),
      save: (frame) => saveFrame(getDb(), id, frame),
      loadLast: async () => undefined,
    }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
  return polls;
}

function largeTable() {
  const marks = Array.from({ length: SERVICES }, (_, at) => at + 1);
  const addresses = marks.map((at) => `192.168.6.${at + 1}`);
  const table = (title: string, service: (mark: number) => string, server: (address: string) => string) => ({
    text: `IP Virtual Server version 1.2.1 (size=4096)\n${title}\n${marks.map((mark) => [service(mark), ...addresses.map(server)].join('\n')).join('\n')}\n`,
  });
  const counts = (value: number) => Array.from({ length: 5 }, () => String(value).padStart(9)).join('');
  const heads = (title: string) => `Prot LocalAddress:Port               ${title}\n  -> RemoteAddress:Port`;
  const counted = (value: number) =>
    [
      (mark: number) => `FWM  ${mark} ${counts(value)}`,
      (address: string) => `  -> ${address}:0 ${counts(value)}`,
    ] as const;
  return {
    'ipvs-list': table(
      'Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
      (mark) => `FWM  ${mark} rr`,
      (address) => `  -> ${`${address}:0`.padEnd(28)} Masq    1      3          12        `,
    ),
    'ipvs-stats': table(heads('Conns   InPkts  OutPkts  InBytes OutBytes'), ...counted(90_000)),
    'ipvs-rate': table(heads('CPS    InPPS   OutPPS    InBPS   OutBPS'), ...counted(900)),
  };
}

async function rateOver(polls: Polls, milliseconds: number): Promise<number> {
  const [count, started] = [polls.count, Date.now()];
  await pause(milliseconds);
  return ((polls.count - count) * 1000) / (Date.now() - started);
}

async function signIn(url: string): Promise<string> {
  const account = { email: 'bench@example.org', name: 'Bench', role: 'viewer' as const };
  const link = await createSignInLink({ baseUrl: url, ...account });
  const answer = await fetch(link, { redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  invariant(cookie, 'the link signs in');
  return cookie;
}

async function openViewers(topologyId: string, cookie: string): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, 'stream-viewers.mjs'), { execArgv: [] });
  child.send({
    ...{ kind: 'open', viewers: VIEWERS, host: '127.0.0.1', port: PORT, cookie },
    path: `/api/v1/live/${topologyId}/events`,
  });
  await nextMessage(child);
  return child;
}

async function report(child: ChildProcess): Promise<{ latencies: number[]; events: number }> {
  child.send({ kind: 'report' });
  return (await nextMessage(child)) as { latencies: number[]; events: number };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the viewers ended with ${code}`)));
  });
}
