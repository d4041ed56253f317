// A pair as it is now.
import type { Metadata } from 'next';
import { LiveView } from '@/components/live/live-view';

export const metadata: Metadata = { title: 'Live' };

export default async function LiveViewRoute({ params }: { params: Promise<{ topologyId: string }> }) {
  const { topologyId } = await params;
  return <LiveView key={topologyId} topologyId={topologyId} />;
}
