// Several steps in one call: in order, each said when it is done, none after the first that fails, and none that is not allowed.
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { releaseTar, testRelease } from './test-release';
import { keepSandboxes } from './test-sandbox';

const open = keepSandboxes();

const A = '1-000000aa';
const words = (text: string) => text.split(' ');
const marks = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('@@'));

describe.each(['dash', 'busybox sh'])('a sequence under %s', (shell) => {
  it('takes a release from a tar to verified readings, and says each step', async () => {
    const box = await open({ shell });
    const staged = await box.guard(words(`stage ${A} 1 then check ${A} then read addresses`), {
      input: releaseTar(testRelease(1)),
    });
    expect(staged).toMatchObject({ code: 0, stderr: '' });
    expect(marks(staged.stdout)).toEqual([
      ...['@@ done stage', '@@ done check', '@@ begin addresses', '@@ end addresses 0', '@@ done read'],
    ]);
    const armed = await box.guard(words(`arm ${A} 1 60 then read addresses`));
    expect(armed).toMatchObject({ code: 0 });
    const switched = await box.guard(words(`switch ${A} 1 then read status firewall then delivery`), {
      input: '192.168.0.7 192.168.7.1 eth0 1\n',
    });
    expect(switched).toMatchObject({ code: 0, stderr: '' });
    expect(marks(switched.stdout)).toEqual([
      ...['@@ done switch', '@@ begin status', '@@ end status 0', '@@ begin firewall', '@@ end firewall 0'],
      ...['@@ done read', '@@ begin delivery4', '@@ end delivery4 0', '@@ begin delivery6', '@@ end delivery6 127'],
      '@@ done delivery',
    ]);
    expect(switched.stdout).toMatch(/^state=switched$/m);
    expect(switched.stdout).toMatch(/^local 192\.168\.0\.7 /m);
  });

  it('is seen at work by whoever asks meanwhile, until it has ended', async () => {
    const box = await open({ shell });
    writeFileSync(`${box.root}/shims/ldirectord`, '#!/bin/sh\nsleep 3\nexit 3\n');
    const tar = releaseTar(testRelease(1));
    const checking = box.guard(words(`stage ${A} 1 then check ${A} then read addresses`), { input: tar });
    await expect.poll(async () => (await box.status())['busy'], { timeout: 9_000, interval: 50 }).toBe('check');
    expect(await box.status()).toMatchObject({ state: 'staged', tx: A });
    expect(await checking).toMatchObject({ code: 0 });
    expect(await box.status()).toMatchObject({ state: 'checked', busy: '' });
  });

  it('ends with the first step that fails, with its status', async () => {
    const box = await open({ shell });
    const tar = releaseTar(testRelease(1, { 'intent/daemon': 'reboot\n' }));
    const said = await box.guard(words(`stage ${A} 1 then check ${A} then read addresses`), { input: tar });
    expect(said.code).toBe(12);
    expect(marks(said.stdout)).toEqual(['@@ done stage']);
    expect(await box.status()).toMatchObject({ state: 'staged' });
  });

  it.each([
    [`status then rollback ${A}`, 2],
    [`status then apply ${A}`, 2],
    ['status then boot', 2],
    ['status then', 2],
    ['then status', 2],
    ['status then then status', 2],
  ])('refuses `%s` before it begins', async (text, code) => {
    const box = await open({ shell });
    const said = await box.guard(words(text));
    expect(said).toMatchObject({ code });
    expect(said.stdout).toBe('');
  });

  it('refuses a word that a shell would take apart, and a step that the key may not do, before it begins', async () => {
    const box = await open({ shell });
    expect(await box.guard(['status', 'then', 'read', 'addresses; id'])).toMatchObject({ code: 2, stdout: '' });
    expect(await box.guard(['status', 'then', 'read', '/*'])).toMatchObject({ code: 2 });
    expect(await box.guard(words(`--read-only status then switch ${A} 1`))).toMatchObject({ code: 15, stdout: '' });
  });
});
