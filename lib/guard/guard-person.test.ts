// What a person reads: the same verbs in sentences at a terminal or after `help`, and the console's own lines into a pipe as ever.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { releaseTar, testRelease } from './test-release';
import { armRelease, openSandbox, type Sandbox } from './test-sandbox';

const [A, B] = ['1-0000000a', '2-0000000b'];

describe.each(['dash', 'busybox sh', 'bash --posix'])('a person under %s', (shell) => {
  let box: Sandbox;
  beforeEach(async () => {
    box = await openSandbox({ shell });
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    await box.guard(['switch', A, '1']);
    await box.guard(['confirm', A, '1']);
  });
  afterEach(() => {
    box.close();
  });
  const said = async (...words: string[]) => {
    const { code, stdout } = await box.guard(['help', ...words]);
    return { code, text: stdout.replaceAll(box.root, '').replace(/in \d+ seconds/, 'in N seconds') };
  };

  it('reads that nothing is open, what is in place, and what can be typed', async () => {
    const { code, text } = await said('status');
    expect(code).toBe(0);
    expect(text).toContain(
      `Confirmed: release ${A}. The host starts from it.\nIn place:  the same.\nOpen:      nothing. The last deploy, ${A}, was confirmed.\n`,
    );
    expect(text).not.toContain('guard rollback');
  });

  it.each([
    ['staged', ['stage'], 'It has only been brought here: nothing was changed.', false],
    ['armed', ['stage', 'check', 'arm'], 'It is about to begin; nothing was changed.', true],
    ['switched', ['stage', 'check', 'arm', 'switch'], 'It is in place and waits to be confirmed by the console.', true],
  ] as const)('reads what a deploy that is %s means, and when its timer fires', async (_, verbs, words, hasTimer) => {
    const input = releaseTar(testRelease(2));
    for (const verb of verbs)
      await box.guard([verb, B, ...(verb === 'check' ? [] : ['2']), ...(verb === 'arm' ? ['600'] : [])], { input });
    const { text } = await said('status');
    expect(text).toContain(`Open:      deploy ${B}. ${words}\n`);
    expect(text.includes(`Timer:     in N seconds the host goes back to ${A} by itself.\n`)).toBe(hasTimer);
    expect(text).toContain(`back to ${A}, now\n`);
  });

  it('is told when the timer that should run does not', async () => {
    await armRelease(box, B, 2, releaseTar(testRelease(2)));
    await box.run(['sh', '-c', `rm -f ${box.root}/run/systemd/transient/*.timer`]);
    expect((await said('status')).text).toContain('Timer:     NOT running. Nothing goes back by itself: roll back.\n');
  });

  it('rolls back without knowing the number, and is told when there is nothing to roll back', async () => {
    await armRelease(box, B, 2, releaseTar(testRelease(2)));
    await box.guard(['switch', B, '2']);
    const { code, text } = await said('rollback');
    expect({ code, done: text.includes('Done: the host is as before that deploy.') }).toEqual({ code: 0, done: true });
    expect(await box.status()).toMatchObject({ state: 'rolled-back', live: A });
    expect((await said('rollback')).code).toBe(10);
  });

  it('applies an earlier release, or origin, and is told why not another', async () => {
    expect((await said('apply', 'origin')).text).toContain(
      'Confirmed: no release of the console (origin). The host starts from it.',
    );
    expect((await said('list')).text).toContain(`  ${A}               was confirmed earlier\n`);
    expect((await said('apply', A)).code).toBe(0);
    expect(await box.status()).toMatchObject({ live: A, confirmed: A });
    expect(await said('apply', '9-00000009')).toMatchObject({
      code: 14,
      text: expect.stringContaining('There is no such release.') as string,
    });
  });

  it('gets the same lines as ever into a pipe, and a usage that says so after a wrong call', async () => {
    expect((await box.guard(['status'])).stdout).toMatch(/^version=/);
    expect((await box.guard(['list'])).stdout).toBe(`${A} live confirmed\norigin before-the-first-deploy\n`);
    expect(await box.guard(['nonsense'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^guard: usage: /) as string,
    });
    expect(await said('nonsense')).toMatchObject({
      code: 2,
      text: expect.stringContaining('guard apply RELEASE  put an') as string,
    });
  });

  it('cannot be played by a client: sentences, apply and boot are not for a forced command', async () => {
    const asked = (words: string) => box.guard(['--ssh'], { env: { SSH_ORIGINAL_COMMAND: `guard ${words}` } });
    expect((await asked('status')).stdout).toMatch(/^version=/);
    for (const words of ['apply origin', 'boot']) expect(await asked(words)).toMatchObject({ code: 15, stdout: '' });
    expect(await asked('help apply origin')).toMatchObject({ code: 2, stdout: '' });
    expect((await box.status()).live).toBe(A);
  });
});
