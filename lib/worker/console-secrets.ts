// Secrets that the worker makes and keeps: the console's own SSH key, and the heartbeat key of each topology. Sealed at rest.
import 'server-only';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Db } from '../db/client';
import { seal, unseal } from '../db/sealed';
import { generateKey } from '../ssh/connect';

const KEY_ID = 'console';
const KEY_CONTEXT = 'console-key';
/** As hexadecimal: heartbeat takes a word without blanks. */
const HEARTBEAT_KEY_BYTES = 20;

export type ConsoleKey = { authorizedKey: string; privateKey: string };

/** Made at the first start; exactly one of several workers that start at once wins. */
export async function ensureConsoleKey(db: Db): Promise<ConsoleKey> {
  const known = await db.consoleKey.findUnique({ where: { id: KEY_ID } });
  if (known) return { authorizedKey: known.authorizedKey, privateKey: unseal(known.sealedPrivate, KEY_CONTEXT) };
  const { authorizedKey, privateKey } = generateKey(`lvs-console@${hostname()}`);
  const data = [{ id: KEY_ID, authorizedKey, sealedPrivate: seal(privateKey, KEY_CONTEXT) }];
  await db.consoleKey.createMany({ data, skipDuplicates: true });
  return ensureConsoleKey(db);
}

/** Made at the first plan of a topology; both directors share it. */
export async function ensureHeartbeatKey(db: Db, topologyId: string): Promise<string> {
  const { heartbeatKey } = await db.topology.findUniqueOrThrow({
    where: { id: topologyId },
    select: { heartbeatKey: true },
  });
  if (heartbeatKey) return unseal(heartbeatKey, `heartbeat:${topologyId}`);
  const secret = seal(randomBytes(HEARTBEAT_KEY_BYTES).toString('hex'), `heartbeat:${topologyId}`);
  await db.topology.updateMany({ where: { id: topologyId, heartbeatKey: null }, data: { heartbeatKey: secret } });
  return ensureHeartbeatKey(db, topologyId);
}
