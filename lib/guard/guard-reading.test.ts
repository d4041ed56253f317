// Reading: frames that tell "could not read" from "is empty", and nothing changed by it.
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOOT_UNIT } from './install-script';
import { releaseTar, testRelease } from './test-release';
import { armRelease, openSandbox, type Sandbox } from './test-sandbox';

const SECTIONS =
  'status addresses policy-rules policy-rules6 routes routes6 ipvs ipvs-list ipvs-stats ipvs-rate ipvs-daemon firewall firewall6 sets nftables mangle-list nat-list sysctls modules daemons clock files'.split(
    ' ',
  );
const FACTS =
  'uname os-release tools iptables-version modules disk writable addresses clock status guard policy capabilities boot releases interfaces sysconfig-iptables session'.split(
    ' ',
  );

function frames(text: string): Map<string, { body: string; code: number }> {
  const found = [...text.matchAll(/^@@ begin (\S+)\n([\s\S]*?)^@@ end \1 (\d+)\n/gm)];
  expect(found.map(([whole]) => whole).join('')).toBe(text); // nothing outside of a frame
  return new Map(found.map(([, name = '', body = '', code]) => [name, { body, code: Number(code) }]));
}

/** As /proc/net/ip_vs_conn_sync prints one. */
function rowOf(at: number): string {
  const port = (1024 + at).toString(16).toUpperCase().padStart(4, '0');
  return `TCP CB007109 ${port} C0A80007 0050 C0A80602 0050 ESTABLISHED LOCAL       900\n`;
}

