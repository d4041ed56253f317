// The guard on a real director: systemd's timer, heartbeat, ldirectord, IPVS, iptables-legacy, and the power cut.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../lab/lab';
import { loadGuardProgram } from './guard-program';
import { guardInstallScript } from './install-script';
import { releaseTar, testRelease } from './test-release';

const GUARD = '/usr/lib/lvs-console/guard';
const HA_RESOURCES = 'director1 ldirectord::ldirectord.cf IPaddr2::192.168.7.240/24/eth0/192.168.7.255';
const program = loadGuardProgram();
const TIMER_SECONDS = 25;

/** The resource scripts are those of the host. */
const release = (mark: number, daemon: string, change: Record<string, string | undefined> = {}) =>
  releaseTar(
    testRelease(
      mark,
      {
        'files/etc/ha.d/resource.d/IPaddr2': undefined,
        'files/etc/ha.d/resource.d/ldirectord': undefined,
        'files/etc/ha.d/ha.cf':
          'keepalive 1\ndeadtime 5\ninitdead 6\nbcast eth1\nauto_failback off\nnode director1\nnode director2\n',
        'files/etc/ha.d/haresources': `${HA_RESOURCES} IPaddr2::192.168.6.240/24/eth1/192.168.6.255\n`,
        'intent/modules': 'ip_vs\nip_vs_rr\n',
        'intent/sysctl': 'net.ipv4.ip_forward=1\nnet.ipv4.conf.eth0.rp_filter=2\nnet.ipv4.vs.conntrack=1\n',
        'intent/meta': 'stack=heartbeat\nunit=heartbeat.service\n',
        'intent/daemon': `${daemon}\n`,
        ...change,
      },
      'director1',
    ),
  );

/** Everything that a rollback must bring back, and that a boot must find. */
const FILES = `find /etc -path /etc/systemd/system/timers.target.wants -prune -o -printf '%y %m %p %l\\n' | sort; find /etc/ha.d /etc/sysctl.d -type f | sort | xargs sha256sum`;
const KERNEL = `iptables-save | grep -v '^#' | sed 's/ \\[[0-9:]*\\]$//'; ip -4 rule; ip -4 route show table all; ip -o -4 addr
cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/eth0/rp_filter /proc/sys/net/ipv4/vs/conntrack; ipvsadm -Sn; ipvsadm -Ln --daemon
cat /run/heartbeat.pid >/dev/null 2>&1 && echo heartbeat`;

/**
 * By the director's own clock, and written down anyway, so that nobody who looks makes it slower: systemd's words on the start of the
 * timer and of what it started, and the rename of the transaction file that says that kernel and files are back.
 */
const TIMES = (tx: string) => `for unit in timer service; do
  journalctl -q --no-pager -o short-unix -u lvs-console-rollback-${tx}.$unit | sed -n 's/^\\([0-9.]*\\) .*: Started lvs-console-rollback.*/\\1/p' | head -n 1
done
stat -c %.Z /var/lib/lvs-console/tx`;

