// The Prisma client of this process, made at first use from DATABASE_URL.
import 'server-only';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client';

export type Db = PrismaClient;
/** What runs inside a transaction; every writing function takes it, so that a change and its audit row share one. */
export type Tx = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

// Next's development server loads modules again on each edit: the client survives on globalThis.
const holder = globalThis as typeof globalThis & { lvsConsoleDb?: PrismaClient };

export function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url)
    throw new Error(
      'DATABASE_URL is not set: start the console with `npm start`, which sets it for the embedded database',
    );
  return url;
}

export function openDb(url: string): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 10 }) });
}

export function getDb(): PrismaClient {
  holder.lvsConsoleDb ??= openDb(databaseUrl());
  return holder.lvsConsoleDb;
}

export function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.$transaction(work, { maxWait: 10_000, timeout: 20_000 });
}

/** Until the transaction ends: whatever begins or changes something of this pair, also in another process, comes one after the other. */
export async function lockTopology(tx: Tx, id: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "Topology" WHERE id = ${id} FOR UPDATE`;
}
