// Key files: many processes may start at once, and every one of them reads the same complete secret.
import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readOrMakeSecret } from './secret-file';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-secret-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Starts as the console's processes do, waits for the word, and answers with what it read. */
const PROGRAM = `
import { randomBytes } from 'node:crypto';
import { readOrMakeSecret } from ${JSON.stringify(path.join(import.meta.dirname, 'secret-file.ts'))};
process.once('message', () => { process.send(readOrMakeSecret(process.argv[2], () => randomBytes(32)).toString('hex')); process.disconnect(); });
process.send('ready');
`;

describe('a key file', () => {
  it('is made once by many first starts at once, and read complete by all of them', async () => {
    const file = path.join(folder, 'absent/yet/kek');
    const program = path.join(folder, 'reader.mts');
    fs.writeFileSync(program, PROGRAM);
    const execArgv = ['--conditions=react-server', '--import', 'tsx'];
    const readers = Array.from({ length: 6 }, () => fork(program, [file], { execArgv }));
    const nextMessages = () =>
      Promise.all(readers.map((reader) => new Promise<unknown>((resolve) => reader.once('message', resolve))));
    await nextMessages();
    const answers = nextMessages();
    for (const reader of readers) reader.send('now');
    const secrets = new Set(await answers);
    expect(secrets).toEqual(new Set([fs.readFileSync(file, 'hex')]));
    expect([...secrets][0]).toHaveLength(64);
    expect(fs.readdirSync(path.dirname(file))).toEqual(['kek']);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is never made again when it is there but cannot be read', () => {
    const file = path.join(folder, 'is-a-folder');
    fs.mkdirSync(file);
    expect(() => readOrMakeSecret(file, () => Buffer.from('new'))).toThrow(/EISDIR/);
  });
});
