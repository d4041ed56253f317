// kill -9 at every command while a release moves between forms (plain IPv4 and IPv6 -> sets; sets -> nftables and fixed addresses): whole, old or new.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withAddresses, withIpv6, withNftables, withSets } from './test-forms';
import { releaseTar, testRelease } from './test-release';
import { armRelease, openSandbox, type Sandbox } from './test-sandbox';

const BASE = '1-000000aa';
const NEXT = '2-000000bb';
const MOVES: [string, Record<string, string | undefined>, Record<string, string | undefined>][] = [
  ['plain rules of both families to sets', withIpv6(1), { ...withIpv6(2), ...withSets(2) }],
  ['sets to nftables and fixed addresses', withSets(1), { ...withAddresses(), ...withNftables(2) }],
  ['sets to the same sets with other entries', withSets(1), withSets(2, ['192.168.1.0/24,tcp:80'])],
];

describe.each(MOVES)('kill -9 while a release moves from %s', (_, from, to) => {
  let box: Sandbox;
  let base: string;
  beforeAll(async () => {
    box = await openSandbox({ shell: 'dash', counted: true });
    await armRelease(box, BASE, 1, releaseTar(testRelease(1, from)));
    for (const verb of ['switch', 'confirm']) expect((await box.guard([verb, BASE, '1'])).code).toBe(0);
    await armRelease(box, NEXT, 2, releaseTar(testRelease(2, to)));
    base = await box.picture();
    await sh('mkdir ROOT/backup; cp -a ROOT/etc ROOT/var ROOT/run ROOT/backup');
  });
  afterAll(() => {
    box.close();
  });
  const sh = (script: string) => box.run(['sh', '-ec', script.replaceAll('ROOT', box.root)]);
  /** The kernel is as it was, because every trial ends with a rollback that is compared. */
  const armed = () =>
    sh(
      'for d in etc var run; do rm -rf ROOT/$d; cp -a ROOT/backup/$d ROOT/$d; done; rm -f ROOT/killed; echo 0 > ROOT/count',
    );

  /** Kills `verb` at its 1st, 4th, 7th ... command, until one run is not killed any more; answers how often it was. */
  async function everyThird(
    verb: string[],
    ready: () => Promise<unknown>,
    after: (kill: string) => Promise<void>,
  ): Promise<number> {
    for (let n = 1; n < 400; n += 3) {
      const kill = `${n % 2 ? 'before' : 'after'}:${String(n)}`;
      await armed();
      await ready();
      await sh('echo 0 > ROOT/count');
      const { signal } = await box.guard(verb, { env: { SHIM_KILL: kill } });
      await after(kill);
      if (signal !== 'SIGKILL') return n;
    }
    throw new Error('the guard never ended');
  }
  const rolledBack = async (kill: string) => {
    const { code, stderr } = await box.guard(['rollback', NEXT]);
    expect({ kill, code, stderr }).toEqual({ kill, code: 0, stderr: '' });
    expect(await box.picture(), kill).toBe(base);
  };

  it('in switch, then rollback: everything is as before', { timeout: 240_000 }, async () => {
    expect(await everyThird(['switch', NEXT, '2'], () => Promise.resolve(), rolledBack)).toBeGreaterThan(25);
  });

  it('in rollback, then rollback again: everything is as before', { timeout: 240_000 }, async () => {
    const switched = async () => {
      expect((await box.guard(['switch', NEXT, '2'])).code).toBe(0);
    };
    expect(await everyThird(['rollback', NEXT], switched, rolledBack)).toBeGreaterThan(15);
  });
});
