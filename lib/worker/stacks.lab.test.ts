// Every stack with its forwarding method on real directors: rendered and deployed by the console, used by the client, struck by a power cut.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveTopology } from '../core/resolve';
import type { Topology } from '../core/topology';
import { liveHostSchema, type LiveHost } from '../core/views/live';
import { openLab, type Lab } from '../lab/lab';
import { floating, internalRouter } from '../lab/layout';
import { renderTopology } from '../render/render-topology';
import { callWorker } from './client';
import {
  openTestConsole,
  printDeploy,
  requestDeploy,
  saveDocument,
  trustDirectors,
  until,
  untilEnded,
  type TestConsole,
} from './test-console';
import { stackDocument, type StackCase } from './test-stacks';
import { drawRequests, openDice, predictConnections, readConnections, subtract } from './test-traffic';

const PORT_BASE = 2600;
const DIRECTORS = ['director1', 'director2'];
const NAMESPACES = { rs1: 2, rs2: 3 };
/** The host's kernel has no tunnels. */
const MACHINES = { rs3: 20, rs4: 21 };
const ADDRESSES = {
  4: ['192.168.0.7', '192.168.0.99', '192.168.0.180'],
  6: ['2001:db8:1::7', '2001:db8:1:0:8000::1:2'],
};

/** `takeoverMs`: how long the client may be without answers. heartbeat: ldirectord alone needs 12 s to start under user-mode Linux. */
const CASES: (StackCase & { takeoverMs: number })[] = [
  { stack: 'heartbeat', forwarding: 'masq', realServers: NAMESPACES, hasIpv6: false, takeoverMs: 120_000 },
  { stack: 'keepalived', forwarding: 'masq', realServers: NAMESPACES, hasIpv6: true, takeoverMs: 15_000 },
  { stack: 'keepalived', forwarding: 'gate', realServers: NAMESPACES, hasIpv6: true, takeoverMs: 15_000 },
  { stack: 'keepalived', forwarding: 'ipip', realServers: MACHINES, hasIpv6: true, takeoverMs: 15_000 },
  { stack: 'single', forwarding: 'gate', realServers: NAMESPACES, hasIpv6: false, takeoverMs: 60_000 },
];

/** What the active director tells the other in a batch of its own making. */
const SYNC_MS = 2_000;

let lab: Lab;
let test: TestConsole;

beforeAll(async () => {
  test = await openTestConsole();
  await test.startWorker();
  const { authorizedKey } = await callWorker('consoleKey', {});
  const machines = { umlRealServers: 2, directReturn: true };
  lab = await openLab({ name: 'lvsstacks', portBase: PORT_BASE, authorizedKeys: [authorizedKey], ...machines });
});
afterAll(async () => {
  await test?.close();
  await lab?.down();
});

const say = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (from: number, to = Date.now()) => ((to - from) / 1000).toFixed(1);

