'use client';
// The pair's rules for deploys above the editor: a freeze is seen before anybody plans, and the rules are reached while errors stand against a deploy.
import Link from 'next/link';
import { useDeployPolicy } from '@/components/data/gate-queries';
import { Badge } from '@/components/ui/badge';

export function RulesLink({ topologyId }: { topologyId: string }) {
  const { data: policy } = useDeployPolicy(topologyId);
  const href = `/topologies/${topologyId}/deploy`;
  if (policy && policy.freezeReason !== '')
    return (
      <Link href={href} title={policy.freezeReason}>
        <Badge tone="warn">deploys are frozen</Badge>
      </Link>
    );
  return (
    <Link href={href} className="text-muted-foreground underline-offset-2 hover:underline">
      Rules for deploys
    </Link>
  );
}
