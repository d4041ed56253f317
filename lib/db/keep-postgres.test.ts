// A killed database server comes back by itself, with what was committed, at the same address.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { keepPostgres } from './keep-postgres';
import { isAlive } from './postgres-server';

it('starts a killed server again at the same address, with what was committed, and stops for good when told', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-keep-'));
  fs.chmodSync(folder, 0o711);
  const reports: string[] = [];
  const kept = await keepPostgres(folder, (line) => reports.push(line));
  try {
    await query(kept.url, 'CREATE TABLE kept (id int)');
    const [{ data_directory: data }] = (await query(kept.url, 'SHOW data_directory')) as [{ data_directory: string }];
    const pid = Number(fs.readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    const deadline = Date.now() + 20_000;
    while (reports.at(-1) !== 'database: the server runs again' && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reports).toEqual(['database: the server is gone, it is started again', 'database: the server runs again']);
    expect(await query(kept.url, 'SELECT * FROM kept')).toEqual([]);
  } finally {
    await kept.stop();
  }
  expect(await isAlive(kept.url)).toBe(false);
  fs.rmSync(folder, { recursive: true, force: true });
});

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
