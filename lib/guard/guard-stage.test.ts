// Staging: what arrives is one whole, hash-valid release under a fresh generation, or nothing.
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestOf, releaseMembers, releaseTar, testRelease } from './test-release';
import { armRelease, keepSandboxes, openSandbox, type Sandbox } from './test-sandbox';
import { printTar, type TarMember } from './test-tar';

const release = testRelease(1);
const good = releaseTar(release);
const withMember = (member: TarMember) => printTar([...releaseMembers(release), member]);
const flipped = (at: number) => {
  const tar = Buffer.from(good);
  tar[at] = (tar[at] ?? 0) ^ 1;
  return tar;
};
const offsetOf = (text: string) => good.indexOf(text);
const withManifest = (manifest: string) =>
  printTar([{ name: 'MANIFEST', content: manifest }, ...releaseMembers(release).slice(1)]);

const MANY = Object.fromEntries(
  Array.from({ length: 300 }, (_, at) => [`files/etc/lvs-console/x${String(at)}`, 'x\n']),
);

describe.each(['dash', 'busybox sh', 'bash --posix'])('stage under %s', (shell) => {
  let box: Sandbox;
  let before: string;
  beforeAll(async () => {
    box = await openSandbox({ shell });
    before = await box.picture();
  });
  afterAll(() => {
    box.close();
  });

  it.each<[string, Buffer, number]>([
    ['nothing at all', Buffer.alloc(0), 11],
    ['noise', Buffer.from('not a tar\n'.repeat(2000)), 11],
    ['a name that climbs out', withMember({ name: 'files/../../../evil', content: 'x' }), 11],
    ['an absolute name', withMember({ name: '/etc/evil', content: 'x' }), 11],
    ['a name beside files and intent', withMember({ name: 'name', content: 'origin\n' }), 11],
    ['a name with a blank', withMember({ name: 'files/etc/ha.d/a b', content: 'x' }), 11],
    ['a name with a line break', withMember({ name: 'files/etc/ha.d/a\nb', content: 'x' }), 11],
    ['a symbolic link', withMember({ name: 'files/etc/ha.d/link', type: '2', link: '/etc/shadow' }), 11],
    ['a hard link', withMember({ name: 'files/etc/ha.d/link', type: '1', link: 'MANIFEST' }), 11],
    ['a hard link out of the folder', withMember({ name: 'files/etc/ha.d/link', type: '1', link: '/etc/shadow' }), 11],
    ['a device', withMember({ name: 'files/dev/null', type: '3' }), 11],
    ['a fifo', withMember({ name: 'files/etc/ha.d/fifo', type: '6' }), 11],
    ['a folder', withMember({ name: 'files/etc/ha.d/', type: '5' }), 11],
    ['a member twice', withMember({ name: 'files/etc/ha.d/ha.cf', content: 'node evil\n' }), 11],
    ['a member that MANIFEST does not name', withMember({ name: 'files/etc/ha.d/extra', content: 'x' }), 11],
    ['a member of 2 GB that is not there', printTar([{ name: 'MANIFEST', size: 2 ** 31, content: 'x' }]), 11],
    ['more than the limit', withMember({ name: 'files/etc/ha.d/big', content: Buffer.alloc(9 * 1024 * 1024) }), 11],
    ['a MANIFEST with a missing line', withManifest(manifestOf(release).split('\n').slice(1).join('\n')), 11],
    [
      'a MANIFEST with a line too many',
      withManifest(`${manifestOf(release)}${'0'.repeat(64)} 0644 files/etc/none\n`),
      11,
    ],
    ['a setuid mode', withManifest(manifestOf(release).replace(' 0644 ', ' 4755 ')), 11],
    ['a mode that others may write', withManifest(manifestOf(release).replace(' 0644 ', ' 0666 ')), 11],
    [
      'a NUL in a file',
      releaseTar(testRelease(1, { 'files/usr/lib/lvs-console/rules': '#!/bin/sh\n  check) check_x ;;\0*) id ;;\n' })),
      11,
    ],
    ['more members than any release has', releaseTar(testRelease(1, MANY)), 11],
    ['no MANIFEST', printTar(releaseMembers(release).slice(1)), 11],
    ['a flipped bit in a file', flipped(offsetOf('topsecret')), 11],
    ['a flipped bit in MANIFEST', flipped(offsetOf(manifestOf(release)) + 3), 11],
    ['a flipped bit in a header', flipped(offsetOf('files/etc/ha.d/ha.cf\0') + 5), 11],
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth): [string, Buffer, number] => [
      `a tar cut at ${String(tenth)} tenths`,
      good.subarray(0, Math.floor((good.lastIndexOf('stack=heartbeat') * tenth) / 10)),
      11,
    ]),
  ])('refuses %s and leaves nothing', async (_, tar, code) => {
    const outcome = await box.guard(['stage', '1-00000001', '1'], { input: tar });
    expect(outcome.code, outcome.stderr).toBe(code);
    expect(outcome.stderr).not.toContain('topsecret');
    expect((await box.run(['ls', `${box.root}/var/lib/lvs-console/releases`])).stdout).toBe('origin\n');
    expect((await box.run(['ls', '-A', `${box.root}/var/lib/lvs-console`])).stdout).not.toContain('incoming');
    expect((await box.status()).state).toBe('idle');
    expect(await box.picture()).toBe(before);
  });

  it('stages a whole release with the modes of its MANIFEST, owned by root, and takes the transaction', async () => {
    expect(await box.guard(['stage', '1-00000001', '1'], { input: good })).toMatchObject({ code: 0, stderr: '' });
    expect(await box.status()).toMatchObject({ state: 'staged', tx: '1-00000001', generation: '1', live: 'origin' });
    const listing = await box.run([
      'sh',
      '-c',
      `cd ${box.root}/var/lib/lvs-console/releases/1-00000001/files && find . -printf '%M %U %p\\n' | sort -k3`,
    ]);
    expect(listing.stdout).toBe(
      [
        'drwxr-xr-x 0 .',
        'drwxr-xr-x 0 ./etc',
        'drwxr-xr-x 0 ./etc/ha.d',
        '-rw------- 0 ./etc/ha.d/authkeys',
        '-rw-r--r-- 0 ./etc/ha.d/ha.cf',
        '-rw-r--r-- 0 ./etc/ha.d/haresources',
        '-rw-r--r-- 0 ./etc/ha.d/ldirectord.cf',
        'drwxr-xr-x 0 ./etc/ha.d/resource.d',
        '-rwxr-xr-x 0 ./etc/ha.d/resource.d/IPaddr2',
        '-rwxr-xr-x 0 ./etc/ha.d/resource.d/ldirectord',
        'drwxr-xr-x 0 ./etc/sysctl.d',
        '-rw-r--r-- 0 ./etc/sysctl.d/90-lvs-console.conf',
        '',
      ].join('\n'),
    );
  });

  it('takes the same transaction and generation again (a lost answer is asked again)', async () => {
    expect((await box.guard(['stage', '1-00000001', '1'], { input: good })).code).toBe(0);
  });

  it.each([
    ['another transaction while one is open', ['stage', '2-00000002', '2'], 10],
    ['the same generation for another transaction', ['stage', '2-00000002', '1'], 10],
    ['an older generation', ['stage', '1-00000001', '0'], 10],
    ['an unchecked release to be armed', ['arm', '1-00000001', '1', '60'], 10],
    ['an unarmed release to be switched', ['switch', '1-00000001', '1'], 10],
    ['to confirm what was not switched', ['confirm', '1-00000001', '1'], 10],
    ['a transaction that is not here', ['check', '3-00000003'], 14],
  ])('refuses %s', async (_, args, code) => {
    expect((await box.guard(args, { input: good })).code).toBe(code);
    expect((await box.status()).tx).toBe('1-00000001');
  });

  it.each([
    [[]],
    [['nonsense']],
    [['stage', '1-00000001']],
    [['stage', '../../etc', '1']],
    [['stage', '1-0000000g', '1']],
    [['stage', '1-000000011', '1']],
    [['stage', '$(id)-00000001', '1']],
    [['stage', '1-00000001', '1; id']],
    [['stage', '1-00000001', '-1']],
    [['stage', '1-00000001', '12345678901234567890']],
    [['arm', '1-00000001', '1', '0']],
    [['arm', '1-00000001', '1', '999999']],
    [['rollback', '']],
    [['apply', '../origin']],
    [['read', 'status', 'x y']],
    [['connections', '10', '0']],
    [['connections', '10', '0000']],
    [['connections', '10', '50', '8', "'; id", "'; id"]],
  ])('answers usage to %j', async (args) => {
    expect(await box.guard(args)).toMatchObject({ code: 2, stdout: '' });
  });

  it('aborts before arm, twice, and refuses that generation to others for ever', async () => {
    expect((await box.guard(['abort', '1-00000001', '1'])).code).toBe(0);
    expect((await box.guard(['abort', '1-00000001', '1'])).code).toBe(0);
    expect(await box.status()).toMatchObject({ state: 'idle', tx: '', generation: '1' });
    expect((await box.guard(['stage', '2-00000002', '1'], { input: good })).code).toBe(10);
    expect((await box.guard(['stage', '2-00000002', '0'], { input: good })).code).toBe(10);
    expect(await box.picture()).toBe(before);
  });
});

