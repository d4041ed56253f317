// One deploy as it happens.
import type { Metadata } from 'next';
import { DeployView } from '@/components/deploy/deploy-view';

export const metadata: Metadata = { title: 'Deploy' };

export default async function DeployViewRoute({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <DeployView key={id} deployId={id} />;
}
