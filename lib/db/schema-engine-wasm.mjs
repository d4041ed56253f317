// Prisma's schema engine as WebAssembly from npm: no binary is downloaded. Instantiated once per process (its glue is module-global).
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const packageFolder = () => path.dirname(require.resolve('@prisma/schema-engine-wasm'));
let engineClass;

export function schemaEngineVersion() {
  return JSON.parse(fs.readFileSync(path.join(packageFolder(), 'package.json'), 'utf8')).version;
}

export function schemaEngineClass() {
  engineClass ??= instantiate();
  return engineClass;
}

async function instantiate() {
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const wasm = fs.readFileSync(path.join(packageFolder(), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue.SchemaEngine;
}
