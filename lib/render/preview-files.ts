// The files of every host as people may see them: rendered without a secret, and with those that hold one replaced.
import { hasErrors, type Diagnostic } from '../core/diagnostic';
import { REDACTED, type RenderedFile } from '../core/release';
import type { Topology } from '../core/topology';
import type { FilePreview } from '../core/views/topology';
import { renderReleases, renderTopology } from './render-topology';

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

/** The files of one director, sooner than those of all hosts; undefined when it is no director or something is refused. */
export function previewDirector(topology: Topology, host: string): FilePreview[] | undefined {
  if (!topology.directors.some(({ name }) => name === host)) return undefined;
  const { releases, diagnostics } = renderReleases({ topology, secrets: { heartbeatKey: PLACEHOLDER_KEY } }, host);
  if (hasErrors(diagnostics)) return undefined;
  return releases.flatMap(({ director, files }) => files.map((file) => toPreview(director, file)));
}

function toPreview(host: string, { path, mode, content, secret, purpose }: RenderedFile): FilePreview {
  return { host, path, mode, content: secret ? REDACTED : content, secret, purpose };
}
