'use client';
// The draft as the YAML that import and the command line take; the library is loaded when first looked at.
import { useState } from 'react';
import dynamic from 'next/dynamic';
import { useQuery } from '@tanstack/react-query';
import { Check, Download, Pencil } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { CopyButton } from '@/components/ui/copy-button';
import { downloadText } from '@/components/ui/export-rows';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useEditor } from '../editor-context';

const YamlEditor = dynamic(() => import('./yaml-editor'), {
  ssr: false,
  loading: () => <SkeletonRows label="Loading the editor" />,
});

export function YamlPanel() {
  const { document, isReadOnly } = useEditor();
  const [edited, setEdited] = useState<string>();
  const { data: text } = useQuery({
    queryKey: ['yaml', document],
    queryFn: async () => (await import('yaml')).stringify(document, { lineWidth: 120 }),
    staleTime: Infinity,
    gcTime: 10_000,
  });
  if (text === undefined) return <SkeletonRows label="Writing YAML" />;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted-foreground">This draft as a file. Import reads the same shape.</p>
        <div className="flex gap-2">
          {!isReadOnly &&
            (edited === undefined ? (
              <Button size="small" onClick={() => setEdited(text)}>
                <Pencil /> Edit as YAML
              </Button>
            ) : (
              <Button size="small" onClick={() => setEdited(undefined)}>
                <Check /> Done
              </Button>
            ))}
          <CopyButton text={text} />
          <Button size="small" onClick={() => downloadText(`${document.name}.yaml`, 'text/yaml', text)}>
            <Download /> Download
          </Button>
        </div>
      </div>
      {edited === undefined ? (
        <CodeBlock label="Draft as YAML" text={text} numbered className="max-h-[60vh]" />
      ) : (
        <YamlEditor initial={edited} />
      )}
    </div>
  );
}
