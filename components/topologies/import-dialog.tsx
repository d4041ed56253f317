'use client';
// A topology from YAML or JSON: pasted or from a file; what is wrong stands with its line before anything is stored.
import { useState } from 'react';
import { useRouter } from 'next/navigation';
import { hasErrors, printPath, type Diagnostic } from '@/lib/core/diagnostic';
import { Failure } from '@/components/data/failure';
import { useCreateTopology, useImport } from '@/components/data/topology-queries';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const [text, setText] = useState('');
  const read = useImport();
  const create = useCreateTopology();
  const change = (next: string) => {
    setText(next);
    read.reset();
  };
  const document = read.data?.document;
  const store = () =>
    document &&
    create.mutate(
      { document, message: 'Imported from a file' },
      { onSuccess: ({ topologyId }) => router.push(`/topologies/${topologyId}`) },
    );
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title="Import a topology"
      className="w-[min(820px,calc(100vw-24px))]"
    >
      <Field
        label="YAML or JSON"
        help="Paste it, or choose a file. It is checked first; nothing is stored until you create it."
      >
        {(control) => (
          <Textarea
            {...control}
            rows={12}
            className="font-mono text-xs"
            value={text}
            placeholder={'apiVersion: lvs-console/v1\nkind: Topology\nname: edge-1'}
            onChange={(event) => change(event.target.value)}
          />
        )}
      </Field>
      <input
        type="file"
        aria-label="File"
        accept=".yaml,.yml,.json,text/yaml,application/json"
        onChange={(event) => void event.target.files?.[0]?.text().then(change)}
      />
      {read.isError && <Failure error={read.error} what="The text could not be read" />}
      {read.data && <ImportDiagnostics diagnostics={read.data.diagnostics} isReadable={document !== undefined} />}
      {create.isError && <Failure error={create.error} what="The topology was not created" />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        {document ? (
          <Button variant="primary" disabled={create.isPending || create.isSuccess} onClick={store}>
            Create topology {document.name}
          </Button>
        ) : (
          <Button variant="primary" disabled={text.trim() === '' || read.isPending} onClick={() => read.mutate(text)}>
            Check the text
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}

function ImportDiagnostics({ diagnostics, isReadable }: { diagnostics: readonly Diagnostic[]; isReadable: boolean }) {
  if (diagnostics.length === 0) return <Notice tone="up" title="No problems." />;
  const title = !isReadable
    ? 'This is not a topology yet: mend these lines.'
    : hasErrors(diagnostics)
      ? 'It can be imported as a draft; these errors stand against a deploy.'
      : 'It can be imported, with warnings.';
  return (
    <Notice tone={isReadable ? 'warn' : 'down'} title={title}>
      <ul aria-label="Problems of the text" className="max-h-48 overflow-auto">
        {diagnostics.map((each, index) => (
          <li key={index} className="py-0.5">
            {each.line !== undefined && <span className="font-medium">Line {each.line}: </span>}
            {each.path.length > 0 && <span className="font-mono text-xs">{printPath(each.path)} </span>}
            {each.message} {each.hint}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
