'use client';
// The draft as the YAML that import and the command line take; the library is loaded when first looked at.
import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { CopyButton } from '@/components/ui/copy-button';
import { downloadText } from '@/components/ui/export-rows';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useEditor } from '../editor-context';

export function YamlPanel() {
  const { document } = useEditor();
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
          <CopyButton text={text} />
          <Button size="small" onClick={() => downloadText(`${document.name}.yaml`, 'text/yaml', text)}>
            <Download /> Download
          </Button>
        </div>
      </div>
      <CodeBlock label="Draft as YAML" text={text} numbered className="max-h-[60vh]" />
    </div>
  );
}
