// Secrets at rest: AES-256-GCM under a key that lives in a file outside the database, so that a copy of the database opens nothing.
import 'server-only';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import path from 'node:path';
import { dataFolder } from './data-folder';
import { readOrMakeSecret } from './secret-file';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;

/** Losing it means new SSH keys and heartbeat keys. */
function keyEncryptionKey(): Buffer {
  const file = path.join(/* turbopackIgnore: true */ dataFolder(), 'kek');
  const key = readOrMakeSecret(file, () => randomBytes(32));
  if (key.length !== 32) throw new Error(`${file} is damaged: it must hold 32 bytes`);
  return key;
}

/** Layout: version, nonce (12), tag (16), ciphertext. `context` is authenticated: a secret cannot be moved to another row. */
export function seal(secret: string, context: string): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyEncryptionKey(), nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), body]));
}

export function unseal(sealed: Uint8Array, context: string): string {
  const bytes = Buffer.from(sealed);
  if (bytes[0] !== VERSION) throw new Error(`unknown seal version ${bytes[0]}`);
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
  const tag = bytes.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', keyEncryptionKey(), nonce)
    .setAAD(Buffer.from(context))
    .setAuthTag(tag);
  const ciphertext = bytes.subarray(1 + NONCE_BYTES + TAG_BYTES);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new Error(
      `a secret of ${context} cannot be opened: it was sealed under another key than ${dataFolder()}/kek holds now, or it was changed`,
      { cause },
    );
  }
}
