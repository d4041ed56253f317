// The audit trail.
import type { Metadata } from 'next';
import { AuditView } from '@/components/audit/audit-view';

export const metadata: Metadata = { title: 'Audit' };

export default function AuditViewRoute() {
  return <AuditView />;
}
