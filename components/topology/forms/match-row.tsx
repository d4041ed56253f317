'use client';
// One match of a group: range, protocol, ports, and what rarely narrows it: source and interface.
import { useState, type ComponentProps } from 'react';
import { GripVertical, X } from 'lucide-react';
import { printPath, type DiagnosticPath } from '@/lib/core/diagnostic';
import type { MatchDocument } from '@/lib/core/document';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Disclosure } from '@/components/ui/disclosure';
import { Field, ProblemLines } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { getAt, setAt } from '../document-path';
import { useEditor } from '../editor-context';
import { SelectField, TextField, useProblemsAt } from './document-fields';
import { parsePorts, printPorts } from './ports-text';
import { ReferenceField } from './reference-field';

const protocols = ['any', 'tcp', 'udp', 'sctp'].map((value) => ({ value, label: value }));

type MatchRowProps = {
  path: (string | number)[];
  number: number;
  /** Where the dragged match would go: a line at this edge. */
  line: 'before' | 'after' | undefined;
  handle: ComponentProps<'button'> | undefined;
  onRemove: (() => void) | undefined;
};

export function MatchRow({ path, number, line, handle, onRemove }: MatchRowProps) {
  const { document, replace, change } = useEditor();
  const problems = useProblemsAt(path, true);
  const changeProtocol = (protocol: string) => {
    const next = setAt(document, [...path, 'protocol'], protocol);
    if (protocol === 'any') replace(setAt(next, [...path, 'ports'], undefined));
    else change([...path, 'protocol'], protocol);
  };
  return (
    <div
      role="group"
      aria-label={`Match ${number}`}
      data-reorder={number - 1}
      className={cn(
        'flex flex-col gap-1',
        line === 'before' && 'shadow-[0_-2px_0_var(--primary)]',
        line === 'after' && 'shadow-[0_2px_0_var(--primary)]',
      )}
    >
      <div className="flex items-start gap-1">
        {handle && <Handle number={number} {...handle} />}
        <div className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_4.5rem_minmax(0,1fr)] items-start gap-2">
          <ReferenceField path={[...path, 'range']} list="ranges" label="Range" />
          <SelectField path={[...path, 'protocol']} label="Protocol" options={protocols} onCommit={changeProtocol} />
          <PortsField path={[...path, 'ports']} />
        </div>
        {onRemove && (
          <Button
            variant="ghost"
            size="icon"
            className="mt-6 w-6"
            aria-label={`Remove match ${number}`}
            onClick={onRemove}
          >
            <X />
          </Button>
        )}
      </div>
      <MatchConditions path={path} />
      <ProblemLines problems={problems} />
    </div>
  );
}

function Handle({ number, ...handle }: { number: number } & ComponentProps<'button'>) {
  return (
    <button
      type="button"
      aria-label={`Move match ${number}`}
      title="Drag, or use the arrow keys"
      className="mt-6 flex h-7.5 w-4 cursor-grab items-center justify-center rounded text-muted-foreground hover:bg-muted active:cursor-grabbing"
      {...handle}
    >
      <GripVertical aria-hidden className="size-3.5" />
    </button>
  );
}

function MatchConditions({ path }: { path: DiagnosticPath }) {
  const { document } = useEditor();
  const { source, interface: device } = (getAt(document, path) ?? {}) as Partial<MatchDocument>;
  const external = document.directors[0]?.external.interface ?? '';
  const summary = [source && `from ${source}`, device && `on ${device}`].filter(Boolean).join(', ');
  return (
    <Disclosure title={summary ? 'Only' : 'Source and interface'} summary={summary} isOpenAtFirst={summary !== ''}>
      <div className="grid grid-cols-2 gap-2">
        <TextField
          path={[...path, 'source']}
          label="Source"
          isMono
          isOptional
          placeholder="anywhere"
          help="Only packets from these addresses: a prefix or first-last."
          defaultValue="anywhere"
        />
        <TextField
          path={[...path, 'interface']}
          label="Interface"
          isMono
          isOptional
          placeholder={external}
          help="Only packets that arrive there."
          defaultValue={`the external one${external && `, ${external}`}`}
        />
      </div>
    </Disclosure>
  );
}

function PortsField({ path }: { path: DiagnosticPath }) {
  const { document, change, isReadOnly } = useEditor();
  const problems = useProblemsAt(path);
  const saved = printPorts(getAt(document, path));
  const [typed, setTyped] = useState<string>();
  const hasPorts = getAt(document, [...path.slice(0, -1), 'protocol']) !== 'any' || saved !== '';
  return (
    <Field label="Ports" problems={problems}>
      {(control) => (
        <Input
          {...control}
          data-path={printPath(path)}
          className="font-mono text-xs"
          placeholder="all"
          readOnly={isReadOnly || !hasPorts}
          value={typed ?? saved}
          onChange={(event) => {
            setTyped(event.target.value);
            change(path, parsePorts(event.target.value));
          }}
          onBlur={() => setTyped(undefined)}
        />
      )}
    </Field>
  );
}
