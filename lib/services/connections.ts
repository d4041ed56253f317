// The connection table of a director: looks, searches and their rows. Reading only, so that a viewer may; a search costs the director and is audited.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import type {
  ConnectionFilter,
  ConnectionPage,
  ConnectionSearch,
  NamedConnection,
  SearchRows,
} from '@/lib/core/views/connections';
import { callWorker } from '@/lib/worker/client';
import { inTransaction } from '@/lib/db/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';

type Of = { topologyId: string; director: string };
const EXPORT_ROWS = 2_000;

export async function readConnections({
  ctx,
  input,
}: VerbArgs<Of & { limit: number; filter: ConnectionFilter }>): Promise<ConnectionPage> {
  requireRole(ctx, 'viewer');
  const { limit, filter } = input;
  return callWorker('readConnections', { directorId: await directorIdOf(ctx, input), limit, filter });
}

export async function startSearch({
  ctx,
  input,
}: VerbArgs<Of & { filter: ConnectionFilter }>): Promise<ConnectionSearch> {
  requireRole(ctx, 'operator');
  const { filter, topologyId, director } = input;
  const directorId = await directorIdOf(ctx, input);
  const search = await callWorker('startSearch', { directorId, filter, by: ctx.account.email });
  await inTransaction(ctx.db, (tx) =>
    appendAudit(tx, ctx, {
      ...{ action: 'connections.search', target: `${topologyId}/${director}` },
      after: { search: search.id, filter },
    }),
  );
  return search;
}

export async function stopSearch({
  ctx,
  input,
}: VerbArgs<{ topologyId: string; id: string }>): Promise<ConnectionSearch> {
  requireRole(ctx, 'operator');
  await findSearch(ctx, input);
  return callWorker('stopSearch', { id: input.id });
}

export async function listSearches({ ctx, input }: VerbArgs<{ topologyId: string }>): Promise<ConnectionSearch[]> {
  requireRole(ctx, 'viewer');
  const directors = await ctx.db.director.findMany({ where: { topologyId: input.topologyId } });
  return callWorker('listSearches', { directorIds: directors.map(({ id }) => id) });
}

export async function readSearchRows({
  ctx,
  input,
}: VerbArgs<{ topologyId: string; id: string; offset: number; limit: number }>): Promise<SearchRows> {
  requireRole(ctx, 'viewer');
  await findSearch(ctx, input);
  const { id, offset, limit } = input;
  return callWorker('readSearchRows', { id, offset, limit });
}

/** All rows of a search, a part at a time: nothing grows with their number. */
export async function* exportSearch({
  ctx,
  input,
}: VerbArgs<{ topologyId: string; id: string }>): AsyncGenerator<NamedConnection[]> {
  requireRole(ctx, 'viewer');
  await findSearch(ctx, input);
  for (let offset = 0; ; offset += EXPORT_ROWS) {
    const { rows } = await callWorker('readSearchRows', { id: input.id, offset, limit: EXPORT_ROWS });
    if (rows.length > 0) yield rows;
    if (rows.length < EXPORT_ROWS) return;
  }
}

/** A search is known by its id alone in the worker; here it must be one of this pair. */
async function findSearch(ctx: VerbContext, { topologyId, id }: { topologyId: string; id: string }): Promise<void> {
  const directors = await ctx.db.director.findMany({ where: { topologyId } });
  const searches = await callWorker('listSearches', { directorIds: directors.map((director) => director.id) });
  if (!searches.some((search) => search.id === id))
    throw new ServiceError('not-found', 'This search is no longer kept: start it again.');
}

async function directorIdOf(ctx: VerbContext, { topologyId, director: name }: Of): Promise<string> {
  const director = await ctx.db.director.findUnique({ where: { topologyId_name: { topologyId, name } } });
  if (!director) throw new ServiceError('not-found', `This topology has no director ${name}.`);
  return director.id;
}
