// Applies the migrations inside the process at start; any number of processes may start at once, exactly one applies.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { postgresAdapter } from './migration-adapters.mjs';
import { schemaEngineClass } from './schema-engine-wasm.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const migrationsFolder = path.join(root, 'prisma/migrations');
const schemaFile = path.join(root, 'prisma/schema.prisma');
/** Any constant: two starts of the console at once wait for each other here. */
const MIGRATION_LOCK = 0x4c56_5301;

function listMigrations() {
  return fs
    .readdirSync(migrationsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({
      name: entry.name,
      sql: fs.readFileSync(path.join(migrationsFolder, entry.name, 'migration.sql'), 'utf8'),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Names of the migrations applied now. Throws when a migration failed half-way or was edited after it had been applied. */
export async function migrateDatabase(url: string): Promise<string[]> {
  const lock = new pg.Client({ connectionString: url });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseEditedMigrations(lock);
    return await applyMigrations(url);
  } finally {
    await lock.end();
  }
}

async function applyMigrations(url: string): Promise<string[]> {
  const SchemaEngine = await schemaEngineClass();
  const { factory, close } = await postgresAdapter(url);
  const datamodels: [string, string][] = [[schemaFile, fs.readFileSync(schemaFile, 'utf8')]];
  const engine = await SchemaEngine.new({ datamodels }, () => undefined, bindMigrationAwareSqlAdapterFactory(factory));
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: {
        baseDir: migrationsFolder,
        shadowDbInitScript: '',
        lockfile: {
          path: 'migration_lock.toml',
          content: fs.readFileSync(path.join(migrationsFolder, 'migration_lock.toml'), 'utf8'),
        },
        migrationDirectories: listMigrations().map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
    await close();
  }
}

/** The engine does not notice an old migration that was edited: its recorded checksum does. */
async function refuseEditedMigrations(client: pg.Client): Promise<void> {
  const { rows: found } = await client.query<{ exists: string | null }>(
    `SELECT to_regclass('_prisma_migrations') AS exists`,
  );
  if (!found[0]?.exists) return;
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL',
  );
  const recorded = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  for (const { name, sql } of listMigrations()) {
    const checksum = createHash('sha256').update(sql).digest('hex');
    if (recorded.has(name) && recorded.get(name) !== checksum) {
      throw new Error(
        `migration ${name} was edited after it had been applied to this database; restore it and add a new migration instead`,
      );
    }
  }
}
