// Daemons around a switch: told at the right moment, put back by a rollback, and never two stacks side by side.
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { withAddresses, withKeepalived } from './test-forms';
import { releaseTar, testRelease } from './test-release';
import { armRelease, openSandbox, type Sandbox, type SandboxOptions } from './test-sandbox';

const boxes: Sandbox[] = [];
async function open(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const box = await openSandbox({ shell: 'dash', daemons: true, ...options });
  boxes.push(box);
  return box;
}
afterEach(async () => {
  for (const box of boxes.splice(0)) {
    for (const name of ['heartbeat', 'keepalived', 'lvs-console-ldirectord'])
      await box.run(['sh', '-c', `${box.root}/shims/systemctl stop ${name}.service 2>/dev/null`]);
    box.close();
  }
});

type Change = Record<string, string | undefined>;
const release = (mark: number, action: string, change: Change) =>
  testRelease(mark, { 'intent/daemon': `${action}\n`, ...change });
/** How the stand-ins name the file that they read. */
const hash = (mark: number, change: Change, path: string) =>
  createHash('sha256').update(testRelease(mark, change)[`files${path}`]!.content).digest('hex').slice(0, 8);
const CONF = '/etc/keepalived/keepalived.conf';
const HA_CF = '/etc/ha.d/ha.cf';

const daemons = async (box: Sandbox) =>
  (await box.guard(['read', 'daemons'])).stdout
    .split('\n')
    .filter((line) => line.includes('running'))
    .join()
    .replaceAll('\trunning', '');
const events = (box: Sandbox) =>
  readFileSync(`${box.root}/calls`, 'utf8')
    .split('\n')
    .filter((line) => / (starts|stops|reads) by /.test(line));
const forget = (box: Sandbox) => {
  writeFileSync(`${box.root}/calls`, '');
};
const eventually = (box: Sandbox, wanted: string[]) =>
  expect.poll(() => events(box), { timeout: 5000 }).toEqual(wanted);

async function arm(box: Sandbox, n: number, tree: ReturnType<typeof testRelease>) {
  await armRelease(box, `${String(n)}-0000000d`, n, releaseTar(tree));
}
const must = async (box: Sandbox, verb: string, n: number) => {
  const args =
    verb === 'rollback' || verb === 'apply'
      ? [verb, `${String(n)}-0000000d`]
      : [verb, `${String(n)}-0000000d`, String(n)];
  const outcome = await box.guard(args);
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  return outcome;
};

/** Puts a word into the box's calls when rules are loaded. */
async function noteRules(box: Sandbox) {
  const shim = `${box.root}/shims/iptables-restore`;
  const text = `#!/bin/sh\necho rules >> ${box.root}/calls\nexec /usr/sbin/iptables-restore "$@"\n`;
  await box.run(['sh', '-c', `cat > ${shim} && chmod 755 ${shim}`], { input: text });
}

/** A box on which a keepalived release with mark 1 is confirmed and keepalived runs. */
async function withRunningKeepalived(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const box = await open(options);
  writeFileSync(`${box.root}/ipvs`, '-A -f 1 -s rr\n-A -f 2 -s rr\n');
  await box.run(['touch', `${box.root}/lib/systemd/system/keepalived.service`]);
  await arm(box, 1, release(1, 'start-keepalived', withKeepalived(1)));
  await must(box, 'switch', 1);
  await must(box, 'confirm', 1);
  await eventually(box, [`keepalived starts by ${hash(1, withKeepalived(1), CONF)}`]);
  forget(box);
  return box;
}

