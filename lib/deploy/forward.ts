// The way forward, exactly the protocol: stage, check, arm, switch, verify, prove a new connection, confirm.
import { heldRole, virtualAddressesOf } from '../plan/roles';
import { parseIpAddresses } from '../parse/ip-json';
import { HostError } from '../core/errors';
import type { Role } from '../core/kernel-state';
import { readSection } from '../plan/observed-host';
import { isPast, type Reached } from './decide-resume';
import { hostOf, type Run } from './deploy-run';
import { changeHost, patientStatus } from './guard-change';
import { onBoth, runStep } from './run-step';
import { preparedOf, verifyDirector, verifyPair } from './verify-pair';

export type ReachedByDirector = Record<string, Reached>;

const STAGE_MS = 60_000;
const CHECK_MS = 60_000;
const ARM_MS = 30_000;
const SWITCH_MS = { rolling: 60_000, together: 150_000 };
const CONFIRM_MS = 30_000;

/** Answers the sentences of proof. `reached`: what an earlier run of the same deploy did already. */
export async function goForward(run: Run, reached: ReachedByDirector): Promise<string[]> {
  const directors = run.deploy.hosts.map(({ director }) => director);
  await onBoth(directors, (director) => stageAndCheck(run, director, reached[director]));
  const { proof, active } = await (directors.length === 1
    ? switchSingle(run, directors, reached)
    : run.deploy.mode === 'together'
      ? switchTogether(run, directors, reached)
      : switchOneByOne(run, directors, reached));
  await onBoth(directors, (director) => proveConnection(run, director));
  await confirmPair(run, active, reached);
  return [...proof, 'New SSH connections to both directors succeeded after the switch.'];
}

