// The literal output of one command of one director, as last read.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import type { HostReading, LiteralSection } from '@/lib/core/views/live-output';
import { callWorker } from '@/lib/worker/client';
import { requireRole, type VerbArgs } from './context';

type Asked = { topologyId: string; director: string; section: LiteralSection };

export async function readLiveOutput({ ctx, input }: VerbArgs<Asked>): Promise<HostReading> {
  requireRole(ctx, 'viewer');
  const { topologyId, director: name, section } = input;
  const director = await ctx.db.director.findUnique({ where: { topologyId_name: { topologyId, name } } });
  if (!director) throw new ServiceError('not-found', `This topology has no director ${name}.`);
  if (director.fingerprint === null) return { problem: `The host key of ${name} has not been accepted.`, outputs: [] };
  return callWorker('readOutputs', { directorId: director.id, sections: [section] });
}
