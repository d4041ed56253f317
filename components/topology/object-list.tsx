'use client';
// All objects of the topology as chips under the picture, and the buttons that add one.
import { Plus } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { newGroup, newPool, newRange } from './document-edits';
import { appendAt, isWithin } from './document-path';
import { useEditor } from './editor-context';
import { pathOf, printSelection, type Selection } from './selection';

const kinds = [
  { list: 'ranges', kind: 'range', title: 'Ranges', create: newRange },
  { list: 'groups', kind: 'group', title: 'Groups', create: newGroup },
  { list: 'pools', kind: 'pool', title: 'Pools', create: newPool },
] as const;

export function ObjectList() {
  const { document, isReadOnly, replace, select } = useEditor();
  return (
    <div className="flex flex-wrap gap-x-5 gap-y-2 border-t px-3 py-2">
      <ChipRow title="Pair">
        <Chip selection={{ kind: 'general' }} text="General settings" />
        <Chip selection={{ kind: 'addresses' }} text="Addresses" />
        {document.directors.map(({ name }, index) => (
          <Chip key={index} selection={{ kind: 'director', index }} text={name} />
        ))}
      </ChipRow>
      {kinds.map(({ list, kind, title, create }) => (
        <ChipRow key={list} title={title}>
          {document[list].map(({ name }, index) => (
            <Chip key={index} selection={{ kind, index }} text={name} />
          ))}
          {!isReadOnly && (
            <Button
              size="small"
              variant="ghost"
              onClick={() => {
                replace(appendAt(document, [list], create(document)));
                select({ kind, index: document[list].length });
              }}
            >
              <Plus /> Add {kind}
            </Button>
          )}
        </ChipRow>
      ))}
    </div>
  );
}

function ChipRow({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div role="group" aria-label={title} className="flex flex-wrap items-center gap-1">
      <span className="text-xs text-muted-foreground">{title}</span>
      {children}
    </div>
  );
}

function Chip({ selection, text }: { selection: Selection; text: string }) {
  const editor = useEditor();
  const isSelected = printSelection(editor.selection) === printSelection(selection);
  const path = pathOf(selection);
  const hasErrors =
    path.length > 0 && editor.diagnostics.some((each) => each.severity === 'error' && isWithin(each.path, path));
  return (
    <button
      type="button"
      aria-pressed={isSelected}
      onClick={() => editor.select(selection)}
      className={cn(
        'h-6.5 rounded border px-2 text-xs',
        isSelected ? 'border-primary bg-accent-soft font-medium' : 'hover:bg-muted',
        hasErrors && 'border-down',
      )}
    >
      {text || '(no name)'}
    </button>
  );
}
