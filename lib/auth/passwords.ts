// Passwords as better-auth reads them: argon2id, 19 MiB and two passes (the library's defaults, OWASP's first choice).
import 'server-only';
import { hash, verify } from '@node-rs/argon2';

export const SHORTEST_PASSWORD = 12;
/** Longer ones are hashed for nothing. */
export const LONGEST_PASSWORD = 200;

export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

export function verifyPassword({ hash: stored, password }: { hash: string; password: string }): Promise<boolean> {
  return verify(stored, password);
}
