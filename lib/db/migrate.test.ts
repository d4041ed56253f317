// Migrations at start: exactly one of several processes applies them, and an edited old one is noticed.
import { describe, expect, it } from 'vitest';
import { getDb } from './client';
import { migrateDatabase } from './migrate';
import { tryLock } from './advisory-lock';
import { setUpTestDatabase } from '@/lib/testing/test-database';

setUpTestDatabase();

describe('migrations', () => {
  it('are applied by exactly one of three starts at once', async () => {
    await getDb().$executeRawUnsafe('DROP SCHEMA public CASCADE');
    await getDb().$executeRawUnsafe('CREATE SCHEMA public');
    const url = process.env.DATABASE_URL ?? '';
    const applied = await Promise.all([migrateDatabase(url), migrateDatabase(url), migrateDatabase(url)]);
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await getDb().topology.count()).toBe(0);
  });

  it('are refused when one was edited after it had been applied', async () => {
    await getDb().$executeRawUnsafe(`UPDATE _prisma_migrations SET checksum = 'edited'`);
    await expect(migrateDatabase(process.env.DATABASE_URL ?? '')).rejects.toThrow(
      /was edited after it had been applied/,
    );
  });

  it('are refused when one was interrupted, when the database is a newer console’s, and each says what to do', async () => {
    const url = process.env.DATABASE_URL ?? '';
    const history = (change: string) => getDb().$executeRawUnsafe(`UPDATE _prisma_migrations SET ${change}`);
    await history('finished_at = NULL');
    await expect(migrateDatabase(url)).rejects.toThrow(/was interrupted .* restore a copy/);
    await history(`finished_at = now(), migration_name = '20991231000000_future'`);
    await expect(migrateDatabase(url)).rejects.toThrow(/migrated by a newer console \(20991231000000_future\)/);
  });

  it('fail within seconds when the database is away', async () => {
    await expect(migrateDatabase('postgresql://app@localhost/x?host=%2Fnonexistent')).rejects.toThrow(/ENOENT/);
  });
});

describe('advisory locks', () => {
  it('are held by one, and free again when the holder lets go', async () => {
    const first = await tryLock('poller of director 1');
    expect(await tryLock('poller of director 1')).toBeUndefined();
    await first?.release();
    const second = await tryLock('poller of director 1');
    expect(second).toBeDefined();
    await second?.release();
  });

  it('tell their holder when the connection is lost, and are free for the next at once', async () => {
    const held = await tryLock('cut');
    const isLost = new Promise((resolve) => held?.lost.addEventListener('abort', resolve));
    await getDb().$queryRaw`
      SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    await isLost;
    const next = await tryLock('cut');
    expect(next).toBeDefined();
    await next?.release();
    await held?.release();
  });

  it('leave no connection behind when they are not got', async () => {
    const held = await tryLock('taken');
    for (let attempt = 0; attempt < 5; attempt += 1) expect(await tryLock('taken')).toBeUndefined();
    const [row] = await getDb().$queryRaw<[{ count: bigint }]>`
      SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_try_advisory_lock%' AND pid <> pg_backend_pid()`;
    expect(Number(row.count)).toBe(1);
    await held?.release();
  });
});
