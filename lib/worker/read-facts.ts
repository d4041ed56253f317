// Facts of one director, read now and kept in its row.
import 'server-only';
import type { Db } from '../db/client';
import { parseHostFacts, FACT_SECTIONS, type DirectorFacts } from '../plan/host-facts';
import { readSession } from './read-session';
import { framesOf, type GuardHost } from '../ssh/guard-host';

const FACTS_MS = 30_000;

export async function readFacts(host: GuardHost): Promise<DirectorFacts> {
  const [{ stdout }, sshConnection] = await Promise.all([
    host.guard('facts', [], { timeoutMs: FACTS_MS }),
    readSshConnection(host),
  ]);
  const facts = parseHostFacts(framesOf(host.name, stdout, FACT_SECTIONS));
  return sshConnection === '' ? facts : { ...facts, sshConnection };
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

/** Which of its addresses the console reaches it at, and from where; a plain sudo hides it, and then the addresses must do. */
async function readSshConnection(host: GuardHost): Promise<string> {
  return (await readSession(host)).client;
}
