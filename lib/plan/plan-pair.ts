// Makes the plan for a pair: what a deploy of these releases would change on both directors, and whether it may be done.
import { diffDocuments } from '../core/diff-documents';
import { error, hasErrors, warning, type Diagnostic } from '../core/diagnostic';
import type { Stack, TopologyDocument } from '../core/document';
import { invariant } from '../core/errors';
import type { Role } from '../core/kernel-state';
import type { HostRelease } from '../core/release';
import type { Topology } from '../core/topology';
import type { HostPlan, KernelAction, PairMode, Plan } from '../core/views/plan';
import { canonicalHash } from './canonical-hash';
import { checkLockout, guardedAddresses } from './check-lockout';
import { checkPolicyRouting } from './check-policy-routing';
import { decideDaemonAction, type DaemonDecision } from './daemon-action';
import { diffFiles } from './diff-files';
import { diffKernel } from './diff-kernel';
import { healthWaysOf, isHealthMade } from './health-made';
import type { KernelDifference } from './kernel-difference';
import { explainImpact } from './explain-impact';
import { checkHostFacts, type DirectorFacts } from './host-facts';
import type { ObservedHost } from './observed-host';
import { orderSteps } from './order-actions';
import { decidePairMode } from './pair-mode';
import { checkRoles, rolesOf } from './roles';
import { summarizeChange } from './summarize-change';
import { findVrrpChange } from './vrrp-change';

export type PlanInput = {
  topologyId: string;
  revision: number;
  document: TopologyDocument;
  topology: Topology;
  /** One for each director, in the order of the topology. */
  releases: HostRelease[];
  /** Absent: the director could not be read; the reason is in `problems`. */
  observed: Record<string, ObservedHost | undefined>;
  facts: Record<string, DirectorFacts | undefined>;
  /** The last verified deploy of this pair: its document and releases (secrets redacted). */
  previous?: { document: TopologyDocument; releases: HostRelease[] };
  /** What the caller found: checks of the document, directors that could not be read. */
  problems: Diagnostic[];
};
export type PairPlan = Omit<Plan, 'id' | 'createdAt' | 'createdBy' | 'baseRevision' | 'forecast'>;

/** Seconds. A start of heartbeat and its resources takes longer than any reload. */
const TIMER: Record<PairMode, number> = { rolling: 60, 'rolling-restart': 240, together: 240 };
/** The guard's word for the state before the first deploy. */
const ORIGIN = 'origin';

/** Pure and deterministic: the same input gives the same hash. */
export function planPair(input: PlanInput): PairPlan {
  const { topology, releases, observed } = input;
  const before = heldBefore(input);
  const roles = rolesOf(topology, observed, before);
  const problems = [...input.problems, ...checkRoles(topology, observed, before), ...checkReleases(input)];
  const hosts = releases.map((release) => planHost(release, roles[release.director] ?? 'standby', input));
  const vrrp = findVrrpChange(hosts, input);
  const mode = decidePairMode(hosts, input, vrrp);
  const body = {
    topologyId: input.topologyId,
    revision: input.revision,
    mode,
    hosts,
    summary: summarizeChange(input.previous?.document, input.document),
    objects: diffDocuments(input.previous?.document, input.document),
    impact: explainImpact(hosts, mode, vrrp),
    timerSeconds: TIMER[mode],
    problems,
    deployable: !hasErrors(problems) && topology.directors.every(({ name }) => isKnown(input, name)),
  } satisfies Omit<PairPlan, 'hash'>;
  return { ...body, hash: canonicalHash({ body, releases }) };
}

/** A director that was not read is never deployed to, whether or not somebody said why. */
function isKnown({ observed, facts, releases }: PlanInput, director: string): boolean {
  return !!observed[director] && !!facts[director] && releases.some((release) => release.director === director);
}

function heldBefore({ previous }: PlanInput): string[] {
  return (previous?.releases ?? []).flatMap(({ intent }) =>
    intent.active.virtualAddresses.map(({ address }) => address),
  );
}

function planHost(release: HostRelease, role: Role, input: PlanInput): HostPlan {
  const { director } = release;
  const observed = input.observed[director];
  const previous = input.previous?.releases.find((other) => other.director === director);
  const isKnown = observed !== undefined && observed.status.confirmed !== ORIGIN;
  const files = diffFiles(release, isKnown ? previous : undefined, observed?.files);
  if (!observed) return { director, role, baseRelease: 'unknown', files, actions: [], daemonAction: 'none' };
  const own = previous?.intent.active.ipvs.map(({ key }) => key) ?? [];
  const ways = healthWaysOf(input.topology);
  const differences = diffKernel(release.intent, role, observed, own).map((each) => ({
    ...each,
    isHealth: isHealthMade(each, ways),
  }));
  const { stack } = input.topology;
  const decision = decideDaemonAction(stack, { files, observed, role, differences });
  const told = differences.filter(({ isHealth }) => !isHealth || previous).map((each) => toAction(each, decision));
  return {
    director,
    role,
    baseRelease: isKnown ? observed.status.confirmed : 'none',
    files,
    actions: orderSteps([...told, ...daemonActions(decision, stack)], {
      action: decision.action,
      areFixed: stack === 'single',
    }),
    daemonAction: decision.action,
  };
}

