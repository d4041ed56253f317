// Reads a director back and compares it with what its release must produce, as the verify step and a rollback need it.
import { diffHost, type ExpectedHost } from '../plan/diff-host';
import { OBSERVED_SECTIONS, toObservedHost, type ObservedHost } from '../plan/observed-host';
import type { HeldRole } from '../plan/roles';
import { HostError } from '../core/errors';
import type { GuardHost } from '../ssh/guard-host';

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
  const { role, differences } = diffHost(expected, observed, ownServices);
  const sentences = (wanted: boolean) =>
    differences.filter(({ isHealth = false }) => isHealth === wanted).map(({ sentence }) => sentence);
  return { role, differences: sentences(false), health: sentences(true) };
}

/** Throws `unreadable-answer` when a section could not be read. `more`: sections that a verification does not need. */
export async function observeHost(host: GuardHost, more: readonly string[] = []): Promise<ObservedHost> {
  const { host: observed, problems } = toObservedHost(await host.read([...OBSERVED_SECTIONS, ...more]));
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
