// The model of ldirectord.cf for a topology: one section for each mark, all choices of the console in one place.
import type {
  LdirectordConfig,
  LdirectordDirective,
  LdirectordEndpoint,
  LdirectordRealServer,
  LdirectordVirtual,
} from '../parse/ldirectord-config';
import type { Forwarding, Stack } from '../core/document';
import type { FwMarkGroup, RealServer, Topology } from '../core/topology';
import { ldirectordCheckOf } from './ldirectord-checks';
import { isQuiescentUnder } from './quiescent';
import { ipvsServiceOf } from './role-intent';

/**
 * `autoreload=no`: a file that was not checked must never be read by the running daemon (lvs.md 3.4).
 * `quiescent=no`: a dead real server leaves the table, so that persistent clients get another one; a pool may choose otherwise,
 * and one with a drained real server must (quiescent.ts).
 * `fork=no` (the default): one process and one loop. `checkinterval` is then global, so the smallest one that a pool
 * asks for is used: every real server is checked at least as often as asked, and the daemon stays one process that a
 * stop ends for sure, where forked children may still write to the table while it is emptied.
 */
export function ldirectordConfigOf({ groups, stack }: Topology): LdirectordConfig {
  const interval = Math.min(...groups.map(({ pool }) => pool.healthCheck.intervalSeconds));
  return {
    globals: [
      directive('checkinterval', interval),
      directive('autoreload', 'no'),
      directive('logfile', '/var/log/ldirectord.log'),
      directive('quiescent', 'no'),
    ],
    virtuals: groups.map((group) => virtualOf(group, stack)),
  };
}

function virtualOf(group: FwMarkGroup, stack: Stack): LdirectordVirtual {
  const { mark, pool } = group;
  const { family, scheduler, flags } = ipvsServiceOf(group);
  return {
    mark,
    family,
    realServers: pool.realServers.map((server) => realServerOf(server, pool.forwarding)),
    ...(pool.fallback && { fallback: endpointOf(pool.fallback, pool.fallback.forwarding) }),
    directives: [
      directive('protocol', 'fwm'),
      directive('scheduler', scheduler),
      ...(flags.length === 0 ? [] : [directive('schedflags', flags.join(','))]),
      ...persistenceOf(group),
      ...(isQuiescentUnder(stack, pool) ? [directive('quiescent', 'yes')] : []),
      ...ldirectordCheckOf(group),
    ],
  };
}

function realServerOf(server: RealServer, forwarding: Forwarding): LdirectordRealServer {
  const { weight, upperThreshold = 0, lowerThreshold = 0 } = server;
  return {
    ...endpointOf(server, forwarding),
    weight,
    ...(upperThreshold > 0 && { upperThreshold }),
    ...(lowerThreshold > 0 && { lowerThreshold }),
  };
}

function endpointOf(
  { address, port }: Pick<RealServer, 'address' | 'port'>,
  forwarding: Forwarding,
): LdirectordEndpoint {
  return { address: address.text, ...(port !== undefined && { port }), forwarding };
}

/** The netmask has an effect only beside `persistent`; one client is what the kernel takes without it. */
function persistenceOf(group: FwMarkGroup): LdirectordDirective[] {
  const { persistenceSeconds, persistenceNetmask } = ipvsServiceOf(group);
  return [
    ...(persistenceSeconds === undefined ? [] : [directive('persistent', persistenceSeconds)]),
    ...(persistenceNetmask === undefined ? [] : [directive('netmask', persistenceNetmask)]),
  ];
}

function directive(name: string, value: string | number): LdirectordDirective {
  return { name, value: String(value) };
}
