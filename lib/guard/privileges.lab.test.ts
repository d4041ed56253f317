// Privileges on a real director: a user that sudo lets start the guard, a key that only reads, sudo that goes away, and a person at the
// serial console of a director without a network.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostError } from '../core/errors';
import { openLab, type Lab } from '../lab/lab';
import { openSerialLine, type SerialLine } from '../lab/serial-line';
import { generateKey, openConnection, scanHostKey, type HostConnection } from '../ssh/connect';
import { openGuardHost, type GuardHost } from '../ssh/guard-host';
import { loadGuardProgram } from './guard-program';
import { guardInstallScript } from './install-script';
import { releaseTar, testRelease } from './test-release';

const USER = 'lvs-console';
const program = loadGuardProgram();
const keys = { deploy: generateKey('deploy'), read: generateKey('read') };

/** What a release changes here; empty tables that the kernel keeps are no difference. */
const STATE = `iptables-save | grep '^-A'; ip rule; ip route show table all; find /etc/ha.d /etc/sysctl.d -printf '%y %p %l\\n' | sort`;

const release = (mark: number) =>
  releaseTar(
    testRelease(
      mark,
      {
        'files/etc/ha.d/resource.d/IPaddr2': undefined,
        'files/etc/ha.d/resource.d/ldirectord': undefined,
        'files/etc/ha.d/ha.cf': 'keepalive 1\nbcast eth1\nnode director1\n',
        'intent/modules': 'ip_vs\nip_vs_rr\n',
        'intent/sysctl': 'net.ipv4.ip_forward=1\n',
      },
      'director1',
    ),
  );

