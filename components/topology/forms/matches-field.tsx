'use client';
// The matches of a group, a row each: range, protocol, ports.
import { useState } from 'react';
import { Plus, X } from 'lucide-react';
import { printPath, type DiagnosticPath } from '@/lib/core/diagnostic';
import { Button } from '@/components/ui/button';
import { Field, ProblemLines } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { appendAt, getAt, removeAt, setAt } from '../document-path';
import { useEditor } from '../editor-context';
import { SelectField, useProblemsAt } from './document-fields';
import { parsePorts, printPorts } from './ports-text';

const protocols = ['any', 'tcp', 'udp', 'sctp'].map((value) => ({ value, label: value }));

export function MatchesField({ index }: { index: number }) {
  const { document, isReadOnly, replace } = useEditor();
  const path = ['groups', index, 'matches'];
  const problems = useProblemsAt(path, true);
  const count = document.groups[index]?.matches.length ?? 0;
  const match = { range: document.ranges[0]?.name ?? '', protocol: 'tcp', ports: [80] };
  return (
    <fieldset className="flex flex-col gap-2 border-t pt-3">
      <legend className="sr-only">Matches</legend>
      <h3 className="font-semibold">Matches</h3>
      <ProblemLines problems={problems} />
      {Array.from({ length: count }, (_, i) => (
        <MatchRow
          key={i}
          path={[...path, i]}
          number={i + 1}
          onRemove={isReadOnly || count < 2 ? undefined : () => replace(removeAt(document, path, i))}
        />
      ))}
      <p className="text-xs text-muted-foreground">
        Destination ports as numbers and first-last intervals, with commas. Default: all ports. Protocol any marks every
        packet of the range and has no ports.
      </p>
      {!isReadOnly && (
        <Button size="small" className="self-start" onClick={() => replace(appendAt(document, path, match))}>
          <Plus /> Add match
        </Button>
      )}
    </fieldset>
  );
}

function MatchRow({
  path,
  number,
  onRemove,
}: {
  path: (string | number)[];
  number: number;
  onRemove: (() => void) | undefined;
}) {
  const { document, replace, change } = useEditor();
  const problems = useProblemsAt(path, true);
  const changeProtocol = (protocol: string) => {
    const next = setAt(document, [...path, 'protocol'], protocol);
    if (protocol === 'any') replace(setAt(next, [...path, 'ports'], undefined));
    else change([...path, 'protocol'], protocol);
  };
  const ranges = document.ranges.map(({ name }) => ({ value: name, label: name || '(no name)' }));
  return (
    <div role="group" aria-label={`Match ${number}`} className="flex flex-col gap-1">
      <div className="grid grid-cols-[minmax(0,1fr)_4.5rem_minmax(0,1fr)_auto] items-start gap-2">
        <SelectField path={[...path, 'range']} label="Range" options={ranges} />
        <SelectField path={[...path, 'protocol']} label="Protocol" options={protocols} onCommit={changeProtocol} />
        <PortsField path={[...path, 'ports']} />
        {onRemove && (
          <Button
            variant="ghost"
            size="icon"
            className="mt-5.5"
            aria-label={`Remove match ${number}`}
            onClick={onRemove}
          >
            <X />
          </Button>
        )}
      </div>
      <ProblemLines problems={problems} />
    </div>
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
