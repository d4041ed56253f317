'use client';
// The dialog that the URL asks for, if any.
import { useCanEdit } from '@/components/data/session';
import { FailoverDialog } from './failover-dialog';
import { FlushDialog } from './flush-dialog';
import { VerbDialog } from './verb-dialog';
import { useVerbUrl } from './verb-url';

export function VerbDialogs({ topologyId }: { topologyId: string }) {
  const { kind } = useVerbUrl();
  const canEdit = useCanEdit();
  if (kind === null || !canEdit) return null;
  if (kind === 'failover') return <FailoverDialog topologyId={topologyId} />;
  if (kind === 'flush') return <FlushDialog topologyId={topologyId} />;
  return <VerbDialog topologyId={topologyId} kind={kind} />;
}
