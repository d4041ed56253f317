'use client';
// What the draft would put on each host, a moment after each edit, with the lines that changed since the saved revision.
import { parseAsString, useQueryState } from 'nuqs';
import type { TopologyDocument } from '@/lib/core/document';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useEditor } from '../editor-context';
import { FileList } from './file-list';
import { FileView } from './file-view';
import { usePreview } from './use-preview';

export function FilesPanel({ saved }: { saved: TopologyDocument }) {
  const { document, diagnostics } = useEditor();
  const [chosen, setChosen] = useQueryState('file', parseAsString);
  const { preview, isFresh, failure } = usePreview(document, saved, chosen ?? undefined);
  const hasErrors = diagnostics.some(({ severity }) => severity === 'error');
  if (failure !== undefined)
    return (
      <Notice tone="down" title="The files could not be generated">
        {failure}. The draft is kept; reload the page, and tell the people who maintain the console.
      </Notice>
    );
  if (!preview) return <SkeletonRows label="Generating files" />;
  const refusals = preview.diagnostics.filter(({ severity }) => severity !== 'info');
  if (hasErrors || preview.files.length === 0)
    return (
      <>
        <Refusals refusals={refusals} />
        <p className="text-muted-foreground">
          No files yet: they appear as soon as the errors {hasErrors ? 'under Problems' : 'above'} are solved.
        </p>
      </>
    );
  return (
    <div className="flex flex-col gap-2" aria-busy={!isFresh}>
      <Refusals refusals={refusals} />
      <div className="grid min-w-0 gap-3 md:grid-cols-[280px_minmax(0,1fr)]">
        <FileList files={preview.files} chosen={preview.open?.file.key} onChoose={(key) => void setChosen(key)} />
        {preview.open && <FileView open={preview.open} isFresh={isFresh} />}
      </div>
    </div>
  );
}

function Refusals({
  refusals,
}: {
  refusals: readonly { code: string; severity: string; message: string; hint?: string | undefined }[];
}) {
  if (refusals.length === 0) return null;
  const isRefused = refusals.some(({ severity }) => severity === 'error');
  return (
    <Notice
      tone={isRefused ? 'down' : 'warn'}
      title={isRefused ? 'The generators refuse this topology' : 'The generators warn'}
    >
      <ul className="list-disc pl-4">
        {refusals.map(({ code, message, hint }) => (
          <li key={`${code} ${message}`}>
            {message} {hint} <span className="font-mono text-xs text-muted-foreground">{code}</span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
