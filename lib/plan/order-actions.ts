// The order in which the guard does what a plan names: what is used later is there before, what was used before goes last.
import type { DaemonAction } from '../core/release';
import type { KernelDifference } from './kernel-difference';

type Step = Pick<KernelDifference, 'kind' | 'command'> & { change: string };
/** `areFixed`: the virtual addresses stand on the host itself, no daemon moves them. */
type Means = { action: DaemonAction; areFixed: boolean };

/** As do_switch of the guard has it. */
const ORDER = [
  'module',
  'sysctl',
  'fixed address',
  'service',
  'delivery of IPv4',
  'delivery of IPv6',
  'rules',
  'daemon',
  'service of a start',
  'stale service',
  'sync daemon',
  'address of a start',
] as const;
type Stage = (typeof ORDER)[number];

/** Stable: what is done at one stage stays as it was found. */
export function orderSteps<T extends Step>(steps: readonly T[], means: Means): T[] {
  const place = (step: T) => ORDER.indexOf(stageOf(step, means));
  return steps.toSorted((a, b) => place(a) - place(b) || placeInDelivery(a) - placeInDelivery(b));
}

function stageOf({ kind, change, command }: Step, { action, areFixed }: Means): Stage {
  switch (kind) {
    case 'route':
    case 'policy-rule':
      return command.startsWith('ip -6 ') ? 'delivery of IPv6' : 'delivery of IPv4';
    case 'mark-rules':
    case 'nat-rules':
      return 'rules';
    case 'ipvs':
      if (change === 'remove') return 'stale service';
      return makesTable(action) ? 'service of a start' : 'service';
    case 'virtual-address':
      return areFixed ? 'fixed address' : 'address of a start';
    case 'sync-daemon':
      return 'sync daemon';
    default:
      return kind;
  }
}

/** heartbeat and keepalived make the services when they start; else the guard adds them before the rules. */
function makesTable(action: DaemonAction): boolean {
  return /^(re)?start-(heartbeat|keepalived)$/.test(action);
}

/** A route stands before the rule that leads to it, and goes after it. */
function placeInDelivery({ kind, change }: Step): number {
  if (kind !== 'route' && kind !== 'policy-rule') return 0;
  const [first, last] = kind === 'route' ? [0, 3] : [1, 2];
  return change === 'remove' ? last : first;
}
