// What heartbeat or keepalived says of a director, in words, and whether its addresses say the same.
import type { LiveHost } from '@/lib/core/views/live';

/** `cl_status rscstatus` (heartbeat 3.0.6). `local` is said by both of a healthy pair: the one that is no resource's home has all of its own. */
const HEARTBEAT: Record<string, { words: string; role?: LiveHost['role'] }> = {
  all: { words: 'holds all resources', role: 'active' },
  local: { words: 'holds its own resources' },
  foreign: { words: "holds the other one's resources", role: 'active' },
  none: { words: 'holds no resource', role: 'standby' },
  transition: { words: 'is moving resources' },
};
/** RFC 5798, 6.4, and keepalived's FAULT. */
const VRRP: Record<string, LiveHost['role']> = { MASTER: 'active', BACKUP: 'standby', FAULT: 'standby' };

/** `isOdd`: the daemon believes one role, and the addresses on the host show the other. */
export function clusterWords({ role, system }: Pick<LiveHost, 'role' | 'system'>) {
  if (system?.heartbeat !== undefined) {
    const known = HEARTBEAT[system.heartbeat];
    const words = `heartbeat: ${known?.words ?? system.heartbeat}`;
    return { words, isOdd: isOdd(role, known?.role) };
  }
  if (system?.vrrp === undefined) return undefined;
  return { words: `VRRP: ${system.vrrp}`, isOdd: isOdd(role, VRRP[system.vrrp]) };
}

function isOdd(role: LiveHost['role'], said: LiveHost['role'] | undefined): boolean {
  return role !== 'unknown' && said !== undefined && said !== role;
}