describe('privileges on a real director', () => {
  let lab: Lab;
  let deployer: GuardHost;
  let reader: GuardHost;
  const open: HostConnection[] = [];
  const sh = async (script: string) => (await lab.exec('director1', ['sh', '-c', script])).stdout;

  async function login(privateKey: string): Promise<GuardHost> {
    const endpoint = { address: '127.0.0.1', port: lab.ssh['director1']?.port ?? 0 };
    const { fingerprint } = await scanHostKey(endpoint);
    const connection = await openConnection({ ...endpoint, user: USER, fingerprint, privateKey });
    open.push(connection);
    return openGuardHost('director1', USER, () => Promise.resolve(connection));
  }
  async function putInPlace(tx: string, mark: number, seconds = 300) {
    const generation = tx.split('-')[0] ?? '';
    await deployer.guard('stage', [tx, generation], { stdin: release(mark), timeoutMs: 60_000 });
    await deployer.guard('check', [tx], { timeoutMs: 60_000 });
    await deployer.guard('arm', [tx, generation, String(seconds)], { timeoutMs: 60_000 });
    await deployer.guard('switch', [tx, generation], { timeoutMs: 60_000 });
  }
  const errorOf = (call: Promise<unknown>) =>
    call.then(
      () => 'no error',
      (error: unknown) => (error instanceof HostError ? `${error.code}: ${error.message}` : String(error)),
    );
  const rules = () => sh('iptables-save -t mangle | grep -o "set-xmark 0x[0-9a-f]*"');

  beforeAll(async () => {
    lab = await openLab({ name: 'lvspriv', portBase: 2570 });
    const script = guardInstallScript(program.text, {
      ...{ form: 'sudo' as const, user: USER },
      deployKey: keys.deploy.authorizedKey,
      readKey: keys.read.authorizedKey,
    });
    expect(await lab.exec('director1', ['sh', '-s'], { input: script })).toMatchObject({
      code: 0,
      stdout: `the console logs in as ${USER}; its two keys may start the guard only, through sudo\nguard ${program.version} installed\n`,
    });
    [deployer, reader] = [await login(keys.deploy.privateKey), await login(keys.read.privateKey)];
  });
  afterAll(async () => {
    open.forEach((connection) => connection.close());
    await lab.down();
  });

  it('carries a whole deploy through sudo: stage, check, arm, switch, rollback, and again to confirm', async () => {
    const before = await sh(STATE);
    await putInPlace('1-000000aa', 1);
    expect(await rules()).toBe('set-xmark 0x1\n');
    expect((await reader.status()).state).toBe('switched');
    await deployer.guard('rollback', ['1-000000aa'], { timeoutMs: 60_000 });
    expect(await sh(STATE)).toBe(before);
    await putInPlace('2-000000bb', 2);
    await deployer.guard('confirm', ['2-000000bb', '2'], { timeoutMs: 60_000 });
    expect(await deployer.status()).toMatchObject({ state: 'confirmed', confirmed: '2-000000bb' });
    expect((await deployer.read(['ipvs', 'firewall', 'daemons'])).size).toBe(3);
  });

  it('lets the reading key read everything, and change nothing', async () => {
    expect((await reader.guard('session')).stdout).toMatch(
      /^user=lvs-console\nvia=ssh\nread_only=yes\nclient=\S+ \d+ \S+ 22\n$/,
    );
    expect((await reader.guard('facts')).stdout).toContain('@@ end disk 0\n');
    const before = await reader.status();
    for (const [verb, args] of [
      ['stage', ['3-000000cc', '3']],
      ['rollback', ['2-000000bb']],
      ['abort', ['2-000000bb', '2']],
    ] as const)
      expect(await errorOf(reader.guard(verb, args, { stdin: 'x' }))).toMatch(/^key-limited: .* may only read, /);
    expect(await reader.status()).toEqual(before);
  });

  it('has no shell, no file transfer and no other command with either key', async () => {
    for (const host of [deployer, reader]) {
      const { code, stdout, stderr } = await host.exec(['id'], { timeoutMs: 10_000 });
      expect({ code, stdout, stderr }).toEqual({
        ...{ code: 15, stdout: '' },
        stderr: 'guard: this key may run the guard only, with words of letters, digits and .:/_-\n',
      });
    }
  });

  it('says what to do when sudo asks, refuses or is missing, before anything is changed', async () => {
    const before = await sh('find /var/lib/lvs-console | sort');
    const stage = () => errorOf(deployer.guard('stage', ['3-000000cc', '3'], { stdin: release(3) }));
    const ends = "so guard stage did not begin. Run the install command of this director's page there as root.";
    await sh("echo 'lvs-console ALL = (ALL) PASSWD: ALL' > /etc/sudoers.d/zz; chmod 440 /etc/sudoers.d/zz");
    expect(await stage()).toBe(
      `sudo-refused: director1: sudo asks user lvs-console for a password: the rule in /etc/sudoers.d/lvs-console is missing, or a later one takes it back, ${ends}`,
    );
    await sh('rm /etc/sudoers.d/zz; mv /usr/bin/sudo /usr/bin/sudo.away');
    expect(await stage()).toBe(
      `sudo-missing: director1: sudo is not installed, but user lvs-console needs it: ${ends}`,
    );
    await sh('mv /usr/bin/sudo.away /usr/bin/sudo; echo nonsense > /etc/sudoers.d/broken');
    const broken = await stage();
    await sh('rm /etc/sudoers.d/broken');
    expect(broken === 'no error' || broken.startsWith('sudo-refused: ')).toBe(true);
    if (broken !== 'no error') expect(await sh('find /var/lib/lvs-console | sort')).toBe(before);
    else await deployer.guard('abort', ['3-000000cc', '3']);
  });

  it('goes back by itself when sudo is taken away in the middle of a deploy', async () => {
    await putInPlace('4-000000dd', 4, 15);
    await sh('mv /etc/sudoers.d/lvs-console /root/rule');
    expect(await errorOf(deployer.guard('confirm', ['4-000000dd', '4']))).toMatch(
      /^sudo-refused: .*guard confirm did not begin/,
    );
    await expect.poll(rules, { timeout: 30_000, interval: 1_000 }).toBe('set-xmark 0x2\n');
    await sh('mv /root/rule /etc/sudoers.d/lvs-console');
    await expect
      .poll(async () => (await deployer.status()).state, { timeout: 30_000, interval: 1_000 })
      .toBe('rolled-back');
    expect(await deployer.status()).toMatchObject({
      live: '2-000000bb',
      confirmed: '2-000000bb',
    });
  });

  describe('with the network of the director down, typed on its serial console', () => {
    let line: SerialLine;
    const guard = (words: string) => line.type(`/usr/lib/lvs-console/guard ${words}`, 120_000);
    beforeAll(async () => {
      line = await openSerialLine(lab, 'director1');
      await putInPlace('5-000000ee', 5);
      await deployer.guard('confirm', ['5-000000ee', '5'], { timeoutMs: 60_000 });
      await putInPlace('6-000000ff', 6, 900);
      for (const net of ['external', 'internal', 'management'] as const) await lab.setLink('director1', net, false);
    });
    afterAll(async () => {
      for (const net of ['external', 'internal', 'management'] as const) await lab.setLink('director1', net, true);
      line.close();
    });

    it('the network is down', async () => {
      await expect(lab.exec('director1', ['true'], { timeoutMs: 5_000 }).then(({ code }) => code)).resolves.not.toBe(0);
      expect((await line.type('tty')).shown).toBe('/dev/ttyS0\n');
    });

    it('`guard status` says what is confirmed, what is open, when the timer fires, and what to type', async () => {
      const { code, shown } = await guard('status');
      expect(code).toBe(0);
      expect(shown.replace(/in \d+ seconds/, 'in N seconds')).toBe(`LVS Console guard ${program.version} on director1

Confirmed: release 5-000000ee. The host starts from it.
In place:  release 6-000000ff. It is NOT confirmed.
Open:      deploy 6-000000ff. It is in place and waits to be confirmed by the console.
Timer:     in N seconds the host goes back to 5-000000ee by itself.
Daemons:   none running.

What you can type:
  /usr/lib/lvs-console/guard rollback                        back to 5-000000ee, now
  /usr/lib/lvs-console/guard list                            the releases on this host
  /usr/lib/lvs-console/guard apply origin                    take everything of the console away
`);
    });

    it('`guard rollback` ends the open deploy', async () => {
      const { code, shown } = await guard('rollback');
      expect({ code, shown }).toMatchObject({
        code: 0,
        shown: expect.stringMatching(/Done: the host is as before that deploy\.\n/) as string,
      });
      expect(shown).toContain('Open:      nothing. The last deploy, 6-000000ff, was rolled back.\n');
      expect((await line.type('iptables-save -t mangle | grep -o "set-xmark 0x[0-9a-f]*"')).shown).toBe(
        'set-xmark 0x5\n',
      );
      expect(await guard('rollback')).toMatchObject({
        code: 10,
        shown: expect.stringMatching(/^Nothing is open here/) as string,
      });
    });

    it('`guard list` says what each release is', async () => {
      expect((await guard('list')).shown).toBe(`Releases on this host:
  2-000000bb               was confirmed earlier
  5-000000ee               CONFIRMED: the host starts from it, in place now
  6-000000ff               was never confirmed, so it cannot be applied
  origin                   the host without anything of the console

To put one in place, for example:  /usr/lib/lvs-console/guard apply 2-000000bb
What is open now:                  /usr/lib/lvs-console/guard status
`);
    });

    it('`guard apply` puts an earlier release in place, for now and for every start', async () => {
      expect(await guard('apply 6-000000ff')).toMatchObject({
        code: 10,
        shown: expect.stringContaining('was never confirmed') as string,
      });
      const { code, shown } = await guard('apply 2-000000bb');
      expect({ code, shown }).toMatchObject({ code: 0 });
      expect(shown).toContain('Done: 2-000000bb is in place, and the host starts from it.');
      expect(shown).toContain('Confirmed: release 2-000000bb. The host starts from it.\nIn place:  the same.\n');
      expect((await line.type('iptables-save -t mangle | grep -o "set-xmark 0x[0-9a-f]*"')).shown).toBe(
        'set-xmark 0x2\n',
      );
      expect(await guard('apply 9-99999999')).toMatchObject({
        code: 14,
        shown: expect.stringContaining('There is no such release.') as string,
      });
    });

    it.each(['', 'help', 'aply 2-000000bb', 'apply', 'status now'])('`guard %s` says how it is used', async (words) => {
      const { code, shown } = await guard(words);
      expect(code).toBe(words === 'help' ? 0 : 2);
      expect(shown).toContain('guard apply RELEASE  put an earlier release in place');
    });

    it('the console’s own lines are as they were, into a pipe', async () => {
      const { shown } = await guard('status | cat');
      expect(shown).toMatch(
        /^version=.*\nstate=confirmed\nstep=\nbusy=\ntx=2-000000bb\ngeneration=6\nseconds_left=\nlive=2-000000bb\nconfirmed=2-000000bb\nboot_id=.*\n$/,
      );
    });
  });
});
