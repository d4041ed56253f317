'use client';
// Someone saved meanwhile: who, when, why; re-apply the edits on top, or let go of them. Undo goes from one to the other.
import { useMemo } from 'react';
import type { TopologyDocument } from '@/lib/core/document';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { RelativeTime } from '@/components/ui/relative-time';
import { mergeDocuments } from './merge-documents';

type ConflictDialogProps = {
  current: TopologyRevision;
  base: TopologyDocument;
  mine: TopologyDocument;
  /** Both are documents on top of the newer revision; `before` is what undo brings back. */
  onChoose: (before: TopologyDocument, next: TopologyDocument) => void;
  onClose: () => void;
};

export function ConflictDialog({ current, base, mine, onChoose, onClose }: ConflictDialogProps) {
  const { document: merged, conflicts } = useMemo(
    () => mergeDocuments(base, mine, current.document),
    [base, mine, current],
  );
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title={`${current.author} saved revision ${current.number} meanwhile`}
      description={
        <>
          <RelativeTime at={current.createdAt} />
          {current.message ? `: “${current.message}”. ` : '. '}
          Your edits are not lost; choose how they go on.
        </>
      }
    >
      {conflicts.length > 0 ? (
        <div>
          <p>Both of you changed these places; re-applying keeps your values there:</p>
          <ul className="mt-1 list-disc pl-5 font-mono text-xs">
            {conflicts.map((place) => (
              <li key={place}>{place}</li>
            ))}
          </ul>
        </div>
      ) : (
        <p>You changed different places: both sets of edits fit together.</p>
      )}
      <DialogActions>
        <Button onClick={onClose}>Keep editing</Button>
        <Button variant="danger" onClick={() => onChoose(merged, current.document)}>
          Drop my edits, load revision {current.number}
        </Button>
        <Button variant="primary" onClick={() => onChoose(current.document, merged)}>
          Re-apply my edits on revision {current.number}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
