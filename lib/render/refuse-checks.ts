// Health checks that the daemon of the stack cannot do, or would do so that every real server counts as dead, or none.
import { addressOfFamily } from '../core/address';
import { error, type Diagnostic, type DiagnosticPath } from '../core/diagnostic';
import type { HostFacts } from '../core/release';
import type { FwMarkGroup, Pool, Topology } from '../core/topology';
import { checkPortsOf } from './check-ports';
import { refuseKeepalivedCheck } from './refuse-keepalived-checks';
import { refuseLdirectordCheck } from './refuse-ldirectord-checks';

export type CheckRefusal = (pool: Pool, path: DiagnosticPath) => Diagnostic[];

export function refuseChecks(topology: Topology, facts: Record<string, HostFacts>): Diagnostic[] {
  const ofStack = topology.stack === 'keepalived' ? refuseKeepalivedCheck : refuseLdirectordCheck;
  return topology.pools.flatMap((pool, at) => {
    const uses = topology.groups.filter((group) => group.pool === pool);
    // What no group uses is in no file.
    if (uses.length === 0) return [];
    const path = ['pools', at, 'healthCheck'];
    return [
      ...refuseTimes(pool, path),
      ...refusePortAndPorts(pool, path),
      ...refuseCommand(topology, pool, path, facts),
      ...ofStack(pool, path),
      ...uses.flatMap((group) => refuseUnknownPort(group, path)),
    ];
  });
}

function refuseTimes({ name, healthCheck }: Pool, path: DiagnosticPath): Diagnostic[] {
  const keys = (['intervalSeconds', 'timeoutSeconds', 'failures'] as const).filter((key) => {
    const { [key]: count = 1 } = healthCheck;
    return !Number.isInteger(count) || count < 1 || count > MAX_COUNT[key];
  });
  return keys.map((key) =>
    error('render.check-number', [...path, key], `${key} of pool "${name}" is not 1 to ${MAX_COUNT[key]}.`),
  );
}

/** A day; BFD counts lost packets in a byte. */
const MAX_COUNT = { intervalSeconds: 86_400, timeoutSeconds: 3_600, failures: 255 };

function refusePortAndPorts({ name, healthCheck: { port, ports } }: Pool, path: DiagnosticPath): Diagnostic[] {
  if (ports === undefined || (port === undefined && ports.length > 0)) return [];
  return [
    error('render.check-port', [...path, 'ports'], `Pool "${name}" must have one port to check, or a list of them.`),
  ];
}

/** A check that tries no port would count every real server as dead, or none. */
function refuseUnknownPort(group: FwMarkGroup, path: DiagnosticPath): Diagnostic[] {
  const { healthCheck, realServers, name } = group.pool;
  const isNeeded = ['connect', 'udp', 'negotiate'].includes(healthCheck.type) && !hasOwnPort(group.pool);
  if (!isNeeded || realServers.every((server) => checkPortsOf(group, server).length > 0)) return [];
  const message = `The ${healthCheck.type} check of pool "${name}" has no port to try in group "${group.name}".`;
  return [error('render.check-port', path, message, 'Give the health check a port.')];
}

/** Services without a port of their own by which everybody knows them. */
function hasOwnPort({ healthCheck: { type, service } }: Pool): boolean {
  return type === 'negotiate' && service !== undefined && service !== 'simpletcp';
}

const PROGRAM = /^(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$/;
const INSTANCE = /^[A-Za-z][A-Za-z0-9_.-]{0,31}$/;

/** Root of each director says which programs may run there, and only what is known to be allowed is written. */
function refuseCommand(
  topology: Topology,
  { name, healthCheck, realServers }: Pool,
  path: DiagnosticPath,
  facts: Record<string, HostFacts>,
): Diagnostic[] {
  const { type, command = '' } = healthCheck;
  if (type !== 'external' && type !== 'file' && type !== 'bfd') return [];
  const at = [...path, 'command'];
  if (!(type === 'bfd' ? INSTANCE : PROGRAM).test(command)) {
    return [
      error('render.check-command', at, `"${command}" of pool "${name}" cannot be the command of a ${type} check.`),
    ];
  }
  if (type === 'bfd') {
    const far = realServers.find(({ address }) => topology.directors.some((each) => !canReach(each, address.family)));
    return far
      ? [error('render.check-bfd', at, `No director has an address of the family of ${far.address.text} for BFD.`)]
      : [];
  }
  if (type === 'file') return [];
  return topology.directors
    .filter((director) => facts[director.name]?.allowedCheckPrograms?.includes(command) !== true)
    .map((director) => {
      const message = `The policy of ${director.name} is not known to allow the program ${command}.`;
      const hint = 'Let root name it there (check-scripts=), and test the connection to the director.';
      return error('render.check-program', at, message, hint);
    });
}

function canReach({ external, internal }: Topology['directors'][number], family: 4 | 6): boolean {
  return [external, internal].some((side) => addressOfFamily(side, family));
}
