// The guard on a real director with keepalived, IPv6 and sets: IPVS tables of both families, iptables-legacy, a stack change, and a power cut.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../lab/lab';
import { loadGuardProgram } from './guard-program';
import { guardInstallScript } from './install-script';
import { withIpv6, withKeepalived, withNftables, withSets } from './test-forms';
import { releaseTar, testRelease } from './test-release';

const GUARD = '/usr/lib/lvs-console/guard';
const program = loadGuardProgram();
const MODULES = 'ip_vs\nip_vs_rr\nip_set\nip_set_hash_netport\nxt_set\nip6_tables\nip6table_mangle\n';

/** Both families of one mark in keepalived's words. */
const both = (mark: number) => (text: string) =>
  `${text.replaceAll('peer0', 'eth1')}virtual_server fwmark ${String(mark)} {
    delay_loop 10
    lvs_sched rr
    lvs_method NAT
    real_server 2001:db8:6::2 {
        weight 1
    }
}
`;

function release(mark: number, action: string, change: Record<string, string | undefined> = {}): Buffer {
  return releaseTar(
    testRelease(mark, {
      ...withIpv6(mark),
      ...withSets(mark),
      ...withKeepalived(mark, both(mark)),
      'intent/modules': MODULES,
      'intent/daemon': `${action}\n`,
      ...change,
    }),
  );
}

/** heartbeat with plain IPv4 rules, as before issue B. */
const heartbeat = (mark: number, action: string) =>
  releaseTar(
    testRelease(
      mark,
      {
        'files/etc/ha.d/resource.d/IPaddr2': undefined,
        'files/etc/ha.d/resource.d/ldirectord': undefined,
        'files/etc/ha.d/ha.cf':
          'keepalive 1\ndeadtime 5\ninitdead 6\nbcast eth1\nauto_failback off\nnode director1\nnode director2\n',
        'files/etc/ha.d/haresources':
          'director1 ldirectord::ldirectord.cf IPaddr2::192.168.7.240/24/eth0/192.168.7.255\n',
        'intent/modules': 'ip_vs\nip_vs_rr\n',
        'intent/meta': 'stack=heartbeat\nunit=heartbeat.service\nstop=keepalived\n',
        'intent/daemon': `${action}\n`,
      },
      'director1',
    ),
  );

const FILES = `find /etc -path /etc/systemd/system/timers.target.wants -prune -o -printf '%y %m %p %l\\n' | sort; find /etc/ha.d /etc/keepalived /etc/sysctl.d -type f | sort | xargs sha256sum`;
const KERNEL = `for t in iptables ip6tables; do $t-save | grep -v '^#' | sed 's/ \\[[0-9:]*\\]$//'; done; ipset save 2>/dev/null | sed 's/ hashsize.*//' | sort
for f in 4 6; do ip -$f rule | sort; ip -$f route show table all | grep -v '^fe80\\|^ff00\\|anycast\\|multicast' | sort; done; ip -o addr | grep -v fe80 | sed 's/ *valid_lft.*//'
cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/*/forwarding; ipvsadm -Sn; ipvsadm -Ln --daemon; pidof keepalived >/dev/null && echo keepalived; true`;

