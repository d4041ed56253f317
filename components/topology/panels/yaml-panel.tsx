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
import { HeldText } from './held-text';
import { useYamlState } from './use-yaml-text';
import type { YamlText } from './yaml-text';

const YamlEditor = dynamic(() => import('./yaml-editor'), {
  ssr: false,
  loading: () => <SkeletonRows label="Loading the editor" />,
});

export function YamlPanel({ yaml }: { yaml: YamlText }) {
  const { document, isReadOnly } = useEditor();
  const phase = useYamlState(yaml)?.phase;
  const [isAsking, setAsking] = useState(false);
  const { data: text } = useQuery({
    queryKey: ['yaml', document],
    queryFn: async () => (await import('yaml')).stringify(document, { lineWidth: 120 }),
    staleTime: Infinity,
    gcTime: 10_000,
  });
  const isEdited = phase !== undefined && !isReadOnly;
  if (text === undefined && !isEdited) return <SkeletonRows label="Writing YAML" />;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted-foreground">This draft as a file. Import reads the same shape.</p>
        <div className="flex gap-2">
          {isEdited && <DoneButton yaml={yaml} onHeld={() => setAsking(true)} />}
          {!isEdited && !isReadOnly && text !== undefined && (
            <Button size="small" onClick={() => yaml.open(text)}>
              <Pencil /> Edit as YAML
            </Button>
          )}
          {text !== undefined && (
            <>
              <CopyButton text={text} />
              <Button size="small" onClick={() => downloadText(`${document.name}.yaml`, 'text/yaml', text)}>
                <Download /> Download
              </Button>
            </>
          )}
        </div>
      </div>
      {isEdited && (phase === 'outrun' || (isAsking && phase === 'refused')) && (
        <HeldText yaml={yaml} isOutrun={phase === 'outrun'} onKeep={() => setAsking(false)} />
      )}
      {isEdited ? (
        <YamlEditor yaml={yaml} />
      ) : (
        <CodeBlock label="Draft as YAML" text={text ?? ''} numbered className="max-h-[60vh]" />
      )}
    </div>
  );
}

/** Waits for the answer about the last keys; a text that is not in the draft then is asked about. */
function DoneButton({ yaml, onHeld }: { yaml: YamlText; onHeld: () => void }) {
  const [isWaiting, setWaiting] = useState(false);
  const finish = async () => {
    setWaiting(true);
    const isTaken = await yaml.settle();
    setWaiting(false);
    if (isTaken) yaml.close();
    else onHeld();
  };
  return (
    <Button size="small" disabled={isWaiting} onClick={() => void finish()}>
      <Check /> {isWaiting ? 'Reading this text' : 'Done'}
    </Button>
  );
}
