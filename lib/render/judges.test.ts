// The real programs judge what is generated; they are part of the test machine, so a missing one is a failure.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { printIpSets } from './print-ip-sets';
import { printIpvs } from './print-ipvs';
import { printRules } from './print-rules';
import { goldenCases, renderCase } from './test-cases';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-judges-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const hosts = goldenCases.flatMap((name) => {
  const { releases, companions } = renderCase(name);
  return [...releases.map(({ director, files }) => ({ host: director, files })), ...companions].map((each) => ({
    ...each,
    title: `${name} ${each.host}`,
  }));
});
const releases = goldenCases.flatMap((name) =>
  renderCase(name).releases.map((release) => ({ title: `${name} ${release.director}`, name, ...release })),
);
const fileOf = (files: { path: string; content: string }[], end: string) =>
  files.find((file) => file.path.endsWith(end))?.content ?? '';
/** One of those that differ in nothing but their title. */
const distinct = <T extends { title: string }>(all: T[], keyOf: (one: T) => unknown) => [
  ...new Map(all.toReversed().map((one) => [JSON.stringify(keyOf(one)), one])).values(),
];
/** Both directors mostly have the same chains. */
const chained = distinct(
  releases.filter(({ intent }) => intent.always.chains.length > 0),
  ({ intent: { always } }) => [always.chains, always.sets],
);
const withNftables = distinct(
  releases.filter(({ intent }) => intent.always.nftables !== undefined),
  ({ intent }) => intent.always.nftables,
);
/** ldirectord.cf is the same on both directors, which another test asserts. */
const withLdirectord = distinct(
  releases.filter(({ files }) => fileOf(files, '/ldirectord.cf') !== ''),
  ({ name }) => name,
);
const withKeepalived = releases.filter(({ files }) => fileOf(files, '/keepalived.conf') !== '');
const withFile = (end: string) =>
  hosts.flatMap(({ title, files }) =>
    files.filter((file) => file.path.endsWith(end)).map((file) => ({ title: `${title} ${file.path}`, ...file })),
  );

/** Keeps the text under a name of its own. */
let written = 0;
function write(text: string, end = '', mode = 0o755): string {
  written += 1;
  const file = path.join(folder, `${written}${end}`);
  fs.writeFileSync(file, text, { mode });
  return file;
}

function run(program: string, args: string[], options: { cwd?: string; input?: string } = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000, ...options });
  if (error) throw error;
  return { status, output: `${stdout}${stderr}`, stdout };
}

describe.each(['legacy', 'nft'])('iptables-%s', (variant) => {
  it.each(chained)('prints the own chains of $title back as they were generated, in both families', ({ intent }) => {
    const { chains, sets } = intent.always;
    const families = ([4, 6] as const).filter((family) => chains.some((chain) => chain.family === family));
    const programs = families.map((family) => {
      const rules = write(printRules(chains, family));
      const tool = `${family === 4 ? 'iptables' : 'ip6tables'}-${variant}`;
      return `${tool}-restore --test -n -w < ${rules}
${tool}-restore -n -w < ${rules}
${tool}-restore -n -w < ${rules}
echo family ${family}
${tool}-save`;
    });
    const loadSets = sets.length > 0 ? `ipset restore < ${write(printIpSets(intent.always))}` : '';
    const { status, output, stdout } = run('unshare', ['-n', 'sh', '-c', ['set -e', loadSets, ...programs].join('\n')]);
    expect(output.replace(stdout, '')).toBe('');
    expect(status).toBe(0);
    for (const family of families) {
      const [, printed = ''] = stdout.split(`family ${family}\n`);
      const saved = (printed.split('family 6\n')[0] ?? '').split('\n').map((line) => line.trimEnd());
      for (const { chain, rules: own } of chains.filter((each) => each.family === family)) {
        expect(saved.filter((line) => line.startsWith(`-A ${chain} `))).toEqual(own);
      }
    }
  });

  it.each(withFile('/sysconfig/iptables'))('loads $title', ({ content }) => {
    const { status, output } = run('unshare', ['-n', `iptables-${variant}-restore`], { input: content });
    expect({ status, output }).toEqual({ status: 0, output: '' });
  });
});

describe('nft', () => {
  it.each(withNftables)('checks the table of $title, loads it, and loads it again over itself', ({ files, intent }) => {
    expect(fileOf(files, '/rules.nft')).toContain(intent.always.nftables);
    const table = write(intent.always.nftables ?? '');
    const program = `set -e; nft -c -f ${table}; nft -f ${table}; nft list ruleset > ${table}.1; nft -f ${table}; nft list ruleset | cmp - ${table}.1`;
    const { status, output } = run('unshare', ['-n', 'sh', '-c', program]);
    expect({ status, output }).toEqual({ status: 0, output: '' });
  });
});

describe('keepalived', () => {
  it.each(withKeepalived)('finds nothing to say about the file of $title', ({ files }) => {
    const text = fileOf(files, '/keepalived.conf').replaceAll('/usr/local/lib/check-shop', '/bin/true');
    const config = write(text, '.conf', 0o644);
    const devices = [...new Set([...text.matchAll(/^ {4}interface (\S+)$/gm)].map(([, device]) => device))];
    expect(devices.length).toBeGreaterThan(0);
    // It looks for the interfaces, so there must be some of these names. A file that is not there would be no fault: `-e`.
    const links = devices.map(
      (device, at) => `ip link add ${device} type veth peer name peer${at} && ip link set ${device} up`,
    );
    const { status, output } = run('unshare', [
      '-n',
      'sh',
      '-c',
      [...links, `keepalived -t -e -f ${config}`].join(' && '),
    ]);
    expect({ status, output }).toEqual({ status: 0, output: '' });
  });
});

