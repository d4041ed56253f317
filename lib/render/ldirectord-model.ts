// The model of ldirectord.cf for a topology: one section for each mark, all choices of the console in one place.
import type { LdirectordConfig, LdirectordDirective, LdirectordVirtual } from '../parse/ldirectord-config';
import type { FwMarkGroup, Topology } from '../core/topology';

/**
 * `autoreload=no`: a file that was not checked must never be read by the running daemon (lvs.md 3.4).
 * `quiescent=no`: a dead real server leaves the table, so that persistent clients get another one.
 * `fork=no` (the default): one process and one loop. `checkinterval` is then global, so the smallest one that a pool
 * asks for is used: every real server is checked at least as often as asked, and the daemon stays one process that a
 * stop ends for sure, where forked children may still write to the table while it is emptied.
 */
export function ldirectordConfigOf({ groups }: Topology): LdirectordConfig {
  const interval = Math.min(...groups.map(({ pool }) => pool.healthCheck.intervalSeconds));
  return {
    globals: [
      directive('checkinterval', interval),
      directive('autoreload', 'no'),
      directive('logfile', '/var/log/ldirectord.log'),
      directive('quiescent', 'no'),
    ],
    virtuals: groups.map(virtualOf),
  };
}

function virtualOf(group: FwMarkGroup): LdirectordVirtual {
  const { mark, pool, scheduler } = group;
  return {
    mark,
    realServers: pool.realServers.map(({ address, port, weight }) => ({
      address: address.text,
      ...(port !== undefined && { port }),
      forwarding: pool.forwarding,
      weight,
    })),
    directives: [
      directive('protocol', 'fwm'),
      directive('scheduler', scheduler),
      ...persistenceOf(group),
      ...healthCheckOf(group),
    ],
  };
}

/** The netmask has an effect only beside `persistent`; 255.255.255.255 is what the kernel takes without it. */
function persistenceOf({ persistence }: FwMarkGroup): LdirectordDirective[] {
  if (!persistence) return [];
  const { timeoutSeconds, netmask } = persistence;
  return [
    directive('persistent', timeoutSeconds),
    ...(netmask === '255.255.255.255' ? [] : [directive('netmask', netmask)]),
  ];
}

/** ldirectord's `off` means "never used"; what the document calls off (not checked, always used) is its `on`. */
function healthCheckOf(group: FwMarkGroup): LdirectordDirective[] {
  const { type, service, request, receive, timeoutSeconds } = group.pool.healthCheck;
  if (type === 'off') return [directive('checktype', 'on')];
  const timeouts = [directive('checktimeout', timeoutSeconds)];
  if (type === 'ping') return [directive('checktype', 'ping'), ...timeouts];
  const port = checkPortOf(group);
  const checkPort = port === undefined ? [] : [directive('checkport', port)];
  if (type === 'connect') return [directive('checktype', 'connect'), ...checkPort, ...timeouts];
  return [
    directive('checktype', 'negotiate'),
    ...(service === undefined ? [] : [directive('service', service)]),
    ...checkPort,
    ...timeouts,
    directive('negotiatetimeout', timeoutSeconds),
    ...(request ? [directive('request', request)] : []),
    ...(receive ? [directive('receive', receive)] : []),
  ];
}

/**
 * The port to try: a mark has none of its own. Without `port` in the check it is that of the real servers (ldirectord
 * takes it by itself), else the only port of the group; undefined leaves negotiate to the port of its service.
 */
export function checkPortOf({ matches, pool }: FwMarkGroup): number | undefined {
  if (pool.healthCheck.port !== undefined) return pool.healthCheck.port;
  if (pool.realServers.length > 0 && pool.realServers.every(({ port }) => port !== undefined)) return undefined;
  const ports = new Set(
    matches.flatMap(({ ports: all }) => (all === 'all' ? [0] : all.flatMap((p) => [p.first, p.last]))),
  );
  const [only = 0] = ports;
  return ports.size === 1 && only !== 0 ? only : undefined;
}

function directive(name: string, value: string | number): LdirectordDirective {
  return { name, value: String(value) };
}
