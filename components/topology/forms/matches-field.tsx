'use client';
// The matches of a group in their order: a row each, moved by a handle.
import { useRef } from 'react';
import { Plus } from 'lucide-react';
import { printPath } from '@/lib/core/diagnostic';
import { Button } from '@/components/ui/button';
import { useReorder } from '@/components/ui/use-reorder';
import { appendAt, moveTo, removeAt } from '../document-path';
import { useEditor } from '../editor-context';
import { FormSection } from './form-section';
import { MatchRow } from './match-row';

export function MatchesField({ index }: { index: number }) {
  const { document, isReadOnly, replace } = useEditor();
  const path = ['groups', index, 'matches'];
  const matches = document.groups[index]?.matches ?? [];
  const box = useRef<HTMLDivElement>(null);
  const reorder = useReorder({
    box,
    count: matches.length,
    onMove: (from, to) => replace(moveTo(document, path, from, to)),
  });
  const range = matches.at(-1)?.range ?? document.ranges[0]?.name ?? '';
  const add = () => replace(appendAt(document, path, { range, protocol: 'tcp', ports: [80] }));
  const canMove = !isReadOnly && matches.length > 1;
  return (
    <FormSection
      title="Matches"
      path={path}
      help="A packet that fits any of them gets the mark. Ports are destination ports: numbers and first-last, with commas. Default: all ports. Protocol any has no ports."
    >
      <div ref={box} className="flex flex-col gap-2">
        {matches.map((_match, at) => (
          <MatchRow
            key={at}
            path={[...path, at]}
            number={at + 1}
            line={reorder.lineAt(at)}
            handle={canMove ? reorder.handle(at) : undefined}
            onRemove={isReadOnly || matches.length < 2 ? undefined : () => replace(removeAt(document, path, at))}
          />
        ))}
      </div>
      <p role="status" className="sr-only">
        {reorder.said}
      </p>
      {!isReadOnly && (
        <Button size="small" className="self-start" data-path={printPath([...path, matches.length])} onClick={add}>
          <Plus /> Add match
        </Button>
      )}
    </FormSection>
  );
}
