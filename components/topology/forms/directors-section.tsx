'use client';
// How many directors the stack works with, and a way to have exactly so many.
import { Plus } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { newDirector, wantedDirectors } from '../document-edits';
import { appendAt, removeAt } from '../document-path';
import { useEditor } from '../editor-context';
import { useProblemsAt } from './document-fields';
import { ProblemLines } from '@/components/ui/field';

export function DirectorsSection() {
  const { document, isReadOnly, replace, select } = useEditor();
  const problems = useProblemsAt(['directors'], true);
  const { directors } = document;
  const wanted = wantedDirectors(document);
  if (directors.length === wanted) return null;
  const add = () => {
    replace(appendAt(document, ['directors'], newDirector(document)));
    select({ kind: 'director', index: directors.length });
  };
  return (
    <div className="flex flex-col items-start gap-1.5" data-path="directors" tabIndex={-1}>
      <ProblemLines problems={problems} />
      {!isReadOnly && directors.length < wanted && (
        <Button size="small" onClick={add}>
          <Plus /> Add director
        </Button>
      )}
      {!isReadOnly &&
        directors.length > wanted &&
        directors.map(({ name }, index) => (
          <Button
            key={index}
            size="small"
            variant="danger"
            onClick={() => replace(removeAt(document, ['directors'], index))}
          >
            Remove {name || `director ${index + 1}`}
          </Button>
        ))}
    </div>
  );
}
