// Facts of one director, read now and kept in its row.
import 'server-only';
import type { Db } from '../db/client';
import { parseHostFacts, FACT_SECTIONS, type DirectorFacts } from '../plan/host-facts';
import { readSession } from './read-session';
import { framesOf, type GuardHost } from '../ssh/guard-host';

const FACTS_MS = 30_000;

export async function readFacts(host: GuardHost): Promise<DirectorFacts> {
  const { stdout } = await host.guard('facts', [], { timeoutMs: FACTS_MS });
  const facts = parseHostFacts(framesOf(host.name, stdout, FACT_SECTIONS));
  if (facts.sshConnection !== undefined) return facts;
  const { client } = await readSession(host); // a guard that is older than the section
  return client === '' ? facts : { ...facts, sshConnection: client };
}

export async function storeFacts(
  db: Db,
  directorId: string,
  facts: DirectorFacts,
  guardVersion?: string,
): Promise<void> {
  await db.director.update({
    where: { id: directorId },
    data: {
      facts: facts.plain,
      factsReadAt: new Date(),
      problem: null,
      ...(guardVersion !== undefined && { guardVersion }),
    },
  });
}
