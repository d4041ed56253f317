#!/usr/bin/env node
// Stands in for the schema engine binary of Prisma's command line: the same JSON-RPC on standard input and output, over the wasm engine.
import fs from 'node:fs';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { inMemoryAdapter, postgresAdapter } from './migration-adapters.mjs';
import { schemaEngineClass, schemaEngineVersion } from './schema-engine-wasm.mjs';

const { values: options, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    datamodels: { type: 'string', multiple: true },
    datasource: { type: 'string' },
    version: { type: 'boolean' },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
  },
});
if (options.version) {
  process.stdout.write(`schema-engine-wasm ${schemaEngineVersion()}\n`);
  process.exit(0);
}
const url = options.datasource ? JSON.parse(options.datasource).url : undefined;
const { factory } = url ? await postgresAdapter(url) : await inMemoryAdapter();

if (positionals[0] === 'cli') {
  await probeConnection();
}

const engine = openEngine();
for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const request = line.trim() === '' ? {} : JSON.parse(line);
  if (request.method) await answer(request);
}

/** `cli can-connect-to-database` and its kind: the exit code is the answer. */
async function probeConnection() {
  try {
    const connection = await factory.connect();
    await connection.executeScript('SELECT 1');
    await connection.dispose();
    process.exit(0);
  } catch (error) {
    const fields = { message: String(error?.message ?? error), error_code: 'P1001', is_panic: false };
    process.stderr.write(
      `\n${JSON.stringify({ timestamp: new Date().toISOString(), level: 'ERROR', fields, target: 'schema_engine::logger' })}\n`,
    );
    process.exit(1);
  }
}

async function openEngine() {
  const SchemaEngine = await schemaEngineClass();
  const datamodels = (options.datamodels ?? []).map((file) => [file, fs.readFileSync(file, 'utf8')]);
  return SchemaEngine.new(
    { datamodels: datamodels.length > 0 ? datamodels : undefined },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

async function answer({ id, method, params }) {
  try {
    const opened = await engine;
    const result =
      method === 'createDatabase'
        ? { databaseName: '' }
        : await opened[method === 'getDatabaseVersion' ? 'version' : method](params);
    // The binary prints a diff by a request of its own before it answers.
    if (method === 'diff' && result?.stdout)
      send({ id: 999000 + id, method: 'print', params: { content: result.stdout } });
    send({ id, result: result ?? null });
  } catch (error) {
    const data = {
      is_panic: false,
      message: error?.message ?? String(error),
      error_code: error?.code ?? null,
      meta: error?.meta ?? null,
    };
    send({ id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data } });
  }
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}