const open = keepSandboxes();
const TX = '1-00000001';

describe.each(['dash', 'busybox sh'])('under %s', (shell) => {
  /** The input stays open for 20 s and brings half of the release; a stage waits for `seconds`. */
  async function openHalfStaged(seconds: number): Promise<{ box: Sandbox; stage: string }> {
    const box = await open({ shell });
    const program = `${box.root}/usr/lib/lvs-console/guard`;
    const text = readFileSync(program, 'utf8').replace(/^STAGE_SECONDS=120 /m, `STAGE_SECONDS=${String(seconds)} `);
    expect(text).toContain(`STAGE_SECONDS=${String(seconds)} `);
    writeFileSync(program, text);
    writeFileSync(`${box.root}/half`, good.subarray(0, good.length / 2));
    await box.run(['mkfifo', `${box.root}/line`]);
    const feed = `{ cat ${box.root}/half; exec sleep 20; } > ${box.root}/line & feeder=$!`;
    return { box, stage: `${feed}; ${shell} ${program} stage ${TX} 1 < ${box.root}/line` };
  }

  it('a stage whose line dies in the middle ends in time, gives the lock back and leaves nothing', async () => {
    const { box, stage } = await openHalfStaged(2);
    const said = await box.run(['sh', '-c', `${stage}; code=$?; kill $feeder; exit $code`]);
    expect(said.code).toBe(13);
    expect(said.stderr).toContain('did not come whole within 2 s');
    expect(said.ms).toBeLessThan(15_000);
    expect(await box.status()).toMatchObject({ busy: '', state: 'idle' });
    expect((await box.guard(['stage', TX, '1'], { input: good })).code).toBe(0);
  });

  it('a stage that is killed while it waits for its input does not hold the lock, and the next one is whole', async () => {
    const { box, stage } = await openHalfStaged(120);
    const folder = `${box.root}/var/lib/lvs-console`;
    const wait = `n=0; while [ ! -s ${folder}/incoming/tar ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done`;
    const kill = `read -r holder rest < ${box.root}/run/lvs-console.lock.holder; kill -KILL "$holder"`;
    const said = box.run(['sh', '-c', `${stage} & ${wait}; ${kill}; wait $!; echo "ended $?"; exec sleep 1`]);
    expect((await said).stdout).toContain('ended 137');
    expect((await box.guard(['stage', TX, '1'], { input: good })).code).toBe(0);
    expect((await box.guard(['check', TX])).code).toBe(0);
  });

  it.each<[string, (release: string) => void]>([
    ['an empty MANIFEST', (folder) => truncateSync(`${folder}/MANIFEST`)],
    [
      'a MANIFEST without its last line',
      (folder) => {
        const lines = readFileSync(`${folder}/MANIFEST`, 'utf8').trimEnd().split('\n');
        writeFileSync(`${folder}/MANIFEST`, `${lines.slice(0, -1).join('\n')}\n`);
      },
    ],
    ['an empty sum', (folder) => truncateSync(`${folder}/MANIFEST.sum`)],
  ])('a release with %s is not switched to', async (_what, damage) => {
    const box = await open({ shell });
    await armRelease(box, TX, 1, good);
    const before = await box.picture();
    damage(`${box.root}/var/lib/lvs-console/releases/${TX}`);
    const said = await box.guard(['switch', TX, '1']);
    expect(said.code, said.stderr).toBe(11);
    expect(said.stderr).toContain('MANIFEST');
    expect(await box.picture()).toBe(before);
    expect((await box.guard(['rollback', TX])).code).toBe(0);
  });
});
