'use client';
// All objects of the topology under the picture: the pair, then ranges, groups and pools with one search over all three.
import { useDeferredValue, useState } from 'react';
import { cn } from '@/components/ui/class-names';
import { Input } from '@/components/ui/input';
import { useEditor } from './editor-context';
import { ObjectColumn } from './object-column';
import { objectKinds } from './object-kinds';
import { hasErrorsAt } from './problem-index';
import { pathOf, printSelection, type Selection } from './selection';

/** Fewer are in sight at once anyway. */
const FEWEST_SEARCHED = 12;

export function ObjectList() {
  const { document } = useEditor();
  const [query, setQuery] = useState('');
  const settled = useDeferredValue(query);
  const total = document.ranges.length + document.groups.length + document.pools.length;
  const isSearchable = total > FEWEST_SEARCHED;
  return (
    <div className="flex flex-col gap-2 border-t px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <div role="group" aria-label="Pair" className="flex flex-wrap items-center gap-1">
          <span className="text-xs text-muted-foreground">Pair</span>
          <Chip selection={{ kind: 'general' }} text="General settings" />
          <Chip selection={{ kind: 'addresses' }} text="Addresses" />
          {document.directors.map(({ name }, index) => (
            <Chip key={index} selection={{ kind: 'director', index }} text={name} />
          ))}
        </div>
        {isSearchable && (
          <Input
            type="search"
            aria-label="Find an object"
            placeholder="Find by name, address, mark"
            className="h-6.5 w-56 max-w-full text-xs"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        )}
      </div>
      <div className="grid gap-x-4 gap-y-2 sm:grid-cols-3">
        {objectKinds.map((column) => (
          <ObjectColumn key={column.list} column={column} query={isSearchable ? settled : ''} />
        ))}
      </div>
    </div>
  );
}

function Chip({ selection, text }: { selection: Selection; text: string }) {
  const editor = useEditor();
  const isSelected = printSelection(editor.selection) === printSelection(selection);
  const path = pathOf(selection);
  const hasErrors = path.length > 0 && hasErrorsAt(editor.diagnostics, path);
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
