// The lab itself, on real kernels: its own instance, so that a demo may run meanwhile.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachLab, openLab, type Lab } from './lab';
import { listNamespaces } from './namespaces';
import { layoutLab } from './layout';
import { isAlive, sessionMembers } from './process-identity';
import { probeLab } from './probe';
import { readState } from './state';

const name = 'lab-test';
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE2u4Z9n5B4i8uLkz3U3y3aJ6Cq9m0xW2P1p7Y8Qm5aa console';
const laterKey = key.replace('console', 'later');
let lab: Lab;

const on = async (host: string, ...argv: string[]): Promise<string> => {
  const { code, stdout, stderr } = await lab.exec(host, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${host}: ${code}: ${stderr}`);
  return stdout.trim();
};
const hostKey = (director: string) => on(director, 'cut', '-d ', '-f2', '/etc/ssh/ssh_host_ed25519_key.pub');
const namespaces = async () => (await promisify(execFile)('ip', ['netns', 'list'])).stdout;

beforeAll(async () => {
  expect(await probeLab()).toEqual({ ok: true, missing: [] });
  lab = await openLab({ name, portBase: 2680, authorizedKeys: [key], umlRealServers: 1, directReturn: true });
});
afterAll(() => lab?.down());

describe('hosts', () => {
  it('has two directors that answer SSH under their names, with routes and addresses of the seed', async () => {
    expect(await on('director1', 'uname', '-n')).toBe('director1');
    expect(await on('director2', 'uname', '-n')).toBe('director2');
    const addresses = await on('director2', 'ip', '-br', '-4', 'address');
    expect(addresses.split(/\s+/).filter((word) => word.includes('/'))).toEqual([
      '127.0.0.1/8',
      '10.99.0.12/24',
      '192.168.7.5/24',
      '192.168.6.5/24',
    ]);
    expect(await on('director1', 'ip', 'route', 'show', 'default')).toBe('default via 192.168.7.1 dev eth0');
  });

  it('carries IPv6 beside IPv4 on both networks, usable from the first moment', async () => {
    const { stdout } = await lab.exec('director2', ['ip', '-br', '-6', 'address', 'show', 'scope', 'global']);
    expect(stdout.split(/\s+/).filter((word) => word.includes('/'))).toEqual(['2001:db8:7::5/64', '2001:db8:6::5/64']);
    expect(await on('director2', 'ip', '-6', 'address', 'show', 'tentative')).toBe('');
    expect(await on('director2', 'ip', '-6', 'route', 'show', 'default')).toMatch(
      /^default via 2001:db8:7::1 dev eth0 /,
    );
    expect(await on('gateway', 'ip', '-6', 'route', 'show', '2001:db8:1::/64')).toMatch(/via 2001:db8:7::240/);
  });

  it('gives each director a host key of its own', async () => {
    expect(await hostKey('director1')).not.toBe(await hostKey('director2'));
  });

  it('lets the keys in that it was opened with, and later ones', async () => {
    const keys = () => on('director1', 'cat', '/root/.ssh/authorized_keys');
    expect((await keys()).split('\n').slice(1)).toEqual([key]);
    await lab.authorize([laterKey]);
    expect((await keys()).split('\n').slice(1)).toEqual([key, laterKey]);
  });

  it('hands words and input to a director unchanged', async () => {
    const { stdout } = await lab.exec('director1', ['printf', '%s|', "it's", 'a  b', '$HOME', '']);
    expect(stdout).toBe("it's|a  b|$HOME||");
    expect((await lab.exec('director1', ['sh', '-c', 'cat; exit 7'], { input: 'x\ny' })).code).toBe(7);
  });

  it('gets every packet of a long input to a director: none is longer than a frame', async () => {
    const lost = async () => {
      const words = (await on('director1', 'grep', '^Ip:', '/proc/net/snmp'))
        .split('\n')
        .map((line) => line.split(' '));
      const value = (name: string) => Number(words[1]![words[0]!.indexOf(name)]);
      return value('InReceives') - value('InDelivers') - value('ForwDatagrams');
    };
    const before = await lost();
    const input = 'x'.repeat(300_000);
    expect((await lab.exec('director1', ['wc', '-c'], { input })).stdout.trim()).toBe('300000');
    expect((await lost()) - before).toBeLessThan(10);
  });

  it('has the stack installed, not started, and a kernel with IPVS', async () => {
    const { stdout } = await lab.exec('director1', [
      'systemctl',
      'is-enabled',
      'heartbeat',
      'keepalived',
      'ldirectord',
    ]);
    expect(stdout.trim().split('\n')).toEqual(['disabled', 'disabled', 'disabled']);
    expect(await on('director1', 'sh', '-c', 'modprobe ip_vs && ipvsadm -A -f 1 -s rr && ipvsadm -Sn')).toBe(
      '-A -f 1 -s rr',
    );
    expect(await on('director1', 'iptables', '-V')).toMatch(/legacy/);
    expect(await on('director1', 'systemctl', '--failed', '--no-legend')).toBe('');
  });
});

describe('traffic', () => {
  it('brings the client through the gateway to a director, and back', async () => {
    const [answer] = await lab.request('http://192.168.7.4/');
    expect(answer?.error).toBe('ECONNREFUSED'); // the director said no: it was reached
  });

  it('answers HTTP on both ports and UDP, saying who answered', async () => {
    expect(await on('director1', 'busybox', 'wget', '-qO-', 'http://192.168.6.2/')).toBe('rs1 80\nTest Page');
    expect(await on('director2', 'busybox', 'wget', '-qO-', 'http://192.168.6.3:443/')).toBe('rs2 443\nTest Page');
    const [udp] = await lab.request('udp://192.168.6.2:5353', { from: 'rs2' });
    expect(udp?.realServer).toBe('rs1');
  });

  it('answers over IPv6 as well, of a namespace and of a machine', async () => {
    const get = (url: string) => on('director1', 'busybox', 'wget', '-qO-', url);
    expect(await get('http://[2001:db8:6::2]/')).toBe('rs1 80\nTest Page');
    expect(await get('http://[2001:db8:6::20]:443/')).toBe('rs3 443\nTest Page');
    expect(await get('http://192.168.6.20/')).toBe('rs3 80\nTest Page');
    const [udp] = await lab.request('udp://[2001:db8:6::3]:5353', { from: 'rs1' });
    expect(udp?.realServer).toBe('rs2');
    const [refused] = await lab.request('http://[2001:db8:7::4]/');
    expect(refused?.error).toBe('ECONNREFUSED'); // the client reached the director through the gateway
  });

  it('is asked for many addresses by one program, and answers in their order', async () => {
    const urls = ['http://192.168.6.2/', 'http://192.168.6.3/', 'http://192.168.6.2:81/', 'udp://192.168.6.3:5353'];
    const answers = await lab.requestAll(urls, { from: 'gateway' });
    expect(answers.map(({ realServer, error }) => realServer ?? error)).toEqual(['rs1', 'rs2', 'ECONNREFUSED', 'rs2']);
  });

  it('lets a gate real server own a range and answer past the directors', async () => {
    // By hand what the product's script does: the range is local, and a router that is no director is the way back.
    await on('rs1', 'ip', 'route', 'add', 'local', '192.168.0.0/24', 'dev', 'lo');
    await on('rs1', 'ip', 'route', 'replace', 'default', 'via', '192.168.6.1');
    await on('gateway', 'ip', 'route', 'replace', '192.168.0.0/24', 'via', '192.168.6.2');
    const [answer] = await lab.request('http://192.168.0.7/');
    expect(answer?.realServer).toBe('rs1');
    await on('gateway', 'ip', 'route', 'replace', '192.168.0.0/24', 'via', '192.168.7.240');
    await on('rs1', 'ip', 'route', 'replace', 'default', 'via', '192.168.6.240');
    await on('rs1', 'ip', 'route', 'delete', 'local', '192.168.0.0/24', 'dev', 'lo');
  });

  it('has a real server with tunnels where the host has none', async () => {
    await on('rs3', 'modprobe', 'ipip');
    expect(await on('rs3', 'ip', '-br', 'link', 'show', 'tunl0')).toMatch(/^tunl0/);
  });

  it('stops and starts a real server', async () => {
    await lab.stopRealServer('rs1');
    expect((await lab.request('http://192.168.6.2/', { from: 'rs2' }))[0]?.error).toBe('ECONNREFUSED');
    await lab.startRealServer('rs1');
    await expect
      .poll(async () => (await lab.request('http://192.168.6.2/', { from: 'rs2' }))[0]?.realServer, { timeout: 30_000 })
      .toBe('rs1');
    await lab.stopRealServer('rs3');
    expect((await lab.request('http://192.168.6.20/', { from: 'rs2', timeoutMs: 500 }))[0]?.realServer).toBeUndefined();
    await lab.startRealServer('rs3');
    await expect
      .poll(async () => (await lab.request('http://192.168.6.20/', { from: 'rs2' }))[0]?.realServer, {
        timeout: 30_000,
      })
      .toBe('rs3');
  });

  it('pulls and plugs a cable', async () => {
    const ping = async () => (await lab.exec('director1', ['ping', '-c1', '-W1', '192.168.6.5'])).code;
    await expect.poll(ping, { timeout: 30_000 }).toBe(0); // the first one also has to find the neighbour
    await lab.setLink('director2', 'internal', false);
    expect(await ping()).toBe(1);
    await lab.exec('director2', ['ping', '-c2', '-W1', '192.168.6.4']); // sending into the void must not break the card
    await lab.setLink('director2', 'internal', true);
    await expect.poll(ping, { timeout: 30_000 }).toBe(0);
  });
});

describe('power', () => {
  it('keeps the disk and the host key over a power cut, and nothing that was only in memory', async () => {
    const before = await hostKey('director1');
    await on('director1', 'sh', '-c', 'echo kept > /etc/kept; sync; ip address add 192.168.7.240/24 dev eth0');
    await lab.crash('director1');
    expect((await lab.status())[0]).toMatchObject({ isRunning: false, answersSsh: false });
    await expect(lab.waitForSsh('director1')).rejects.toThrow('director1 is off');
    await lab.powerOn('director1');
    expect(await on('director1', 'cat', '/etc/kept')).toBe('kept');
    expect(await on('director1', 'ip', '-br', 'address', 'show', 'eth0')).not.toContain('240');
    expect(await hostKey('director1')).toBe(before);
  });

  it('comes back from a factory reset empty, with another host key and the same authorized keys', async () => {
    const before = await hostKey('director2');
    await on('director2', 'sh', '-c', 'echo gone > /etc/gone; sync');
    await lab.factoryReset('director2');
    expect((await lab.exec('director2', ['cat', '/etc/gone'])).code).toBe(1);
    expect(await hostKey('director2')).not.toBe(before);
    expect((await on('director2', 'cat', '/root/.ssh/authorized_keys')).split('\n').slice(1)).toEqual([key, laterKey]);
  });

  it('starts an enabled service by itself after a power cut, when the interfaces are there', async () => {
    const unit =
      '[Service]\nType=oneshot\nExecStart=/bin/sh -c "ip -br -4 a show eth1 > /run/seen"\n[Install]\nWantedBy=multi-user.target\n[Unit]\nWants=network.target\nAfter=network.target\n';
    await lab.exec('director1', ['tee', '/etc/systemd/system/late.service'], { input: unit });
    await on('director1', 'sh', '-c', 'systemctl enable late; sync');
    await lab.crash('director1');
    await lab.powerOn('director1');
    await expect.poll(() => on('director1', 'cat', '/run/seen'), { timeout: 30_000 }).toMatch(/192\.168\.6\.4\/24/);
  });
});

describe('end', () => {
  it('is used from another process by its name', async () => {
    const attached = await attachLab(name);
    expect((await attached.exec('director1', ['true'])).code).toBe(0);
    expect(attached.ssh).toEqual(lab.ssh);
  });

  it('leaves no process, no namespace and no run folder, even with a command still running', async () => {
    const processes = Object.values(readState(lab.runFolder)?.processes ?? {});
    expect(processes.filter(isAlive)).toHaveLength(11);
    const running = lab.client(['sleep', '600']);
    await lab.down();
    expect((await running).code).not.toBe(0);
    expect(processes.flatMap(sessionMembers)).toEqual([]);
    const left = await namespaces();
    expect(listNamespaces(layoutLab({ name })).filter((namespace) => left.includes(namespace))).toEqual([]);
    expect(fs.existsSync(lab.runFolder)).toBe(false);
  });
});

describe('a runner that is killed', () => {
  const orphan = { name: 'lab-orphan', portBase: 2690 };
  const script = `import { openLab } from '${import.meta.dirname}/lab.ts';
    await openLab({ name: '${orphan.name}', portBase: ${orphan.portBase}, log: console.log });`;

  it('keeps its lab while it lives, and leaves nothing that a later run does not clean', async () => {
    const runner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    try {
      await new Promise((resolve) => runner.stdout.once('data', resolve)); // "directors boot"
      await expect(openLab(orphan)).rejects.toThrow(`in use by process ${runner.pid}`);
    } finally {
      runner.kill('SIGKILL');
    }
    const { runFolder } = layoutLab(orphan);
    await expect.poll(() => isAlive(readState(runFolder)!.owner!)).toBe(false);
    const left = Object.values(readState(runFolder)!.processes);
    expect(left.filter(isAlive).length).toBeGreaterThan(3);
    const next = await openLab({ ...orphan, realServers: 1 });
    expect(left.flatMap(sessionMembers)).toEqual([]);
    expect((await next.exec('director1', ['true'])).code).toBe(0);
    await next.down();
    expect(await namespaces()).not.toContain(orphan.name);
  });
});
