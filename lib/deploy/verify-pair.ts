// The verify step: directors are read until they are what the release says, or until the time for it is over.
import { HostError } from '../core/errors';
import type { PairMode } from '../core/views/plan';
import { parseHostClock } from '../parse/host-clock';
import type { HeldAddress } from '../parse/ip-json';
import { readSection } from '../plan/observed-host';
import { hostOf, type PreparedHost, type Run } from './deploy-run';
import { pairWords } from './pair-words';
import { checkpoint, clean, onBoth, pause, runStep } from './run-step';
import { compareHost, compareMarks, readingCalls, toReading, type Reading, type Verification } from './verify-host';

/** Health checks and a reload of ldirectord. */
const SETTLE_MS = 10_000;
/** A start of heartbeat: it waits for its peer, then its resource scripts fork a lot. */
const START_MS = 150_000;
const LIMIT_MS: Record<PairMode, number> = { rolling: SETTLE_MS, 'rolling-restart': START_MS, together: START_MS };
const RETRY_MS = 500;
const READ_MS = 20_000;
/** A line that fell silent is noticed after 14 s and a new connection takes up to 10: a reading that was lost gets one more. */
const LOST_MS = 25_000;

/** Asking costs the director a program of heartbeat's own. */
const REST_RETRY_MS = 2_000;
const HOLDS = /^(all|local|foreign)$/;

/** What the answer to a switch said already, by director. */
export type FirstReadings = Record<string, Reading | undefined>;

export class NotVerified extends Error {
  override readonly name = 'NotVerified';
}

/** Throws NotVerified with every difference. Answers sentences of proof, and the addresses that the director holds. */
export async function verifyDirector(
  run: Run,
  director: string,
  first?: Reading,
): Promise<{ proof: string[]; addresses: HeldAddress[] }> {
  const proof: string[] = [];
  let addresses: HeldAddress[] = [];
  await runStep(
    run,
    { director, name: 'verify', message: 'Reading back and comparing with the release.' },
    async () => {
      const [verified] = await untilEqual(run, [director], LIMIT_MS[run.deploy.mode], { [director]: first });
      addresses = verified?.addresses ?? [];
      proof.push(...sentencesOf(director, verified));
      return { message: proof.join(' '), output: verified?.health.join('\n') ?? '' };
    },
  );
  return { proof, addresses };
}

/**
 * After a heartbeat started anew: it comes to rest when it has found its peer, or with everything taken because it hears nobody, so
 * exactly one of the two may hold resources. Throws NotVerified with what each of them said last.
 */
export async function awaitRest(run: Run): Promise<void> {
  const directors = run.deploy.hosts.map(({ director }) => director);
  await runStep(
    run,
    { name: 'verify', message: 'Waiting until the two heartbeats have found each other.' },
    async () => {
      for (const deadline = Date.now() + START_MS; ;) {
        const words = await onBoth(directors, (director) => readHeartbeat(run, director));
        const isAtRest = words.filter((word) => HOLDS.test(word)).length === 1 && words.includes('none');
        const said = directors.map((director, index) => `${director}: ${words[index]}`).join(', ');
        if (isAtRest) return { message: `Heartbeat rests on both directors (resources held: ${said}).` };
        if (Date.now() > deadline)
          throw new NotVerified(`The two heartbeats have not come to rest (resources held: ${said}).`);
        await pause(REST_RETRY_MS, run.signal);
        await checkpoint(run, 'verify');
      }
    },
  );
}

/** `cl_status rscstatus`, or why it is not known. */
async function readHeartbeat(run: Run, director: string): Promise<string> {
  try {
    const found = readSection(
      await hostOf(run, director).read(['clock'], { timeoutMs: READ_MS }),
      'clock',
      parseHostClock,
    );
    return 'value' in found ? (found.value.heartbeat ?? 'not known') : found.problem;
  } catch (error) {
    if (!(error instanceof HostError) || error.details.retry !== true) throw error;
    return error.message;
  }
}

