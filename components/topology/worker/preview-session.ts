// Renders drafts one after the other and compares each with the saved revision; remembers what did not change.
import type { TopologyDocument } from '@/lib/core/document';
import { resolveTopology } from '@/lib/core/resolve';
import type { Topology } from '@/lib/core/topology';
import type { FilePreview } from '@/lib/core/views/topology';
import { previewDirector, previewFiles, type Preview } from '@/lib/render/preview-files';
import { applyPatch } from './document-patch';
import { lineChanges, type LineChange } from './line-changes';
import type { OpenFile, PreviewAnswer, PreviewFile, PreviewRequest } from './messages';

type Compared = { file: PreviewFile; content: string; before: string; changes: LineChange[] };
/** `early`: the file in sight alone, the others as they were; `whole` must be called before the next request. */
export type PreviewSession = (request: PreviewRequest) => {
  early: PreviewAnswer | undefined;
  whole: () => PreviewAnswer;
};

export function startPreviewSession(): PreviewSession {
  let document: TopologyDocument | undefined;
  let saved: TopologyDocument | undefined;
  let savedFiles = new Map<string, FilePreview>();
  let compared = new Map<string, Compared>();
  let refused: PreviewAnswer['diagnostics'] = [];
  return ({ version, patch, saved: savedPatch, open }) => {
    const started = performance.now();
    document = applyPatch(document, patch);
    const { topology } = resolveTopology(document);
    if (savedPatch) {
      saved = applyPatch(saved, savedPatch);
      savedFiles = new Map(render(resolveTopology(saved).topology).files.map((file) => [keyOf(file), file]));
      compared = new Map();
    }
    const answerOf = (all: ReadonlyMap<string, Compared>, diagnostics: PreviewAnswer['diagnostics']) => ({
      ...{ version, files: [...all.values()].map(({ file }) => file), open: openOf(all, open) },
      ...{ diagnostics, elapsedMs: performance.now() - started },
    });
    const inSight = topology && open !== undefined && compareInSight(topology, open, savedFiles, compared);
    return {
      early: inSight ? answerOf(new Map(compared).set(inSight.file.key, inSight), refused) : undefined,
      whole: () => {
        const { files, diagnostics } = render(topology);
        compared = compareAll(files, savedFiles, compared);
        refused = diagnostics;
        return answerOf(compared, refused);
      },
    };
  };
}

const keyOf = ({ host, path }: FilePreview) => `${host}:${path}`;

/** What does not resolve is said by the checks. */
function render(topology: Topology | undefined): Preview {
  return topology ? previewFiles(topology) : { files: [], diagnostics: [] };
}

/** Only of a file that was there before: what comes and goes is said with the whole. */
function compareInSight(
  topology: Topology,
  key: string,
  saved: ReadonlyMap<string, FilePreview>,
  known: ReadonlyMap<string, Compared>,
): Compared | undefined {
  const host = known.get(key)?.file.host;
  const file = host === undefined ? undefined : previewDirector(topology, host)?.find((each) => keyOf(each) === key);
  return file && compare(file, saved, known);
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
