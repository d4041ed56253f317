'use client';
// The frame of one object's form: heading, problems that belong to no single field, removal and order.
import type { ReactNode } from 'react';
import { ArrowDown, ArrowUp, Copy, Trash2 } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { ProblemLines } from '@/components/ui/field';
import { duplicateObject } from '../document-edits';
import { moveTo, removeAt } from '../document-path';
import { useEditor } from '../editor-context';
import { describeSelection, listOf, parseSelection, pathOf } from '../selection';
import { useProblemsAt } from './document-fields';

export function ObjectForm({ lead, children }: { lead: string; children: ReactNode }) {
  const { document, selection } = useEditor();
  const problems = useProblemsAt(pathOf(selection), true);
  return (
    <section aria-label={describeSelection(selection, document)} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="min-w-0 flex-1 basis-48">
          <h2 className="text-[15px] leading-5 font-semibold [overflow-wrap:anywhere]">
            {describeSelection(selection, document)}
          </h2>
          <p className="text-xs text-muted-foreground">{lead}</p>
        </div>
        <ObjectActions />
      </div>
      {selection.kind !== 'general' && <ProblemLines problems={problems} />}
      {children}
    </section>
  );
}

function ObjectActions() {
  const { document, selection, isReadOnly, replace, select } = useEditor();
  if (isReadOnly || !('index' in selection)) return null;
  const [list] = pathOf(selection);
  if (typeof list !== 'string') return null;
  const { kind, index } = selection;
  const move = (step: number) => {
    const next = moveTo(document, [list], index, index + step);
    if (next === document) return;
    replace(next);
    select({ kind, index: index + step });
  };
  const copy = () => {
    if (kind === 'director') return;
    replace(duplicateObject(document, listOf[kind], index));
    select({ kind, index: index + 1 });
  };
  const remove = () => {
    const next = removeAt(document, [list], index);
    replace(next);
    select(parseSelection(`${list}.${Math.max(0, index - 1)}`, next));
  };
  return (
    <div className="flex gap-1">
      {kind === 'group' && (
        <>
          <Button
            size="small"
            variant="ghost"
            aria-label="Move group earlier"
            title="Move earlier: later groups win"
            onClick={() => move(-1)}
          >
            <ArrowUp />
          </Button>
          <Button
            size="small"
            variant="ghost"
            aria-label="Move group later"
            title="Move later: later groups win"
            onClick={() => move(1)}
          >
            <ArrowDown />
          </Button>
        </>
      )}
      {kind !== 'director' && (
        <Button
          size="small"
          variant="ghost"
          onClick={copy}
          title={`A copy behind this ${kind}, under a name of its own`}
        >
          <Copy /> Copy
        </Button>
      )}
      <Button size="small" variant="danger" onClick={remove}>
        <Trash2 /> Remove {kind}
      </Button>
    </div>
  );
}