describe('keepalived', () => {
  const first = hash(1, withKeepalived(1), CONF);
  const second = hash(2, withKeepalived(2), CONF);

  it.each(['dash', 'busybox sh'])(
    'is told to read the new file after it is in place, and the old one after a rollback (%s)',
    async (shell) => {
      const box = await withRunningKeepalived({ shell });
      await arm(box, 2, release(2, 'reload-keepalived', withKeepalived(2)));
      expect(events(box)).toEqual([]); // the check and the timer tell it nothing
      await must(box, 'switch', 2);
      await eventually(box, [`keepalived reads by ${second}`]);
      forget(box);
      await must(box, 'rollback', 2);
      await eventually(box, [`keepalived reads by ${first}`]);
      expect(await daemons(box)).toBe('keepalived');
    },
  );

  it('gets the services of new marks before the rules that set them, and takes those of old marks away after', async () => {
    const box = await withRunningKeepalived();
    writeFileSync(`${box.root}/ipvs`, '-A -f 1 -s rr\n');
    await box.run(['touch', `${box.root}/ip_vs`]);
    await arm(box, 2, release(2, 'reload-keepalived', withKeepalived(2)));
    await noteRules(box);
    forget(box);
    const { stdout } = await must(box, 'switch', 2);
    await eventually(box, [`keepalived reads by ${second}`]);
    const order = box
      .calls()
      .split('\n')
      .filter((call) => /^(ipvsadm -R|rules)/.test(call));
    expect(order).toEqual(['ipvsadm -R', 'rules', 'ipvsadm -R']);
    // keepalived reads when it comes to it, the guard goes on meanwhile: when it was told is in the guard's words.
    expect(stdout.split('\n').filter((line) => /^(ipvs|rules|keepalived):/.test(line))).toEqual([
      ...['ipvs: services added or edited', 'rules: changed', 'keepalived: reloaded', 'ipvs: services settled'],
    ]);
    expect(readFileSync(`${box.root}/ipvs`, 'utf8')).toContain('-A -f 2 -s rr\n-a -f 2 -r 192.168.6.2:0 -m -w 1\n');
  });

  it('waits for the service of the right family', async () => {
    const box = await withRunningKeepalived();
    const six = { ...withKeepalived(2), 'intent/ipvs': '-A -f 2 -6 -s rr\n' };
    await arm(box, 2, release(2, 'reload-keepalived', six));
    expect(await box.guard(['switch', '2-0000000d', '2'])).toMatchObject({
      code: 0,
      stderr: 'guard: the daemon has not made the services of these marks yet: 2 -6\n',
    });
  });

  it('is restarted when the release says so, and again by a rollback', async () => {
    const box = await withRunningKeepalived();
    await arm(box, 2, release(2, 'restart-keepalived', withKeepalived(2)));
    await must(box, 'switch', 2);
    await eventually(box, [`keepalived stops by ${second}`, `keepalived starts by ${second}`]);
    forget(box);
    await must(box, 'rollback', 2);
    await eventually(box, [`keepalived stops by ${first}`, `keepalived starts by ${first}`]);
  });

  it('that a switch started is stopped by its rollback, and not started at boot', async () => {
    const box = await open();
    await box.run(['touch', `${box.root}/lib/systemd/system/keepalived.service`]);
    const before = await box.picture();
    await arm(box, 1, release(1, 'start-keepalived', withKeepalived(1)));
    expect((await box.guard(['switch', '1-0000000d', '1'])).code).toBe(0);
    expect(await daemons(box)).toBe('keepalived');
    await must(box, 'rollback', 1);
    expect(await daemons(box)).toBe('');
    expect(await box.picture()).toBe(before);
  });

  it('starts with the host once its release is confirmed', async () => {
    const box = await open();
    await box.run([
      'sh',
      '-c',
      `printf '[Install]\\nWantedBy=multi-user.target\\n' > ${box.root}/lib/systemd/system/keepalived.service`,
    ]);
    await arm(box, 1, release(1, 'none', withKeepalived(1)));
    await must(box, 'switch', 1);
    await must(box, 'confirm', 1);
    expect(
      (await box.run(['readlink', `${box.root}/etc/systemd/system/multi-user.target.wants/keepalived.service`])).stdout,
    ).toBe('/lib/systemd/system/keepalived.service\n');
  });

  it('that dies of its new file makes the switch fail, and the rollback starts it again', async () => {
    const box = await withRunningKeepalived();
    await arm(box, 2, release(2, 'reload-keepalived', withKeepalived(2)));
    const pid = readFileSync(`${box.root}/run/keepalived.pid`, 'utf8').trim();
    await box.run(['kill', '-KILL', pid]);
    await expect.poll(() => daemons(box)).toBe('');
    expect(await box.guard(['switch', '2-0000000d', '2'])).toMatchObject({ code: 13 });
    await must(box, 'rollback', 2);
    expect(await daemons(box)).toBe('');
  });

  /** It runs by release 2; hands have written into release 1, which is confirmed, as one does through the link in /etc. */
  async function withBaseEdited(): Promise<Sandbox> {
    const box = await withRunningKeepalived();
    await arm(box, 2, release(2, 'reload-keepalived', withKeepalived(2)));
    await must(box, 'switch', 2);
    await eventually(box, [`keepalived reads by ${second}`]);
    forget(box);
    appendFileSync(`${box.root}/var/lib/lvs-console/releases/1-0000000d/files${CONF}`, 'by hand\n');
    return box;
  }

  it('is not told to read a file by a rollback that hands have spoilt since its check, and goes on', async () => {
    const box = await withBaseEdited();
    const shim = `${box.root}/shims/keepalived`;
    const picky = '#!/bin/sh\nfor f; do :; done\n! grep -q "by hand" "$f" || { echo "unknown keyword by"; exit 5; }\n';
    await box.run(['sh', '-c', `cat > ${shim} && chmod 755 ${shim}`], { input: picky });
    expect(await box.guard(['rollback', '2-0000000d'])).toMatchObject({
      code: 0,
      stderr: `guard: ${CONF} is not as it was checked, so keepalived is not told to read it and goes on by the file of 2-0000000d; mend it, then reload keepalived: keepalived says (5, not 0 and nothing): unknown keyword by\n`,
    });
    expect(events(box)).toEqual([]);
    expect(await daemons(box)).toBe('keepalived');
  });

  it('is told by a rollback to read a file that hands have changed, when it takes it', async () => {
    const box = await withBaseEdited();
    await must(box, 'rollback', 2);
    await expect.poll(() => events(box), { timeout: 5000 }).toHaveLength(1);
  });

  it('cannot be reloaded when it does not run: the check says so', async () => {
    const box = await open();
    await box.guard(['stage', '1-0000000d', '1'], {
      input: releaseTar(release(1, 'reload-keepalived', withKeepalived(1))),
    });
    expect(await box.guard(['check', '1-0000000d'])).toMatchObject({
      code: 12,
      stderr: expect.stringContaining('keepalived does not run, so it cannot be reloaded') as string,
    });
  });
});

