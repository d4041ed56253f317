// Adopts a hand-made change: the newest revision with that one change becomes a new revision; nothing is sent to a director.
import 'server-only';
import { z } from 'zod';
import { topologyDocumentSchema } from '@/lib/core/document';
import { ServiceError } from '@/lib/core/errors';
import type { Adoption, DriftItem } from '@/lib/core/views/drift';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { adoptDrift as adopt } from '@/lib/plan/adopt-drift';
import { requireRole, type VerbArgs } from './context';
import { getPairDrift } from './live';
import { saveTopology } from './save-topology';
import { findRevision } from './topology-rows';

export const adoptDriftInput = z.object({ topologyId: z.string(), director: z.string(), item: z.string() });

/** Throws ServiceError: `conflict` when the director is not as it was shown any more, `invalid` when no document can say it. */
export async function adoptDrift({ ctx, input }: VerbArgs<z.infer<typeof adoptDriftInput>>): Promise<TopologyRevision> {
  requireRole(ctx, 'operator');
  const { topologyId, director, item: itemId } = adoptDriftInput.parse(input);
  const drift = await getPairDrift({ ctx, input: { topologyId } });
  const host = drift.hosts.find((each) => each.director === director);
  if (host?.unknown) throw new ServiceError('conflict', `${director} cannot be read now: ${host.unknown.why}`);
  const item = host?.items.find(({ id }) => id === itemId);
  if (!item) throw new ServiceError('conflict', `${director} does not differ in this any more; look again.`);
  const newest = await findRevision(ctx.db, topologyId);
  const adopted = adopt(topologyDocumentSchema.parse(newest.document), adoptionOf(item));
  if ('why' in adopted) throw new ServiceError('invalid', adopted.why);
  const { document, also } = adopted;
  const message = messageOf(director, item, also);
  return saveTopology({ ctx, input: { id: topologyId, baseRevision: newest.number, document, message } });
}

function adoptionOf({ adopt: how }: DriftItem): Adoption {
  if (how.kind === 'no') throw new ServiceError('invalid', how.why);
  return how;
}

function messageOf(director: string, { what, expected, observed }: DriftItem, also: readonly string[]): string {
  const shared = also.length === 0 ? '' : ` The pool also serves ${also.join(', ')}.`;
  return `Adopted from ${director}: ${what} is ${observed}, it was ${expected}.${shared}`.slice(0, 1000);
}
