// The cells of the fault matrix: at which point of a deploy, on which director, what goes wrong. Part 3 A of the deploy protocol.
import type { DeployStepName } from '../core/views/deploy';

export const HALVES = ['standby', 'active'] as const;
export type Half = (typeof HALVES)[number];
export type Point = { step: DeployStepName; half?: Half };
export const FAULTS = [
  'worker-killed',
  'web-killed',
  'database-killed',
  'guard-killed',
  'power-cut',
  'link-cut',
  'sshd-stopped',
] as const;
export type FaultName = (typeof FAULTS)[number];
export type Cell = { id: string; point: Point; fault: FaultName };

const PER_HOST = ['stage', 'check', 'arm', 'switch', 'verify', 'confirm'] as const;
/** 14 points: two of the pair, six of each director. */
export const POINTS: Point[] = [
  { step: 'preflight' },
  { step: 'lock' },
  ...HALVES.flatMap((half) => PER_HOST.map((step) => ({ step, half }))),
];

/** `A/switch@active/power-cut`; at a point of the pair the fault strikes the active director. */
export const MATRIX_A: Cell[] = POINTS.flatMap((point) =>
  FAULTS.map((fault) => ({ id: `A/${printPoint(point)}/${fault}`, point, fault })),
);

export function printPoint({ step, half }: Point): string {
  return half === undefined ? step : `${step}@${half}`;
}

/**
 * For every `npm test`, in this order: one cell of each part first, so that a run that is cut short has seen all parts; then the rest,
 * with each point at least once and the cheap faults at the steps that write.
 */
export const QUICK: readonly string[] = [
  'A/switch@active/worker-killed',
  'B/mangle-flushed@standby',
  'C/reset-in-switch@active',
  'D/stale-plan',
  'E/every-file-cut-at-5-tenths@standby',
  'A/preflight/worker-killed',
  'A/lock/database-killed',
  'A/stage@standby/worker-killed',
  'A/check@standby/guard-killed',
  'A/arm@standby/worker-killed',
  'A/switch@standby/guard-killed',
  'A/verify@standby/database-killed',
  'A/confirm@standby/worker-killed',
  'A/stage@active/guard-killed',
  'A/check@active/web-killed',
  'A/arm@active/database-killed',
  'A/switch@active/sshd-stopped',
  'A/verify@active/worker-killed',
  'A/confirm@active/guard-killed',
  'B/rule-added-by-others@active',
  'B/tool-taken-away@active',
  'C/one-session@active',
  'C/loss@active',
  'D/two-operators',
  'D/both-active',
  'E/bit-flipped-in-an-intent@active',
];

/** `pattern`: a part of the id, with `*` for anything; empty = all. */
export function selectCells<T extends { id: string }>(cells: readonly T[], patterns: readonly string[]): T[] {
  if (patterns.length === 0) return [...cells];
  const tests = patterns.map(
    (pattern) =>
      new RegExp(
        pattern
          .split('*')
          .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*'),
      ),
  );
  return cells.filter(({ id }) => tests.some((test) => test.test(id)));
}
