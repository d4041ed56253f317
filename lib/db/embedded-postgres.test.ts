// The embedded server with its real binaries: started, adopted, killed, shared by two consoles, and refused when it is another version's.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ensurePostgres, type EmbeddedPostgres } from './embedded-postgres';
import { isAlive } from './postgres-server';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-pg-'));
fs.chmodSync(root, 0o711);
const running: EmbeddedPostgres[] = [];
const elsewhere: string[] = [];

async function open(folder: string): Promise<EmbeddedPostgres> {
  const server = await ensurePostgres(folder);
  running.push(server);
  if (!server.folder.startsWith(root)) elsewhere.push(server.folder);
  return server;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}

const postmaster = ({ folder }: EmbeddedPostgres) =>
  Number(fs.readFileSync(path.join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0]);

afterEach(async () => {
  for (const server of running.splice(0).reverse()) await server.stop();
});
afterAll(() => {
  for (const folder of [root, ...elsewhere]) fs.rmSync(folder, { recursive: true, force: true });
});

describe('the embedded server', () => {
  const folder = path.join(root, 'a console with spaces', 'data');

  it('is started in a folder that only its own user opens, and on a socket only', async () => {
    const server = await open(folder);
    expect(server.adopted).toBe(false);
    const stat = fs.statSync(server.folder);
    expect(stat.mode & 0o777).toBe(0o700);
    if (process.getuid?.() === 0) {
      expect(stat.uid).not.toBe(0);
      expect(stat.uid).not.toBe(65534);
    }
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect(await query(server.url, 'SHOW data_checksums')).toEqual([{ data_checksums: 'on' }]);
    await query(server.url, 'CREATE TABLE kept (id int)');
  });

  it('is started again after kill -9 without loss', async () => {
    const before = await open(folder);
    await query(before.url, 'INSERT INTO kept VALUES (1)');
    process.kill(postmaster(before), 'SIGKILL');
    const after = await open(folder);
    expect(after.adopted).toBe(false);
    expect(await query(after.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  it('is adopted by a second console and stopped by whoever uses it last', async () => {
    const first = await open(folder);
    const second = await open(folder);
    expect([first.adopted, second.adopted, first.url === second.url]).toEqual([false, true, true]);
    await first.stop();
    expect(await query(second.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    await second.stop();
    expect(await isAlive(second.url)).toBe(false);
  });

  it('that a killed console left running is stopped by the next one', async () => {
    const left = await open(folder);
    await query(
      left.url,
      `SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'`, // as the end of a process does
    );
    const next = await open(folder);
    expect(next.adopted).toBe(true);
    await next.stop();
    expect(await isAlive(next.url)).toBe(false);
  });

  it('is initialised once by two first starts at the same moment', async () => {
    const fresh = path.join(root, 'fresh');
    const [one, two] = await Promise.all([open(fresh), open(fresh)]);
    expect(one.url).toBe(two.url);
    expect(fs.readdirSync(one.folder).filter((name) => name.startsWith('data'))).toEqual(['data']);
  });

  it('refuses a folder that another version wrote, and says what to do', async () => {
    const old = path.join(root, 'old');
    fs.mkdirSync(path.join(old, 'postgres/data'), { recursive: true });
    fs.writeFileSync(path.join(old, 'postgres/data/PG_VERSION'), '15\n');
    await expect(ensurePostgres(old)).rejects.toThrow(/written by PostgreSQL 15, this console brings 18; export/);
  });
});

describe('the place of the database', () => {
  it('is another one when the socket’s path would be too long, and stays the same', async () => {
    const deep = path.join(root, 'x'.repeat(100));
    const first = await open(deep);
    expect(first.folder.startsWith(root)).toBe(false);
    await query(first.url, 'CREATE TABLE kept (id int)');
    await first.stop();
    expect(await query((await open(deep)).url, 'SELECT * FROM kept')).toEqual([]);
  });
});

// Only root has a second user to hand the files to.
if (process.getuid?.() === 0)
  describe('the place of a database that root starts', () => {
    it('is outside a folder that the server’s user cannot pass', async () => {
      const closed = path.join(root, 'closed');
      fs.mkdirSync(path.join(closed, 'data'), { recursive: true });
      fs.chmodSync(closed, 0o700);
      const server = await open(path.join(closed, 'data'));
      expect(server.folder).toMatch(/^\/var\/lib\/lvs-console-db\/[0-9a-f]{16}$/);
      await query(server.url, 'CREATE TABLE kept (id int)');
      await server.stop();
      // Opened later: the database stays where it is, instead of a new and empty one beginning here.
      fs.chmodSync(closed, 0o711);
      expect(await query((await open(path.join(closed, 'data'))).url, 'SELECT * FROM kept')).toEqual([]);
    });

    it('that became closed is refused, instead of beginning an empty database elsewhere', async () => {
      const folder = path.join(root, 'closing/data');
      await (await open(folder)).stop();
      fs.chmodSync(path.dirname(folder), 0o700);
      await expect(ensurePostgres(folder)).rejects.toThrow(/chmod o\+x/);
    });

    it('can be made under a strict umask', () => {
      const folder = path.join(root, 'strict/data');
      const program = `import { ensurePostgres } from ${JSON.stringify(path.join(import.meta.dirname, 'embedded-postgres.ts'))};
      process.umask(0o077); const s = await ensurePostgres(${JSON.stringify(folder)}); await s.stop(); console.log(s.folder);`;
      const file = path.join(root, 'strict.mts');
      fs.writeFileSync(file, program);
      const stdout = execFileSync(process.execPath, ['--conditions=react-server', '--import', 'tsx', file], {
        encoding: 'utf8',
      });
      expect(stdout.trim()).toBe(path.join(folder, 'postgres'));
    });
  });
