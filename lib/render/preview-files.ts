// The files of every host as people may see them: rendered without a secret, and with those that hold one replaced.
import { hasErrors, type Diagnostic } from '../core/diagnostic';
import { REDACTED, type RenderedFile } from '../core/release';
import type { Topology } from '../core/topology';
import type { FilePreview } from '../core/views/topology';
import { renderTopology } from './render-topology';

/** Stands for the heartbeat key while rendering; the file that holds it is redacted afterwards anyway. */
const PLACEHOLDER_KEY = 'placeholder';

export type Preview = { files: FilePreview[]; diagnostics: Diagnostic[] };

/** No files with an error among the diagnostics. */
export function previewFiles(topology: Topology): Preview {
  const { releases, companions, diagnostics } = renderTopology({
    topology,
    secrets: { heartbeatKey: PLACEHOLDER_KEY },
  });
  if (hasErrors(diagnostics)) return { files: [], diagnostics };
  const hosts = [...releases.map(({ director, files }) => ({ host: director, files })), ...companions];
  return { files: hosts.flatMap(({ host, files }) => files.map((file) => toPreview(host, file))), diagnostics };
}

function toPreview(host: string, { path, mode, content, secret, purpose }: RenderedFile): FilePreview {
  return { host, path, mode, content: secret ? REDACTED : content, secret, purpose };
}
