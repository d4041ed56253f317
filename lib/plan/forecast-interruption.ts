// What the daemons' part of a plan costs: seconds without service, and what becomes of connections meanwhile.
import type { DaemonAction } from '../core/release';
import type { Topology } from '../core/topology';
import type { Interruption } from '../core/views/forecast';

/** Seconds from giving the addresses up until the services answer again: the range that explain-impact.ts has in words. */
const HEARTBEAT = { from: 30, to: 60 };
/** ldirectord has added every service by then. */
const KEEPALIVED_CHECKERS = 5;

/** `isElected`: a reload after which the two keepalived find out anew who is active. */
type Input = { action: DaemonAction; isElected: boolean; topology: Topology; isSyncing: boolean | undefined };

export function forecastInterruption({ action, isElected, topology, isSyncing }: Input): Interruption {
  if (action === 'none') return { kind: 'none', sentences: [] };
  // The table stays where it is; what it costs stands in the plan's impact.
  if (isElected) return { kind: 'restart', seconds: { from: 0, to: electionSeconds(topology) }, sentences: [] };
  const kind = kindOf(action, topology);
  if (kind === 'reload') return { kind, seconds: { from: 0, to: 0 }, sentences: [] };
  const seconds = secondsOf(action, topology);
  const unmeasured = `${daemonOf(action)} makes the services anew; how long that takes was not measured.`;
  return {
    ...{ kind, ...(seconds && { seconds }) },
    sentences: [...(seconds ? [] : [unmeasured]), ...(kind === 'restart' ? [survival(topology, isSyncing)] : [])],
  };
}

/** Beside a heartbeat that runs, ldirectord takes the services over that the dead one left, as it does at a reload. */
function kindOf(action: DaemonAction, { stack }: Topology): 'reload' | 'restart' | 'start' {
  if (action.startsWith('reload-') || (action === 'start-ldirectord' && stack === 'heartbeat')) return 'reload';
  return action.startsWith('restart-') ? 'restart' : 'start';
}

function daemonOf(action: DaemonAction): string {
  return action.replace(/^(reload|restart|start)-/, '');
}

function secondsOf(action: DaemonAction, topology: Topology): Interruption['seconds'] {
  if (action.endsWith('-heartbeat')) return HEARTBEAT;
  if (action.endsWith('-keepalived'))
    return { from: 3 * topology.vrrp.advertSeconds, to: electionSeconds(topology) + KEEPALIVED_CHECKERS };
  return undefined;
}

/** RFC 5798: a director becomes master when it has heard nothing for three adverts and a part of one. */
function electionSeconds({ vrrp }: Topology): number {
  return 4 * vrrp.advertSeconds;
}

/** Deleting a service ends its entries on this director (expire_nodest_conn), also when it is made again at once. */
function survival({ stack }: Topology, isSyncing: boolean | undefined): string {
  const end = 'The services are deleted meanwhile, which ends their connections on this director';
  if (stack === 'single') return `${end}; there is no other one that could know them.`;
  if (isSyncing === undefined) return `${end}. Whether the other director knows them (sync daemon) could not be read.`;
  return isSyncing
    ? `${end}. The sync daemon has told the other director those that sent more than a few packets: these go on if that one takes over.`
    : `${end}. No sync daemon runs, so the other director knows none of them.`;
}
