// From conditions to alerts: one begins when its condition has held for a while and ends when it has been gone for a while. Pure.
import { COUNTED_AS_GONE_MS } from '../core/pair-drift';
import type { AlertRule } from '../core/views/alert';
import type { AlertCondition, AlertEvaluation } from './alert-rules';

/** How long a condition must hold, and how long it must be gone: a takeover or a reload of a daemon is no alert, a flapping link is one. */
const PATIENCE: Record<AlertRule, { raiseMs: number; clearMs: number }> = {
  'split-brain': { raiseMs: 3_000, clearMs: 10_000 },
  'no-active': { raiseMs: 6_000, clearMs: 10_000 },
  'director-unreachable': { raiseMs: 3_000, clearMs: 10_000 },
  'real-server-down': { raiseMs: 6_000, clearMs: 30_000 },
  'pool-empty': { raiseMs: 4_000, clearMs: 15_000 },
  drift: { raiseMs: 15_000, clearMs: 10_000 },
  'deploy-rolled-back': { raiseMs: 0, clearMs: 0 },
  // By then both directors were read after its end, or count as not read.
  'deploy-failed': { raiseMs: COUNTED_AS_GONE_MS, clearMs: 0 },
  'sync-daemon-silent': { raiseMs: 20_000, clearMs: 30_000 },
};

export type TrackedAlert = AlertCondition & { firstSeen: number; lastSeen: number; isRaised: boolean };
export type TrackedAlerts = ReadonlyMap<string, TrackedAlert>;
export type AlertStep = { tracked: TrackedAlerts; raised: AlertCondition[]; cleared: AlertCondition[] };

export const alertKey = ({ rule, subject }: Pick<AlertCondition, 'rule' | 'subject'>) => `${rule} ${subject}`;

export function trackAlerts(before: TrackedAlerts, { holding, isUnknown }: AlertEvaluation, now: number): AlertStep {
  const tracked = new Map<string, TrackedAlert>();
  const raised: AlertCondition[] = [];
  const cleared: AlertCondition[] = [];
  for (const condition of holding) {
    const key = alertKey(condition);
    const known = before.get(key);
    const firstSeen = known?.firstSeen ?? now;
    const isRaised = known?.isRaised === true || now - firstSeen >= PATIENCE[condition.rule].raiseMs;
    if (isRaised && known?.isRaised !== true) raised.push(condition);
    tracked.set(key, { ...condition, firstSeen, lastSeen: now, isRaised });
  }
  for (const [key, known] of before) {
    if (tracked.has(key)) continue;
    if (isUnknown(known)) tracked.set(key, known.isRaised ? { ...known, lastSeen: now } : known);
    else if (known.isRaised && now - known.lastSeen < PATIENCE[known.rule].clearMs) tracked.set(key, known);
    else if (known.isRaised) cleared.push(known);
  }
  return { tracked, raised, cleared };
}
