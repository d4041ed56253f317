'use client';
// Which groups refer to the object of this form; each is one click away.
import { useMemo } from 'react';
import { Button } from '@/components/ui/button';
import type { NamedList } from '../document-edits';
import { useEditor } from '../editor-context';
import { usesOf } from '../where-used';

type WhereUsedProps = { list: NamedList; index: number; unused: string };

const MOST_SHOWN = 40;

export function WhereUsed({ list, index, unused }: WhereUsedProps) {
  const { document, select } = useEditor();
  const uses = useMemo(() => usesOf(document, list, index), [document, list, index]);
  return (
    <section aria-label="Used by" className="flex flex-col gap-1 border-t pt-3">
      <h3 className="font-semibold">
        Used by <span className="tabular font-normal text-muted-foreground">{uses.length}</span>
      </h3>
      {uses.length === 0 && <p className="text-xs text-muted-foreground">{unused}</p>}
      <ul className="flex max-h-40 flex-col overflow-auto">
        {uses.slice(0, MOST_SHOWN).map(({ group, name, how }) => (
          <li key={`${group} ${how}`} className="flex items-baseline gap-2">
            <Button variant="link" onClick={() => select({ kind: 'group', index: group })}>
              {name || '(no name)'}
            </Button>
            <span className="truncate font-mono text-xs text-muted-foreground">{how}</span>
          </li>
        ))}
        {uses.length > MOST_SHOWN && (
          <li className="text-xs text-muted-foreground">and {uses.length - MOST_SHOWN} more</li>
        )}
      </ul>
    </section>
  );
}
