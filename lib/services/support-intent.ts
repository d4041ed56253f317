// What the last verified deploy put on each director: its files, what the kernel must hold, and the hashes of both.
import 'server-only';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { hostReleaseSchema, type HostRelease } from '@/lib/core/release';
import type { Db } from '@/lib/db/client';

const storedSchema = z.object({
  sources: z.object({
    releaseHashes: z.record(z.string(), z.string()),
    releases: z.array(hostReleaseSchema),
  }),
});

/** Path in the archive and content: a text, or a value to be written as JSON. Empty before the first verified deploy. */
export async function loadIntentFiles(db: Db, topologyId: string): Promise<(readonly [string, unknown])[]> {
  const where = { topologyId, state: 'verified' };
  const deploy = await db.deploy.findFirst({ where, orderBy: { number: 'desc' }, include: { plan: true } });
  const stored = storedSchema.safeParse(deploy?.plan.body);
  if (!deploy || !stored.success) return [];
  const { releases, releaseHashes } = stored.data.sources;
  return [
    ['intent.json', { deploy: deploy.number, revision: deploy.revision, planHash: deploy.planHash, releaseHashes }],
    ...releases.flatMap(filesOf),
  ];
}

/** A stored release holds no secret, only that there is one; its hash could be guessed at, so that it is not given either. */
function filesOf({ director, files, intent }: HostRelease): (readonly [string, unknown])[] {
  const hashes = files.map(({ path, mode, secret, content }) => ({
    ...{ path, mode },
    sha256: secret ? 'not given: the file holds a secret' : createHash('sha256').update(content).digest('hex'),
  }));
  return [
    [`${director}/intent/kernel.json`, intent],
    [`${director}/intent/hashes.json`, hashes],
    ...files
      .filter(({ secret }) => !secret)
      .map(({ path, content }) => [`${director}/intent/files${path}`, content] as const),
  ];
}
