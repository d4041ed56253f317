'use client';
// Says that edits of an earlier visit were found, and when someone saved a newer revision meanwhile.
import { useState } from 'react';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { RelativeTime } from '@/components/ui/relative-time';
import type { TopologyDraft } from './use-topology-draft';

type DraftNoticeProps = { draft: TopologyDraft; newest: TopologyRevision; onResolve: () => void };

export function DraftNotice({ draft, newest, onResolve }: DraftNoticeProps) {
  const [isRead, setRead] = useState(false);
  const { restored, hasEdits, state } = draft;
  if (newest.number > state.baseRevision)
    return (
      <Notice
        tone="warn"
        title={`${newest.author} saved revision ${newest.number}; this page shows revision ${state.baseRevision}${hasEdits ? ' with your edits' : ''}.`}
        className="mx-3 mt-2"
        actions={
          hasEdits ? (
            <Button size="small" onClick={onResolve}>
              Re-apply or drop my edits
            </Button>
          ) : (
            <Button size="small" onClick={() => draft.rebase(newest)}>
              Show revision {newest.number}
            </Button>
          )
        }
      />
    );
  if (!restored || !hasEdits || isRead) return null;
  return (
    <Notice
      title="Your unsaved edits of an earlier visit are back."
      className="mx-3 mt-2"
      actions={
        <>
          <Button size="small" onClick={() => setRead(true)}>
            Keep them
          </Button>
          <Button size="small" variant="danger" onClick={() => draft.replace(state.base)}>
            Drop them
          </Button>
        </>
      }
    >
      Edited <RelativeTime at={restored.editedAt} isOfBrowser /> on top of revision {restored.baseRevision}.
    </Notice>
  );
}
