// What the drift of two directors means together; a director that cannot be read is unknown, whatever it was before.
import type { DriftState, PairDrift } from './views/drift';
import type { LiveHost } from './views/live';

/** A director not read for this long says nothing about now. */
export const COUNTED_AS_GONE_MS = 10_000;

type HostPart = PairDrift['hosts'][number];

export function composePairDrift(topologyId: string, hosts: readonly LiveHost[], now: number): PairDrift {
  const parts = hosts.map((host) => toPart(host, now));
  const count = parts.reduce((sum, { state, items, more }) => sum + (state === 'drift' ? items.length + more : 0), 0);
  const compared = hosts.find(({ drift }) => drift.release !== undefined)?.drift;
  const state = stateOf(parts);
  return {
    ...{ topologyId, state, sentence: sentenceOf(state, parts, count, compared?.revision), count },
    ...(compared?.release !== undefined && { release: compared.release }),
    ...(compared?.revision !== undefined && { revision: compared.revision }),
    hosts: parts,
  };
}

function toPart({ director, readAt, problem, drift }: LiveHost, now: number): HostPart {
  const isOld = readAt === undefined || now - Date.parse(readAt) >= COUNTED_AS_GONE_MS;
  const rest = { director, items: drift.items, more: drift.more, ...(readAt !== undefined && { readAt }) };
  const since = problem?.since ?? readAt;
  const why = problem?.message ?? (isOld ? 'No newer reading has arrived from the worker.' : drift.why);
  if (!problem && !isOld && drift.state !== 'unknown') return { ...rest, state: drift.state };
  return { ...rest, state: 'unknown', unknown: { ...(since !== undefined && { since }), why: why ?? 'Not read.' } };
}

/** Drift of one director is drift, whatever is not known of the other; "none" needs both. */
const ORDER: readonly DriftState[] = ['drift', 'unknown', 'paused', 'settling', 'not-deployed', 'none'];

function stateOf(parts: readonly HostPart[]): DriftState {
  return ORDER.find((state) => parts.some((part) => part.state === state)) ?? 'not-deployed';
}

function sentenceOf(state: DriftState, parts: readonly HostPart[], count: number, revision?: number): string {
  const of = (wanted: DriftState) => parts.filter((part) => part.state === wanted).map(({ director }) => director);
  const names = (wanted: DriftState) => of(wanted).join(' and ');
  const release = revision === undefined ? 'the release' : `the release of revision ${revision}`;
  switch (state) {
    case 'drift':
      return `${names('drift')} ${of('drift').length === 1 ? 'differs' : 'differ'} from ${release} in ${count} ${count === 1 ? 'place' : 'places'}.`;
    case 'unknown':
      return `${names('unknown')} cannot be read: whether anything differs is not known.`;
    case 'paused':
      return 'A deploy is changing the pair; it is compared again when the deploy has ended.';
    case 'settling':
      return `${names('settling')} changed its role just now; what its daemons do is compared in a moment.`;
    case 'not-deployed':
      return 'Nothing has been deployed yet, so there is nothing to differ from.';
    case 'none':
      return `Kernel and files equal ${release}.`;
  }
}
