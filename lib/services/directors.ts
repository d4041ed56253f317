// Directors: what the console knows of them, whose host key is accepted, and tests of the connection.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import type { AccessForm, ConnectionTest, DirectorView, HostKeyScan } from '@/lib/core/views/director';
import { inTransaction, type Tx } from '@/lib/db/client';
import type { Director } from '@/lib/db/generated/client';
import { notify } from '@/lib/db/listen';
import { toDirector } from '@/lib/db/rows';
import { userOfForm } from '@/lib/core/views/director';
import { callWorker } from '@/lib/worker/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';
import { findDirector, withoutTrust, withTopology } from './director-rows';

export async function listDirectors({
  ctx,
  input,
}: VerbArgs<{ topologyId?: string | undefined }>): Promise<DirectorView[]> {
  requireRole(ctx, 'viewer');
  const where = input.topologyId === undefined ? {} : { topologyId: input.topologyId };
  const rows = await ctx.db.director.findMany({
    where,
    include: withTopology,
    orderBy: [{ topology: { name: 'asc' } }, { name: 'asc' }],
  });
  return rows.map(toDirector);
}

/** Reads the key that the endpoint offers; no authentication is sent. */
export async function scanDirector({ ctx, input }: VerbArgs<{ id: string }>): Promise<HostKeyScan> {
  requireRole(ctx, 'operator');
  const { address, port } = await findDirector(ctx.db, input.id);
  return callWorker('scanHostKey', { address, port });
}

/** The key is scanned again: what a person accepted must still be what the endpoint offers. */
export async function trustDirector({
  ctx,
  input,
}: VerbArgs<{ id: string; fingerprint: string }>): Promise<DirectorView> {
  requireRole(ctx, 'admin');
  const director = await findDirector(ctx.db, input.id);
  const scan = await callWorker('scanHostKey', { address: director.address, port: director.port });
  if (scan.fingerprint !== input.fingerprint) {
    throw new ServiceError(
      'conflict',
      `${director.name} offers ${scan.fingerprint} now, not the key that was accepted.`,
      {},
      { next: 'Stop. Find out why before anything else.' },
    );
  }
  return inTransaction(ctx.db, async (tx) => {
    await refuseMoved(tx, director);
    const accepted = { fingerprint: scan.fingerprint, hostKeyType: scan.keyType };
    const row = await tx.director.update({
      where: { id: input.id },
      data: { ...withoutTrust, ...accepted, acceptedBy: ctx.account.email, acceptedAt: new Date() },
      include: withTopology,
    });
    await appendAudit(tx, ctx, {
      action: 'director.trust',
      target: director.name,
      before: { fingerprint: director.fingerprint },
      after: { fingerprint: scan.fingerprint },
    });
    await notify(tx, 'directors', input.id);
    return toDirector(row);
  });
}

/** Somebody may have saved another endpoint while the key was scanned: it is not that host's key. */
async function refuseMoved(tx: Tx, { id, name, address, port }: Director): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "Director" WHERE id = ${id} FOR UPDATE`;
  const now = await findDirector(tx, id);
  if (now.address !== address || now.port !== port)
    throw new ServiceError(
      'conflict',
      `${name} was moved to ${now.address} port ${now.port} meanwhile; scan its key again.`,
    );
}

export async function untrustDirector({ ctx, input }: VerbArgs<{ id: string }>): Promise<DirectorView> {
  requireRole(ctx, 'admin');
  return inTransaction(ctx.db, async (tx) => {
    const before = await findDirector(tx, input.id);
    const row = await tx.director.update({ where: { id: input.id }, data: withoutTrust, include: withTopology });
    await tx.liveFrame.deleteMany({ where: { directorId: input.id } });
    await appendAudit(tx, ctx, {
      action: 'director.untrust',
      target: before.name,
      before: { fingerprint: before.fingerprint },
    });
    await notify(tx, 'directors', input.id);
    return toDirector(row);
  });
}

export async function testDirector({
  ctx,
  input,
}: VerbArgs<{ id: string; installGuard: boolean }>): Promise<ConnectionTest> {
  requireRole(ctx, input.installGuard ? 'admin' : 'operator');
  const director = await findDirector(ctx.db, input.id);
  // The audit row comes first: it tells of the attempt, also when the console dies in the middle of it.
  await inTransaction(ctx.db, (tx) =>
    appendAudit(tx, ctx, {
      action: input.installGuard ? 'director.install-guard' : 'director.test',
      target: director.name,
    }),
  );
  return callWorker('testDirector', { directorId: input.id, installGuard: input.installGuard });
}

export async function getConsoleKey(ctx: VerbContext): Promise<{ authorizedKey: string; installScript: string }> {
  requireRole(ctx, 'viewer');
  return callWorker('consoleKey', {});
}

/**
 * The script that root runs once on a director. The user of the form sudo is the one who logs in today, or `lvs-console`
 * when that is root: then the topology must name it before the console can use it.
 */
export async function getInstallScript({
  ctx,
  input,
}: VerbArgs<{ id: string; form: AccessForm }>): Promise<{ user: string; script: string }> {
  requireRole(ctx, 'viewer');
  const director = await findDirector(ctx.db, input.id);
  const user = userOfForm(input.form, director.user);
  const { script } = await callWorker('installScript', { form: input.form, user });
  return { user, script };
}
