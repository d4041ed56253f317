// Secrets that the worker makes and keeps: the console's own SSH keys, one that deploys and one that only reads, and the heartbeat key of each topology. Sealed at rest.
import 'server-only';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Db } from '../db/client';
import { seal, unseal } from '../db/sealed';
import { generateKey } from '../ssh/connect';

/** Rows and what their private halves are sealed for: one cannot be put in the other's place. */
const KEYS = {
  deploy: { id: 'console', context: 'console-key', comment: 'lvs-console' },
  read: { id: 'console-read', context: 'console-read-key', comment: 'lvs-console-read' },
} as const;
/** As hexadecimal: heartbeat takes a word without blanks. */
const HEARTBEAT_KEY_BYTES = 20;

export type ConsoleKey = { authorizedKey: string; privateKey: string };

export type ConsoleKeys = Record<keyof typeof KEYS, ConsoleKey>;

export async function ensureConsoleKeys(db: Db): Promise<ConsoleKeys> {
  return { deploy: await ensureKey(db, 'deploy'), read: await ensureKey(db, 'read') };
}

/** Made at the first start; exactly one of several workers that start at once wins. */
async function ensureKey(db: Db, which: keyof ConsoleKeys): Promise<ConsoleKey> {
  const { id, context, comment } = KEYS[which];
  const known = await db.consoleKey.findUnique({ where: { id } });
  if (known) return { authorizedKey: known.authorizedKey, privateKey: unseal(known.sealedPrivate, context) };
  const { authorizedKey, privateKey } = generateKey(`${comment}@${hostname()}`);
  const data = [{ id, authorizedKey, sealedPrivate: seal(privateKey, context) }];
  await db.consoleKey.createMany({ data, skipDuplicates: true });
  return ensureKey(db, which);
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
