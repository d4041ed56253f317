// The command line's fixed forms: JSON, exit statuses, files with their modes.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from './main';

const seed = path.join(import.meta.dirname, '../parse/testdata/seed.yaml');
let folder: string;
let stdout: string;
let stderr: string;

function write(name: string, change: (text: string) => string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, change(fs.readFileSync(seed, 'utf8')));
  return file;
}

function filesBelow(root: string): string[] {
  const entries = fs.readdirSync(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-cli-'));
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});

afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('check', () => {
  it('ends with 0 and the warnings of the seed', async () => {
    expect(await runCli(['check', seed, '--format', 'json'])).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        severity: 'warning',
        code: 'health-check.one-port-of-many',
        path: 'pools[0].healthCheck.port',
        line: 31,
      }),
    ]);
  });

  it('ends with 1 and says place, line and message of an error', async () => {
    const file = write('bad.yaml', (text) =>
      text.replace('mark: 1', 'mark: 0').replace('type: connect, port: 80', 'type: off'),
    );
    expect(await runCli(['check', file, '--format', 'json'])).toBe(1);
    const [first] = JSON.parse(stdout) as Record<string, unknown>[];
    expect(first).toEqual({
      severity: 'error',
      code: 'mark.zero',
      path: 'groups[0].mark',
      line: 34,
      message: 'Group "everything" has mark 0, which is the mark of every unmarked packet, so it cannot select any.',
      hint: 'Choose a mark from 1 to 65535.',
    });
  });

  it('ends with 1 for text that is no topology, with a line', async () => {
    const file = write('broken.yaml', () => 'a: [1\n');
    expect(await runCli(['check', file, '--format', 'json'])).toBe(1);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ code: 'document.syntax', path: '', line: expect.any(Number) as number }),
    ]);
  });

  const core = path.join(import.meta.dirname, '../core');
  const kinds = fs.readdirSync(path.join(core, 'testdata')).map((name) => path.join(core, 'testdata', name));

  it.each([...kinds, path.join(core, 'analysis/testdata/seed-last-example.yaml')])(
    'answers in the fixed form for %s',
    async (file) => {
      const exitCode = await runCli(['check', file, '--format', 'json']);
      const found = JSON.parse(stdout) as Record<string, unknown>[];
      const lines = fs.readFileSync(file, 'utf8').split('\n').length;
      expect(exitCode).toBe(found.some(({ severity }) => severity === 'error') ? 1 : 0);
      expect(found.length).toBeGreaterThan(0);
      for (const { hint, ...fixed } of found) {
        expect(Object.keys(fixed).sort()).toEqual(['code', 'line', 'message', 'path', 'severity']);
        expect(['string', 'undefined']).toContain(typeof hint);
        expect(fixed.line).toBeGreaterThan(0);
        expect(fixed.line).toBeLessThanOrEqual(lines);
      }
    },
  );

  it('says the same for people', async () => {
    const file = write('bad.yaml', (text) => text.replace('7.240', '7.340'));
    expect(await runCli(['check', file])).toBe(1);
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      `${file}:20: error address.invalid at virtualAddresses.external`,
      '  Invalid address: the fourth octet of "192.168.7.340" is 340, more than 255.',
    ]);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 error, 1 warning');
  });
});

describe('called wrongly', () => {
  it.each([
    [[]],
    [['paint']],
    [['check']],
    [['check', '/nowhere/at/all.yaml']],
    [['check', os.tmpdir()]],
    [['check', seed, '--format', 'xml']],
    [['check', seed, '--colour']],
    [['check', seed, seed]],
    [['render', seed]],
    [['trace', seed]],
    [['trace', seed, '--dst', '192.168.0.300']],
    [['trace', seed, '--dst', '192.168.0.3', '--dport', '0']],
    [['trace', seed, '--dst', '192.168.0.3', '--dport', '80x']],
    [['trace', seed, '--dst', '192.168.0.3', '--proto', 'gre']],
    [['trace', seed, '--dst', '192.168.0.3', '--src', '2001:db8::1']],
    [['trace', seed, '--dst', '192.168.0.3', '--proto', 'icmp', '--dport', '80']],
    [['trace', seed, '--dst', '192.168.0.3', '--director', 'director9']],
  ])('ends with 2: %j', async (argv) => {
    expect(await runCli(argv)).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  });

  it('ends with 0 when help is asked for', async () => {
    expect(await runCli(['--help'])).toBe(0);
    expect(await runCli(['trace', '--help'])).toBe(0);
  });
});

