// Driver adapters for the schema engine whose scripts are safe: one implicit transaction each, and a shadow database that is never the real one.
//
// Why: @prisma/adapter-pg splits scripts on every ";" and would use the main database as its shadow; pglite-prisma-adapter does not await.
import pg from 'pg';

function withSafeScripts(factory, runScript) {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (sql) => void (await runScript(sql));
    return adapter;
  };
  factory.connectToShadowDb = async () => (await inMemoryAdapter()).factory.connect();
  return factory;
}

/** PGlite in memory: for making and checking migrations only (a dev dependency). */
export async function inMemoryAdapter() {
  const { PGlite } = await import('@electric-sql/pglite');
  const { PrismaPGlite } = await import('pglite-prisma-adapter');
  const db = await PGlite.create();
  return { factory: withSafeScripts(new PrismaPGlite(db), (sql) => db.exec(sql)), close: () => db.close() };
}

export async function postgresAdapter(connectionString) {
  const { PrismaPg } = await import('@prisma/adapter-pg');
  const pool = new pg.Pool({ connectionString, max: 1 });
  // A plain query string goes by the simple protocol: the whole script is one implicit transaction.
  return { factory: withSafeScripts(new PrismaPg(pool), (sql) => pool.query(sql)), close: () => pool.end() };
}
