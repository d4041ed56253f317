// What a deploy works with: the prepared releases, the durable journal, the two hosts. No database and no SSH library here.
import type { Topology } from '../core/topology';
import type { DeployState, DeployStep, DeployStepName } from '../core/views/deploy';
import type { PairMode } from '../core/views/plan';
import type { HeldAddress } from '../parse/ip-json';
import type { ExpectedHost } from '../plan/diff-host';
import { holdsAny, virtualAddressesOf } from '../plan/roles';
import type { GuardHost } from '../ssh/guard-host';

export type PreparedHost = {
  director: string;
  /** Release that the plan was made on; `none` on first contact. */
  baseRelease: string;
  /** The tar for `guard stage`. */
  archive: Uint8Array;
  expected: ExpectedHost;
  /** What the base release made; absent on first contact, and for a release that this console did not make. */
  previous?: ExpectedHost;
};
export type PreparedDeploy = {
  id: string;
  number: number;
  transaction: string;
  generation: number;
  /** As the journal knows it when the run begins. */
  state: DeployState;
  mode: PairMode;
  /** Dead-man timers. The standby's is longer: the director that carries traffic decides first. */
  timerSeconds: { active: number; standby: number };
  topology: Topology;
  hosts: PreparedHost[];
  /** Words that must never reach the journal. */
  secrets: string[];
  /** Transactions of ended deploys of this pair: what they left staged may be removed. */
  endedTransactions: string[];
  /** Why this deploy can only be undone, or confirmed where the other director has confirmed: its releases cannot be made any more. */
  wayBack?: string;
};

export type StepResult = { state: DeployStep['state']; message: string; output: string };
export type JournalStep = { sequence: number; director?: string; name: DeployStepName; state: DeployStep['state'] };
/** The pair was taken: from there on the directors must be asked before anything is said of the deploy. */
export function isBegun(steps: readonly JournalStep[]): boolean {
  return steps.some(({ name }) => name === 'lock');
}

/** Directors whose confirmation the journal has noted. */
export function confirmedIn(
  steps: readonly { name: string; state: string; director?: string | null }[],
): ReadonlySet<string> {
  return new Set(
    steps.flatMap(({ name, state, director }) =>
      name === 'confirm' && state === 'done' && director ? [director] : [],
    ),
  );
}

/** Every call returns after its commit: what it announces is on disk before the side effect. */
export type DeployJournal = {
  steps: () => Promise<JournalStep[]>;
  begin: (step: { director?: string; name: DeployStepName; message: string }) => Promise<number>;
  end: (sequence: number, result: StepResult) => Promise<void>;
  setState: (state: DeployState) => Promise<void>;
  /** Undefined: no timer runs there any more. */
  setTimer: (director: string, firesAt: Date | undefined) => Promise<void>;
  timers: () => Promise<Record<string, string>>;
  /** How a director differs from its release before this deploy changes anything there, a sentence each. */
  setBefore: (director: string, differences: string[]) => Promise<void>;
  before: () => Promise<Record<string, string[]>>;
  raiseGeneration: (generation: number) => Promise<void>;
  isCancelled: () => Promise<boolean>;
  /** Why the pair's rules (approval, windows, freeze) do not let this deploy begin at this moment: sentences. */
  refusal: () => Promise<string | undefined>;
  /** The last state; opens the pair for the next deploy. */
  finish: (end: { state: DeployState; outcome?: string; proof: string[] }) => Promise<void>;
};

export type DeployHost = GuardHost & {
  /** Logs in anew beside every open connection, asks the guard's status there, and goes on over the new one. */
  proveNewConnection: () => Promise<void>;
};
export type Run = {
  deploy: PreparedDeploy;
  journal: DeployJournal;
  hosts: Record<string, DeployHost>;
  /** The worker stops: the run ends at the next step and is resumed later. */
  signal: AbortSignal;
};

/** The operator asked for a roll back. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}
/** The worker stops; nothing is undone. */
export class Suspended extends Error {
  override readonly name = 'Suspended';
}
/** What happens now cannot be written down, so nothing more may happen: the deploy stays open and goes on when the journal is there again. */
export class JournalLost extends Suspended {}
/** A check that was made before anything was sent says no. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

const STANDBY_EXTRA_SECONDS = 120;

export function timersOf(activeSeconds: number): PreparedDeploy['timerSeconds'] {
  return { active: activeSeconds, standby: activeSeconds + STANDBY_EXTRA_SECONDS };
}

/** `<deploy number>-<8 hex of the plan's hash>`. */
export function transactionOf(number: number, planHash: string): string {
  return `${number}-${planHash.slice(0, 8)}`;
}

/** How long a switch may take: where a daemon starts anew, its resource scripts decide. */
export const SWITCH_MS: Record<PairMode, number> = { rolling: 60_000, 'rolling-restart': 150_000, together: 150_000 };

/** Any of the virtual addresses: of this release, or of the one before, which an active director holds until it starts anew. */
export function holdsAddresses({ deploy }: Run, director: string, held: readonly HeldAddress[]): boolean {
  const previous =
    deploy.hosts.find((host) => host.director === director)?.previous?.intent.active.virtualAddresses ?? [];
  const before = previous.map(({ address }) => address);
  return holdsAny(virtualAddressesOf(deploy.topology), before, held);
}

export function hostOf(run: Run, director: string): DeployHost {
  const host = run.hosts[director];
  if (!host) throw new Error(`no host for director ${director}`);
  return host;
}
