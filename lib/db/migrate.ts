// Applies the migrations inside the process at start; any number of processes may start at once, exactly one applies.
import 'server-only';
import fs from 'node:fs';
import path from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { postgresAdapter } from './migration-adapters.mjs';
import { refuseUnfitHistory, type Migration } from './migration-history';
import { schemaEngineClass } from './schema-engine-wasm.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const migrationsFolder = path.join(root, 'prisma/migrations');
const schemaFile = path.join(root, 'prisma/schema.prisma');
/** Any constant: two starts of the console at once wait for each other here. */
const MIGRATION_LOCK = 0x4c56_5301;
const CONNECT_MS = 10_000;

function listMigrations(): Migration[] {
  return fs
    .readdirSync(migrationsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({
      name: entry.name,
      sql: fs.readFileSync(path.join(migrationsFolder, entry.name, 'migration.sql'), 'utf8'),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names of the migrations applied now. Throws with what to do when the database's history does not fit this console. */
export async function migrateDatabase(url: string): Promise<string[]> {
  const lock = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  lock.on('error', () => undefined); // the query that waits on it fails
  try {
    await lock.connect();
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseUnfitHistory(lock, listMigrations());
    return await applyMigrations(url);
  } finally {
    await lock.end().catch(() => undefined);
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
