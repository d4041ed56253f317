// The way forward, exactly the protocol: stage, check, arm, switch, verify, prove a new connection, confirm.
import { HostError } from '../core/errors';
import type { Role } from '../core/kernel-state';
import { parseGuardFrames } from '../parse/guard-frames';
import { parseIpAddresses, type HeldAddress } from '../parse/ip-json';
import { OBSERVED_SECTIONS, readSection, toObservedHost } from '../plan/observed-host';
import type { GuardAnswer, GuardVerb } from '../ssh/guard-host';
import { confirmPair, type ForwardRun, type ReachedByDirector } from './confirm-pair';
import { isPast, type Reached } from './decide-resume';
import { holdsAddresses, hostOf, SWITCH_MS, type Run } from './deploy-run';
import { changeHost, patientStatus, wordsOf } from './guard-change';
import { pairWords } from './pair-words';
import { differencesOf } from './roll-back';
import { onBoth, runStep, runTwoSteps } from './run-step';
import { readAddresses, readingCalls, toReading, type Reading } from './verify-host';
import { awaitRest, preparedOf, verifyDirector, verifyPair, type FirstReadings } from './verify-pair';

const STAGE_MS = 60_000;
const CHECK_MS = 60_000;
const ARM_MS = 30_000;
const LOGINS = 3;
const LOGIN_MS = 20_000;

/**
 * Answers the sentences of proof. `reached`: what an earlier run of the same deploy did already. `notes`: is filled with what the end
 * of the deploy must tell, also when this throws.
 */
export async function goForward(begun: Run, reached: ReachedByDirector, notes: string[]): Promise<string[]> {
  const run = { ...begun, firesFrom: new Map<string, number>(), notes };
  const directors = run.deploy.hosts.map(({ director }) => director);
  const held = await onBoth(directors, (director) => stageAndCheck(run, director, reached[director]));
  const seen = Object.fromEntries(directors.map((director, index) => [director, held[index]]));
  const { proof, active } = await (directors.length === 1
    ? switchSingle(run, directors, reached)
    : run.deploy.mode === 'together'
      ? switchTogether(run, directors, reached)
      : switchOneByOne(run, directors, reached, seen));
  await confirmPair(run, active, reached);
  return [...notes, ...proof, pairWords(run).loggedIn];
}

/** The addresses that a director held at that moment; absent when it was not asked. */
type Seen = Record<string, HeldAddress[] | undefined>;

async function stageAndCheck(
  run: Run,
  director: string,
  reached: Reached | undefined,
): Promise<HeldAddress[] | undefined> {
  const { transaction, generation } = run.deploy;
  if (isPast(reached, 'checked')) return undefined;
  const check = [
    ['check', transaction],
    ['read', ...OBSERVED_SECTIONS],
  ] as const;
  const checkHead = { director, name: 'check', message: 'The real programs read the staged files.' } as const;
  let answer: GuardAnswer | undefined;
  const checked = (given: GuardAnswer) => {
    answer = given;
    const message = 'The daemons, the firewall tools and the guard accept the files; the roll back was rehearsed.';
    return { message, output: wordsOf(given) };
  };
  if (isPast(reached, 'staged')) {
    await runStep(run, checkHead, async () =>
      checked(await changeHost(run, director, { calls: check, done: ['checked'], timeoutMs: CHECK_MS })),
    );
    await noteBefore(run, director, answer);
    return addressesIn(answer);
  }
  const { archive } = preparedOf(run, director);
  const stageHead = {
    ...({ director, name: 'stage', message: `Sending release ${transaction}.` } as const),
    doneMessage: `Release ${transaction} arrived whole (${archive.length} bytes).`,
  };
  await runTwoSteps(run, [stageHead, checkHead], async (isStaged) => {
    const calls = [['stage', transaction, String(generation)], ...check] as const;
    const onDone = (verb: GuardVerb) => (verb === 'stage' ? isStaged() : undefined);
    const change = { calls, onDone, done: ['checked'] as const, stdin: archive, timeoutMs: STAGE_MS + CHECK_MS };
    const given = await changeHost(run, director, change).catch(async (error: unknown) => {
      if (!(await removeLeftOver(run, director, error))) throw error;
      return changeHost(run, director, change);
    });
    return checked(given);
  });
  await noteBefore(run, director, answer);
  return addressesIn(answer);
}

