// Reads a director back and compares it with what its release must produce; used by deploys and by the live view's drift.
import type { Role } from '../core/kernel-state';
import type { GuardFrame } from '../parse/guard-frames';
import { diffKernel } from '../plan/diff-kernel';
import { OBSERVED_SECTIONS, toObservedHost, type ObservedHost } from '../plan/observed-host';
import { heldRole, type HeldRole } from '../plan/roles';
import { HostError } from '../core/errors';
import type { GuardHost } from '../ssh/guard-host';
import type { ExpectedHost } from './deploy-run';

export type Verification = {
  role: HeldRole;
  /** Where the director differs, a sentence each; empty = equal. */
  differences: string[];
  /** What a health check explains: reported, no reason to roll back. */
  health: string[];
};

/** `ownServices`: IPVS services of the release before, which must be gone unless the release has them too. */
export function compareHost(
  expected: ExpectedHost,
  observed: ObservedHost,
  ownServices: readonly string[] = [],
): Verification {
  const addresses = expected.intent.active.virtualAddresses.map(({ address }) => address);
  const role = roleOf(expected, heldRole(addresses, observed.addresses));
  const found = diffKernel(expected.intent, roleToCompare(role), observed, ownServices);
  const stopped = [
    ...expected.daemons,
    ...(role === 'active' && expected.daemons.includes('heartbeat') ? ['ldirectord'] : []),
  ]
    .filter((daemon) => observed.daemons[daemon] !== 'running')
    .map((daemon) => `${daemon} does not run.`);
  return {
    role,
    differences: [...found.filter(({ isHealth }) => !isHealth).map(({ sentence }) => sentence), ...stopped],
    health: found.filter(({ isHealth }) => isHealth).map(({ sentence }) => sentence),
  };
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

/** For a reader that has the frames already. A section that could not be read is a difference, never "equal". */
export function compareFrames(
  expected: ExpectedHost,
  frames: ReadonlyMap<string, GuardFrame>,
  ownServices: readonly string[] = [],
): Verification {
  const { host, problems } = toObservedHost(frames);
  return host ? compareHost(expected, host, ownServices) : { role: 'standby', differences: problems, health: [] };
}

/** Throws `unreadable-answer` when a section could not be read. */
export async function observeHost(host: GuardHost): Promise<ObservedHost> {
  const { host: observed, problems } = toObservedHost(await host.read(OBSERVED_SECTIONS));
  if (observed) return observed;
  throw new HostError('unreadable-answer', `${host.name}: ${problems.join(' ')}`, { host: host.name, retry: true });
}

/** What a director must look like that carries no release at all: nothing of the console's own is left. */
export const nothingExpected: ExpectedHost = {
  daemons: [],
  intent: {
    always: {
      modules: [],
      sysctls: {},
      chains: [
        { family: 4, table: 'mangle', chain: 'LVS-CONSOLE', rules: [] },
        { family: 4, table: 'nat', chain: 'LVS-CONSOLE-NAT', rules: [] },
      ],
      jumps: [],
      sets: [],
      addresses: [],
      policyRules: [],
      routes: [],
    },
    active: { virtualAddresses: [], ipvs: [] },
    standby: { ipvs: [] },
  },
};
