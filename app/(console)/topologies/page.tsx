// The list of topologies.
import type { Metadata } from 'next';
import { TopologyList } from '@/components/topologies/topology-list';

export const metadata: Metadata = { title: 'Topologies' };

export default function TopologyListRoute() {
  return <TopologyList />;
}
