// The real programs judge what is generated; they are part of the test machine, so a missing one is a failure.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { printIpvs } from './print-ipvs';
import { printRules } from './print-rules';
import { goldenCases, renderCase } from './test-cases';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-judges-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const hosts = goldenCases.flatMap((name) => {
  const { releases, companions } = renderCase(name);
  const directors = releases.map(({ director, files, intent }) => ({ host: director, files, intent }));
  return [...directors, ...companions.map((each) => ({ ...each, intent: undefined }))].map((each) => ({
    ...each,
    title: `${name} ${each.host}`,
  }));
});
const directors = hosts.flatMap(({ title, files, intent }) => (intent ? [{ title, files, intent }] : []));
/** ldirectord.cf is the same on both directors, which another test asserts. */
const firstDirectors = goldenCases.flatMap((name) =>
  renderCase(name)
    .releases.slice(0, 1)
    .map((release) => ({ name, ...release })),
);
const ldirectordFile = (files: { path: string; content: string }[]) =>
  files.find((file) => file.path.endsWith('/ldirectord.cf'))?.content ?? '';
const withFile = (end: string) =>
  hosts.flatMap(({ title, files }) =>
    files.filter((file) => file.path.endsWith(end)).map((file) => ({ title: `${title} ${file.path}`, ...file })),
  );

/** Keeps the text under a name of its own. */
function write(text: string, end = ''): string {
  const file = path.join(folder, `${fs.readdirSync(folder).length}${end}`);
  fs.writeFileSync(file, text, { mode: 0o755 });
  return file;
}

function run(program: string, args: string[], options: { cwd?: string; input?: string } = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000, ...options });
  if (error) throw error;
  return { status, output: `${stdout}${stderr}`, stdout };
}

describe.each(['legacy', 'nft'])('iptables-%s', (variant) => {
  it.each(directors)('prints the own chains of $title back as they were generated', ({ intent }) => {
    const { chains } = intent.always;
    const rules = write(printRules(chains));
    const program = `set -e
iptables-${variant}-restore --test -n -w < ${rules}
iptables-${variant}-restore -n -w < ${rules}
iptables-${variant}-restore -n -w < ${rules}
iptables-${variant}-save`;
    const { status, output, stdout } = run('unshare', ['-n', 'sh', '-c', program]);
    expect(output.replace(stdout, '')).toBe('');
    expect(status).toBe(0);
    const saved = stdout.split('\n').map((line) => line.trimEnd());
    for (const { chain, rules: own } of chains) {
      expect(saved.filter((line) => line.startsWith(`-A ${chain} `))).toEqual(own);
    }
  });

  it.each(withFile('/sysconfig/iptables'))('loads $title', ({ content }) => {
    const { status, output } = run('unshare', ['-n', `iptables-${variant}-restore`], { input: content });
    expect({ status, output }).toEqual({ status: 0, output: '' });
  });
});

describe('ldirectord', () => {
  const withLog = (text: string) => text.replace('/var/log/ldirectord.log', path.join(folder, 'ldirectord.log'));

  it.each(firstDirectors)('parses the file of $name', ({ files }) => {
    const { status, output } = run('ldirectord', [
      write(withLog(ldirectordFile(files)), '-lvs-console-test.cf'),
      'status',
    ]);
    expect(output).toContain('is stopped');
    expect(output).not.toMatch(/error|warn/i);
    expect(status).toBe(3);
  });

  it.each(firstDirectors)(
    'makes exactly the services and real servers that the intent of $name names',
    async ({ files, intent }) => {
      const cwd = fs.mkdtempSync(path.join(folder, 'ldirectord-'));
      const calls = path.join(cwd, 'calls');
      // With -d it runs ./ipvsadm of its working folder; without a network every check fails at once.
      fs.writeFileSync(path.join(cwd, 'ipvsadm'), `#!/bin/sh\necho "$*" >> ${calls}\n`, { mode: 0o755 });
      const config = write(withLog(ldirectordFile(files)), '-lvs-console-test.cf');
      const daemon = spawn('unshare', ['-n', 'ldirectord', '-d', config, 'start'], { cwd, stdio: 'ignore' });
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      // The stand-in lists nothing, so ldirectord adds an unchecked real server again in every round.
      const made = () => {
        const lines = (fs.existsSync(calls) ? fs.readFileSync(calls, 'utf8') : '').split('\n');
        const additions = lines
          .filter((line) => /^-[Aa] /.test(line))
          .map((line) => line.replace(' -x 0 -y 0', '').trimEnd());
        return [...new Set(additions)].toSorted();
      };
      const expected = printIpvs(intent.active.ipvs).trimEnd().split('\n').toSorted();
      try {
        await expect.poll(made, { timeout: 20_000 }).toEqual(expected);
      } finally {
        daemon.kill('SIGTERM');
        await ended;
      }
    },
  );
});

describe('shellcheck', () => {
  const scripts = hosts.flatMap(({ title, files }) =>
    files
      .filter(({ content }) => content.startsWith('#!/bin/sh\n'))
      .map((file) => ({ title: `${title} ${file.path}`, ...file })),
  );
  it('finds nothing in any script, which are all executable', () => {
    const { status, output } = run('shellcheck', ['-s', 'sh', ...scripts.map(({ content }) => write(content, '.sh'))]);
    expect({ status, output }).toEqual({ status: 0, output: '' });
    expect(scripts.map(({ mode }) => mode)).toEqual(scripts.map(() => '0755'));
    expect(scripts.length).toBeGreaterThan(2 * goldenCases.length);
  });
});

describe('systemd-analyze', () => {
  it.each(withFile('.service'))('verifies $title', ({ content }) => {
    const program = write('#!/bin/sh\n');
    const unit = path.join(folder, 'lvs-console-rules.service');
    fs.writeFileSync(unit, content.replaceAll('/usr/lib/lvs-console/rules', program), { mode: 0o644 });
    const { status, output } = run('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', unit]);
    expect({ status, output }).toEqual({ status: 0, output: '' });
  });
});

describe('ifup', () => {
  it.each(withFile('/interfaces.d/lvs-console'))(
    'runs the hooks of $title beside the own stanza of the host',
    ({ content }) => {
      const own = 'auto eth0\niface eth0 inet static\n    address 192.168.7.4/24\n';
      const file = write(`${own}\n${content}`);
      const commands = (device: string, program: string) =>
        run(program, ['-n', '--force', '-i', file, device])
          .output.split('\n')
          .filter((line) => /^(ip addr|\/usr)/.test(line));
      expect(commands('eth0', 'ifup')).toEqual([
        expect.stringContaining('ip addr add 192.168.7.4/255.255.255.0'),
        '/usr/lib/lvs-console/rules start || true',
      ]);
      expect(commands('eth1', 'ifup')).toEqual(['/usr/lib/lvs-console/rules sync-daemon || true']);
      expect(run('ifdown', ['-n', '--force', '-i', file, 'eth0']).output).toContain(
        '/usr/lib/lvs-console/rules stop || true',
      );
    },
  );
});

describe('the scripts parse in', () => {
  it.each(['dash', 'busybox'])('%s', (shell) => {
    for (const { content } of hosts.flatMap(({ files }) => files).filter((file) => file.mode === '0755')) {
      execFileSync(shell, [...(shell === 'busybox' ? ['sh'] : []), '-n', write(content)]);
    }
  });
});
