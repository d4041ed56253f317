'use client';
// The generated files of two states of a topology, by director: only those that differ, only the lines that do.
import { useMemo, useState } from 'react';
import type { TopologyDocument } from '@/lib/core/document';
import { cn } from '@/components/ui/class-names';
import { CodeView } from '@/components/ui/code-view';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import type { OpenFile, PreviewFile } from '../worker/messages';
import { FileList } from './file-list';
import { changedRows, fileRows } from './file-rows';
import { usePreview } from './use-preview';

/** Hosts around the pair have a folder in their name; their files are for people to install. */
const isOfDirector = ({ host }: PreviewFile) => !host.includes('/');

export function ComparedFiles({ before, after }: { before: TopologyDocument; after: TopologyDocument }) {
  const [chosen, setChosen] = useState<string>();
  const { preview, isFresh, failure } = usePreview(after, before, chosen);
  const changed = useMemo(() => preview?.files.filter(({ change }) => change !== 'same') ?? [], [preview]);
  const files = changed.filter(isOfDirector);
  const first = files.find(({ secret }) => !secret) ?? files[0];
  // The worker opens the first file that changed anywhere; here the first of a director is meant.
  if (chosen === undefined && first && preview?.open?.file.key !== first.key) setChosen(first.key);
  if (failure !== undefined)
    return (
      <Notice tone="down" title="The files could not be generated">
        {failure}. Close the comparison and open it again; when it stays, tell the people who maintain the console.
      </Notice>
    );
  if (!preview) return <SkeletonRows label="Generating the files of both" />;
  const others = changed.length - files.length;
  return (
    <div className="flex min-w-0 flex-col gap-2" aria-busy={!isFresh}>
      {files.length === 0 && <p className="text-muted-foreground">No file of a director differs.</p>}
      {files.length > 0 && (
        <div className="grid min-w-0 gap-3 md:grid-cols-[280px_minmax(0,1fr)]">
          <FileList files={files} chosen={preview.open?.file.key} onChoose={setChosen} />
          {preview.open && <ChangedLines open={preview.open} isFresh={isFresh} />}
        </div>
      )}
      {others > 0 && (
        <p className="text-xs text-muted-foreground">
          {others === 1 ? '1 file' : `${others} files`} of real servers and gateways differ too: see Generated files.
        </p>
      )}
    </div>
  );
}

const MOST_LINES_HIGH = 30;
const LINE_PX = 18;

function ChangedLines({ open: { file, content, changes }, isFresh }: { open: OpenFile; isFresh: boolean }) {
  const rows = useMemo(() => changedRows(fileRows(content, changes)), [content, changes]);
  const height = Math.min(rows.length, MOST_LINES_HIGH) * LINE_PX + 28;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <p className="min-w-0 text-muted-foreground">
        <span className="font-mono text-foreground [overflow-wrap:anywhere]">{file.path}</span> on {file.host}.{' '}
        {file.purpose}
      </p>
      {file.secret ? (
        <p>A secret: its content is not shown.</p>
      ) : rows.length === 0 ? (
        <p>Only its mode changes, to {file.mode}.</p>
      ) : (
        <div style={{ height }}>
          <CodeView
            rows={rows}
            label={`Difference of ${file.path} on ${file.host}`}
            scrollKey={file.key}
            className={cn('h-full', !isFresh && 'opacity-80')}
          />
        </div>
      )}
    </div>
  );
}
