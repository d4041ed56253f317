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
});
