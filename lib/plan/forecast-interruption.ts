// What the daemons' part of a plan costs: seconds without service, and what becomes of connections meanwhile.
import type { DaemonAction } from '../core/release';
import type { Topology } from '../core/topology';
import type { Interruption } from '../core/views/forecast';

/**
 * Seconds. heartbeat: from the moment it gives the addresses up until the services answer again, as measured in the lab
 * (lib/plan/explain-impact.ts says the same in words).
 */
const HEARTBEAT = { from: 30, to: 60 };
/** ldirectord has added every service by then. */
const KEEPALIVED_CHECKERS = 5;

type Input = { action: DaemonAction; topology: Topology; isSyncing: boolean | undefined };

export function forecastInterruption({ action, topology, isSyncing }: Input): Interruption {
  if (action === 'none') return { kind: 'none', sentences: [] };
  const kind = kindOf(action);
  if (kind === 'reload') return { kind, seconds: { from: 0, to: 0 }, sentences: [] };
  const seconds = secondsOf(action, topology);
  const unmeasured = `${daemonOf(action)} makes the services anew; how long that takes was not measured.`;
  return {
    ...{ kind, ...(seconds && { seconds }) },
    sentences: [...(seconds ? [] : [unmeasured]), ...(kind === 'restart' ? [survival(topology, isSyncing)] : [])],
  };
}

function kindOf(action: DaemonAction): 'reload' | 'restart' | 'start' {
  if (action.startsWith('reload-')) return 'reload';
  return action.startsWith('restart-') ? 'restart' : 'start';
}

function daemonOf(action: DaemonAction): string {
  return action.replace(/^(reload|restart|start)-/, '');
}

function secondsOf(action: DaemonAction, { vrrp }: Topology): Interruption['seconds'] {
  if (action.endsWith('-heartbeat')) return HEARTBEAT;
  // RFC 5798: a director becomes master when it has heard nothing for three adverts and a part of one.
  if (action.endsWith('-keepalived'))
    return { from: 3 * vrrp.advertSeconds, to: 4 * vrrp.advertSeconds + KEEPALIVED_CHECKERS };
  return undefined;
}

/** The services are deleted and made again; an entry survives that only when no packet of it comes in between. */
function survival({ stack }: Topology, isSyncing: boolean | undefined): string {
  if (stack === 'single')
    return 'A connection goes on when it sends nothing until then; one that does is reset (expire_nodest_conn).';
  if (isSyncing === undefined)
    return 'Whether the other director knows the connections could not be read: they survive only where its sync daemon told it.';
  return isSyncing
    ? 'The sync daemon runs, so the other director knows the connections that have sent more than a few packets: these go on where they send nothing in the gap, others are reset.'
    : 'No sync daemon runs: the other director knows no connection, and when it takes over they are all reset.';
}
