// Whether the host key of a director was accepted by a person.
import { Badge } from '@/components/ui/badge';
import type { DirectorView } from '@/lib/core/views/director';

export function TrustBadge({ trust }: { trust: DirectorView['trust'] }) {
  if (trust === 'trusted') return <Badge tone="up">host key accepted</Badge>;
  if (trust === 'changed') return <Badge tone="down">host key changed</Badge>;
  return <Badge tone="warn">host key not accepted</Badge>;
}
