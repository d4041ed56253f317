// Everything that can be known before anything is sent: read from both directors at once, and compared with the plan.
import { hasErrors } from '../core/diagnostic';
import { HostError } from '../core/errors';
import { parseGuardStatus, type GuardStatus } from '../parse/guard-status';
import { checkLockout, guardedAddresses } from '../plan/check-lockout';
import { checkHostFacts, FACT_SECTIONS, parseHostFacts, type DirectorFacts } from '../plan/host-facts';
import { framesOf } from '../ssh/guard-host';
import { holdsAddresses, hostOf, Refused, type PreparedHost, type Run } from './deploy-run';
import { pairWords } from './pair-words';
import { onBoth, runStep } from './run-step';
import { preparedOf } from './verify-pair';

type Found = { director: string; facts: DirectorFacts; status: GuardStatus };
const FACTS_MS = 30_000;

/** Throws Refused with every reason; nothing was changed. */
export async function preflight(run: Run): Promise<void> {
  const directors = run.deploy.hosts.map(({ director }) => director);
  const found = await onBoth(directors, (director) => inspect(run, director));
  await runStep(run, { name: 'preflight', message: 'Comparing the pair with the plan.' }, async () => {
    const reasons = [...checkHolders(run, found), ...checkAddresses(run, found)];
    if (reasons.length > 0) throw new Refused(reasons.join(' '));
    return { message: [pairWords(run).asPlanned, ...untoldConnections(found), ...unseenStarts(found)].join(' ') };
  });
  const newest = Math.max(...found.map(({ status }) => status.generation));
  if (newest >= run.deploy.generation) {
    run.deploy.generation = newest + 1;
    await run.journal.raiseGeneration(run.deploy.generation);
  }
}

async function inspect(run: Run, director: string): Promise<Found> {
  const prepared = preparedOf(run, director);
  let found: Found | undefined;
  await runStep(run, { director, name: 'preflight', message: 'Reading facts and state.' }, async () => {
    const read = await readFacts(run, director);
    const reasons = [
      ...checkGuard(director, read.status),
      ...checkBase(prepared, read.status),
      ...checkOpen(run, prepared.director, read.status),
      ...checkHostFacts(director, read.facts, prepared.expected.intent, run.deploy.topology.stack)
        .filter(({ severity }) => severity === 'error')
        .map(({ message }) => message),
    ];
    if (reasons.length > 0) throw new Refused(reasons.join(' '));
    found = read;
    return {
      message: `Release ${read.status.confirmed} is confirmed, no transaction is open, tools and space are there.`,
    };
  });
  if (!found) throw new Refused(`${director} was not read.`);
  return found;
}

async function readFacts(run: Run, director: string): Promise<Found> {
  const { stdout } = await hostOf(run, director).guard('facts', [], { timeoutMs: FACTS_MS });
  const frames = framesOf(director, stdout, [...FACT_SECTIONS, 'status']);
  const { value: status } = parseGuardStatus(frames.get('status')?.text ?? '');
  if (!status)
    throw new HostError('unreadable-answer', `${director}: the guard's status cannot be read.`, { host: director });
  return { director, facts: parseHostFacts(frames), status };
}

/** An older guard does not know what a deploy sends, cannot be rolled back while one of its programs hangs (before 2.6), or does not tell whether its host's start puts the confirmed release in place (before 2.7). */
function checkGuard(director: string, { version }: GuardStatus): string[] {
  const [major = 0, minor = 0] = version.split(/[.+]/).map(Number);
  if (major > 2 || (major === 2 && minor >= 7)) return [];
  return [
    `${director} has guard ${version}, which is too old for this console: install it again on the director's page.`,
  ];
}

function checkBase({ director, baseRelease }: PreparedHost, { confirmed }: GuardStatus): string[] {
  const now = confirmed === 'origin' ? 'none' : confirmed;
  if (now === baseRelease) return [];
  return [
    `${director} has drifted: the plan was made on release ${baseRelease}, but ${now} is confirmed there. Make a new plan.`,
  ];
}

function checkOpen(run: Run, director: string, { state, transaction }: GuardStatus): string[] {
  if (state === 'idle' || state === 'confirmed' || state === 'rolled-back') return [];
  const isLeftOver = (state === 'staged' || state === 'checked') && run.deploy.endedTransactions.includes(transaction);
  if (isLeftOver) return [];
  return [`${director} has an open transaction ${transaction} (${state}) that this console does not know.`];
}

/** Nobody may hold the virtual addresses before heartbeat's first start; later exactly one director must. */
function checkHolders(run: Run, found: readonly Found[]): string[] {
  if (run.deploy.topology.stack === 'single') return [];
  const holders = found.filter(({ director, facts }) => holdsAddresses(run, director, facts.addresses));
  const isFirst = run.deploy.hosts.every(({ baseRelease }) => baseRelease === 'none');
  if (holders.length > 1) return ['Both directors hold virtual addresses.'];
  if (holders.length === 0 && !isFirst && run.deploy.mode !== 'together')
    return ['No director holds the virtual addresses.'];
  return [];
}

/** What the proof then lacks: sudo hides the connection, or the guard is older than the question. */
function untoldConnections(found: readonly Found[]): string[] {
  return found
    .filter(({ facts }) => facts.sshConnection === undefined)
    .map(
      ({ director }) => `${director} does not tell by which connection it is reached: only its addresses are proven.`,
    );
}

function unseenStarts(found: readonly Found[]): string[] {
  return found
    .filter(({ facts }) => facts.hasBootFallback === undefined)
    .map(({ director }) => `${director} has no systemd: whether its start runs \`guard boot\` cannot be seen.`);
}

/** The lock-out proof, again, with the addresses of this moment and the connections that this deploy goes over. */
function checkAddresses(run: Run, found: readonly Found[]): string[] {
  const facts = Object.fromEntries(found.map((each) => [each.director, each.facts]));
  const guarded = guardedAddresses(run.deploy.topology, facts);
  const problems = run.deploy.hosts.flatMap(({ expected }) => checkLockout(expected.intent, guarded));
  return hasErrors(problems) ? problems.map(({ message }) => message) : [];
}
