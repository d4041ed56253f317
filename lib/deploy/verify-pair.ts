// The verify step: directors are read until they are what the release says, or until the time for it is over.
import { HostError } from '../core/errors';
import { hostOf, type PreparedHost, type Run } from './deploy-run';
import { findUndelivered } from './prove-delivery';
import { checkpoint, clean, onBoth, pause, runStep } from './run-step';
import { compareHost, compareMarks, observeHost, type Verification } from './verify-host';

/** Health checks and a reload of ldirectord. */
const SETTLE_MS = 10_000;
/** A start of heartbeat: it waits for its peer, then its resource scripts fork a lot. */
const START_MS = 120_000;
const RETRY_MS = 500;

export class NotVerified extends Error {
  override readonly name = 'NotVerified';
}

/** Throws NotVerified with every difference. Answers sentences of proof. */
export async function verifyDirector(run: Run, director: string): Promise<string[]> {
  const proof: string[] = [];
  await runStep(
    run,
    { director, name: 'verify', message: 'Reading back and comparing with the release.' },
    async () => {
      const [verified] = await untilEqual(run, [director], SETTLE_MS);
      proof.push(...sentencesOf(director, verified));
      return { message: proof.join(' '), output: verified?.health.join('\n') ?? '' };
    },
  );
  return proof;
}

/** Both directors together: each equals its release by its role, and exactly one of them is active. */
export async function verifyPair(run: Run): Promise<{ proof: string[]; active: string }> {
  const directors = run.deploy.hosts.map(({ director }) => director);
  const proof: string[] = [];
  let active = '';
  const limit = run.deploy.mode === 'together' ? START_MS : SETTLE_MS;
  await runStep(run, { name: 'verify', message: 'Reading both directors back and comparing.' }, async () => {
    const found = await untilEqual(run, directors, limit);
    active = directors.find((_director, index) => found[index]?.role === 'active') ?? '';
    proof.push(...directors.flatMap((director, index) => sentencesOf(director, found[index])));
    if (directors.length > 1) proof.push(`Exactly one director, ${active}, holds the virtual addresses.`);
    return { message: proof.join(' '), output: found.flatMap(({ health }) => health).join('\n') };
  });
  return { proof, active };
}

async function untilEqual(run: Run, directors: readonly string[], limitMs: number): Promise<Verification[]> {
  const started = Date.now();
  for (;;) {
    const found = await onBoth(directors, (director) => readOnce(run, director));
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
    if (Date.now() - started > limitMs) throw new NotVerified(clean(run, differences.join(' ')));
    await pause(RETRY_MS, run.signal);
    await checkpoint(run, 'verify');
  }
}

/** An answer that is lost or cut in the middle is no difference yet: the next round asks again. */
async function readOnce(run: Run, director: string): Promise<Verification> {
  const host = hostOf(run, director);
  try {
    const prepared = preparedOf(run, director);
    const own = prepared.previous?.intent.active.ipvs.map(({ key }) => key) ?? [];
    // Asked together: over a slow line each question that waits for another one costs a round trip.
    const [observed, undelivered] = await Promise.all([observeHost(host), findUndelivered(host, run.deploy.topology)]);
    const found = compareHost(prepared.expected, observed, own);
    if (found.differences.length > 0) return found;
    if (undelivered.length > 0) return { ...found, differences: undelivered };
    return compareMarks(found, run.deploy.topology, director, observed);
  } catch (error) {
    if (!(error instanceof HostError) || error.details.retry !== true) throw error;
    return { role: 'split', differences: [error.message], health: [] };
  }
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
