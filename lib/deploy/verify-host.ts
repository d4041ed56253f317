// Reads a director back and compares it with what its release must produce, as the verify step and a rollback need it.
import { parseIpAddresses, type HeldAddress } from '../parse/ip-json';
import { diffHost, type ExpectedHost } from '../plan/diff-host';
import { FILE_SECTION, OBSERVED_SECTIONS, readSection, toObservedHost, type ObservedHost } from '../plan/observed-host';
import { foreignBefore, provePackets } from '../plan/prove-packets';
import type { HeldRole } from '../plan/roles';
import type { Topology } from '../core/topology';
import { HostError } from '../core/errors';
import { framesOf, type GuardCall, type GuardFrames, type GuardHost } from '../ssh/guard-host';
import type { PreparedHost } from './deploy-run';
import { deliveryQuestions, findUndelivered } from './prove-delivery';

export type Verification = {
  role: HeldRole;
  /** Where the director differs, a sentence each; empty = equal. */
  differences: string[];
  /** What a health check explains: reported, no reason to roll back. */
  health: string[];
  /** What was proven besides, and of what nothing can be said. */
  proof?: string[];
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

/** Every packet gets the mark that the topology says, or a packet that does not; only of a host whose texts are equal. */
export function compareMarks(
  found: Verification,
  topology: Topology,
  director: string,
  observed: ObservedHost,
): Verification {
  const proof = provePackets(topology, director, observed);
  const foreign = foreignBefore(observed);
  switch (proof.outcome) {
    case 'differs':
      return { ...found, differences: proof.sentences };
    case 'unknown':
      return { ...found, proof: [`Its marks were not proven packet by packet. ${proof.reason}`, ...foreign] };
    case 'proven':
      return { ...found, proof: ['Every packet gets the mark that the topology says.', ...foreign] };
  }
}

/** Throws `unreadable-answer` when a section could not be read. `more`: sections that a verification does not need. */
export async function observeHost(host: GuardHost, more: readonly string[] = []): Promise<ObservedHost> {
  return toObserved(host.name, await host.read([...OBSERVED_SECTIONS, ...more]));
}

function toObserved(director: string, frames: GuardFrames): ObservedHost {
  const { host: observed, problems } = toObservedHost(frames);
  if (observed) return observed;
  throw new HostError('unreadable-answer', `${director}: ${problems.join(' ')}`, { host: director, retry: true });
}

/** What one answer of a director says of its kernel, and of where it would deliver marked packets. */
export type Reading = { observed: ObservedHost; undelivered: string[] };

/** The files too: what somebody wrote into one since the switch is not what was checked, and the host would boot from it. */
const READING_SECTIONS = [...OBSERVED_SECTIONS, FILE_SECTION] as const;

/** The calls of a Reading, to be sent alone or behind a change: what is read behind a switch costs no round trip of its own. */
export function readingCalls(topology: Topology, director: string): { calls: GuardCall[]; stdin: string } {
  const stdin = deliveryQuestions(topology, director);
  return { calls: [['read', ...READING_SECTIONS], ...(stdin === '' ? [] : [['delivery'] as const])], stdin };
}

/** Throws `unreadable-answer` when a section could not be read. */
export function toReading(topology: Topology, director: string, stdout: string): Reading {
  const frames = framesOf(director, stdout, READING_SECTIONS);
  return {
    observed: toObserved(director, frames),
    undelivered: findUndelivered(topology, director, frames),
  };
}

/** What a director must look like that carries its release before; undefined when nobody here knows. */
export function expectedBefore({ baseRelease, previous }: PreparedHost): ExpectedHost | undefined {
  return baseRelease === 'none' ? nothingExpected : previous;
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

export async function readAddresses(host: GuardHost, director: string): Promise<HeldAddress[]> {
  const found = readSection(await host.read(['addresses']), 'addresses', parseIpAddresses);
  if ('value' in found) return found.value;
  throw new HostError('unreadable-answer', `${director}: ${found.problem}`, { host: director });
}
