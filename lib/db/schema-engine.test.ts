// Prisma's command line without its engine binary: the stand-in answers, and the gate "schema and migrations agree" can fail.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-prisma-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function diff(schema: string) {
  const args = ['migrate', 'diff', '--from-migrations', 'prisma/migrations', '--to-schema', schema, '--exit-code'];
  // A host that cannot be reached stands in for the network that a closed site has not.
  const env = { ...process.env, PRISMA_ENGINES_MIRROR: 'http://127.0.0.1:9', CI: '1' };
  return spawnSync(path.join(root, 'node_modules/.bin/prisma'), args, { cwd: root, encoding: 'utf8', env });
}

describe('the stand-in for the schema engine', () => {
  it('says which engine it is', () => {
    const { stdout, status } = spawnSync(process.execPath, ['lib/db/schema-engine.mjs', '--version'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^schema-engine-wasm 7\.10\.0-/)]);
  });

  it('finds the migrations and the schema equal', () => {
    expect(diff('prisma/schema.prisma')).toMatchObject({ status: 0 });
  }, 60_000);

  it('notices a column without a migration', () => {
    const changed = path.join(folder, 'schema.prisma');
    const text = fs.readFileSync(path.join(root, 'prisma/schema.prisma'), 'utf8');
    fs.writeFileSync(changed, text.replace('model AuditRow {', 'model AuditRow {\n  forgotten String?'));
    const { status, stdout } = diff(changed);
    expect(status).toBe(2);
    expect(stdout).toContain('forgotten');
  }, 60_000);
});