async function stageAndCheck(run: Run, director: string, reached: Reached | undefined): Promise<void> {
  const { transaction, generation } = run.deploy;
  if (!isPast(reached, 'staged')) {
    await runStep(run, { director, name: 'stage', message: `Sending release ${transaction}.` }, async () => {
      const { archive } = preparedOf(run, director);
      const args = [transaction, String(generation)];
      const change = { args, done: ['staged', 'checked'] as const, stdin: archive, timeoutMs: STAGE_MS };
      const answer = await changeHost(run, director, 'stage', change).catch(async (error: unknown) => {
        if (!(await removeLeftOver(run, director, error))) throw error;
        return changeHost(run, director, 'stage', change);
      });
      return { message: `Release ${transaction} arrived whole (${archive.length} bytes).`, output: wordsOf(answer) };
    });
  }
  if (isPast(reached, 'checked')) return;
  await runStep(run, { director, name: 'check', message: 'The real programs read the staged files.' }, async () => {
    const answer = await changeHost(run, director, 'check', {
      args: [transaction],
      done: ['checked'],
      timeoutMs: CHECK_MS,
    });
    return {
      message: 'The daemons, the firewall tools and the guard accept the files; the roll back was rehearsed.',
      output: wordsOf(answer),
    };
  });
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

async function switchTogether(run: Run, directors: readonly string[], reached: ReachedByDirector) {
  const before = await readRoles(run);
  await onBoth(directors, (director) =>
    arm(run, director, director === before.standby ? 'standby' : 'active', reached[director]),
  );
  await onBoth(directors, (director) => switchHost(run, director, reached[director]));
  return verifyPair(run);
}

/** Stack single: the one director carries all traffic, so it has the shorter timer. */
async function switchSingle(run: Run, directors: readonly string[], reached: ReachedByDirector) {
  for (const director of directors) await switchHalf(run, director, 'active', reached[director]);
  return verifyPair(run);
}

/** Standby through verify, then the roles once more, then the active one: whoever that is by then. */
async function switchOneByOne(run: Run, directors: readonly string[], reached: ReachedByDirector) {
  const roles = await readRoles(run);
  const halfDone = directors.find((director) => isPast(reached[director], 'switched'));
  const first = halfDone ?? roles.standby ?? directors[0] ?? '';
  const second = directors.find((director) => director !== first) ?? '';
  await switchHalf(run, first, 'standby', reached[first]);
  const proof = await verifyDirector(run, first);
  const now = await readRoles(run);
  const notes =
    now.active === roles.active
      ? []
      : [`The roles changed while the deploy ran: ${now.active ?? 'nobody'} became active.`];
  await switchHalf(run, second, 'active', reached[second]);
  const pair = await verifyPair(run);
  return { proof: [...notes, ...(pair.proof.length > 0 ? pair.proof : proof)], active: pair.active };
}

async function switchHalf(run: Run, director: string, half: Role, reached: Reached | undefined): Promise<void> {
  await arm(run, director, half, reached);
  await switchHost(run, director, reached);
}

/** Armed already after an interruption: armed again, for the whole time. */
async function arm(run: Run, director: string, half: Role, reached: Reached | undefined): Promise<void> {
  if (isPast(reached, 'switched')) return;
  const { transaction, generation, timerSeconds } = run.deploy;
  const seconds = timerSeconds[half];
  await runStep(
    run,
    { director, name: 'arm', message: `Starting a timer of ${seconds} s that rolls back by itself.` },
    async () => {
      const firesAt = () => new Date(Date.now() + seconds * 1_000);
      await run.journal.setTimer(director, firesAt());
      const args = [transaction, String(generation), String(seconds)];
      const answer = await changeHost(run, director, 'arm', { args, done: ['armed'], timeoutMs: ARM_MS });
      await run.journal.setTimer(director, firesAt()); // the later, the safer: nobody may think that it has fired already
      return {
        message: `Without a confirmation ${director} rolls back by itself after ${seconds} s.`,
        output: wordsOf(answer),
      };
    },
  );
}

async function switchHost(run: Run, director: string, reached: Reached | undefined): Promise<void> {
  if (isPast(reached, 'switched')) return;
  const { transaction, generation, mode } = run.deploy;
  await runStep(run, { director, name: 'switch', message: 'Putting the release in place.' }, async () => {
    const args = [transaction, String(generation)];
    const answer = await changeHost(run, director, 'switch', { args, done: ['switched'], timeoutMs: SWITCH_MS[mode] });
    return { message: `Release ${transaction} is live.`, output: wordsOf(answer) };
  });
}

async function proveConnection(run: Run, director: string): Promise<void> {
  await runStep(run, { director, name: 'new-connection', message: 'Logging in anew.' }, async () => {
    await hostOf(run, director).proveNewConnection();
    return { message: 'A new SSH connection works.' };
  });
}

/** Active first: if the console dies between the two, the director that carries traffic keeps the verified release. */
export async function confirmPair(run: Run, active: string, reached: ReachedByDirector): Promise<void> {
  const directors = run.deploy.hosts.map(({ director }) => director);
  const order = directors.toSorted((a, b) => Number(b === active) - Number(a === active));
  for (const director of order) if (reached[director] !== 'confirmed') await confirmHost(run, director);
}

export async function confirmHost(run: Run, director: string): Promise<void> {
  const { transaction, generation } = run.deploy;
  await runStep(run, { director, name: 'confirm', message: 'Making the release permanent.' }, async () => {
    const args = [transaction, String(generation)];
    const answer = await changeHost(run, director, 'confirm', { args, done: ['confirmed'], timeoutMs: CONFIRM_MS });
    await run.journal.setTimer(director, undefined);
    return { message: `Release ${transaction} is what ${director} boots from now on.`, output: wordsOf(answer) };
  });
}

/** From the addresses that each director holds at this moment. */
export async function readRoles(run: Run): Promise<{ active: string | undefined; standby: string | undefined }> {
  const addresses = virtualAddressesOf(run.deploy.topology);
  const directors = run.deploy.hosts.map(({ director }) => director);
  const held = await onBoth(directors, async (director) => {
    const found = readSection(await hostOf(run, director).read(['addresses']), 'addresses', parseIpAddresses);
    if ('problem' in found)
      throw new HostError('unreadable-answer', `${director}: ${found.problem}`, { host: director });
    return { director, role: heldRole(addresses, found.value) };
  });
  const active = held.find(({ role }) => role !== 'standby')?.director;
  return { active, standby: directors.find((director) => director !== (active ?? directors[0])) };
}

function wordsOf({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return [stdout.trim(), stderr.trim()].filter(Boolean).join('\n');
}
