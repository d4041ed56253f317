// Documents as text: import with lines for everything that is wrong, export in stable order.
import 'server-only';
import type { Diagnostic } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';
import { topologyDocumentSchema } from '@/lib/core/document';
import { parseTopologyDocument, printTopologyDocument } from '@/lib/parse/topology-document';
import { requireRole, type VerbArgs } from './context';
import { findRevision } from './topology-rows';

/** Stores nothing: the browser shows what was read and creates or saves it then. */
export function importDocument({ ctx, input }: VerbArgs<{ text: string }>): {
  document?: TopologyDocument;
  diagnostics: Diagnostic[];
} {
  requireRole(ctx, 'viewer');
  return parseTopologyDocument(input.text, { check: true });
}

export async function exportDocument({
  ctx,
  input,
}: VerbArgs<{ id: string; revision?: number | undefined }>): Promise<string> {
  requireRole(ctx, 'viewer');
  const row = await findRevision(ctx.db, input.id, input.revision);
  return printTopologyDocument(topologyDocumentSchema.parse(row.document));
}
