'use client';
// What the draft would put on each host, and how that differs from the last saved revision.
import { useDeferredValue } from 'react';
import { keepPreviousData } from '@tanstack/react-query';
import { parseAsBoolean, parseAsString, useQueryState } from 'nuqs';
import type { TopologyDocument } from '@/lib/core/document';
import type { FilePreview } from '@/lib/core/views/topology';
import { useDebounced } from '@/components/data/use-debounced';
import { useRenderedFiles } from '@/components/data/topology-queries';
import { Failure } from '@/components/data/failure';
import { Badge } from '@/components/ui/badge';
import { Checkbox } from '@/components/ui/checkbox';
import { cn } from '@/components/ui/class-names';
import { CodeBlock } from '@/components/ui/code-block';
import { CopyButton } from '@/components/ui/copy-button';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useEditor } from '../editor-context';
import { FileDiff } from './file-diff';

const keyOf = (file: FilePreview) => `${file.host}:${file.path}`;
type ChangeWord = 'new' | 'changed' | 'same';

function changeOf(file: FilePreview, saved: readonly FilePreview[] | undefined): ChangeWord {
  if (!saved) return 'same';
  const old = saved.find((each) => keyOf(each) === keyOf(file));
  return old === undefined ? 'new' : old.content === file.content ? 'same' : 'changed';
}

export function FilesPanel({ saved }: { saved: TopologyDocument }) {
  const { document } = useEditor();
  const settled = useDebounced(useDeferredValue(document), 400);
  const draftFiles = useRenderedFiles(settled, { placeholderData: keepPreviousData });
  const savedFiles = useRenderedFiles(saved);
  const [chosen, setChosen] = useQueryState('file', parseAsString.withDefault(''));
  const [isDiff, setDiff] = useQueryState('diff', parseAsBoolean.withDefault(false));
  if (draftFiles.isError)
    return (
      <Failure
        error={draftFiles.error}
        what="The files could not be generated"
        onRetry={() => void draftFiles.refetch()}
      />
    );
  if (!draftFiles.data) return <SkeletonRows label="Generating files" />;
  const { files } = draftFiles.data;
  if (files.length === 0)
    return (
      <p className="text-muted-foreground">
        No files yet: they appear as soon as the errors under Problems are solved.
      </p>
    );
  const file = files.find((each) => keyOf(each) === chosen) ?? files.find(({ secret }) => !secret) ?? files[0];
  return (
    <div className="grid min-w-0 gap-3 md:grid-cols-[260px_minmax(0,1fr)]">
      <FileList
        files={files}
        saved={savedFiles.data?.files}
        chosen={file ? keyOf(file) : ''}
        onChoose={(key) => void setChosen(key)}
      />
      {file && (
        <FileView
          file={file}
          old={savedFiles.data?.files.find((each) => keyOf(each) === keyOf(file))}
          isDiff={isDiff}
          onDiffChange={(next) => void setDiff(next)}
        />
      )}
    </div>
  );
}

type FileListProps = {
  files: readonly FilePreview[];
  saved: readonly FilePreview[] | undefined;
  chosen: string;
  onChoose: (key: string) => void;
};

function FileList({ files, saved, chosen, onChoose }: FileListProps) {
  const hosts = [...new Set(files.map(({ host }) => host))];
  return (
    <nav aria-label="Generated files" className="flex max-h-96 flex-col gap-2 overflow-auto md:max-h-none">
      {hosts.map((host) => (
        <div key={host}>
          <h3 className="px-1 text-xs font-semibold text-muted-foreground">{host}</h3>
          {files
            .filter((file) => file.host === host)
            .map((file) => {
              const change = changeOf(file, saved);
              return (
                <button
                  key={file.path}
                  type="button"
                  aria-current={keyOf(file) === chosen}
                  onClick={() => onChoose(keyOf(file))}
                  className={cn(
                    'flex w-full items-center justify-between gap-2 rounded px-1 py-1 text-left font-mono text-xs hover:bg-muted',
                    keyOf(file) === chosen && 'bg-accent-soft',
                  )}
                >
                  <span className="[overflow-wrap:anywhere]">{file.path}</span>
                  {change !== 'same' && <Badge tone="neutral">{change}</Badge>}
                </button>
              );
            })}
        </div>
      ))}
    </nav>
  );
}

type FileViewProps = {
  file: FilePreview;
  old: FilePreview | undefined;
  isDiff: boolean;
  onDiffChange: (isDiff: boolean) => void;
};

function FileView({ file, old, isDiff, onDiffChange }: FileViewProps) {
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="min-w-0 text-muted-foreground">
          <span className="font-mono text-foreground">{file.path}</span> {file.mode}. {file.purpose}
        </p>
        <div className="flex items-center gap-3">
          <Checkbox label="Difference to the saved revision" checked={isDiff} onCheckedChange={onDiffChange} />
          {!file.secret && <CopyButton text={file.content} />}
        </div>
      </div>
      {isDiff ? (
        <FileDiff path={file.path} before={old?.content ?? ''} after={file.content} />
      ) : (
        <CodeBlock
          label={`Content of ${file.path} on ${file.host}`}
          text={file.content}
          numbered
          className="max-h-[60vh]"
        />
      )}
    </div>
  );
}