const REASONS: Record<KernelDifference['kind'], string> = {
  module: 'IPVS and its schedulers are kernel modules.',
  sysctl: 'The kernel must forward, and its IPVS settings must fit the topology.',
  route: 'Marked packets are delivered locally, where IPVS sees them; unmarked packets for a range must not loop.',
  'policy-rule': 'A marked packet looks its route up in the table that delivers it locally.',
  'mark-rules': 'The mark tells IPVS which group a packet belongs to.',
  'nat-rules': 'Connections that real servers open themselves leave with an address that can be answered.',
  ipvs: 'The daemon makes the table equal to its file.',
  'sync-daemon': 'The active director tells the other one about its connections; the daemon starts it with the role.',
  'virtual-address': 'The virtual addresses follow the role.',
  daemon: 'The daemon keeps the addresses and the table.',
};

type PlannedAction = KernelAction & Pick<KernelDifference, 'kind'>;

function toAction(
  { kind, change, command, sentence, isHealth }: KernelDifference,
  decision: DaemonDecision,
): PlannedAction {
  return { kind, change, command, reason: `${sentence}${howOf(kind, isHealth === true, decision)}` };
}

function howOf(kind: KernelDifference['kind'], isHealth: boolean, { action }: DaemonDecision): string {
  const isOfDaemon = kind === 'ipvs' || kind === 'sync-daemon' || kind === 'virtual-address';
  if (!isOfDaemon || action !== 'none') return ` ${REASONS[kind]}`;
  if (isHealth) return ' A health check decides it.';
  return kind === 'virtual-address' ? '' : ' No daemon puts it right, so the guard does.';
}

function daemonActions({ action, reason }: DaemonDecision, stack: Stack): PlannedAction[] {
  if (action === 'none') return [];
  const [command, change] = {
    'reload-ldirectord': ['ldirectord /etc/ha.d/ldirectord.cf reload', 'reload'] as const,
    'restart-heartbeat': ['systemctl restart heartbeat', 'restart'] as const,
    'start-heartbeat': ['systemctl start heartbeat', 'start'] as const,
    'reload-keepalived': ['systemctl reload keepalived', 'reload'] as const,
    'restart-keepalived': ['systemctl restart keepalived', 'restart'] as const,
    'start-keepalived': ['systemctl start keepalived', 'start'] as const,
    'restart-ldirectord': ['systemctl restart lvs-console-ldirectord', 'restart'] as const,
    'start-ldirectord': [
      stack === 'heartbeat' ? 'ldirectord ldirectord.cf start' : 'systemctl start lvs-console-ldirectord',
      'start',
    ] as const,
  }[action];
  return [{ kind: 'daemon', change, command, reason }];
}

function checkReleases(input: PlanInput): Diagnostic[] {
  const { topology, releases, facts, observed } = input;
  const guarded = guardedAddresses(topology, facts);
  return releases.flatMap((release) => {
    const known = facts[release.director];
    const present = observed[release.director];
    invariant(release.director !== '', 'a release has a director');
    return [
      ...checkLockout(release.intent, guarded),
      ...(known ? checkHostFacts(release.director, known, release.intent, topology.stack) : []),
      ...(present ? checkPolicyRouting(release.director, release.intent, present) : []),
      ...checkOtherStack(topology, release.director, present),
      ...checkTransaction(release.director, present),
    ];
  });
}

/** Two daemons that move the same addresses or write the same table would fight. */
function checkOtherStack({ stack }: Topology, director: string, observed: ObservedHost | undefined): Diagnostic[] {
  const others = ['heartbeat', 'keepalived'].filter(
    (daemon) => daemon !== stack && observed?.daemons[daemon] === 'running',
  );
  return others.map((daemon) =>
    error(
      'host.other-stack',
      ['stack'],
      `${daemon} runs on ${director}, and this topology has the stack ${stack}: both would hold the addresses and the table.`,
      `Stop it for good in a window of your own (systemctl disable --now ${daemon}), then plan again.`,
    ),
  );
}

function checkTransaction(director: string, observed: ObservedHost | undefined): Diagnostic[] {
  const state = observed?.status.state;
  if (state === undefined || state === 'idle' || state === 'confirmed' || state === 'rolled-back') return [];
  const message = `${director} has an open transaction ${observed?.status.transaction ?? ''} (${state}).`;
  if (state === 'staged' || state === 'checked')
    return [warning('host.transaction-open', [], message, 'It was never armed: the next deploy ends it.')];
  return [error('host.transaction-open', [], message, 'Wait until it has ended or rolled back by itself.')];
}
