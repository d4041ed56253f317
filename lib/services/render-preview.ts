// Every file that a document would produce, with secrets replaced: web never has one.
import 'server-only';
import { checkTopology } from '@/lib/core/check';
import { hasErrors } from '@/lib/core/diagnostic';
import { topologyDocumentSchema, type TopologyDocument } from '@/lib/core/document';
import { resolveTopology } from '@/lib/core/resolve';
import { previewFiles, type Preview } from '@/lib/render/preview-files';
import { requireRole, type VerbArgs } from './context';

export function renderPreview({ ctx, input }: VerbArgs<{ document: TopologyDocument }>): Preview {
  requireRole(ctx, 'viewer');
  const document = topologyDocumentSchema.parse(input.document);
  const diagnostics = checkTopology(document);
  const { topology } = resolveTopology(document);
  if (!topology || hasErrors(diagnostics)) return { files: [], diagnostics };
  const preview = previewFiles(topology);
  return { files: preview.files, diagnostics: [...diagnostics, ...preview.diagnostics] };
}