async function run(host: string, argv: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(host, argv, { ...(input !== undefined && { input }) });
  if (code !== 0) throw new Error(`${host}: ${argv.join(' ')}: exit ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** The last case's directors are thrown away with all that the console knows of them. */
async function forget(): Promise<void> {
  const { count } = await test.db.topology.deleteMany({});
  if (count > 0) await Promise.all(DIRECTORS.map((name) => lab.factoryReset(name)));
}

/** What the console gives for the real servers, put in place as an operator would; their router is the operator's own business. */
async function prepareRealServers({ forwarding, realServers }: StackCase, topology: Topology): Promise<void> {
  const { companions, diagnostics } = renderTopology({ topology, secrets: { heartbeatKey: 'not-used-here' } });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  for (const [name, last] of Object.entries(realServers)) {
    const isDirect = forwarding !== 'masq';
    const [router, router6] = isDirect
      ? [internalRouter.address, internalRouter.address6]
      : [floating.internal, floating.internal6];
    await run(name, ['ip', '-4', 'route', 'replace', 'default', 'via', router]);
    await run(name, ['ip', '-6', 'route', 'replace', 'default', 'via', router6]);
    const files = companions
      .filter(({ host }) => [`real-servers/192.168.6.${last}`, `real-servers/2001:db8:6::${last}`].includes(host))
      .flatMap((companion) => companion.files);
    const scripts = files.filter(({ mode }) => mode === '0755');
    expect(scripts.length).toBeGreaterThan(0);
    for (const { content } of scripts) await run(name, scriptRunner(name, 'start'), content);
    for (const { content } of scripts) await run(name, scriptRunner(name, 'check'), content);
  }
}

/** Namespaces share the files of this machine: what a script notes in /run must not be left there. */
const scriptRunner = (name: string, verb: 'start' | 'check'): string[] =>
  name in NAMESPACES
    ? ['unshare', '-m', 'sh', '-c', `mount -t tmpfs none /run && exec sh -s ${verb}`]
    : ['sh', '-s', verb];

async function liveFrames(): Promise<LiveHost[]> {
  const rows = await test.db.liveFrame.findMany({ orderBy: { director: { name: 'asc' } } });
  return rows.map(({ frame }) => liveHostSchema.parse(frame));
}

/** When frames that were read after now say: one active, the others standby, everything as released. */
const untilSettled = (count: number, timeoutMs = 60_000, since = Date.now()): Promise<string> =>
  until(
    'one active director, the other standby, no drift',
    async () => {
      const frames = await liveFrames();
      const actives = frames.filter(({ role }) => role === 'active');
      const standbys = frames.filter(({ role }) => role === 'standby');
      const isCalm = frames.every(
        ({ drift, problem, readAt }) => drift.state === 'none' && !problem && Date.parse(readAt ?? '') > since,
      );
      return actives.length === 1 && standbys.length === count - 1 && isCalm ? actives[0]!.director : undefined;
    },
    timeoutMs,
  ).catch(async (cause: unknown) => {
    const frames = (await liveFrames()).map(({ director, role, drift, problem, daemons }) => ({
      ...{ director, role, drift, problem, daemons },
    }));
    throw new Error(`not settled: ${JSON.stringify(frames, undefined, 1)}`, { cause });
  });

/** First answer to a request that was sent after now; the milliseconds until it. */
async function untilAnswered(url: string, timeoutMs: number): Promise<number> {
  const started = Date.now();
  const at = await until(
    `an answer from ${url}`,
    async () => {
      const answers = await lab.request(url, { count: 5, intervalMs: 100, timeoutMs: 300 });
      const first = answers.find(({ realServer }) => realServer !== undefined);
      return first && first.at + first.milliseconds;
    },
    timeoutMs,
  );
  return at - started;
}

const only = (names: readonly string[]) => expect.stringMatching(new RegExp(`^(${names.join('|')})$`)) as string;

/** Who serves the client in the persistent group, by family: one name where it is coupled, several where it is not. */
async function readCoupling({ hasIpv6 }: StackCase): Promise<string[]> {
  const found: string[] = [];
  for (const network of ['192.168.0.', ...(hasIpv6 ? ['2001:db8:1:0:8000::'] : [])]) {
    const addresses = [129, 140, 153, 170, 188].map((last) => bracketed(`${network}${last}`));
    const answers = await lab.requestAll(addresses.flatMap((name) => [`http://${name}/`, `http://${name}:443/`]));
    found.push([...new Set(answers.map(({ realServer, error }) => realServer ?? error))].sort().join(' '));
  }
  return found;
}

