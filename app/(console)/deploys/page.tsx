// All deploys.
import type { Metadata } from 'next';
import { DeployList } from '@/components/deploy/deploy-list';

export const metadata: Metadata = { title: 'Deploys' };

export default function DeployListRoute() {
  return <DeployList />;
}
