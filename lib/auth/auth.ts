// Sign-in by better-auth over our tables: passwords (argon2id) and one-time links that only the console itself makes.
import 'server-only';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { hash, verify } from '@node-rs/argon2';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { magicLink } from 'better-auth/plugins/magic-link';
import { getDb } from '@/lib/db/client';
import { dataFolder } from '@/lib/db/data-folder';

const LINK_SECONDS = 3600;
const SESSION_SECONDS = 12 * 3600;
const SHORTEST_PASSWORD = 12;

/** Set only while createSignInLink() runs: no request from outside can obtain a link. */
export const capturedLink = new AsyncLocalStorage<{ url?: string }>();

/** Signs cookies; made once beside the key-encryption key, or given by BETTER_AUTH_SECRET. */
function authSecret(): string {
  if (process.env.BETTER_AUTH_SECRET) return process.env.BETTER_AUTH_SECRET;
  const file = path.join(/* turbopackIgnore: true */ dataFolder(), 'auth-secret');
  try {
    fs.writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return fs.readFileSync(file, 'utf8');
}

export function publicUrl(): string {
  return process.env.LVS_CONSOLE_URL ?? `http://127.0.0.1:${process.env.PORT ?? 3000}`;
}

function makeAuth() {
  return betterAuth({
    appName: 'LVS Console',
    baseURL: publicUrl(),
    basePath: '/api/auth',
    secret: authSecret(),
    database: prismaAdapter(getDb(), { provider: 'postgresql' }),
    telemetry: { enabled: false },
    trustedOrigins: [publicUrl()],
    // A link is made by createSignInLink() only; asking for one over HTTP is closed.
    disabledPaths: ['/sign-in/magic-link', '/sign-up/email', '/update-user', '/delete-user', '/change-email'],
    user: { additionalFields: { role: { type: 'string', defaultValue: 'viewer', input: false } } },
    session: { expiresIn: SESSION_SECONDS, updateAge: 900 },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: SHORTEST_PASSWORD,
      password: {
        hash: (password) => hash(password),
        verify: ({ hash: stored, password }) => verify(stored, password),
      },
    },
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 120,
      customRules: { '/sign-in/email': { window: 60, max: 8 } },
    },
    advanced: { useSecureCookies: publicUrl().startsWith('https://') },
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
