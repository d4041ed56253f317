'use client';
// One generated file: whole with the changed lines marked, or only what changed.
import { useMemo } from 'react';
import { parseAsBoolean, useQueryState } from 'nuqs';
import { Checkbox } from '@/components/ui/checkbox';
import { cn } from '@/components/ui/class-names';
import { CodeView } from '@/components/ui/code-view';
import { CopyButton } from '@/components/ui/copy-button';
import type { OpenFile } from '../worker/messages';
import { changedRows, fileRows, firstChange } from './file-rows';

export function FileView({ open: { file, content, changes }, isFresh }: { open: OpenFile; isFresh: boolean }) {
  const [isDiff, setDiff] = useQueryState('diff', parseAsBoolean.withDefault(false));
  const rows = useMemo(() => {
    // A file that is new has nothing to be compared with.
    const all = fileRows(content, file.change === 'new' ? [] : changes);
    return isDiff && file.change !== 'new' ? changedRows(all) : all;
  }, [content, changes, file.change, isDiff]);
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="min-w-0 text-muted-foreground">
          <span className="font-mono text-foreground">{file.path}</span> {file.mode}. {file.purpose}
        </p>
        <div className="flex items-center gap-3">
          <Checkbox label="Only what changed" checked={isDiff} onCheckedChange={(next) => void setDiff(next)} />
          {!file.secret && <CopyButton text={content} />}
        </div>
      </div>
      {isDiff && file.change === 'same' ? (
        <p className="text-muted-foreground">Same as in the saved revision.</p>
      ) : (
        <CodeView
          rows={rows}
          label={`Content of ${file.path} on ${file.host}`}
          scrollTo={isDiff ? undefined : firstChange(rows)}
          scrollKey={file.key}
          className={cn('h-[60vh]', !isFresh && 'opacity-80')}
        />
      )}
    </div>
  );
}