describe('ldirectord', () => {
  /** Its program of a check must be there, and its log writable. */
  const led = (text: string) =>
    text
      .replace('/var/log/ldirectord.log', path.join(folder, 'ldirectord.log'))
      .replace('/usr/local/lib/check-shop', '/bin/true');

  it.each(withLdirectord)('parses the file of $title', ({ files }) => {
    const { status, output } = run('ldirectord', [
      write(led(fileOf(files, '/ldirectord.cf')), '-lvs-console-test.cf'),
      'status',
    ]);
    expect(output).toContain('is stopped');
    expect(output).not.toMatch(/error|warn/i);
    expect(status).toBe(3);
  });

  it.concurrent.each(withLdirectord)(
    'makes exactly the services and real servers that the intent of $title names',
    async ({ files, intent, name }) => {
      const cwd = fs.mkdtempSync(path.join(folder, 'ldirectord-'));
      const calls = path.join(cwd, 'calls');
      // With -d it runs ./ipvsadm of its working folder. Every check is `on`: of a real server that is in two services and
      // never answers, ldirectord would make only one (its ld_start knows it by address).
      fs.writeFileSync(path.join(cwd, 'ipvsadm'), `#!/bin/sh\necho "$*" >> ${calls}\n`, { mode: 0o755 });
      const text = led(fileOf(files, '/ldirectord.cf')).replaceAll(/checktype=.*/g, 'checktype=on');
      const config = write(text, '-lvs-console-test.cf');
      const daemon = spawn('unshare', ['-n', 'ldirectord', '-d', config, 'start'], { cwd, stdio: 'ignore' });
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      const expected = printIpvs(intent.active.ipvs).trimEnd().split('\n').toSorted();
      const fallbacks = renderCase(name).topology.pools.flatMap(({ fallback }) => fallback?.address.text ?? []);
      /** The stand-in lists nothing, so ldirectord adds a real server again in every round. */
      const made = () => {
        const lines = (fs.existsSync(calls) ? fs.readFileSync(calls, 'utf8') : '').split('\n');
        const additions = lines
          .filter((line) => /^-[Aa] /.test(line))
          .map(toOurOrder)
          .filter(
            (line) =>
              expected.includes(line) ||
              !fallbacks.some((address) => line.replace(/[[\]]/g, '').includes(`-r ${address}:`)),
          );
        return [...new Set(additions)].toSorted();
      };
      try {
        await expect.poll(made, { timeout: 60_000 }).toEqual(expected);
      } finally {
        daemon.kill('SIGTERM');
        await ended;
      }
    },
  );

  /** `-x U -y L` stands before `-r` there, also when both are 0. */
  function toOurOrder(line: string): string {
    const [, upper = '0', lower = '0'] = / -x (\d+) -y (\d+)/.exec(line) ?? [];
    const rest = line.replace(/ -x \d+ -y \d+/, '').trimEnd();
    return `${rest}${upper === '0' ? '' : ` -x ${upper}`}${lower === '0' ? '' : ` -y ${lower}`}`;
  }
});

describe('shellcheck', () => {
  const scripts = hosts.flatMap(({ title, files }) =>
    files
      .filter(({ content }) => content.startsWith('#!/bin/sh\n'))
      .map((file) => ({ title: `${title} ${file.path}`, ...file })),
  );
  it('finds nothing in any script, which are all executable', () => {
    const texts = [...new Set(scripts.map(({ content }) => content))];
    const { status, output } = run('shellcheck', ['-s', 'sh', ...texts.map((text) => write(text, '.sh'))]);
    expect({ status, output }).toEqual({ status: 0, output: '' });
    expect(scripts.map(({ mode }) => mode)).toEqual(scripts.map(() => '0755'));
    expect(scripts.length).toBeGreaterThan(goldenCases.length);
  });
});

describe('systemd-analyze', () => {
  const units = distinct(withFile('.service'), ({ path: file, content }) => [file, content]);
  it.each(units)('verifies $title', ({ path: file, content }) => {
    const program = write('#!/bin/sh\n');
    const unit = path.join(folder, path.basename(file));
    fs.writeFileSync(unit, content.replaceAll(/\/usr\/lib\/lvs-console\/(rules|real-server)/g, program), {
      mode: 0o644,
    });
    const { status, output } = run('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', unit]);
    expect({ status, output }).toEqual({ status: 0, output: '' });
  });
});

describe('ifup', () => {
  it.each(distinct(withFile('/interfaces.d/lvs-console'), ({ content }) => content))(
    'runs the hooks of $title beside the own stanza of the host',
    ({ content }) => {
      const hasSync = content.includes('sync-daemon');
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
      expect(commands('eth1', 'ifup')).toEqual(hasSync ? ['/usr/lib/lvs-console/rules sync-daemon || true'] : []);
      expect(run('ifdown', ['-n', '--force', '-i', file, 'eth0']).output).toContain(
        '/usr/lib/lvs-console/rules stop || true',
      );
    },
  );
});

describe('the scripts parse in', () => {
  it.each(['dash', 'busybox'])('%s', (shell) => {
    const programs = hosts.flatMap(({ files }) => files).filter((file) => file.mode === '0755');
    for (const content of new Set(programs.map((file) => file.content))) {
      execFileSync(shell, [...(shell === 'busybox' ? ['sh'] : []), '-n', write(content)]);
    }
  });
});
