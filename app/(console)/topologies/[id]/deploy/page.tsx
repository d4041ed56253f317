// The plan of a deploy.
import type { Metadata } from 'next';
import { PlanPage } from '@/components/deploy/plan-page';

export const metadata: Metadata = { title: 'Plan' };

export default async function PlanPageRoute({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <PlanPage key={id} topologyId={id} />;
}
