// An earlier revision as the newest one. Directors that moved since stay where they are: their accepted host keys would be
// forgotten otherwise, and no plan could read them.
import { api } from '@/lib/api/client';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { withEndpoints } from '@/lib/core/with-endpoints';

type Topologies = Pick<typeof api, 'getTopology' | 'saveTopology'>;
/** `newest`: what the person sees; whoever saved after it makes this a conflict. Undefined: whatever is the newest now. */
export type Restore = { revision: number; newest: number | undefined; message: string };

export async function restoreRevision(
  topologyId: string,
  { revision, newest, message }: Restore,
  { getTopology, saveTopology }: Topologies = api,
): Promise<TopologyRevision> {
  const [old, now] = await Promise.all([getTopology(topologyId, revision), getTopology(topologyId, newest)]);
  if (now.number === revision) return now;
  const document = withEndpoints(old.document, now.document);
  return saveTopology(topologyId, { baseRevision: now.number, document, message });
}