describe('the guard on a real director with keepalived, IPv6 and sets', () => {
  let lab: Lab;
  const on = (argv: readonly string[], input?: Buffer) =>
    lab.exec('director1', argv, { timeoutMs: 150_000, ...(input && { input }) });
  const sh = async (script: string) => (await on(['sh', '-c', script])).stdout;
  const guard = (args: string, input?: Buffer) => on([GUARD, ...args.split(' ')], input);
  const must = async (args: string, input?: Buffer) => {
    expect(await guard(args, input), args).toMatchObject({ code: 0 });
  };
  const arm = async (tx: string, generation: number, tar: Buffer, seconds = 600) => {
    await must(`stage ${tx} ${String(generation)}`, tar);
    await must(`check ${tx}`);
    await must(`arm ${tx} ${String(generation)} ${String(seconds)}`);
  };
  const eventually = (script: string, words: string) =>
    expect.poll(() => sh(script), { timeout: 120_000, interval: 1000 }).toContain(words);
  const section = async (name: string) => (await guard(`read ${name}`)).stdout;

  beforeAll(async () => {
    lab = await openLab({ name: 'guardlab', portBase: 2280 });
    await sh(
      'ip -6 addr add 2001:db8:6::4/64 dev eth1 nodad; ip -6 addr add 2001:db8:7::4/64 dev eth0 nodad; ipset create foreign hash:ip',
    );
    expect((await on(['sh', '-s'], Buffer.from(guardInstallScript(program.text)))).code).toBe(0);
  });
  afterAll(async () => {
    await lab.down();
  });

  it('says what the kernel of this host can do, and asks without loading a module', async () => {
    const before = await sh("sed 's/ .*//' /proc/modules | sort");
    expect((await guard('facts')).stdout).toContain(
      '@@ begin capabilities\niptables\tyes\nip6tables\tyes\nipset\tyes\nnft\tno\nipv6\tyes\n@@ end capabilities 0\n',
    );
    await must('read');
    expect(await section('nftables')).toBe('@@ begin nftables\n@@ end nftables 127\n');
    expect(await sh("sed 's/ .*//' /proc/modules | sort")).toBe(before);
  });

  it('refuses nftables where the kernel has none, in plain words', async () => {
    await must('stage 1-000000aa 1', releaseTar(testRelease(1, { ...withKeepalived(1, both(1)), ...withNftables(1) })));
    const { code, stderr } = await guard('check 1-000000aa');
    expect({ code, stderr }).toEqual({
      code: 12,
      stderr: expect.stringContaining('the kernel of this host cannot do that (nft is installed)') as string,
    });
    await must('abort 1-000000aa 1');
  });

  it('a first release comes with services, rules and delivery of both families, and a rollback leaves no trace', async () => {
    // Tables and modules stay once they are loaded; what is in them does not.
    await sh('modprobe ip_vs; for t in mangle nat; do iptables -t $t -nL; done; ip6tables -t mangle -nL');
    const before = await sh(`${FILES}; ${KERNEL}`);
    await arm('2-000000bb', 2, release(1, 'start-keepalived'));
    await must('switch 2-000000bb 2');
    expect(await sh('ipvsadm -Sn')).toMatch(/^-A -f 1 -s rr\n[^]*^-A -f 1 -6 -s rr\n/m);
    expect(await sh('ip6tables-save -t mangle')).toContain('-A LVS-CONSOLE -d 2001:db8:0:1::/64 -i eth0 ');
    expect(await sh('ipset save lvs-console-web')).toContain('add lvs-console-web 192.168.0.0/24,tcp:80 skbmark 0x1');
    expect(await sh('ip -6 route get 2001:db8:0:1::7 from 2001:db8:7::9 iif eth0 mark 1')).toMatch(/^local /);
    await eventually('ip -o -4 addr', ' 192.168.7.240/24 ');
    await must('rollback 2-000000bb');
    await expect.poll(() => sh(`${FILES}; ${KERNEL}`), { timeout: 20_000, interval: 1000 }).toBe(before);
  });

  it('a reload gives new marks to the running keepalived, and the timer takes them back when nobody confirms', async () => {
    await arm('3-000000cc', 3, release(1, 'start-keepalived'));
    await must('switch 3-000000cc 3');
    await must('confirm 3-000000cc 3');
    await eventually('ip -o -4 addr', ' 192.168.7.240/24 ');
    const before = await sh(`${FILES}; ${KERNEL}`);
    const pid = await sh('cat /run/keepalived.pid');
    await arm('4-000000dd', 4, release(2, 'reload-keepalived'), 30);
    await must('switch 4-000000dd 4');
    expect(await sh('ipvsadm -Sn')).toMatch(/^-A -f 2 -s rr\n[^]*^-A -f 2 -6 -s rr\n/m);
    expect(await sh('ipset save lvs-console-web')).toContain('skbmark 0x2');
    await expect
      .poll(async () => (await guard('status')).stdout, { timeout: 40_000, interval: 1000 })
      .toContain('state=rolled-back');
    await expect.poll(() => sh(`${FILES}; ${KERNEL}`), { timeout: 20_000, interval: 1000 }).toBe(before);
    expect(await sh('cat /run/keepalived.pid')).toBe(pid); // never restarted
  });

  it('refuses a file that keepalived does not read, before it could be told to', async () => {
    await must(
      'stage 5-000000ee 5',
      release(1, 'reload-keepalived', {
        'files/etc/keepalived/keepalived.conf': both(1)(
          withKeepalived(1)['files/etc/keepalived/keepalived.conf']!,
        ).replace('virtual_router_id 51', 'virtual_router_id 300'),
      }),
    );
    expect(await guard('check 5-000000ee')).toMatchObject({
      code: 12,
      stderr: expect.stringContaining('keepalived says (5') as string,
    });
    await must('abort 5-000000ee 5');
  });

  it('a rollback takes back what the table was given before keepalived was told, which by its own files has nothing to do', async () => {
    const before = await sh(`${FILES}; ${KERNEL}`);
    const drained =
      'real_server 2001:db8:6::2 {\n        weight 0\n    }\n    real_server 2001:db8:6::3 {\n        weight 1\n    }';
    const conf = both(1)(withKeepalived(1)['files/etc/keepalived/keepalived.conf']!);
    const change = {
      'files/etc/keepalived/keepalived.conf': conf.replace(/real_server 2001:db8:6::2 \{[^}]*\}/, drained),
      'intent/ipvs':
        '-A -f 1 -s rr\n-A -f 1 -6 -s rr\n-a -f 1 -6 -r [2001:db8:6::2]:0 -m -w 0\n-a -f 1 -6 -r [2001:db8:6::3]:0 -m -w 1\n',
      'intent/rules.v6': withIpv6(1)['intent/rules.v6']!.replace('80,443', '80,444'),
    };
    await arm('6-000000ff', 6, release(1, 'reload-keepalived', change));
    // Another tool has the lock of the rules: the switch ends between the table and keepalived.
    await sh('flock -o /run/xtables.lock sleep 100 > /dev/null 2>&1 & echo $! > /run/locker');
    expect((await guard('switch 6-000000ff 6')).code).toBe(13);
    expect(await sh('ipvsadm -Sn')).toMatch(/6::2\]:0 -m -w 0\n[^]*6::3\]:0 -m -w 1\n/);
    await sh('kill "$(cat /run/locker)"');
    await must('rollback 6-000000ff');
    await expect.poll(() => sh(`${FILES}; ${KERNEL}`), { timeout: 20_000, interval: 1000 }).toBe(before);
    // And with keepalived at work on the same servers at the same moment.
    await arm('7-000000fa', 7, release(1, 'reload-keepalived', change));
    await must('switch 7-000000fa 7');
    expect(await guard('rollback 7-000000fa')).toMatchObject({ code: 0, stderr: '' });
    await expect.poll(() => sh(`${FILES}; ${KERNEL}`), { timeout: 20_000, interval: 1000 }).toBe(before);
  });

  it('boots the confirmed release after a power cut in the middle of an unconfirmed one', async () => {
    const before = await sh(FILES);
    await arm('8-000000ff', 8, release(2, 'reload-keepalived'));
    await must('switch 8-000000ff 8');
    await lab.crash('director1');
    await lab.powerOn('director1');
    expect((await guard('status')).stdout).toContain('state=rolled-back');
    expect(await sh(FILES)).toBe(before);
    expect(await sh('systemctl is-enabled keepalived')).toBe('enabled\n');
    await eventually('ipvsadm -Sn', '-A -f 1 -s rr\n');
    await eventually('ip -o -4 addr', ' 192.168.7.240/24 ');
  });

  it('changes the stack: keepalived gives the address up, heartbeat takes it; a rollback reverses it', async () => {
    const before = await sh(FILES);
    await arm('9-000000aa', 9, heartbeat(1, 'start-heartbeat'));
    await must('switch 9-000000aa 9');
    expect(await sh('pidof keepalived || echo stopped')).toBe('stopped\n');
    await eventually('ip -o -4 addr', ' 192.168.7.240/24 ');
    await must('rollback 9-000000aa');
    expect(await sh('cat /run/heartbeat.pid 2>/dev/null || echo stopped')).toBe('stopped\n');
    expect(await sh(FILES)).toBe(before);
    await eventually('ip -o -4 addr', ' 192.168.7.240/24 ');
    await eventually('ipvsadm -Sn', '-A -f 1 -s rr\n');
  });
});
