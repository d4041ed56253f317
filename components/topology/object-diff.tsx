'use client';
// What differs between two documents, object by object, each field with its value before and after.
import { useState } from 'react';
import { ArrowRight, Minus, Pencil, Plus, TextCursorInput, type LucideIcon } from 'lucide-react';
import type { FieldChange, ObjectChange } from '@/lib/core/views/object-change';
import { Badge, type Tone } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';

type Look = { tone: Tone; Icon: LucideIcon; edge: string };
const looks: Record<ObjectChange['change'], Look> = {
  added: { tone: 'up', Icon: Plus, edge: 'border-l-up' },
  removed: { tone: 'down', Icon: Minus, edge: 'border-l-down' },
  changed: { tone: 'drain', Icon: Pencil, edge: 'border-l-drain' },
  renamed: { tone: 'neutral', Icon: TextCursorInput, edge: 'border-l-border' },
};
/** An import can change ten thousand objects. */
const MOST_AT_FIRST = 60;

type ObjectDiffProps = { changes: readonly ObjectChange[]; label: string; empty: string };

export function ObjectDiff({ changes, label, empty }: ObjectDiffProps) {
  const [most, setMost] = useState(MOST_AT_FIRST);
  if (changes.length === 0) return <p className="text-muted-foreground">{empty}</p>;
  return (
    <div className="flex flex-col items-start gap-2">
      <ul aria-label={label} className="flex w-full flex-col gap-2">
        {changes.slice(0, most).map((change) => (
          <ObjectItem key={`${change.kind} ${change.pool ?? ''} ${change.name} ${change.change}`} change={change} />
        ))}
      </ul>
      {changes.length > most && (
        <Button size="small" onClick={() => setMost(most * 10)}>
          Show more of {changes.length} objects
        </Button>
      )}
    </div>
  );
}

function ObjectItem({ change }: { change: ObjectChange }) {
  const { tone, Icon, edge } = looks[change.change];
  return (
    <li className={cn('flex min-w-0 flex-col gap-1 border-l-2 pl-2', edge)}>
      <p className="flex flex-wrap items-center gap-x-1.5 gap-y-0.5">
        <Badge tone={tone} icon={Icon}>
          {change.change}
        </Badge>
        <span className="text-muted-foreground">{change.kind}</span>
        {change.formerName !== undefined && (
          <>
            <del className="text-muted-foreground [overflow-wrap:anywhere]">{change.formerName}</del>
            <ArrowRight aria-label="to" className="size-3 text-muted-foreground" />
          </>
        )}
        <span className="font-medium [overflow-wrap:anywhere]">{change.name}</span>
        {change.pool !== undefined && <span className="text-muted-foreground">of pool {change.pool}</span>}
      </p>
      <Fields change={change} />
    </li>
  );
}

/** Of an object that comes or goes the fields are there to look up, not to be read. */
function Fields({ change: { change, fields } }: { change: ObjectChange }) {
  if (fields.length === 0) return null;
  if (change === 'changed' || change === 'renamed') return <FieldList fields={fields} />;
  return (
    <details>
      <summary className="text-xs text-muted-foreground">
        {fields.length} {fields.length === 1 ? 'field' : 'fields'}
      </summary>
      <FieldList fields={fields} />
    </details>
  );
}

function FieldList({ fields }: { fields: readonly FieldChange[] }) {
  return (
    <dl className="grid gap-x-3 gap-y-0.5 text-xs sm:grid-cols-[minmax(7rem,max-content)_minmax(0,1fr)]">
      {fields.map((field, at) => (
        <div key={at} className="contents">
          <dt className="font-mono text-muted-foreground [overflow-wrap:anywhere]">{field.path}</dt>
          <dd className="mb-1 flex min-w-0 flex-wrap items-center gap-x-1.5 font-mono sm:mb-0">
            <FieldValues field={field} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function FieldValues({ field: { before, after } }: { field: FieldChange }) {
  const value = 'min-w-0 rounded px-1 no-underline [overflow-wrap:anywhere]';
  return (
    <>
      {before !== undefined && <del className={cn(value, 'bg-down-soft text-down')}>{before}</del>}
      {before !== undefined && <ArrowRight aria-label="becomes" className="size-3 shrink-0 text-muted-foreground" />}
      {after === undefined ? (
        <span className="font-sans text-muted-foreground">not set</span>
      ) : (
        <ins className={cn(value, 'bg-up-soft text-up')}>{after}</ins>
      )}
    </>
  );
}