describe('the guard on a real director', () => {
  let lab: Lab;
  const on = (argv: readonly string[], input?: Buffer) =>
    lab.exec('director1', argv, { timeoutMs: 150_000, ...(input && { input }) });
  const sh = async (script: string) => (await on(['sh', '-c', script])).stdout;
  const guard = (args: string, input?: Buffer) => on([GUARD, ...args.split(' ')], input);
  const must = async (args: string, input?: Buffer) => {
    const outcome = await guard(args, input);
    // What hung, where something hung, can be read only now.
    const told =
      outcome.code === 0 ? '' : await sh('ps -eo pid,ppid,stat,etimes,args; journalctl -q --no-pager -n 400');
    expect(outcome, `${args}: ${outcome.stderr}\n${told}`).toMatchObject({ code: 0 });
  };
  const arm = async (tx: string, generation: number, tar: Buffer, seconds: number) => {
    await must(`stage ${tx} ${String(generation)}`, tar);
    await must(`check ${tx}`);
    await must(`arm ${tx} ${String(generation)} ${String(seconds)}`);
  };
  const status = async () =>
    Object.fromEntries(
      (await guard('status')).stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('=', 2) as [string, string]),
    );
  const programMs = async () => {
    const [from = NaN, to = NaN] = (
      await sh(
        'read -r a _ < /proc/uptime; for i in $(seq 100); do /bin/true; done; read -r b _ < /proc/uptime; echo "$a $b"',
      )
    )
      .trim()
      .split(' ')
      .map(Number);
    return Math.round((to - from) * 10);
  };
  const service = (mark: number) =>
    expect
      .poll(() => sh('ipvsadm -Sn'), { timeout: 90_000, interval: 1000 })
      .toContain(`-A -f ${String(mark)} -s rr\n`);
  /** The real server answers its check: ldirectord may take the fallback for a moment when it reads its file again. */
  const serves = (mark: number) =>
    expect
      .poll(() => sh('ipvsadm -Sn'), { timeout: 90_000, interval: 1000 })
      .toContain(`-a -f ${String(mark)} -r 192.168.6.2:0 -m -w 1\n`);
  const holds = (address: string) =>
    expect.poll(() => sh('ip -o -4 addr'), { timeout: 120_000, interval: 1000 }).toContain(` ${address}/24 `);

  beforeAll(async () => {
    lab = await openLab({ name: 'guardtest', portBase: 2270 });
  });
  afterAll(async () => {
    await lab.down();
  });

  it('is installed by its script, again without harm, and keeps a policy that is there', async () => {
    const script = Buffer.from(guardInstallScript(program.text));
    expect((await on(['sh', '-s'], script)).stdout).toBe(`guard ${program.version} installed\n`);
    await sh("echo '# mine' >> /etc/lvs-console/policy");
    expect((await on(['sh', '-s'], script)).code).toBe(0);
    expect(await sh('tail -n 1 /etc/lvs-console/policy; systemctl is-enabled lvs-console-boot')).toBe(
      '# mine\nenabled\n',
    );
    expect((await on(['systemd-analyze', 'verify', 'lvs-console-boot.service'])).stderr).toBe('');
    expect((await guard('version')).stdout).toBe(`${program.version}\n`);
  });

  it('reading loads no module', async () => {
    await sh('modprobe -r ip_vs iptable_nat iptable_mangle 2>/dev/null');
    const before = await sh("sed 's/ .*//' /proc/modules | sort");
    await must('facts');
    await must('read');
    expect(await sh("sed 's/ .*//' /proc/modules | sort")).toBe(before);
  });

  it('rolls a first release back to nothing: no rule, no route, no address, no daemon, the owner’s files', async () => {
    await sh(
      "modprobe ip_vs; iptables -t mangle -A PREROUTING -p udp --dport 9 -j ACCEPT; iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE; echo 'mine' > /etc/ha.d/ha.cf",
    );
    const before = await sh(`${FILES}; ${KERNEL}`);
    await arm('1-000000aa', 1, release(1, 'start-heartbeat'), 300);
    await must('switch 1-000000aa 1');
    await holds('192.168.7.240');
    await service(1);
    await must('rollback 1-000000aa');
    expect(await sh(`${FILES}; ${KERNEL}`)).toBe(before);
  });

  it('confirms a release, and heartbeat starts with the host from then on', async () => {
    await arm('2-000000bb', 2, release(1, 'start-heartbeat'), 300);
    await must('switch 2-000000bb 2');
    await must('confirm 2-000000bb 2');
    await holds('192.168.6.240');
    await service(1);
    expect(await sh('systemctl is-enabled heartbeat; ls /run/systemd/transient')).toBe('enabled\n');
  });

  it('lists connections within a bound, all or those that hold the terms, and searches the whole table', async () => {
    await expect
      .poll(async () => (await lab.request('http://192.168.0.7/')).length, { timeout: 30_000 })
      .toBeGreaterThan(0);
    const rows = async (args: string) =>
      (await guard(args)).stdout.split('\n').filter((line) => line.startsWith('TCP '));
    const all = (await guard('connections 5 2000')).stdout;
    expect(all).toMatch(/^@@ begin count\n[1-9][0-9]*\n@@ end count 0\n@@ begin began\n/);
    expect(all).toMatch(
      /\n@@ begin seen\nseen=[1-9]\d*\nfound=[1-9]\d*\nodd=0\nmore_cells=0\nmore_nets=0\nwhole=yes\n/,
    );
    expect(all).toMatch(/\n@@ begin cpu\n\d+m[\d.]+s \d+m[\d.]+s\n/);
    expect((await rows('connections 5 2000')).join()).toContain(' C0A80007 0050 C0A80602 ');
    const ofAddress = '4 C0A80007 C0A80007 5 0050 0050';
    expect((await rows(`connections 5 2000 ${ofAddress}`)).length).toBeGreaterThan(0);
    expect((await rows(`connections 5 2000 2 CB007100 CB0071FF ${ofAddress}`)).length).toBeGreaterThan(0);
    expect(await rows('connections 5 2000 4 C0A80046 C0A80046')).toEqual([]);
    expect(await rows('connections 1 2000 4 C0A80000 C0A8FFFF')).toHaveLength(1);
    const found = (await guard(`search 10000 ${ofAddress}`)).stdout;
    expect(found).toMatch(
      /^(TCP \S+ \S+ C0A80007 0050 .*\n)+@@ end seen=[1-9]\d* found=[1-9]\d* odd=0 whole=yes\n@@ begin cpu\n/,
    );
  });

  it('nobody confirms: the timer restores files and kernel by itself, on time', async () => {
    await serves(1);
    const before = await sh(`${FILES}; ${KERNEL}`);
    await arm('3-000000cc', 3, release(2, 'reload-ldirectord'), TIMER_SECONDS);
    await must('switch 3-000000cc 3');
    await service(2);
    expect(await sh('iptables-save -t mangle')).toContain('--set-xmark 0x2/');
    const left = Number((await status()).seconds_left);
    await new Promise((resolve) => setTimeout(resolve, (left + 3) * 1000));
    await expect.poll(async () => (await status()).state, { timeout: 10_000, interval: 500 }).toBe('rolled-back');
    await service(1);
    await expect.poll(() => sh(`${FILES}; ${KERNEL}`), { timeout: 20_000, interval: 1000 }).toBe(before);
    const [armed = NaN, fired = NaN, ended = NaN] = (await sh(TIMES('3-000000cc'))).trim().split('\n').map(Number);
    const seconds = { late: fired - armed - TIMER_SECONDS, long: ended - fired };
    process.stdout.write(
      `the timer fired ${seconds.late.toFixed(2)} s after its time, the rollback took ${seconds.long.toFixed(2)} s, a program starts in ${await programMs()} ms there\n`,
    );
    expect(seconds.late).toBeGreaterThan(-0.1);
    expect(seconds.late).toBeLessThan(1);
    expect(seconds.long).toBeLessThan(2);
  });

  it('a restart of heartbeat gives up what only the old haresources named, and rollback takes it again', async () => {
    await serves(1);
    const before = await sh(`${FILES}; ${KERNEL}`);
    await arm(
      '4-000000dd',
      4,
      release(1, 'restart-heartbeat', { 'files/etc/ha.d/haresources': `${HA_RESOURCES}\n` }),
      300,
    );
    await must('switch 4-000000dd 4');
    await holds('192.168.7.240');
    expect(await sh('ip -o -4 addr')).not.toContain('192.168.6.240');
    await must('rollback 4-000000dd');
    await holds('192.168.6.240');
    await serves(1);
    expect(await sh(`${FILES}; ${KERNEL}`)).toBe(before);
  });

  it('puts an earlier release in place by `guard apply`, with its daemons, for now and for every start', async () => {
    await serves(1);
    const before = await sh(`${FILES}; ${KERNEL}`);
    const oneAddress = { 'files/etc/ha.d/haresources': `${HA_RESOURCES}\n` };
    await arm('5-000000ab', 5, release(1, 'restart-heartbeat', oneAddress), 300);
    for (const verb of ['switch', 'confirm']) await must(`${verb} 5-000000ab 5`);
    await holds('192.168.7.240');
    expect(await sh('ip -o -4 addr')).not.toContain('192.168.6.240');
    await must('apply 2-000000bb');
    await holds('192.168.6.240');
    await serves(1);
    expect(await sh(`${FILES}; ${KERNEL}`)).toBe(before);
    expect(await status()).toMatchObject({ live: '2-000000bb', confirmed: '2-000000bb' });
  });

  it('boots the confirmed release after a power cut in the middle of an unconfirmed one', async () => {
    const before = await sh(FILES);
    await arm(
      '6-000000ee',
      6,
      release(5, 'reload-ldirectord', {
        'files/etc/ha.d/haresources': undefined,
        'files/etc/lvs-console/extra': 'x\n',
      }),
      600,
    );
    await must('switch 6-000000ee 6');
    expect(await sh(FILES)).not.toBe(before);
    await lab.crash('director1');
    await lab.powerOn('director1');
    expect(await status()).toMatchObject({ state: 'rolled-back', live: '2-000000bb', confirmed: '2-000000bb' });
    expect(await sh(FILES)).toBe(before);
    expect(await sh('systemctl show -p Result -p ExecMainStatus lvs-console-boot')).toContain('Result=success');
    expect(await sh('cat /proc/sys/net/ipv4/ip_forward')).toBe('1\n'); // sysctl.d was read after the links were right
    await service(1);
  });

  it.each([0, 150, 300, 450, 600, 900])(
    'a power cut %i ms into a switch leaves one whole release to boot from',
    async (ms) => {
      const before = await sh(FILES);
      const generation = 10 + ms;
      const tx = `${String(generation)}-000000ff`;
      await arm(
        tx,
        generation,
        release(5, 'none', { 'files/etc/ha.d/haresources': undefined, 'files/etc/lvs-console/extra': 'x\n' }),
        600,
      );
      void guard(`switch ${tx} ${String(generation)}`).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, ms));
      await lab.crash('director1');
      await lab.powerOn('director1');
      expect(await status()).toMatchObject({ state: 'rolled-back', live: '2-000000bb', confirmed: '2-000000bb' });
      expect(await sh(FILES)).toBe(before);
    },
  );
});
