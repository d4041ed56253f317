// The planned failover: only the active director at rest hands over, by its daemon's own way, and never through a key that only reads.
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { withKeepalived } from './test-forms';
import { releaseTar, testRelease } from './test-release';
import { armRelease, openSandbox, type Sandbox } from './test-sandbox';

const boxes: Sandbox[] = [];
afterEach(async () => {
  for (const box of boxes.splice(0)) {
    for (const name of ['heartbeat', 'keepalived'])
      await box.run(['sh', '-c', `${box.root}/shims/systemctl stop ${name}.service 2>/dev/null`]);
    box.close();
  }
});

const VIP = '192.168.7.240';
const meta = (stack: string) => `stack=${stack}\nvip=${VIP}/24 eth0\n`;
const hold = (box: Sandbox) => box.run(['ip', 'address', 'add', `${VIP}/24`, 'dev', 'eth0']);
const handOver = (box: Sandbox, ...words: string[]) =>
  box.guard(['handover', ...(words.length ? words : ['director2'])]);

/** What heartbeat answers can be changed by a test: `peer` and `held`. hb_standby notes that it was asked. */
async function put(box: Sandbox, file: string, body: string) {
  await box.run(
    [
      'sh',
      '-c',
      `mkdir -p $(dirname ${box.root}/${file}) && cat > ${box.root}/${file} && chmod 755 ${box.root}/${file}`,
    ],
    {
      input: `#!/bin/sh\n${body.replaceAll('ROOT', box.root)}\n`,
    },
  );
}
const says = (box: Sandbox, name: 'peer' | 'held', word: string) => writeFileSync(`${box.root}/${name}`, `${word}\n`);

async function withStack(stack: 'heartbeat' | 'keepalived', shell = 'dash'): Promise<Sandbox> {
  const box = await openSandbox({ shell, daemons: true });
  boxes.push(box);
  const change = stack === 'keepalived' ? withKeepalived(1) : {};
  writeFileSync(`${box.root}/ipvs`, '-A -f 1 -s rr\n');
  await box.run(['touch', `${box.root}/lib/systemd/system/keepalived.service`]);
  const tree = testRelease(1, { ...change, 'intent/daemon': `start-${stack}\n`, 'intent/meta': meta(stack) });
  await armRelease(box, '1-0000000d', 1, releaseTar(tree));
  for (const verb of ['switch', 'confirm'])
    expect(await box.guard([verb, '1-0000000d', '1'])).toMatchObject({ code: 0, stderr: '' });
  await put(box, 'shims/cl_status', 'case $1 in nodestatus) cat ROOT/peer ;; rscstatus) cat ROOT/held ;; esac');
  await put(box, 'usr/share/heartbeat/hb_standby', 'echo "hb_standby $*" >> ROOT/calls');
  says(box, 'peer', 'active');
  says(box, 'held', 'all');
  await hold(box);
  writeFileSync(`${box.root}/calls`, '');
  return box;
}
const asked = (box: Sandbox) =>
  box
    .calls()
    .split('\n')
    .filter((line) => /^hb_standby|^keepalived (starts|stops)/.test(line))
    .map((line) => line.replace(/ by .*/, ''));

describe.each(['dash', 'busybox sh', 'bash --posix'])('handing over under %s', (shell) => {
  it('asks heartbeat, with the release, its files and its rules as they were', async () => {
    const box = await withStack('heartbeat', shell);
    const before = await box.picture();
    expect(await handOver(box)).toMatchObject({ code: 0, stdout: 'handed over to director2\n', stderr: '' });
    expect(asked(box)).toEqual(['hb_standby all']);
    expect(await box.picture()).toBe(before);
    expect(await box.status()).toMatchObject({ state: 'confirmed', live: '1-0000000d', confirmed: '1-0000000d' });
  });

  it('stops keepalived and starts it again', async () => {
    const box = await withStack('keepalived', shell);
    expect(await handOver(box)).toMatchObject({ code: 0, stderr: '' });
    await expect.poll(() => asked(box), { timeout: 5000 }).toEqual(['keepalived stops', 'keepalived starts']);
  });
});

describe('handing over is refused, and nothing is asked of a daemon,', () => {
  it.each<[string, (box: Sandbox) => unknown, RegExp]>([
    [
      'by a standby',
      (box) => box.run(['ip', 'address', 'del', `${VIP}/24`, 'dev', 'eth0']),
      /does not hold the virtual/,
    ],
    [
      'when heartbeat does not see the peer',
      (box) => says(box, 'peer', 'dead'),
      /does not see director2 as active \(dead\)/,
    ],
    [
      'while heartbeat moves resources',
      (box) => says(box, 'held', 'transition'),
      /not at rest \(resources: transition\)/,
    ],
    [
      'when heartbeat cannot be asked',
      (box) => put(box, 'shims/cl_status', 'exit 1'),
      /does not see director2.*unknown/,
    ],
    [
      'when heartbeat does not run',
      (box) => box.run(['sh', '-c', `${box.root}/shims/systemctl stop heartbeat.service`]),
      /heartbeat does not run here/,
    ],
    [
      'while a transaction is open',
      (box) => armRelease(box, '2-0000000d', 2, releaseTar(testRelease(2, { 'intent/meta': meta('heartbeat') }))),
      /transaction 2-0000000d is open \(armed\)/,
    ],
  ])('%s', async (_what, change, words) => {
    const box = await withStack('heartbeat');
    await change(box);
    expect(await handOver(box)).toMatchObject({ code: 10, stderr: expect.stringMatching(words) as string });
    expect(asked(box)).toEqual([]);
  });

  it('a second time within a minute', async () => {
    const box = await withStack('heartbeat');
    expect((await handOver(box)).code).toBe(0);
    expect(await handOver(box)).toMatchObject({
      code: 10,
      stderr: expect.stringMatching(/handed over \d+ s ago/) as string,
    });
    expect(asked(box)).toEqual(['hb_standby all']);
  });

  it('before the first deploy', async () => {
    const box = await openSandbox({ shell: 'dash' });
    boxes.push(box);
    mkdirSync(`${box.root}/var/lib/lvs-console`, { recursive: true });
    expect(await handOver(box)).toMatchObject({ code: 10, stderr: 'guard: nothing was deployed here yet\n' });
  });

  it.each(['', '-x', '../x', 'a b', '$(id)', 'a;b'])('to a director called %j', async (name) => {
    const box = await withStack('heartbeat');
    expect(await box.guard(['handover', name])).toMatchObject({ code: 2 });
    expect(asked(box)).toEqual([]);
  });

  it('to a key that only reads, and not to one that deploys', async () => {
    const box = await withStack('heartbeat');
    const env = { SSH_ORIGINAL_COMMAND: 'guard handover director2' };
    expect(await box.guard(['--ssh', '--read-only'], { env })).toMatchObject({ code: 15 });
    expect(asked(box)).toEqual([]);
    expect(await box.guard(['--ssh'], { env })).toMatchObject({ code: 0 });
    expect(asked(box)).toEqual(['hb_standby all']);
  });
});
