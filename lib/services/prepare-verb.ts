// A verb of the live page as a document, before anything is saved: from the revision that runs, or from the newest one.
import 'server-only';
import { z } from 'zod';
import { diffDocuments } from '@/lib/core/diff-documents';
import type { TopologyDocument } from '@/lib/core/document';
import { ServiceError } from '@/lib/core/errors';
import { resolveTopology } from '@/lib/core/resolve';
import { applyServerVerb, undoServerChanges, type Changed } from '@/lib/core/server-verbs';
import type { ObjectChange } from '@/lib/core/views/object-change';
import { pairVerbSchema, verbBaseSchema, type PairVerb, type ServerChange } from '@/lib/core/views/verbs';
import type { Tx } from '@/lib/db/client';
import { titleOf } from '@/lib/plan/explain-verb';
import { ipvsServiceOf } from '@/lib/render/role-intent';
import { loadHistory, loadMemory, type History } from './verb-history';

export const verbInput = z.object({ topologyId: z.string(), verb: pairVerbSchema, base: verbBaseSchema });
export type VerbInput = z.infer<typeof verbInput>;
export type PreparedVerb = {
  history: History;
  runningRevision: number;
  document: TopologyDocument;
  changes: ServerChange[];
  title: string;
  pending: ObjectChange[];
  /** What a deploy of the document changes, as its plan must say. */
  objects: ObjectChange[];
};

/** Throws ServiceError: `conflict` before the first deploy, `invalid` when there is nothing to do or no way back. */
export async function prepareVerb(tx: Tx, { topologyId, verb, base }: VerbInput): Promise<PreparedVerb> {
  const history = await loadHistory(tx, topologyId);
  const { newest, running } = history;
  if (!running)
    throw new ServiceError(
      'conflict',
      'Nothing of this topology was deployed yet, so there is nothing to drain or halt.',
      {},
      { next: 'Deploy a revision first.' },
    );
  const from = base === 'running' ? running.document : newest.document;
  const changed = await change(tx, history, from, verb);
  if ('why' in changed) throw new ServiceError('invalid', changed.why);
  const { document, changes } = changed;
  return {
    ...{ history, runningRevision: running.number, document, changes, title: titleOf(verb, changes) },
    pending: diffDocuments(running.document, newest.document),
    objects: diffDocuments(running.stored, document),
  };
}

async function change(tx: Tx, history: History, from: TopologyDocument, verb: PairVerb): Promise<Changed> {
  if (verb.kind !== 'undo') {
    const memory = verb.kind === 'online' ? await loadMemory(tx, history, verb.server) : undefined;
    return applyServerVerb(from, verb, memory);
  }
  const entry = history.entries.find(({ revision }) => revision === verb.revision);
  return entry
    ? takeBack(from, history.newest.document, entry.record.changes)
    : { why: `Revision ${verb.revision} was not made by a verb of the live page: take it back in the editor.` };
}

/** A verb whose deploy did not end well: what runs is what was before it, so that alone is the way back. */
function takeBack(from: TopologyDocument, newest: TopologyDocument, changes: readonly ServerChange[]): Changed {
  const back = undoServerChanges(from, changes);
  if (!('why' in back)) return back;
  const inNewest = undoServerChanges(newest, changes);
  const neverRan = !('why' in inNewest) && !('why' in undoServerChanges(from, inNewest.changes));
  return neverRan ? { document: from, changes: inNewest.changes } : back;
}

/** Keys of the IPVS services that the changed pools serve. */
export function servicesOf({ document, changes }: Pick<PreparedVerb, 'document' | 'changes'>): string[] {
  const groups = resolveTopology(document).topology?.groups ?? [];
  return groups
    .filter(({ pool }) => changes.some((each) => each.pool === pool.name))
    .map((group) => ipvsServiceOf(group).key);
}

export function serverOf(changes: readonly ServerChange[]): { address: string; port?: number | undefined } {
  const { address = '', port } = changes[0]?.before ?? changes[0]?.after ?? {};
  return { address, ...(port !== undefined && { port }) };
}
