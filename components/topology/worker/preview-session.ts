// Renders drafts one after the other and compares each with the saved revision; remembers what did not change.
import type { TopologyDocument } from '@/lib/core/document';
import { resolveTopology } from '@/lib/core/resolve';
import type { FilePreview } from '@/lib/core/views/topology';
import { previewFiles, type Preview } from '@/lib/render/preview-files';
import { applyPatch } from './document-patch';
import { lineChanges, type LineChange } from './line-changes';
import type { OpenFile, PreviewAnswer, PreviewFile, PreviewRequest } from './messages';

type Compared = { file: PreviewFile; content: string; before: string; changes: LineChange[] };
export type PreviewSession = (request: PreviewRequest) => PreviewAnswer;

export function startPreviewSession(): PreviewSession {
  let document: TopologyDocument | undefined;
  let saved: TopologyDocument | undefined;
  let savedFiles = new Map<string, FilePreview>();
  let compared = new Map<string, Compared>();
  return ({ version, patch, saved: savedPatch, open }) => {
    const started = performance.now();
    document = applyPatch(document, patch);
    if (savedPatch) {
      saved = applyPatch(saved, savedPatch);
      savedFiles = new Map(render(saved).files.map((file) => [keyOf(file), file]));
      compared = new Map();
    }
    const { files, diagnostics } = render(document);
    compared = compareAll(files, savedFiles, compared);
    const all = [...compared.values()].map(({ file }) => file);
    return { version, files: all, open: openOf(compared, open), diagnostics, elapsedMs: performance.now() - started };
  };
}

const keyOf = ({ host, path }: FilePreview) => `${host}:${path}`;

/** What does not resolve is said by the checks. */
function render(document: TopologyDocument): Preview {
  const { topology } = resolveTopology(document);
  return topology ? previewFiles(topology) : { files: [], diagnostics: [] };
}

function compareAll(
  files: readonly FilePreview[],
  saved: ReadonlyMap<string, FilePreview>,
  known: ReadonlyMap<string, Compared>,
): Map<string, Compared> {
  const next = files.map((file): [string, Compared] => [keyOf(file), compare(file, saved, known)]);
  const present = new Set(next.map(([key]) => key));
  // Without any file the draft has errors; that is not a removal of everything.
  const gone = files.length === 0 ? [] : [...saved].filter(([key]) => !present.has(key));
  return new Map([...next, ...gone.map(([key, file]): [string, Compared] => [key, removedFile(file)])]);
}

function compare(
  { content, ...file }: FilePreview,
  saved: ReadonlyMap<string, FilePreview>,
  known: ReadonlyMap<string, Compared>,
): Compared {
  const key = keyOf({ content, ...file });
  const old = known.get(key);
  if (old?.content === content && old.file.mode === file.mode) return old;
  const before = saved.get(key);
  const changes = before ? lineChanges(before.content, content) : lineChanges('', content);
  const isSame = before?.content === content && before.mode === file.mode;
  const change = before === undefined ? 'new' : isSame ? 'same' : 'changed';
  return { file: { key, ...file, change, ...countLines(changes) }, content, before: before?.content ?? '', changes };
}

function removedFile({ content, ...file }: FilePreview): Compared {
  const key = keyOf({ content, ...file });
  const changes = lineChanges(content, '');
  return { file: { key, ...file, change: 'removed', ...countLines(changes) }, content: '', before: content, changes };
}

function countLines(changes: readonly LineChange[]): { added: number; removed: number } {
  return {
    added: changes.reduce((sum, { added }) => sum + added, 0),
    removed: changes.reduce((sum, { removed }) => sum + removed.length, 0),
  };
}

/** The one that was asked for; else the first that changed, else the first that shows something. */
function openOf(all: ReadonlyMap<string, Compared>, key: string | undefined): OpenFile | undefined {
  const files = [...all.values()].filter(({ file }) => !file.secret);
  const found =
    (key === undefined ? undefined : all.get(key)) ?? files.find(({ file }) => file.change !== 'same') ?? files[0];
  return found && { file: found.file, content: found.content, changes: found.changes };
}
