// Sign-in by better-auth over our tables: passwords (argon2id) and one-time links that only the console itself makes.
import 'server-only';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { magicLink } from 'better-auth/plugins/magic-link';
import { getDb } from '@/lib/db/client';
import { dataFolder } from '@/lib/db/data-folder';
import { readOrMakeSecret } from '@/lib/db/secret-file';
import { auditSignIn } from './audit-sign-in';
import { ownOrigins, publicUrl } from './own-origins';
import { refuseDisabled } from './refuse-disabled';
import { hashPassword, LONGEST_PASSWORD, SHORTEST_PASSWORD, verifyPassword } from './passwords';

export const LINK_SECONDS = 3600;
const SESSION_SECONDS = 12 * 3600;

/** Set only while a verb or the terminal makes a link: no request from outside can obtain a link. */
export const capturedLink = new AsyncLocalStorage<{ url?: string }>();

/** Signs cookies; made once beside the key-encryption key, or given by BETTER_AUTH_SECRET. */
function authSecret(): string {
  if (process.env.BETTER_AUTH_SECRET) return process.env.BETTER_AUTH_SECRET;
  const file = path.join(/* turbopackIgnore: true */ dataFolder(), 'auth-secret');
  return readOrMakeSecret(file, () => Buffer.from(randomBytes(32).toString('base64url'))).toString('utf8');
}

function makeAuth() {
  return betterAuth({
    appName: 'LVS Console',
    baseURL: publicUrl(),
    basePath: '/api/auth',
    secret: authSecret(),
    database: prismaAdapter(getDb(), { provider: 'postgresql' }),
    telemetry: { enabled: false },
    trustedOrigins: (request) => ownOrigins(request?.headers),
    // A link is made by sign-in-link.ts only; asking for one over HTTP is closed. Passwords are set by a verb, which is audited.
    disabledPaths: [
      ...['/sign-in/magic-link', '/sign-up/email', '/update-user', '/delete-user', '/change-email'],
      ...['/change-password', '/verify-password'],
    ],
    user: {
      additionalFields: {
        role: { type: 'string', defaultValue: 'viewer', input: false },
        banned: { type: 'boolean', required: false, input: false },
      },
    },
    session: { expiresIn: SESSION_SECONDS, updateAge: 900 },
    databaseHooks: { session: { create: { before: refuseDisabled, after: auditSignIn } } },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: LONGEST_PASSWORD,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 120,
      customRules: { '/sign-in/email': { window: 60, max: 8 } },
    },
    // Both checks are said aloud because better-auth leaves them out by itself under test.
    advanced: {
      useSecureCookies: publicUrl().startsWith('https://'),
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    logger: { level: 'error' },
    plugins: [
      magicLink({
        expiresIn: LINK_SECONDS,
        disableSignUp: true,
        storeToken: 'hashed',
        sendMagicLink: async ({ url }) => {
          const store = capturedLink.getStore();
          if (store) store.url = url;
        },
      }),
    ],
  });
}

type Auth = ReturnType<typeof makeAuth>;
const holder = globalThis as typeof globalThis & { lvsConsoleAuth?: Auth };

export function getAuth(): Auth {
  holder.lvsConsoleAuth ??= makeAuth();
  return holder.lvsConsoleAuth;
}
