// The least that must happen to the daemons of one director for its new files to take effect.
import type { Stack } from '../core/document';
import type { Role } from '../core/kernel-state';
import type { DaemonAction } from '../core/release';
import type { FileChange } from '../core/views/plan';
import type { KernelDifference } from './kernel-difference';
import type { ObservedHost } from './observed-host';

const LDIRECTORD_FILE = '/etc/ha.d/ldirectord.cf';
const LDIRECTORD_UNIT = '/etc/systemd/system/lvs-console-ldirectord.service';
export const KEEPALIVED_FILE = '/etc/keepalived/keepalived.conf';

export type DaemonDecision = { action: DaemonAction; reason: string };
type Found = { observed: ObservedHost; role: Role; differences: readonly KernelDifference[] };
type Input = Found & { changed: readonly string[] };

/** A reload wherever a reload can do it. */
export function decideDaemonAction(
  stack: Stack,
  { files, ...found }: Found & { files: readonly FileChange[] },
): DaemonDecision {
  const changed = files.filter(({ change }) => change !== 'unchanged').map(({ path }) => path);
  const decide = { heartbeat: decideHeartbeat, keepalived: decideKeepalived, single: decideLdirectord }[stack];
  return decide({ changed, ...found });
}

/** heartbeat is restarted only for files that it reads once, at its start. */
function decideHeartbeat({ changed, observed, role, differences }: Input): DaemonDecision {
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
  if (role === 'active' && differences.some(({ kind }) => kind === 'virtual-address')) {
    return { action: 'restart-heartbeat', reason: 'heartbeat takes the virtual addresses only when it starts.' };
  }
  if (role === 'active' && observed.daemons['ldirectord'] !== 'running') {
    return {
      action: 'start-ldirectord',
      reason: 'ldirectord is dead on the active director: it is started as heartbeat would, which goes on as it is.',
    };
  }
  if (changed.includes(LDIRECTORD_FILE)) return RELOAD_LDIRECTORD;
  return role === 'active' && isTableChanged(differences) ? MEND_TABLE : NONE;
}

/** By hand: what health checks do is not put right. */
function isTableChanged(differences: readonly KernelDifference[]): boolean {
  return differences.some(({ kind, isHealth }) => kind === 'ipvs' && !isHealth);
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

function decideLdirectord({ changed, observed, differences }: Input): DaemonDecision {
  if (observed.daemons['ldirectord'] !== 'running') {
    return { action: 'start-ldirectord', reason: 'ldirectord does not run; it makes the services.' };
  }
  if (changed.includes(LDIRECTORD_UNIT)) {
    return { action: 'restart-ldirectord', reason: 'The unit of ldirectord changed.' };
  }
  if (changed.includes(LDIRECTORD_FILE)) return RELOAD_LDIRECTORD;
  return isTableChanged(differences) ? MEND_TABLE : NONE;
}

const NONE: DaemonDecision = { action: 'none', reason: '' };
const RELOAD_LDIRECTORD: DaemonDecision = {
  action: 'reload-ldirectord',
  reason: 'ldirectord takes services and real servers over from the new file; connections stay.',
};
/** Reading its file again, it sets every service and every real server that is up to what the file says. */
const MEND_TABLE: DaemonDecision = {
  action: 'reload-ldirectord',
  reason: 'The table is not what ldirectord made: it puts it right when it reads its file again; connections stay.',
};