describe('the stack single', () => {
  it('starts and stops ldirectord by its own unit, after systemd has read the unit', async () => {
    const box = await open();
    writeFileSync(`${box.root}/ipvs`, '-A -f 1 -s rr\n');
    const before = await box.picture();
    await arm(box, 1, release(1, 'start-ldirectord', withAddresses()));
    await must(box, 'switch', 1);
    expect(await daemons(box)).toBe('ldirectord');
    const calls = box.calls();
    expect(calls.indexOf('systemctl daemon-reload')).toBeGreaterThan(0);
    expect(calls.indexOf('systemctl daemon-reload')).toBeLessThan(
      calls.indexOf('systemctl start lvs-console-ldirectord.service'),
    );
    await must(box, 'rollback', 1);
    expect(await daemons(box)).toBe('');
    expect(await box.picture()).toBe(before);
  });
});

describe('ldirectord as a resource of heartbeat', () => {
  const CF = '/etc/ha.d/ldirectord.cf';
  const vip = { 'intent/meta': 'stack=heartbeat\nvip=192.168.7.240/24 eth0\n' };
  /** As ldirectord itself writes it (4.12). */
  const SAYS = {
    'reads its file': 'Reloading Linux Director Daemon config on signal|Changed virtual server: 1',
    'cannot read its file':
      'Reloading Linux Director Daemon config on signal|Error [PID] reading file /etc/ha.d/ldirectord.cf at line 7: invalid scheduler',
  };

  /** heartbeat runs by a confirmed release of mark 1 and, unless it died, so does ldirectord. */
  async function withRunningHeartbeat(shell: string, { isActive = true, isDead = false } = {}): Promise<Sandbox> {
    const box = await open({ shell });
    writeFileSync(`${box.root}/ipvs`, '-A -f 1 -s rr\n-A -f 2 -s rr\n');
    const body = `#!/bin/sh\ncase $2 in status) exit 3 ;; esac\nexec ${box.root}/shims/systemctl "$2" lvs-console-ldirectord.service\n`;
    const shim = `${box.root}/shims/ldirectord`;
    await box.run(['sh', '-c', `cat > ${shim} && chmod 755 ${shim} && mkdir -p ${box.root}/var/log`], { input: body });
    await arm(box, 1, release(1, 'start-heartbeat', vip));
    await must(box, 'switch', 1);
    await must(box, 'confirm', 1);
    if (!isDead) await box.run([shim, 'ldirectord.cf', 'start']);
    if (isActive) await box.run(['ip', 'address', 'add', '192.168.7.240/24', 'dev', 'eth0']);
    await expect.poll(() => daemons(box)).toBe(isDead ? 'heartbeat' : 'heartbeat,ldirectord');
    await expect.poll(() => events(box)).toHaveLength(isDead ? 1 : 2);
    forget(box);
    return box;
  }

  it.each(['dash', 'busybox sh'])(
    'is started beside it when it is dead, and a rollback leaves it running by the old file (%s)',
    async (shell) => {
      const box = await withRunningHeartbeat(shell, { isDead: true });
      await arm(box, 2, release(2, 'start-ldirectord', vip));
      await must(box, 'switch', 2);
      await eventually(box, [`ldirectord starts by ${hash(2, vip, CF)}`]);
      forget(box);
      await must(box, 'rollback', 2);
      await eventually(box, [`ldirectord reads by ${hash(1, vip, CF)}`]);
      expect(await daemons(box)).toBe('heartbeat,ldirectord');
    },
  );

  it('is not started on a director that is standby by then', async () => {
    const box = await withRunningHeartbeat('dash', { isActive: false, isDead: true });
    await arm(box, 2, release(2, 'start-ldirectord', vip));
    await must(box, 'switch', 2);
    expect(await daemons(box)).toBe('heartbeat');
    expect(events(box)).toEqual([]);
  });

  /** Answers a reload as ldirectord does, in its log. */
  async function answerReload(box: Sandbox, says: keyof typeof SAYS) {
    const log = `${box.root}/var/log/ldirectord.log`;
    const pid = readFileSync(`${box.root}/run/ldirectord.ldirectord.cf.pid`, 'utf8').trim();
    writeFileSync(log, `[Sun Nov 29 07:00:00 2026|ldirectord.cf|${pid}] ${SAYS['cannot read its file']}\n`); // long ago
    await expect.poll(() => events(box), { timeout: 20_000 }).not.toEqual([]);
    for (const line of SAYS[says].replace('PID', pid).split('|'))
      appendFileSync(log, `[Sun Nov 29 07:13:17 2026|ldirectord.cf|${pid}] ${line}\n`);
  }

  it.each(['dash', 'busybox sh'])(
    'that cannot read its new file is killed and started, for it would remove no dead real server any more; so it is by a rollback (%s)',
    async (shell) => {
      const box = await withRunningHeartbeat(shell);
      await arm(box, 2, release(2, 'reload-ldirectord', vip));
      for (const [verb, n] of [
        ['switch', 2],
        ['rollback', 1],
      ] as const) {
        const answered = answerReload(box, 'cannot read its file');
        const args = verb === 'switch' ? ['switch', '2-0000000d', '2'] : ['rollback', '2-0000000d'];
        expect(await box.guard(args)).toMatchObject({
          code: 0,
          stderr: 'guard: ldirectord could not read its new file: it is started again\n',
        });
        await answered;
        await eventually(box, [`ldirectord reads by ${hash(n, vip, CF)}`, `ldirectord starts by ${hash(n, vip, CF)}`]);
        forget(box);
      }
    },
  );

  it('that reads its new file goes on', async () => {
    const box = await withRunningHeartbeat('dash');
    await arm(box, 2, release(2, 'reload-ldirectord', vip));
    const answered = answerReload(box, 'reads its file');
    await must(box, 'switch', 2);
    await answered;
    expect(events(box)).toEqual([`ldirectord reads by ${hash(2, vip, CF)}`]);
  });

  it('that says nothing of its new file is waited for, and that it said nothing is told', async () => {
    const box = await withRunningHeartbeat('dash');
    writeFileSync(`${box.root}/var/log/ldirectord.log`, '');
    await arm(box, 2, release(2, 'reload-ldirectord', vip));
    expect(await box.guard(['switch', '2-0000000d', '2'])).toMatchObject({
      code: 0,
      stderr: 'guard: ldirectord has not said in ten seconds that it reads its new file\n',
    });
  });
});

