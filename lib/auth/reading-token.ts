// The reading token: lets Prometheus and scripts read without a browser's session. One secret in the data folder, role viewer, GET only.
import 'server-only';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import path from 'node:path';
import type { Account } from '@/lib/core/views/account';
import { dataFolder } from '@/lib/db/data-folder';
import { readOrMakeSecret } from '@/lib/db/secret-file';

const MADE_BYTES = 32;
const account: Account = {
  id: 'reading-token',
  name: 'Reading token',
  email: 'reading-token',
  role: 'viewer',
  createdAt: new Date(0).toISOString(),
};

/** As `credentials_file` of Prometheus takes it. Another one: remove the file; the old one ends with the next request. */
export function readingTokenFile(): string {
  return path.join(/* turbopackIgnore: true */ dataFolder(), 'reading-token');
}

export function readingToken(): string {
  const made = readOrMakeSecret(readingTokenFile(), () => Buffer.from(randomBytes(MADE_BYTES).toString('base64url')));
  return made.toString('utf8').trim();
}

/** `none`: no bearer token was sent. `wrong` must not fall back to a cookie: the caller meant the token. */
export function readBearer(headers: Headers): Account | 'wrong' | 'none' {
  const [, given] = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
  if (given === undefined) return headers.has('authorization') ? 'wrong' : 'none';
  return isSame(given, readingToken()) ? account : 'wrong';
}

/** Hashes are of one length, so that the comparison takes one time. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
