// Who still holds a real server: read from the active director when somebody asks.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import type { ServerHolders, ServerTarget } from '@/lib/core/views/verbs';
import { callWorker } from '@/lib/worker/client';
import { requireRole, type VerbArgs } from './context';
import { getLivePair } from './live';
import { servicesOf } from './prepare-verb';
import { loadHistory } from './verb-history';

/** Throws ServiceError('conflict') while nobody is known to be active: a count of the other director would be wrong. */
export async function getHolders({
  ctx,
  input,
}: VerbArgs<{ topologyId: string; server: ServerTarget }>): Promise<ServerHolders> {
  requireRole(ctx, 'viewer');
  const { topologyId, server } = input;
  const { active } = await getLivePair({ ctx, input: { topologyId } });
  if (active === undefined)
    throw new ServiceError(
      'conflict',
      'No director is known to be active, so nobody can be asked.',
      {},
      { next: 'Wait until one is.' },
    );
  const where = { topologyId_name: { topologyId, name: active } };
  const { id: directorId } = await ctx.db.director.findUniqueOrThrow({ where });
  const { newest, running } = await loadHistory(ctx.db, topologyId);
  const document = running?.document ?? newest.document;
  const pools = document.pools.filter(({ name }) => server.pool === undefined || name === server.pool);
  const services = servicesOf({ document, changes: pools.map(({ name }) => ({ pool: name, index: 0 })) });
  const { address, port } = server;
  return callWorker('readHolders', { directorId, address, ...(port !== undefined && { port }), services });
}
