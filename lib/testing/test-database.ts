// A database of its own for a test file, and a data folder; both gone afterwards.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import type { AccountRole } from '@/lib/core/views/account';
import { getDb } from '@/lib/db/client';
import type { VerbContext } from '@/lib/services/context';
import { TEMPLATE, withDatabase } from './test-postgres';

/** Sets DATABASE_URL and LVS_CONSOLE_DATA for this file; call it at the top of the file. */
export function setUpTestDatabase(): void {
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-test-data-'));
  beforeAll(async () => {
    const server = inject('testPostgres' as never) as string;
    await asAdmin(server, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
    process.env.DATABASE_URL = withDatabase(server, name);
    process.env.LVS_CONSOLE_DATA = folder;
  });
  afterAll(async () => {
    await getDb().$disconnect();
    fs.rmSync(folder, { recursive: true, force: true });
  });
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export function contextOf(role: AccountRole): VerbContext {
  const account = { id: role, name: role, email: `${role}@example.org`, role, createdAt: new Date(0).toISOString() };
  return { account, source: '192.0.2.7', requestId: randomUUID(), db: getDb() };
}
