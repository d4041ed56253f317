'use client';
// The generated files by host, each with how many lines the draft adds and takes away.
import { useMemo } from 'react';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import type { PreviewFile } from '../worker/messages';

type FileListProps = {
  files: readonly PreviewFile[];
  chosen: string | undefined;
  onChoose: (key: string) => void;
};

/** A pair has two directors; of the hosts around it, whose files are alike, there may be hundreds. */
const MOST_HOSTS = 60;

export function FileList({ files, chosen, onChoose }: FileListProps) {
  const hosts = useMemo(() => byHost(files), [files]);
  return (
    <nav aria-label="Generated files" className="flex max-h-96 flex-col gap-2 overflow-auto md:max-h-[60vh]">
      {hosts.slice(0, MOST_HOSTS).map(([host, own]) => (
        <div key={host}>
          <h3 className="px-1 text-xs font-semibold text-muted-foreground">{host}</h3>
          {own.map((file) => (
            <FileButton key={file.key} file={file} isChosen={file.key === chosen} onChoose={onChoose} />
          ))}
        </div>
      ))}
      {hosts.length > MOST_HOSTS && (
        <p className="px-1 text-xs text-muted-foreground">and {hosts.length - MOST_HOSTS} more hosts</p>
      )}
    </nav>
  );
}

function byHost(files: readonly PreviewFile[]): [string, PreviewFile[]][] {
  const hosts = new Map<string, PreviewFile[]>();
  for (const file of files) hosts.set(file.host, [...(hosts.get(file.host) ?? []), file]);
  return [...hosts];
}

type FileButtonProps = { file: PreviewFile; isChosen: boolean; onChoose: (key: string) => void };

function FileButton({ file, isChosen, onChoose }: FileButtonProps) {
  return (
    <button
      type="button"
      aria-current={isChosen}
      onClick={() => onChoose(file.key)}
      className={cn(
        'flex w-full items-center justify-between gap-2 rounded px-1 py-1 text-left font-mono text-xs hover:bg-muted',
        isChosen && 'bg-accent-soft',
        file.change === 'removed' && 'line-through',
      )}
    >
      <span className="[overflow-wrap:anywhere]">{file.path}</span>
      <Change file={file} />
    </button>
  );
}

/** A secret is replaced on both sides, so that only being new or gone can be seen. */
function Change({ file: { change, added, removed, secret } }: { file: PreviewFile }) {
  if (change === 'same') return null;
  if (change !== 'changed' || secret) return <Badge tone="neutral">{change}</Badge>;
  return (
    <span className="tabular shrink-0">
      {added > 0 && <span className="text-up">+{added}</span>}
      {removed > 0 && <span className="ml-1 text-down">-{removed}</span>}
      {added + removed === 0 && <span className="text-muted-foreground">mode</span>}
    </span>
  );
}
