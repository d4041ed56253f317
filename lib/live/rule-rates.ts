// Packets and bytes per second of each rule, from its counters in two frames; null when they do not say.
import type { FirewallRule, LiveHost } from '../core/views/live';

/** Beyond that the mean of the time between says nothing about now. */
const LONGEST_GAP_MS = 15_000;

type Counted = Pick<LiveHost, 'rules' | 'readAt'>;

/** A rule that is there twice is told apart by its place among its like. */
export function withRuleRates(
  rules: readonly FirewallRule[],
  readAt: string,
  last: Counted | undefined,
): FirewallRule[] {
  const seconds = (Date.parse(readAt) - Date.parse(last?.readAt ?? '')) / 1000;
  const isUsable = seconds > 0 && seconds * 1000 <= LONGEST_GAP_MS;
  const before = isUsable ? byIdentity(last?.rules ?? []) : new Map<string, FirewallRule>();
  return [...byIdentity(rules)].map(([identity, rule]) => {
    const then = before.get(identity);
    return {
      ...rule,
      packetsPerSecond: rate(then?.packets, rule.packets, seconds),
      bytesPerSecond: rate(then?.bytes, rule.bytes, seconds),
    };
  });
}

/** A counter that went back was set to zero in between, or the rule was made anew. */
function rate(before: number | null | undefined, now: number | null, seconds: number): number | null {
  if (before === undefined || before === null || now === null || now < before) return null;
  return Math.round(((now - before) / seconds) * 10) / 10;
}

function byIdentity(rules: readonly FirewallRule[]): Map<string, FirewallRule> {
  const seen = new Map<string, number>();
  return new Map(
    rules.map((rule) => {
      const key = `${rule.table} ${rule.rule}`;
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      return [`${count} ${key}`, rule];
    }),
  );
}
