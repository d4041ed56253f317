// The rows of directors: found, kept equal to the document, and what a row forgets when it means another host.
import 'server-only';
import type { TopologyDocument } from '@/lib/core/document';
import { ServiceError } from '@/lib/core/errors';
import type { Db, Tx } from '@/lib/db/client';
import type { Director } from '@/lib/db/generated/client';
import { notify } from '@/lib/db/listen';

export const withTopology = { topology: { select: { name: true } } } as const;
/** Nobody vouches for the host any more. */
export const withoutTrust = {
  hostKeyType: null,
  fingerprint: null,
  offeredFingerprint: null,
  acceptedBy: null,
  acceptedAt: null,
  problem: null,
} as const;
/** Nothing that was read belongs to the host that is meant now. */
const withoutHost = {
  ...withoutTrust,
  guardVersion: null,
  access: null,
  hasReadKey: null,
  facts: {},
  factsReadAt: null,
} as const;

/** Throws ServiceError('not-found'). */
export async function findDirector(db: Db | Tx, id: string) {
  const row = await db.director.findUnique({ where: { id }, include: withTopology });
  if (row) return row;
  throw new ServiceError('not-found', 'There is no such director; it may have been removed from its topology.');
}

type Management = { address: string; port: number; user: string };

/**
 * A director whose endpoint changed is another host until somebody accepts its key. One that the document no longer reaches
 * has no row: the console speaks to nobody whom the newest revision does not name.
 */
export async function syncDirectors(tx: Tx, topologyId: string, document: TopologyDocument): Promise<void> {
  const rows = await tx.director.findMany({ where: { topologyId } });
  const managed = document.directors.flatMap(({ name, management }) => (management ? [{ name, management }] : []));
  const dropped = rows.filter((row) => !managed.some(({ name }) => name === row.name));
  const moved = rows.filter((row) =>
    managed.some(({ name, management }) => name === row.name && isMoved(row, management)),
  );
  if (dropped.length + moved.length > 0) await refuseOpenDeploy(tx, topologyId);
  await tx.director.deleteMany({ where: { id: { in: dropped.map(({ id }) => id) } } });
  await tx.liveFrame.deleteMany({ where: { directorId: { in: moved.map(({ id }) => id) } } });
  for (const { name, management } of managed) {
    const { address, port, user } = management;
    const known = rows.find((row) => row.name === name);
    const login = { address, port, user };
    if (!known) await tx.director.create({ data: { topologyId, name, ...login } });
    else if (moved.includes(known))
      await tx.director.update({ where: { id: known.id }, data: { ...login, ...withoutHost } });
    else if (known.user !== user)
      await tx.director.update({ where: { id: known.id }, data: { ...login, access: null, hasReadKey: null } });
  }
  for (const { id } of [...dropped, ...moved]) await notify(tx, 'directors', id);
}

const isMoved = (row: Director, { address, port }: Management) => row.address !== address || row.port !== port;

/** The caller holds the topology's row, as startDeploy does: no deploy can begin beside it. */
async function refuseOpenDeploy(tx: Tx, topologyId: string): Promise<void> {
  const open = await tx.deploy.findFirst({ where: { openFor: topologyId }, select: { number: true } });
  if (open)
    throw new ServiceError(
      'busy',
      `Deploy ${open.number} is open and may have to roll back: names and management addresses of its directors cannot change until it has ended.`,
    );
}
