// The least that must happen to the daemons of one director for its new files to take effect.
import type { DaemonAction } from '../core/release';
import type { FileChange } from '../core/views/plan';
import type { ObservedHost } from './observed-host';

const LDIRECTORD_FILE = '/etc/ha.d/ldirectord.cf';

export type DaemonDecision = { action: DaemonAction; reason: string };

/** A reload wherever a reload can do it: heartbeat is restarted only for files that it reads once, at its start. */
export function decideDaemonAction(
  files: readonly FileChange[],
  observed: ObservedHost,
  role: 'active' | 'standby',
): DaemonDecision {
  const changed = files.filter(({ change }) => change !== 'unchanged').map(({ path }) => path);
  const heartbeatFiles = changed.filter((path) => path.startsWith('/etc/ha.d/') && path !== LDIRECTORD_FILE);
  if (observed.daemons['heartbeat'] !== 'running') {
    return {
      action: 'start-heartbeat',
      reason: 'heartbeat does not run; it starts ldirectord and takes the virtual addresses.',
    };
  }
  if (heartbeatFiles.length > 0) {
    return { action: 'restart-heartbeat', reason: `heartbeat reads ${heartbeatFiles.join(', ')} only when it starts.` };
  }
  if (role === 'active' && observed.daemons['ldirectord'] !== 'running') {
    return {
      action: 'restart-heartbeat',
      reason: 'ldirectord is dead on the active director; heartbeat starts it again.',
    };
  }
  if (changed.includes(LDIRECTORD_FILE)) {
    return {
      action: 'reload-ldirectord',
      reason: 'ldirectord takes services and real servers over from the new file; connections stay.',
    };
  }
  return { action: 'none', reason: '' };
}
