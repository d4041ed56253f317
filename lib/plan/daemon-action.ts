// The least that must happen to the daemons of one director for its new files to take effect.
import type { Stack } from '../core/document';
import type { DaemonAction } from '../core/release';
import type { FileChange } from '../core/views/plan';
import type { ObservedHost } from './observed-host';

const LDIRECTORD_FILE = '/etc/ha.d/ldirectord.cf';
const LDIRECTORD_UNIT = '/etc/systemd/system/lvs-console-ldirectord.service';
const KEEPALIVED_FILE = '/etc/keepalived/keepalived.conf';

export type DaemonDecision = { action: DaemonAction; reason: string };
type Input = { changed: readonly string[]; observed: ObservedHost; role: 'active' | 'standby' };

/** A reload wherever a reload can do it. */
export function decideDaemonAction(
  stack: Stack,
  files: readonly FileChange[],
  observed: ObservedHost,
  role: 'active' | 'standby',
): DaemonDecision {
  const changed = files.filter(({ change }) => change !== 'unchanged').map(({ path }) => path);
  const decide = { heartbeat: decideHeartbeat, keepalived: decideKeepalived, single: decideLdirectord }[stack];
  return decide({ changed, observed, role });
}

/** heartbeat is restarted only for files that it reads once, at its start. */
function decideHeartbeat({ changed, observed, role }: Input): DaemonDecision {
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
  return changed.includes(LDIRECTORD_FILE) ? RELOAD_LDIRECTORD : NONE;
}

function decideKeepalived({ changed, observed }: Input): DaemonDecision {
  if (observed.daemons['keepalived'] !== 'running') {
    return {
      action: 'start-keepalived',
      reason: 'keepalived does not run; it takes the virtual addresses and the table.',
    };
  }
  if (!changed.includes(KEEPALIVED_FILE)) return NONE;
  return {
    action: 'reload-keepalived',
    reason: 'keepalived takes over what differs in the new file; services that stay keep their connections.',
  };
}

function decideLdirectord({ changed, observed }: Input): DaemonDecision {
  if (observed.daemons['ldirectord'] !== 'running') {
    return { action: 'start-ldirectord', reason: 'ldirectord does not run; it makes the services.' };
  }
  if (changed.includes(LDIRECTORD_UNIT)) {
    return { action: 'restart-ldirectord', reason: 'The unit of ldirectord changed.' };
  }
  return changed.includes(LDIRECTORD_FILE) ? RELOAD_LDIRECTORD : NONE;
}

const NONE: DaemonDecision = { action: 'none', reason: '' };
const RELOAD_LDIRECTORD: DaemonDecision = {
  action: 'reload-ldirectord',
  reason: 'ldirectord takes services and real servers over from the new file; connections stay.',
};
