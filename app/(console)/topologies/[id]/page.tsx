// One topology: picture, forms, problems, files.
import type { Metadata } from 'next';
import { TopologyPage } from '@/components/topology/topology-page';

export const metadata: Metadata = { title: 'Topology' };

export default async function TopologyPageRoute({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <TopologyPage key={id} topologyId={id} />;
}
