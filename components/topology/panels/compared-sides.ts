// Which two states of a topology are compared, as the URL says it: `2..3`, or `2..draft`.
import type { RevisionSummary } from '@/lib/core/views/topology';

export type ComparedSides = { from: number; to: number | 'draft' };

export function parseSides(text: string): ComparedSides | undefined {
  const [, from = '', to = ''] = /^(\d{1,9})\.\.(\d{1,9}|draft)$/.exec(text) ?? [];
  if (from === '') return undefined;
  return { from: Number(from), to: to === 'draft' ? 'draft' : Number(to) };
}

export function printSides({ from, to }: ComparedSides): string {
  return `${from}..${to}`;
}

/** The comparison stands below the revision that it was asked for at: the later one, or the one beside the draft. */
export function isShownAt({ from, to }: ComparedSides, revision: number): boolean {
  return to === 'draft' ? from === revision : to === revision;
}

/** Undefined for the first one. */
export function previousOf(revisions: readonly RevisionSummary[], number: number): number | undefined {
  const earlier = revisions.map((revision) => revision.number).filter((other) => other < number);
  return earlier.length === 0 ? undefined : Math.max(...earlier);
}

export function printTitle({ from, to }: ComparedSides): string {
  return to === 'draft' ? `From revision ${from} to the draft` : `From revision ${from} to revision ${to}`;
}