/** Drift that was there already is no difference that a roll back must answer for. */
async function noteBefore(run: Run, director: string, answer: GuardAnswer | undefined): Promise<void> {
  const { host: observed } = toObservedHost(parseGuardFrames(answer?.stdout ?? '').value);
  if (observed) await run.journal.setBefore(director, differencesOf(run, preparedOf(run, director), observed));
}

/** A release that an ended deploy of this console could not take away, because the director was not reachable then. */
async function removeLeftOver(run: Run, director: string, refusal: unknown): Promise<boolean> {
  if (!(refusal instanceof HostError) || refusal.code !== 'guard-refused') return false;
  const { state, transaction } = await patientStatus(run, director, 5_000);
  const isLeftOver = (state === 'staged' || state === 'checked') && run.deploy.endedTransactions.includes(transaction);
  if (!isLeftOver) return false;
  await hostOf(run, director).guard('abort', [transaction, String(run.deploy.generation)], { timeoutMs: ARM_MS });
  return true;
}

async function switchTogether(run: ForwardRun, directors: readonly string[], reached: ReachedByDirector) {
  // Of one length: who goes back alone is deaf to the other one, and both would be active until that has gone back, too.
  await onBoth(directors, (director) => arm(run, director, 'active', reached[director]));
  await onBoth(directors, (director) => switchHost(run, director, reached[director]));
  // Both are read anew: what came with the first switch to end is older than the end of the other one, and roles change in between.
  return verifyAndLogIn(run, {});
}

/** Stack single: the one director carries all traffic, so it has the shorter timer. */
async function switchSingle(run: ForwardRun, directors: readonly string[], reached: ReachedByDirector) {
  const readings: FirstReadings = {};
  for (const director of directors) {
    await arm(run, director, 'active', reached[director]);
    readings[director] = await switchHost(run, director, reached[director]);
  }
  return verifyAndLogIn(run, readings);
}

/** Standby through verify and a new login, then the roles once more, then the active one: whoever that is by then. */
async function switchOneByOne(run: ForwardRun, directors: readonly string[], reached: ReachedByDirector, seen: Seen) {
  const roles = await readRoles(run, seen);
  const halfDone = directors.find((director) => isPast(reached[director], 'switched'));
  let first = halfDone ?? roles.standby ?? directors[0] ?? '';
  const other = (name: string) => directors.find((director) => director !== name) ?? '';
  const noteActive = watchActive(run, roles.active);
  const held = await arm(run, first, 'standby', reached[first]);
  // The roles are as old as the checks: a director that has become active meanwhile is not changed first. It is armed anew in its turn.
  if (!halfDone && held && holdsAddresses(run, first, held)) {
    noteActive(first);
    first = other(first);
    await arm(run, first, 'standby', reached[first]);
  }
  const second = other(first);
  const verified = await verifyDirector(run, first, await switchHost(run, first, reached[first]));
  const hasRests = run.deploy.mode === 'rolling-restart' && run.deploy.topology.stack === 'heartbeat';
  if (hasRests && !isPast(reached[second], 'switched')) await awaitRest(run);
  await proveConnection(run, first); // a release that locks everybody out must not come to the director that carries traffic
  const armed = await arm(run, second, 'active', reached[second]);
  noteActive((await readRoles(run, { [first]: verified.addresses, [second]: armed })).active);
  const reading = await switchHost(run, second, reached[second]);
  if (hasRests) await awaitRest(run);
  // What came with the switch is from before the takeover.
  const pair = await verifyPair(run, hasRests ? {} : { [second]: reading });
  // One that has become active since its login holds addresses that it had not then.
  const isNewlyActive = pair.active === first && !holdsAddresses(run, first, verified.addresses);
  await onBoth(isNewlyActive ? [first, second] : [second], (director) => proveConnection(run, director));
  return { proof: pair.proof.length > 0 ? pair.proof : verified.proof, active: pair.active };
}

/** To be told who is active at some moment; notes every change. */
function watchActive(run: ForwardRun, before: string | undefined): (active: string | undefined) => void {
  let last = before;
  return (active) => {
    if (active !== last) run.notes.push(`The roles changed while the deploy ran: ${active ?? 'nobody'} became active.`);
    last = active;
  };
}

/** The logins come after the verification: what came up last, as heartbeat's addresses, must not have locked anybody out. */
async function verifyAndLogIn(run: Run, readings: FirstReadings): Promise<{ proof: string[]; active: string }> {
  const verified = await verifyPair(run, readings);
  await onBoth(
    run.deploy.hosts.map(({ director }) => director),
    (director) => proveConnection(run, director),
  );
  return verified;
}