/** For lib/parse/testdata/lab, with real traffic in the tables: every section that the guard reads, and rows of the connection table. */
async function record(folder: string, { stack, forwarding, hasIpv6 }: StackCase, active: string): Promise<void> {
  const own = path.join(folder, `${stack}-${forwarding}-${hasIpv6 ? '4-6' : '4'}`);
  fs.mkdirSync(own, { recursive: true });
  for (const director of stack === 'single' ? DIRECTORS.slice(0, 1) : DIRECTORS) {
    const frames = await run(director, ['/usr/lib/lvs-console/guard', 'read']);
    const rows = await run(director, ['head', '-n', '60', '/proc/net/ip_vs_conn_sync']);
    const role = director === active ? 'active' : 'standby';
    fs.writeFileSync(path.join(own, `${role}.frames`), `${frames}@@ begin connections\n${rows}@@ end connections 0\n`);
  }
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

describe.each(CASES)('$stack with $forwarding', (stackCase) => {
  const { stack, forwarding, hasIpv6, takeoverMs } = stackCase;
  const names = Object.keys(stackCase.realServers);
  const addresses = [...ADDRESSES[4], ...(hasIpv6 ? ADDRESSES[6] : [])];
  const urls = addresses.map((address) => `http://${bracketed(address)}/`);
  const directors = stack === 'single' ? 1 : 2;
  let topology: Topology;
  let active = '';

  it('is deployed by the console, from nothing to verified', async () => {
    const document = stackDocument(stackCase, PORT_BASE);
    const resolved = resolveTopology(document).topology;
    if (!resolved) throw new Error('the document does not resolve');
    topology = resolved;
    await forget();
    await prepareRealServers(stackCase, topology);
    const { topologyId, revision } = await saveDocument(test.db, document);
    await trustDirectors(test.db, topologyId);
    const started = Date.now();
    const ended = await untilEnded(test.db, await requestDeploy(test.db, topologyId, revision));
    say(`${stack}/${forwarding}: first deploy ${seconds(started)} s`);
    expect(ended.state, printDeploy(ended)).toBe('verified');
    active = await untilSettled(directors);
  });

  it('serves the client on every address of the ranges, over each family, from every real server', async () => {
    for (const url of urls) await untilAnswered(url, 30_000);
    const answers = await lab.requestAll([...urls, ...urls, ...urls]);
    expect(answers.filter(({ realServer }) => realServer === undefined)).toEqual([]);
    expect([...new Set(answers.map(({ realServer }) => realServer))].sort()).toEqual(names);
    const tls = await lab.requestAll(urls.map((url) => url.replace(/\/$/, ':443/')));
    expect(tls.map(({ body }) => body?.split('\n')[0])).toEqual(tls.map(({ realServer }) => `${realServer} 443`));
  });

  it('keeps a client of a persistent group on one real server over all addresses and ports', async () => {
    expect(await readCoupling(stackCase)).toEqual(hasIpv6 ? [only(names), only(names)] : [only(names)]);
  });

  it('schedules exactly the connections that the trace predicts, and no others', async () => {
    const seed = Number(process.env['LVS_TEST_SEED'] ?? Date.now() % 1_000_000);
    const requests = drawRequests(topology, hasIpv6 ? 180 : 90, openDice(seed));
    const before = await readConnections(lab, active);
    const answers = await lab.requestAll(
      requests.map(({ url }) => url),
      { timeoutMs: 1_500 },
    );
    const counted = subtract(await readConnections(lab, active), before);
    const predicted = predictConnections(topology, requests);
    say(`${stack}/${forwarding}: seed ${seed}: ${requests.length} requests, counted ${JSON.stringify(counted)}`);
    expect(counted, `seed ${seed}`).toEqual(predicted);
    expect(Math.min(...Object.values(predicted)), 'every group is asked').toBeGreaterThan(0);
    const wrong = requests.filter(({ trace, url }, at) => {
      const mayAnswer = trace.pool !== null && /^http.*:(80|443)\/$/.test(url);
      return mayAnswer
        ? !names.includes(answers[at]?.realServer ?? '')
        : trace.pool === null && answers[at]?.realServer;
    });
    expect(
      wrong.map(({ url }) => url),
      `seed ${seed}`,
    ).toEqual([]);
    if (process.env['LVS_RECORD']) await record(process.env['LVS_RECORD'], stackCase, active);
  });

  it(`survives a power cut of the ${stack === 'single' ? '' : 'active '}director`, async () => {
    const coupled = await readCoupling(stackCase);
    await new Promise((resolve) => setTimeout(resolve, SYNC_MS));
    await lab.crash(active);
    const lost = Date.now();
    if (stack === 'single') {
      await lab.powerOn(active);
      say(`${stack}/${forwarding}: power back and SSH after ${seconds(lost)} s`);
    }
    const answeredMs = await Promise.all(urls.slice(0, hasIpv6 ? 5 : 1).map((url) => untilAnswered(url, takeoverMs)));
    say(`${stack}/${forwarding}: answered again ${seconds(lost)} s after the power cut (${answeredMs.join(', ')} ms)`);
    // The sync daemon had told the other director who is coupled to whom.
    if (stack !== 'single') expect(await readCoupling(stackCase)).toEqual(coupled);
    if (stack !== 'single') await lab.powerOn(active);
    const lastActive = active;
    active = await untilSettled(directors, 120_000);
    if (stack !== 'single') expect(active).not.toBe(lastActive);
    const answers = await lab.requestAll(urls);
    expect(answers.filter(({ realServer }) => realServer === undefined)).toEqual([]);
  });
});