describe.each(['dash', 'busybox sh', 'bash --posix'])('reading under %s', (shell) => {
  let box: Sandbox;
  beforeAll(async () => {
    box = await openSandbox({ shell });
  });
  afterAll(() => {
    box.close();
  });

  it('answers every section in one frame, in the order asked', async () => {
    const all = frames((await box.guard(['read'])).stdout);
    expect([...all.keys()]).toEqual(SECTIONS);
    expect([...frames((await box.guard(['read', 'clock', 'status'])).stdout).keys()]).toEqual(['clock', 'status']);
    // No IPVS here: status 1, and nothing loaded by asking.
    expect((await box.guard(['read', 'conn-list'])).stdout).toBe('@@ begin conn-list\n@@ end conn-list 1\n');
    expect(JSON.parse(all.get('addresses')!.body)).toContainEqual(expect.objectContaining({ ifname: 'eth0' }));
    expect(JSON.parse(all.get('policy-rules')!.body)).toContainEqual(expect.objectContaining({ priority: 50 }));
    expect(all.get('sysctls')!.body).toMatch(/^net\.ipv4\.ip_forward=0\nnet\.ipv4\.conf\.all\.rp_filter=[012]\n/);
    expect(all.get('sysctls')!.body).toContain('\nnet.ipv4.conf.eth0.rp_filter=');
    expect(all.get('daemons')!.body).toBe('heartbeat\tstopped\nldirectord\tstopped\nkeepalived\tstopped\n');
    expect(all.get('firewall')!.body).toContain('[0:0] -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT');
  });

  it('says that IPVS cannot be read where the kernel has none', async () => {
    expect(frames((await box.guard(['read', 'ipvs'])).stdout).get('ipvs')).toEqual({ body: '', code: 1 });
    const connections = frames((await box.guard(['connections', '10', '50'])).stdout);
    expect(connections.get('count')!.code).not.toBe(0);
    expect(connections.get('rows')!.code).not.toBe(0);
    expect((await box.guard(['search', '1000'])).code).toBe(10);
  });

  it.each([
    [['connections', '10']],
    [['connections', '10', '50', '2', 'C0A80001']],
    [['connections', '10', '50', '2', 'C0A80001', 'C0A8']],
    [['connections', '10', '50', '0', 'A', 'B']],
    [['connections', '10', '50', '10', 'A', 'B']],
    [['connections', '10', '50', '8', 'A"B', 'A"B']],
    [['connections', '10', '99999']],
    [['search', '1000', '8', '$(id)', '$(id)']],
  ])('refuses the listing %j', async (args) => {
    expect((await box.guard(args)).code).toBe(2);
  });

  it('carries the exit status of a tool that fails', async () => {
    writeFileSync(`${box.root}/shims/iptables-save`, '#!/bin/sh\necho half\nexit 4\n', { mode: 0o755 });
    expect(frames((await box.guard(['read', 'firewall'])).stdout).get('firewall')).toEqual({ body: 'half\n', code: 4 });
    rmSync(`${box.root}/shims/iptables-save`);
  });

  it('sees a daemon only when the process behind its pid file is that daemon', async () => {
    const daemons = async () =>
      frames((await box.guard(['read', 'daemons'])).stdout)
        .get('daemons')!
        .body.split('\n')[0];
    writeFileSync(`${box.root}/run/heartbeat.pid`, '      1\n');
    expect(await daemons()).toBe('heartbeat\tstopped');
    const { stdout } = await box.run(['sh', '-c', 'sh -c "sleep 20; : heartbeat" >/dev/null 2>&1 & echo $!']);
    writeFileSync(`${box.root}/run/heartbeat.pid`, `      ${stdout}`);
    expect(await daemons()).toBe('heartbeat\trunning');
    await box.run(['kill', stdout.trim()]);
  });

  it('tells the facts', async () => {
    const env = { SSH_CONNECTION: '192.0.2.9 50123 192.0.2.1 22' };
    const facts = frames((await box.guard(['facts'], { env })).stdout);
    expect([...facts.keys()]).toEqual(FACTS);
    expect(facts.get('tools')!.body).toMatch(/^ip\t\/\S+\/ip\n/);
    expect(facts.get('session')!.body).toMatch(/\nclient=192\.0\.2\.9 50123 192\.0\.2\.1 22\n$/);
    expect(facts.get('disk')!.body).toMatch(/^Filesystem[\s\S]*\nFilesystem/);
    expect(facts.get('policy')).toEqual({ body: '', code: 2 });
    expect(facts.get('iptables-version')!.body).toMatch(/^iptables v/);
    expect(facts.get('clock')!.body).toMatch(/^epoch=\d+\nuptime=\d+\nboot_id=[0-9a-f-]{36}\nkernel=\S+\n$/);
    expect(facts.get('writable')!.body).toBe('/var/lib/lvs-console\tno\n/etc\tyes\n/usr/lib\tyes\n/run\tyes\n');
  });

  it('tells whether a start of the host puts the confirmed release in place', async () => {
    const fallback = async () => frames((await box.guard(['facts'])).stdout).get('boot');
    const unit = `${box.root}/etc/systemd/system/lvs-console-boot.service`;
    const wanted = `${box.root}/etc/systemd/system/sysinit.target.wants`;
    const link = `ln -sfn ${unit} ${wanted}/lvs-console-boot.service`;
    expect(await fallback()).toEqual({ body: 'fallback\tno\n', code: 0 });
    await box.run(['sh', '-ec', `mkdir -p ${wanted}; cat > ${unit}; ${link}`], { input: BOOT_UNIT });
    expect(await fallback()).toEqual({ body: 'fallback\tyes\n', code: 0 });
    await box.run(['sh', '-ec', `ln -sfn /dev/null ${unit}`]); // masked
    expect(await fallback()).toEqual({ body: 'fallback\tno\n', code: 0 });
    await box.run([
      'sh',
      '-ec',
      `rm ${wanted}/lvs-console-boot.service ${unit}; mv ${box.root}/run/systemd ${box.root}/run/other`,
    ]);
    expect(await fallback()).toEqual({ body: 'fallback\tunknown\n', code: 0 });
    await box.run(['mv', `${box.root}/run/other`, `${box.root}/run/systemd`]);
  });

  it('changes nothing by reading', async () => {
    const before = await box.picture();
    for (const verb of ['read', 'facts', 'status', 'list', 'version']) await box.guard([verb]);
    expect(await box.picture()).toBe(before);
  });

  it('names managed files that were edited or replaced', async () => {
    const files = async () => frames((await box.guard(['read', 'files'])).stdout).get('files');
    expect(await files()).toEqual({ body: '', code: 0 });
    await armRelease(box, '1-00000001', 1, releaseTar(testRelease(1)));
    expect((await box.guard(['switch', '1-00000001', '1'])).code).toBe(0);
    expect(await files()).toEqual({ body: '', code: 0 });
    writeFileSync(`${box.root}/etc/ha.d/haresources`, 'edited in place\n');
    rmSync(`${box.root}/etc/ha.d/ha.cf`);
    writeFileSync(`${box.root}/etc/ha.d/ha.cf`, 'edited by an editor that renames\n');
    expect(await files()).toEqual({ body: 'replaced /etc/ha.d/ha.cf\nchanged /etc/ha.d/haresources\n', code: 0 });
    const texts = async () => frames((await box.guard(['read', 'changed-files'])).stdout).get('changed-files');
    writeFileSync(`${box.root}/etc/ha.d/authkeys`, 'auth 1\n1 sha1 othersecret\n');
    expect(await texts()).toEqual({
      body: '/etc/ha.d/ha.cf\tedited by an editor that renames\n/etc/ha.d/haresources\tedited in place\n',
      code: 0,
    });
    rmSync(`${box.root}/etc/ha.d/ha.cf`);
    symlinkSync('/etc/shadow', `${box.root}/etc/ha.d/ha.cf`);
    expect((await texts())!.body).toBe('/etc/ha.d/haresources\tedited in place\n');
    expect((await box.guard(['rollback', '1-00000001'])).code).toBe(0);
  });

  it('shows a small table whole, and the beginning of a large one, however long a program takes to start', async () => {
    const conn = `${box.root}/conn`;
    const guard = `${box.root}/usr/lib/lvs-console/guard`;
    await box.run(['cp', guard, `${guard}.real`]);
    await box.run(['sed', '-i', `s|^CONN=[^ ]*|CONN=${conn}|`, guard]);
    const seenOf = async (rows: number, verb: string[]) => {
      writeFileSync(conn, `Pro FromIP   FPrt\n${Array.from({ length: rows }, (_, at) => rowOf(at)).join('')}`);
      const { stdout } = await box.guard(verb);
      return /^seen=(\d+)\nfound=\d+\nodd=(\d+)$[\s\S]*^whole=(\w+)$/m.exec(stdout)?.slice(1);
    };
    const look = ['connections', '10', '50'];
    expect(await seenOf(5_000, ['connections', '10', '9000'])).toEqual(['5000', '0', 'yes']);
    // Its time is over before `cat` has begun.
    await box.run(['sh', '-c', `cd ${box.root}/shims; [ ! -e timeout ] || mv timeout timeout.real`]);
    writeFileSync(`${box.root}/shims/timeout`, '#!/bin/sh\nexit 137\n', { mode: 0o755 });
    expect(await seenOf(0, look)).toEqual(['0', '0', 'yes']);
    expect(await seenOf(20, look)).toEqual(['20', '0', 'yes']);
    const [seen, odd, whole] = (await seenOf(5_000, look)) ?? [];
    expect([Number(seen) > 100 && Number(seen) < 5_000, odd, whole]).toEqual([true, '0', 'no']);
    await box.run(['sh', '-c', `cd ${box.root}/shims; rm timeout; [ ! -e timeout.real ] || mv timeout.real timeout`]);
    await box.run(['mv', `${guard}.real`, guard]);
  });

  it('tells by one number that a managed file was touched, also when its time was put back', async () => {
    const probe = async () => {
      const { body } = frames((await box.guard(['read', 'status'])).stdout).get('status')!;
      return /^files=(\d+)$/m.exec(body)?.[1];
    };
    await armRelease(box, '1-00000002', 2, releaseTar(testRelease(1)));
    expect((await box.guard(['switch', '1-00000002', '2'])).code).toBe(0);
    const seen = [await probe()];
    expect(await probe()).toBe(seen[0]);
    const release = `${box.root}/var/lib/lvs-console/releases/1-00000002`;
    for (const script of [
      `f=${box.root}/etc/ha.d/ha.cf; touch -r $f ${box.root}/time; printf x | dd of=$f conv=notrunc; touch -r ${box.root}/time $f`,
      `rm ${box.root}/etc/ha.d/haresources; cp ${release}/files/etc/ha.d/haresources ${box.root}/etc/ha.d/`,
      `echo 1 >> ${release}/intent/meta`,
      `rm ${box.root}/etc/ha.d/ldirectord.cf`,
    ]) {
      expect((await box.run(['sh', '-c', script])).code).toBe(0);
      seen.push(await probe());
    }
    expect(seen).not.toContain(undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect((await box.guard(['rollback', '1-00000002'])).code).toBe(0);
  });

  it('says so when its own state file is damaged, refuses to go on, and still rolls back', async () => {
    const before = await box.picture();
    await armRelease(box, '1-000000aa', 3, releaseTar(testRelease(1)));
    expect((await box.guard(['switch', '1-000000aa', '3'])).code).toBe(0);
    writeFileSync(`${box.root}/var/lib/lvs-console/tx`, 'tx=1-000000aa\nstate=swi');
    expect((await box.status()).state).toBe('damaged');
    expect((await box.guard(['confirm', '1-000000aa', '3'])).code).toBe(10);
    expect((await box.guard(['stage', '2-000000bb', '3'], { input: releaseTar(testRelease(1)) })).code).toBe(10);
    writeFileSync(`${box.root}/var/lib/lvs-console/generation`, '');
    expect((await box.guard(['rollback', '1-000000aa'])).code).toBe(0);
    expect((await box.guard(['stage', '2-000000bb', '3'], { input: releaseTar(testRelease(1)) })).code).toBe(10);
    expect(await box.picture()).toBe(before);
    expect((await box.status()).state).toBe('rolled-back');
  });
});
