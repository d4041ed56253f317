// The same change of the same six files on both directors of a pair, checked and verified: this console, Ansible, scp + ssh; at 0 and
// at 50 ms of delay, in one run. Real directors, real sshd; the delay is made by a proxy before their SSH ports (lib/faults/link.ts).
import {
  insertDeploy,
  openTestConsole,
  saveDocument,
  trustDirectors,
  until,
  untilEnded,
  type TestConsole,
} from '../../worker/test-console';
import { openLink, type Link } from '../../faults/link';
import { documentOf } from '../../faults/rig';
import { openLab, type Lab } from '../../lab/lab';
import { callWorker } from '../../worker/client';
import { openAnsible, openScpScript, DIRECTORS, SIX_FILES, type Target } from './deploy-contenders';
import { medianOf, printTable } from './median';

/** Round trips of a line between two cities; the proxy adds half of it to each direction. */
const DELAYS_MS = [0, 50] as const;
const ROUNDS = 5;
/** The other tools have a pair of their own, or this console would find their changes and refuse. */
const OWN = { name: 'lvsbench', portBase: 2980 };
const OTHERS = { name: 'lvsbencho', portBase: 3000 };
/** The way with the delay: on port (port base + LINKS + number of the director). */
const LINKS = 5;
const NAMES = ['this console', 'ansible', 'scp + ssh'] as const;

type Sample = { name: (typeof NAMES)[number]; delayMs: number; seconds: number; turns: number };

export async function benchDeploy(): Promise<Record<string, number>> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const own = await openTestConsole();
  const closing: (() => Promise<unknown>)[] = [() => own.close()];
  try {
    await own.startWorker();
    const { authorizedKey } = await callWorker('consoleKey', {});
    const samples: Sample[] = [];
    const ours = await openSide(OWN, authorizedKey, closing);
    const theirs = await openSide(OTHERS, authorizedKey, closing);
    const consoleRun = await openConsole(own, ours);
    await ordinaryFiles(own, theirs);
    const target: Target = { lab: theirs.lab, portOf: (director) => OTHERS.portBase + LINKS + director };
    const [ansible, scp] = [await openAnsible(target), await openScpScript(target)];
    closing.push(ansible.close, scp.close);
    const contenders = [
      { name: NAMES[0], side: ours, change: consoleRun },
      { name: NAMES[1], side: theirs, change: ansible.change },
      { name: NAMES[2], side: theirs, change: scp.change },
    ];
    let count = 0;
    for (const delayMs of DELAYS_MS) {
      for (const side of [ours, theirs]) for (const link of side.links) link.set({ delayMs: delayMs / 2 });
      // Warm-up: connections that stay open (ours, and Ansible's ControlPersist) are there before the first round.
      for (let round = 0; round <= ROUNDS; round += 1)
        for (const { name, side, change } of contenders) {
          const turns = side.links.map((link) => link.turns());
          const seconds = await change((count += 1));
          const each = side.links.map((link, at) => link.turns() - (turns[at] ?? 0));
          say(`${delayMs} ms, round ${round}: ${name} ${seconds.toFixed(1)} s, round trips ${each.join(' and ')}`);
          if (round > 0) samples.push({ name, delayMs, seconds, turns: Math.max(...each) });
        }
    }
    return report(samples, consoleRun.roundTrips);
  } finally {
    for (const close of closing.toReversed()) await close().catch((error: unknown) => say(String(error)));
  }
}

type Side = { lab: Lab; links: Link[] };

async function openSide(
  options: { name: string; portBase: number },
  authorizedKey: string,
  closing: (() => Promise<unknown>)[],
): Promise<Side> {
  const lab = await openLab({ ...options, authorizedKeys: [authorizedKey] });
  closing.push(() => lab.down());
  const links = await Promise.all(
    DIRECTORS.map((_, at) => openLink(options.portBase + LINKS + at + 1, options.portBase + at + 1)),
  );
  closing.push(() => Promise.all(links.map((link) => link.close())));
  return { lab, links };
}

