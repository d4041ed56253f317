// What a database says of its own migrations, and whether this console may touch it.
import 'server-only';
import { createHash } from 'node:crypto';
import type pg from 'pg';

export type Migration = { name: string; sql: string };
type Applied = { migration_name: string; checksum: string; finished_at: Date | null; rolled_back_at: Date | null };

/**
 * Throws with what to do. The engine alone would not notice an edited migration or a database of a newer console,
 * and of a half-applied one it says only a code (P3009).
 */
export async function refuseUnfitHistory(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  const applied = await listApplied(client);
  for (const row of applied) {
    const known = migrations.find(({ name }) => name === row.migration_name);
    if (!row.finished_at)
      throw new Error(
        `migration ${row.migration_name} was interrupted and the database may be half changed: restore a copy from before the update, ` +
          'or finish its statements by hand and set finished_at of its row in _prisma_migrations',
      );
    if (!known)
      throw new Error(
        `this database was migrated by a newer console (${row.migration_name}); start that one, or restore a copy from before the update`,
      );
    if (createHash('sha256').update(known.sql).digest('hex') !== row.checksum)
      throw new Error(
        `migration ${row.migration_name} was edited after it had been applied to this database; restore it and add a new migration instead`,
      );
  }
}

async function listApplied(client: pg.Client): Promise<Applied[]> {
  const { rows: found } = await client.query<{ name: string | null }>(
    `SELECT to_regclass('_prisma_migrations') AS name`,
  );
  if (!found[0]?.name) return [];
  const { rows } = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at, rolled_back_at FROM _prisma_migrations ORDER BY started_at',
  );
  return rows.filter(({ rolled_back_at: rolledBack }) => !rolledBack);
}