describe('trace', () => {
  it('answers in the fixed form', async () => {
    expect(
      await runCli(['trace', seed, '--dst', '192.168.0.9', '--dport', '443', '--in', 'eth0', '--format', 'json']),
    ).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      mark: 1,
      group: 'everything',
      pool: 'web',
      realServers: [
        { address: '192.168.6.2', weight: 1, share: 0.5 },
        { address: '192.168.6.3', weight: 1, share: 0.5 },
      ],
      delivered: 'local',
      reasons: [expect.any(String), expect.any(String), expect.any(String)] as string[],
    });
  });

  it('adds the way in single steps when asked', async () => {
    expect(await runCli(['trace', seed, '--dst', '192.168.0.9', '--dport', '443', '--steps', '--format', 'json'])).toBe(
      0,
    );
    const { steps, ...fixed } = JSON.parse(stdout) as { steps: { stage: string }[] };
    expect(Object.keys(fixed)).toEqual(['mark', 'group', 'pool', 'realServers', 'delivered', 'reasons']);
    expect(steps.map(({ stage }) => stage)).toEqual([
      'mark',
      'routing',
      'ipvs',
      'schedule',
      'forward',
      'forward',
      'return',
    ]);
  });

  it('says the steps to people, too', async () => {
    expect(await runCli(['trace', seed, '--dst', '192.168.0.9', '--steps'])).toBe(0);
    expect(stdout).toContain('- return      The real server answers through its default route 192.168.6.240;');
  });

  it('traces a topology that has errors but resolves, and says that it has', async () => {
    const file = write('bad.yaml', (text) => text.replace('mark: 1', 'mark: 0'));
    expect(await runCli(['trace', file, '--dst', '192.168.0.9', '--format', 'json'])).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ mark: 0, delivered: 'local' });
    expect(stderr).toContain('mark.zero');
  });

  it('says nothing about a packet when the topology does not resolve', async () => {
    const file = write('bad.yaml', (text) => text.replace('7.240', '7.340'));
    expect(await runCli(['trace', file, '--dst', '192.168.0.9', '--format', 'json'])).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ mark: null, delivered: null, realServers: [] });
  });
});

describe('render', () => {
  it('writes every file of both directors with its mode', async () => {
    const out = path.join(folder, 'out');
    const keyFile = path.join(folder, 'key');
    fs.writeFileSync(keyFile, 'a-secret-of-the-test\n');
    expect(await runCli(['render', seed, '--out', out, '--heartbeat-key-file', keyFile])).toBe(0);
    expect(stderr).toBe('');
    const files = filesBelow(out);
    expect(files).toContain('director1/etc/ha.d/authkeys');
    expect(files).toContain('director2/etc/ha.d/ldirectord.cf');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((file) => path.relative(out, file))
        .sort(),
    ).toEqual(files.filter((file) => file !== '.lvs-console-render').sort());
    const authKeys = path.join(out, 'director1/etc/ha.d/authkeys');
    expect(fs.statSync(authKeys).mode & 0o777).toBe(0o600);
    expect(fs.readFileSync(authKeys, 'utf8')).toContain('a-secret-of-the-test');
  });

  it('narrows the mode of a secret that is there already', async () => {
    const out = path.join(folder, 'out');
    const authKeys = path.join(out, 'director1/etc/ha.d/authkeys');
    fs.mkdirSync(path.dirname(authKeys), { recursive: true });
    fs.writeFileSync(authKeys, 'old', { mode: 0o644 });
    expect(await runCli(['render', seed, '--out', out])).toBe(0);
    expect(stderr).toContain('a random one was made');
    expect(fs.statSync(authKeys).mode & 0o777).toBe(0o600);
  });

  it('writes nothing when there is an error', async () => {
    const out = path.join(folder, 'out');
    const file = write('bad.yaml', (text) => text.replace('mark: 1', 'mark: 0'));
    expect(await runCli(['render', file, '--out', out])).toBe(1);
    expect(fs.existsSync(out)).toBe(false);
    expect(stderr).toContain('mark.zero');
  });

  it.each(['', 'short', 'two words of secret', 'with#number-sign'])('refuses the heartbeat key %j', async (key) => {
    const keyFile = path.join(folder, 'key');
    fs.writeFileSync(keyFile, key);
    expect(await runCli(['render', seed, '--out', path.join(folder, 'out'), '--heartbeat-key-file', keyFile])).toBe(2);
    expect(stderr).not.toContain(key === '' ? 'secret' : key);
  });
});

describe('the program', () => {
  it('ends with the exit status as a process, too', () => {
    const run = (...argv: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'main.ts'), ...argv], {
        encoding: 'utf8',
        timeout: 60_000,
      });
    const good = run('check', seed, '--format', 'json');
    expect([good.status, JSON.parse(good.stdout)]).toEqual([0, [expect.objectContaining({ severity: 'warning' })]]);
    expect(run('paint').status).toBe(2);
  });
});