/** Armed already after an interruption: armed again, for the whole time. Answers the addresses that it holds just before its switch. */
async function arm(
  run: ForwardRun,
  director: string,
  half: Role,
  reached: Reached | undefined,
): Promise<HeldAddress[] | undefined> {
  if (isPast(reached, 'switched')) return undefined;
  const { transaction, generation, timerSeconds } = run.deploy;
  const seconds = timerSeconds[half];
  let held: HeldAddress[] | undefined;
  await runStep(
    run,
    { director, name: 'arm', message: `Starting a timer of ${seconds} s that rolls back by itself.` },
    async () => {
      const firesAt = () => new Date(Date.now() + seconds * 1_000);
      await run.journal.setTimer(director, firesAt());
      // Where an answer is lost, a timer that was there before is taken for the new one.
      if (isPast(reached, 'armed') || run.firesFrom.has(director)) run.firesFrom.delete(director);
      else run.firesFrom.set(director, performance.now() + seconds * 1_000);
      const calls = [
        ['arm', transaction, String(generation), String(seconds)],
        ['read', 'addresses'],
      ] as const;
      const answer = await changeHost(run, director, { calls, done: ['armed'], timeoutMs: ARM_MS });
      await run.journal.setTimer(director, firesAt()); // the later, the safer: nobody may think that it has fired already
      held = addressesIn(answer);
      return {
        message: `Without a confirmation ${director} rolls back by itself after ${seconds} s.`,
        output: wordsOf(answer),
      };
    },
  );
  return held;
}

/** Answers what the director read of itself behind the switch, unless that answer was lost or cannot be read: then it is asked again. */
async function switchHost(run: Run, director: string, reached: Reached | undefined): Promise<Reading | undefined> {
  if (isPast(reached, 'switched')) return undefined;
  const { transaction, generation, mode, topology } = run.deploy;
  let reading: Reading | undefined;
  await runStep(run, { director, name: 'switch', message: 'Putting the release in place.' }, async () => {
    const { calls, stdin } = readingCalls(topology, director);
    const change = {
      calls: [['switch', transaction, String(generation)] as const, ...calls],
      ...{ stdin, done: ['switched'] as const, timeoutMs: SWITCH_MS[mode] },
    };
    const answer = await changeHost(run, director, change);
    reading = readingIn(run, director, answer);
    return { message: `Release ${transaction} is live.`, output: wordsOf(answer) };
  });
  return reading;
}

function readingIn(run: Run, director: string, { stdout }: GuardAnswer): Reading | undefined {
  try {
    return toReading(run.deploy.topology, director, stdout);
  } catch (error) {
    if (error instanceof HostError && error.details.retry === true) return undefined;
    throw error;
  }
}

async function proveConnection(run: Run, director: string): Promise<void> {
  await runStep(run, { director, name: 'new-connection', message: 'Logging in anew.' }, async () => {
    await logInAnew(run, director);
    return { message: 'A new SSH connection works; what follows goes over it.' };
  });
}

/** A packet that is lost on a long line is not a director that locks everybody out. */
async function logInAnew(run: Run, director: string): Promise<void> {
  const deadline = Date.now() + LOGIN_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await hostOf(run, director).proveNewConnection();
    } catch (error) {
      const isPassing = error instanceof HostError && error.details.retry === true;
      if (!isPassing || attempt === LOGINS || Date.now() > deadline) throw error;
    }
  }
}

/** From the addresses that each director holds; one that is not in `seen` is asked. */
async function readRoles(run: Run, seen: Seen): Promise<{ active: string | undefined; standby: string | undefined }> {
  const directors = run.deploy.hosts.map(({ director }) => director);
  const held = await onBoth(directors, async (director) => {
    const found = seen[director] ?? (await readAddresses(hostOf(run, director), director));
    return { director, isHolder: holdsAddresses(run, director, found) };
  });
  const active = held.find(({ isHolder }) => isHolder)?.director;
  return { active, standby: directors.find((director) => director !== (active ?? directors[0])) };
}

/** Absent when the answer to a change was lost, or its reading failed: then the director is asked again. */
function addressesIn(answer: GuardAnswer | undefined): HeldAddress[] | undefined {
  const { value: frames } = parseGuardFrames(answer?.stdout ?? '');
  const found = readSection(frames, 'addresses', parseIpAddresses);
  return 'value' in found ? found.value : undefined;
}
