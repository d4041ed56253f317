// What the topology verbs share: appending a revision, finding one, and names that are unique.
import 'server-only';
import { checkTopology } from '@/lib/core/check';
import type { TopologyDocument } from '@/lib/core/document';
import { ServiceError } from '@/lib/core/errors';
import type { VerbRecord } from '@/lib/core/views/verbs';
import type { Tx } from '@/lib/db/client';
import type { TopologyRevision } from '@/lib/db/generated/client';
import { syncDirectors } from './director-rows';

type NewRevision = {
  topologyId: string;
  number: number;
  document: TopologyDocument;
  author: string;
  message: string;
  /** What a verb of the live page did. */
  verb?: VerbRecord;
};

export async function appendRevision(tx: Tx, revision: NewRevision): Promise<TopologyRevision> {
  const diagnostics = checkTopology(revision.document);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
  const row = await tx.topologyRevision.create({ data: { ...revision, deployable: errors === 0, errors, warnings } });
  await syncDirectors(tx, revision.topologyId, revision.document);
  return row;
}

/** Throws ServiceError('not-found'). */
export async function findRevision(tx: Tx, topologyId: string, number?: number): Promise<TopologyRevision> {
  const where = number === undefined ? { topologyId } : { topologyId, number };
  const row = await tx.topologyRevision.findFirst({ where, orderBy: { number: 'desc' } });
  if (row) return row;
  throw new ServiceError(
    'not-found',
    number === undefined ? 'There is no such topology.' : `There is no revision ${number} of this topology.`,
  );
}

export function refuseTakenName(name: string): never {
  throw new ServiceError(
    'conflict',
    `There is a topology named ${name} already.`,
    {},
    { next: 'Choose another name.' },
  );
}
