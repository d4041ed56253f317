import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packRelease, releaseHash } from './release-archive';
import { packTar } from './tar';
import { goldenCases, renderCase } from './test-cases';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-release-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const release = renderCase('seed').releases[0]!;

function unpack(name: string, bytes: Uint8Array): string {
  const to = path.join(folder, name);
  fs.mkdirSync(to);
  execFileSync('tar', ['-xf', '-', '-C', to], { input: bytes });
  return to;
}

describe('a packed release', () => {
  it('is unpacked by tar into the layout of the guard, its hashes right', () => {
    const to = unpack('layout', packRelease(release, 'start-heartbeat'));
    execFileSync('sh', ['-c', `awk '{ print $1 "  " $3 }' MANIFEST | sha256sum -c --strict --quiet`], { cwd: to });
    const listed = fs.readFileSync(path.join(to, 'MANIFEST'), 'utf8').trimEnd().split('\n');
    expect(listed.map((line) => line.split(' ')[2])).toEqual([
      ...release.files.map((file) => `files${file.path}`),
      ...['daemon', 'ipvs', 'jumps', 'meta', 'modules', 'policy-rules', 'routes', 'rules.v4', 'sysctl'].map(
        (f) => `intent/${f}`,
      ),
    ]);
    expect(fs.readFileSync(path.join(to, 'intent/daemon'), 'utf8')).toBe('start-heartbeat\n');
  });

  it('holds plain files only, of nobody and no time, the manifest first', () => {
    const listing = execFileSync('tar', ['-tvf', '-'], {
      input: packRelease(release, 'none'),
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    const lines = listing.trimEnd().split('\n');
    expect(lines[0]).toMatch(/ MANIFEST$/);
    for (const line of lines) expect(line).toMatch(/^-[rwx-]{9} 0\/0 +\d+ 1970-01-01 00:00 \S+$/);
    expect(lines.find((line) => line.endsWith('authkeys'))).toMatch(/^-rw------- /);
  });

  it('is the same bytes every time', () => {
    expect(packRelease(renderCase('seed').releases[0]!, 'none')).toEqual(packRelease(release, 'none'));
  });
});

describe('releaseHash', () => {
  it('differs with each file and each part of the intent', () => {
    const changed = [
      { ...release, files: release.files.map((file, at) => (at === 0 ? { ...file, mode: '0644' } : file)) },
      { ...release, files: release.files.slice(1) },
      { ...release, intent: { ...release.intent, always: { ...release.intent.always, routes: [] } } },
      { ...release, director: 'director3' },
    ];
    expect(new Set([release, ...changed].map(releaseHash)).size).toBe(5);
  });

  it('is another one for every golden release', () => {
    const hashes = goldenCases.flatMap((name) => renderCase(name).releases.map(releaseHash));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('packTar', () => {
  it('keeps names of more than 100 bytes', () => {
    const name = `files/${'a'.repeat(60)}/${'b'.repeat(80)}`;
    const to = unpack('long', packTar([{ name, mode: '0644', content: Buffer.from('x') }]));
    expect(fs.readFileSync(path.join(to, name), 'utf8')).toBe('x');
  });

  it.each([['with a line\nend'], ['a'.repeat(300)]])('refuses the name %j', (name) => {
    expect(() => packTar([{ name, mode: '0644', content: new Uint8Array() }])).toThrow('tar member name');
  });
});