/** Both directors together: each equals its release by its role, and exactly one of them is active. */
export async function verifyPair(
  run: Run,
  firstReadings: FirstReadings = {},
): Promise<{ proof: string[]; active: string }> {
  const directors = run.deploy.hosts.map(({ director }) => director);
  const proof: string[] = [];
  let active = '';
  await runStep(run, { name: 'verify', message: pairWords(run).readingBack }, async () => {
    const found = await untilEqual(run, directors, LIMIT_MS[run.deploy.mode], firstReadings);
    active = directors.find((_director, index) => found[index]?.role === 'active') ?? '';
    proof.push(...directors.flatMap((director, index) => sentencesOf(director, found[index])));
    if (directors.length > 1) proof.push(`Exactly one director, ${active}, holds the virtual addresses.`);
    return { message: proof.join(' '), output: found.flatMap(({ health }) => health).join('\n') };
  });
  return { proof, active };
}

/** `isLost`: there is no answer, which is not a difference; `isBack`: it has left the release, and waiting does not bring it back. */
type Found = Verification & { addresses: HeldAddress[]; isLost?: boolean; isBack?: boolean };

async function untilEqual(
  run: Run,
  directors: readonly string[],
  limitMs: number,
  firstReadings: FirstReadings,
): Promise<Found[]> {
  const started = Date.now();
  for (let readings = firstReadings; ; readings = {}) {
    const found = await onBoth(directors, (director) => readOnce(run, director, readings[director]));
    const isPair = directors.length > 1;
    const actives = found.filter(({ role }) => role === 'active').length;
    const ofPair = isPair && actives !== 1 ? [`${actives} directors hold the virtual addresses, one must.`] : [];
    const differences = [
      ...found.flatMap(({ differences: own }, index) =>
        own.map((sentence) => `${directors[index] ?? ''}: ${sentence}`),
      ),
      ...ofPair,
    ];
    const isSettled = found.every(({ health }) => health.length === 0) || Date.now() - started > SETTLE_MS;
    if (differences.length === 0 && isSettled) return found;
    const allowedMs = limitMs + (found.some(({ isLost }) => isLost === true) ? LOST_MS : 0);
    if (Date.now() - started > allowedMs || found.some(({ isBack }) => isBack === true))
      throw new NotVerified(clean(run, differences.join(' ')));
    await pause(RETRY_MS, run.signal);
    await checkpoint(run, 'verify');
  }
}

/** An answer that is lost or cut in the middle is no difference yet: the next round asks again. */
async function readOnce(run: Run, director: string, reading?: Reading): Promise<Found> {
  try {
    return judge(run, director, reading ?? (await readHost(run, director)));
  } catch (error) {
    if (!(error instanceof HostError) || error.details.retry !== true) throw error;
    return { role: 'split', differences: [error.message], health: [], addresses: [], isLost: true };
  }
}

async function readHost(run: Run, director: string): Promise<Reading> {
  const { topology } = run.deploy;
  const { calls, stdin } = readingCalls(topology, director);
  const { stdout } = await hostOf(run, director).sequence(calls, { stdin, timeoutMs: READ_MS });
  return toReading(topology, director, stdout);
}

function judge(run: Run, director: string, { observed, undelivered }: Reading): Found {
  const prepared = preparedOf(run, director);
  const { live } = observed.status;
  if (live !== run.deploy.transaction) {
    // Kernels of two releases may be equal, so this must be asked.
    const sentence = `Release ${live} is live, not ${run.deploy.transaction}: its own timer or somebody there has rolled it back.`;
    return { role: 'split', differences: [sentence], health: [], addresses: observed.addresses, isBack: true };
  }
  const own = prepared.previous?.intent.active.ipvs.map(({ key }) => key) ?? [];
  const found = { ...compareHost(prepared.expected, observed, own), addresses: observed.addresses };
  if (found.differences.length > 0) return found;
  const edited = (observed.files ?? []).map(({ path, kind }) => `${path} was ${kind} by hand since the switch.`);
  if (edited.length > 0) return { ...found, differences: edited };
  if (undelivered.length > 0) return { ...found, differences: undelivered };
  return { ...compareMarks(found, run.deploy.topology, director, observed), addresses: observed.addresses };
}

function sentencesOf(director: string, found: Verification | undefined): string[] {
  if (!found) return [];
  const health = found.health.length === 0 ? '' : ` Health checks: ${found.health.join(' ')}`;
  const proof = found.proof?.map((sentence) => ` ${sentence}`).join('') ?? '';
  return [`${director} (${found.role}): the kernel equals the release.${proof}${health}`];
}

export function preparedOf(run: Run, director: string): PreparedHost {
  const prepared = run.deploy.hosts.find((host) => host.director === director);
  if (!prepared) throw new Error(`no release for ${director}`);
  return prepared;
}
