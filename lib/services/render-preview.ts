// Every file that a document would produce, with secrets replaced: web never has one.
import 'server-only';
import type { Diagnostic } from '@/lib/core/diagnostic';
import { topologyDocumentSchema, type TopologyDocument } from '@/lib/core/document';
import { REDACTED, type RenderedFile } from '@/lib/core/release';
import { checkTopology } from '@/lib/core/check';
import { hasErrors } from '@/lib/core/diagnostic';
import { resolveTopology } from '@/lib/core/resolve';
import type { FilePreview } from '@/lib/core/views/topology';
import { renderTopology } from '@/lib/render/render-topology';
import { requireRole, type VerbArgs } from './context';

/** Stands for the heartbeat key while rendering; the file that holds it is redacted afterwards anyway. */
const PLACEHOLDER_KEY = 'placeholder';

export function renderPreview({ ctx, input }: VerbArgs<{ document: TopologyDocument }>): {
  files: FilePreview[];
  diagnostics: Diagnostic[];
} {
  requireRole(ctx, 'viewer');
  const document = topologyDocumentSchema.parse(input.document);
  const diagnostics = checkTopology(document);
  const { topology } = resolveTopology(document);
  if (!topology || hasErrors(diagnostics)) return { files: [], diagnostics };
  const rendered = renderTopology({ topology, secrets: { heartbeatKey: PLACEHOLDER_KEY } });
  const hosts = [
    ...rendered.releases.map(({ director, files }) => ({ host: director, files })),
    ...rendered.companions,
  ];
  return {
    files: hosts.flatMap(({ host, files }) => files.map((file) => toPreview(host, file))),
    diagnostics: [...diagnostics, ...rendered.diagnostics],
  };
}

function toPreview(host: string, { path, mode, content, secret, purpose }: RenderedFile): FilePreview {
  return { host, path, mode, content: secret ? REDACTED : content, secret, purpose };
}
