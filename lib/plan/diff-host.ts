// Where one director differs from what it must look like: its kernel by the role that it holds, and its daemons.
import type { KernelIntent, Role } from '../core/kernel-state';
import { diffKernel } from './diff-kernel';
import type { KernelDifference } from './kernel-difference';
import type { ObservedHost } from './observed-host';
import { heldRole, type HeldRole } from './roles';

/** What a director must look like: its kernel, and the daemons that must run whatever the role. */
export type ExpectedHost = { intent: KernelIntent; daemons: string[] };

/** `ownServices`: IPVS services of the release before, which must be gone unless the release has them too. */
export function diffHost(
  expected: ExpectedHost,
  observed: ObservedHost,
  ownServices: readonly string[] = [],
): { role: HeldRole; differences: KernelDifference[] } {
  const addresses = expected.intent.active.virtualAddresses.map(({ address }) => address);
  const role = roleOf(expected, heldRole(addresses, observed.addresses));
  const kernel = diffKernel(expected.intent, roleToCompare(role), observed, ownServices);
  return { role, differences: [...kernel, ...diffDaemons(expected, role, observed)] };
}

/** A single director has no addresses that float: with services to serve it is always the active one. */
function roleOf({ intent: { active } }: ExpectedHost, held: HeldRole): HeldRole {
  if (active.virtualAddresses.length > 0) return held;
  return active.ipvs.length > 0 ? 'active' : 'standby';
}

/** A director that holds one of two addresses is judged as the active one: the missing address is then a difference. */
function roleToCompare(role: HeldRole): Role {
  return role === 'standby' ? 'standby' : 'active';
}

function diffDaemons({ daemons }: ExpectedHost, role: HeldRole, observed: ObservedHost): KernelDifference[] {
  const wanted = role === 'active' && daemons.includes('heartbeat') ? [...daemons, 'ldirectord'] : daemons;
  return wanted
    .filter((daemon) => observed.daemons[daemon] !== 'running')
    .map((daemon) => ({
      ...{ kind: 'daemon', change: 'add', command: `systemctl start ${daemon}` },
      sentence: `${daemon} does not run.`,
      ...{ what: daemon, expected: 'running', observed: 'stopped' },
    }));
}
