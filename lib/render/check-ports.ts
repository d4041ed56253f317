// Which ports of a real server a health check tries: a mark has none of its own (lvs.md 3.3).
import { portIntervals } from '../core/ports';
import type { FwMarkGroup, RealServer } from '../core/topology';

/** Those of the check; else the one to which packets are rewritten; else the only one of the group; else that of the service. */
export function checkPortsOf(group: FwMarkGroup, { port }: Pick<RealServer, 'port'>): number[] {
  const { healthCheck } = group.pool;
  if (healthCheck.ports) return healthCheck.ports;
  const single = healthCheck.port ?? port ?? onlyPortOf(group) ?? DEFAULT_PORTS[healthCheck.service ?? 'none'];
  return single === undefined ? [] : [single];
}

/** Of the services that keepalived speaks; ldirectord knows its own. */
const DEFAULT_PORTS: Partial<Record<string, number>> = { http: 80, https: 443, smtp: 25, dns: 53 };

/** The port that every match of the group is about; undefined when there are more, or all. */
export function onlyPortOf({ matches }: FwMarkGroup): number | undefined {
  const intervals = matches.flatMap(({ ports }) => portIntervals(ports));
  const [only] = intervals;
  if (!only || intervals.some(({ first, last }) => first !== only.first || last !== only.first)) return undefined;
  return only.first;
}