/** Seconds from the operator's click to `verified`; the plan, which the others do not have, was made before. */
async function openConsole(own: TestConsole, { lab }: Side) {
  const { topologyId } = await firstDeploy(own, 'own', OWN.portBase);
  const roundTrips: number[] = [];
  const change = async (count: number) => {
    const { revision } = await saveDocument(own.db, documentOf(count, OWN.portBase + LINKS), topologyId);
    const plan = await callWorker('makePlan', { topologyId, revision, actor: 'bench' });
    const started = performance.now();
    const id = await insertDeploy(own.db, plan);
    const { state, outcome } = await untilEnded(own.db, id);
    const seconds = (performance.now() - started) / 1000;
    if (state !== 'verified') throw new Error(`the console's deploy ended ${state}: ${outcome ?? ''}`);
    roundTrips.push(roundTripsOf(own.log()));
    await settled(lab);
    return seconds;
  };
  return Object.assign(change, { roundTrips });
}

async function firstDeploy(own: TestConsole, name: string, portBase: number): Promise<{ topologyId: string }> {
  const document = { ...documentOf(0, portBase + LINKS), name };
  const { topologyId, revision } = await saveDocument(own.db, document);
  await until('the directors are trusted', async () => (await trustDirectors(own.db, topologyId), true), 180_000);
  const plan = await callWorker('makePlan', { topologyId, revision, actor: 'bench' });
  const { state, outcome } = await untilEnded(own.db, await insertDeploy(own.db, plan));
  if (state !== 'verified') throw new Error(`the first deploy ended ${state}: ${outcome ?? ''}`);
  return { topologyId };
}

/** Of the director that was waited for the most, from what the worker logged of the last deploy. */
function roundTripsOf(log: string): number {
  const line = log.split('\n').findLast((each) => each.includes('deploy ended')) ?? '{}';
  const { roundTrips = {} } = JSON.parse(line) as { roundTrips?: Record<string, number> };
  return Math.max(...Object.values(roundTrips));
}

/** The pair of the others serves as ours does, from plain files: links into the console's releases become what they lead to. */
async function ordinaryFiles(own: TestConsole, { lab }: Side): Promise<void> {
  const { topologyId } = await firstDeploy(own, 'others', OTHERS.portBase);
  await own.db.director.deleteMany({ where: { topologyId } }); // nobody polls them any more
  const unlink = SIX_FILES.map((file) => `cp --remove-destination "$(readlink -f ${file})" ${file}`).join(' && ');
  for (const director of DIRECTORS) {
    const { code, stderr } = await lab.exec(director, ['sh', '-c', unlink]);
    if (code !== 0) throw new Error(stderr);
  }
}

/** Heartbeat and ldirectord have followed: what one round leaves to do is not the next one's cost. */
async function settled(lab: Lab): Promise<void> {
  await until(
    'one director serves',
    async () => {
      const [answer] = await lab.request('http://192.168.0.10/');
      return answer && !answer.error ? true : undefined;
    },
    60_000,
  );
}

function report(samples: readonly Sample[], roundTrips: readonly number[]): Record<string, number> {
  const pick = (name: string, delayMs: number, key: 'seconds' | 'turns') =>
    medianOf(samples.filter((each) => each.name === name && each.delayMs === delayMs).map((each) => each[key]));
  const rows = NAMES.map((name) => [
    name,
    ...DELAYS_MS.map((delayMs) => `${pick(name, delayMs, 'seconds').toFixed(2)} s`),
    ...DELAYS_MS.map((delayMs) => String(pick(name, delayMs, 'turns'))),
  ]);
  const head = ['', ...DELAYS_MS.map((ms) => `at ${ms} ms`), ...DELAYS_MS.map((ms) => `turns at ${ms} ms`)];
  process.stdout.write(`${printTable([head, ...rows])}\n`);
  process.stdout.write(
    `medians of ${ROUNDS} rounds; turns: how often a director's line changed its direction to it, the polls of the console included; a deploy waits ` +
      `for a director ${medianOf(roundTrips)} times on the connection that is open, besides the new one\n`,
  );
  const [console_, ansible, scp] = NAMES;
  return {
    ratioToAnsible0ms: pick(ansible, 0, 'seconds') / pick(console_, 0, 'seconds'),
    ratioToAnsible50ms: pick(ansible, 50, 'seconds') / pick(console_, 50, 'seconds'),
    timeRatioToScp0ms: pick(console_, 0, 'seconds') / pick(scp, 0, 'seconds'),
    roundTrips: medianOf(roundTrips),
  };
}