describe('a change of the stack', () => {
  const keepalived = (more = '') => ({
    ...withKeepalived(2),
    'intent/meta': `stack=keepalived\nunit=keepalived.service\n${more}`,
  });

  /** heartbeat runs by a release of the console, and starts at boot by a link that is not the console's. */
  async function withRunningHeartbeat(): Promise<Sandbox> {
    const box = await open();
    writeFileSync(`${box.root}/ipvs`, '-A -f 1 -s rr\n-A -f 2 -s rr\n');
    mkdirSync(`${box.root}/etc/systemd/system/multi-user.target.wants`, { recursive: true });
    symlinkSync(
      '/lib/systemd/system/heartbeat.service',
      `${box.root}/etc/systemd/system/multi-user.target.wants/heartbeat.service`,
    );
    await box.run(['touch', `${box.root}/lib/systemd/system/keepalived.service`]);
    await arm(box, 1, release(1, 'start-heartbeat', {}));
    await must(box, 'switch', 1);
    await must(box, 'confirm', 1);
    forget(box);
    return box;
  }
  const boots = async (box: Sandbox) =>
    (await box.run(['ls', `${box.root}/etc/systemd/system/multi-user.target.wants`])).stdout;

  it('is refused while the daemon of the old one runs and the release does not say that it is to be stopped', async () => {
    const box = await withRunningHeartbeat();
    await box.guard(['stage', '2-0000000d', '2'], { input: releaseTar(release(2, 'start-keepalived', keepalived())) });
    expect(await box.guard(['check', '2-0000000d'])).toMatchObject({
      code: 12,
      stderr: expect.stringContaining('heartbeat runs here, but the release is of the stack keepalived') as string,
    });
    expect(events(box)).toEqual([]);
  });

  it('stops the old one under its own files, starts the new one last; a rollback reverses both', async () => {
    const box = await withRunningHeartbeat();
    const before = await box.picture();
    await arm(box, 2, release(2, 'start-keepalived', keepalived('stop=heartbeat\n')));
    await must(box, 'switch', 2);
    await eventually(box, [
      `heartbeat stops by ${hash(1, {}, HA_CF)}`,
      `keepalived starts by ${hash(2, keepalived(), CONF)}`,
    ]);
    forget(box);
    await must(box, 'rollback', 2);
    await eventually(box, [
      `keepalived stops by ${hash(2, keepalived(), CONF)}`,
      `heartbeat starts by ${hash(1, {}, HA_CF)}`,
    ]);
    expect(await daemons(box)).toBe('heartbeat');
    expect(await box.picture()).toBe(before);
    expect(await boots(box)).toBe('heartbeat.service\n');
  });

  it('once confirmed, the old one does not come back with the host, until its release is put back', async () => {
    const box = await withRunningHeartbeat();
    const before = await box.picture();
    await arm(box, 2, release(2, 'start-keepalived', keepalived('stop=heartbeat\n')));
    await must(box, 'switch', 2);
    await must(box, 'confirm', 2);
    expect(await boots(box)).toBe('');
    expect(await daemons(box)).toBe('keepalived');
    expect((await box.guard(['boot'])).code).toBe(0);
    expect(await boots(box)).toBe('');
    await must(box, 'apply', 1);
    expect(await daemons(box)).toBe('heartbeat');
    expect(await boots(box)).toBe('heartbeat.service\n');
    expect(await box.picture()).toBe(before);
  });

  it('a daemon that is not of the console is left alone', async () => {
    const box = await withRunningHeartbeat();
    await box.run([`${box.root}/shims/systemctl`, 'start', 'keepalived.service']);
    forget(box);
    await arm(box, 2, release(2, 'none', {}));
    await must(box, 'switch', 2);
    await must(box, 'confirm', 2);
    expect(await daemons(box)).toBe('heartbeat,keepalived');
    expect(events(box).filter((line) => line.startsWith('keepalived stops'))).toEqual([]);
  });
});
