import { describe, expect, it } from 'vitest';
import { HostError } from '../core/errors';
import { liveHostSchema, type LiveHost } from '../core/views/live';
import type { GuardHost } from '../ssh/guard-host';
import { pollDirector } from './poll-director';
import { liveFrames } from './test-frames';
import { toLiveHost, type LiveContext } from './to-live-host';

const context: LiveContext = { virtualAddresses: ['192.168.7.240', '192.168.6.240'], isDeploying: false };
const live = (changes = {}, more: Partial<LiveContext> = {}) =>
  toLiveHost('director1', liveFrames(changes), { ...context, ...more });

describe('a frame', () => {
  it('tells role, services, counters, rules with group and mark, and what belongs to the console', () => {
    const host = live();
    expect(host).toMatchObject({ role: 'active', heldVirtualAddresses: ['192.168.7.240', '192.168.6.240'] });
    expect(host.services[0]!.realServers[0]).toMatchObject({
      address: '192.168.6.2',
      activeConnections: 3,
      inactiveConnections: 12,
    });
    expect([host.statistics[0]!.connections, host.rates[0]!.inPackets]).toEqual([15, 9]);
    expect(host.rules.map(({ own, mark, group, packets }) => ({ own, mark, group, packets }))).toEqual([
      { own: true, mark: undefined, group: undefined, packets: 7 },
      { own: false, mark: undefined, group: undefined, packets: 2 },
      { own: true, mark: 1, group: 'everything', packets: 5 },
    ]);
    expect(host.release).toEqual({ live: '3-aaaaaaaa', confirmed: '3-aaaaaaaa', transaction: '' });
    const drift = { state: 'none', items: [], more: 0 };
    expect(liveHostSchema.safeParse({ ...host, drift, pollMs: 1 }).success).toBe(true);
  });

  it.each(['addresses', 'firewall', 'status'])(
    'whose section %s could not be read is an error, never an empty list',
    (section) => {
      expect(() => live({ [section]: { status: 1, text: '' } })).toThrow(HostError);
    },
  );

  it('of a director without the IPVS module has an empty table, which is the one failure that means empty', () => {
    const gone = { status: 255, text: '' };
    const host = live({ ipvs: gone, 'ipvs-list': gone, 'ipvs-stats': gone, 'ipvs-rate': gone, 'ipvs-daemon': gone });
    expect(host.services).toEqual([]);
    expect(() => live({ 'ipvs-list': gone })).toThrow(HostError);
  });
});

describe('a poller', () => {
  async function poll(
    answers: (() => ReturnType<typeof liveFrames>)[],
    readingMs = 0,
  ): Promise<{ saved: LiveHost[]; asked: number[]; pauses: number[] }> {
    const saved: LiveHost[] = [];
    const pauses: number[] = [];
    const asked: number[] = [];
    const stop = new AbortController();
    const host: Pick<GuardHost, 'name' | 'read'> = {
      name: 'director1',
      read: async (sections) => {
        asked.push(sections.length);
        await new Promise((resolve) => setTimeout(resolve, readingMs));
        return (answers.shift() ?? (() => liveFrames()))();
      },
    };
    await pollDirector({
      host: host as GuardHost,
      loadContext: async () => context,
      loadLast: async () => undefined,
      save: async (frame) => {
        saved.push(frame);
        if (answers.length === 0) stop.abort();
      },
      signal: stop.signal,
      pause: async (milliseconds) => void pauses.push(milliseconds),
    });
    return { saved, asked, pauses };
  }
  const fail = () => {
    throw new HostError('unreachable', 'director1 cannot be reached');
  };

  it('keeps the last good data when a read fails, with the time since when it is old', async () => {
    const { saved } = await poll([() => liveFrames(), fail, fail, () => liveFrames()]);
    expect(saved.map(({ problem }) => problem?.code)).toEqual([undefined, 'unreachable', 'unreachable', undefined]);
    expect(saved[2]!.services).toEqual(saved[0]!.services);
    expect(saved[2]!.problem?.since).toBe(saved[0]!.readAt);
    expect(saved[1]!.readAt).toBe(saved[0]!.readAt);
    expect(saved.map(({ roleSince }) => roleSince)).toEqual(saved.map(() => saved[0]!.readAt));
  });

  it('tells age, kernel and clock of the host, and what heartbeat says of it', async () => {
    const epoch = Math.floor(Date.now() / 1000) - 90;
    const behind = `epoch=${epoch}\nuptime=93784\nboot_id=b\nkernel=6.1.0-41-amd64\nheartbeat=all\n`;
    const { saved } = await poll([
      () => liveFrames({ clock: { text: behind } }),
      () => liveFrames({ clock: { status: 1, text: '' } }),
    ]);
    expect(saved[0]!.system).toMatchObject({ uptimeSeconds: 93_784, kernel: '6.1.0-41-amd64', heartbeat: 'all' });
    expect(Math.abs(saved[0]!.system!.clockAheadSeconds + 90)).toBeLessThanOrEqual(1);
  });

  it('reads what changes rarely only now and then, and everything after a failure', async () => {
    const good = () => liveFrames();
    const { asked } = await poll([good, good, good, good, good, fail, good]);
    expect(asked).toEqual([22, 10, 10, 10, 22, 10, 22]);
  });

  it('reads the own nftables table as often as the rules of iptables, so that a flushed one is seen at once', async () => {
    const table = (text: string) => () => liveFrames({ nftables: { text } });
    const rules = '{"nftables": [{"table": {"family": "inet", "name": "lvs-console", "handle": 2}}]}';
    const { asked } = await poll([table(rules), table(rules), table('{"nftables": []}'), table('{"nftables": []}')]);
    expect(asked).toEqual([22, 11, 11, 11]);
  });

  it('reads own sets as often, as long as there are some', async () => {
    const sets = (text: string) => () => liveFrames({ sets: { text } });
    const own = 'create lvs-console-1 hash:net family inet\nadd lvs-console-1 192.168.0.0/26\n';
    const { asked } = await poll([sets(own), sets(own), sets(own), sets(own), sets(''), sets('')]);
    expect(asked).toEqual([22, 11, 11, 11, 22, 10]);
  });

  it('leaves a director that answers slowly three quarters of its time, and asks a quick one each 1.2 s', async () => {
    const slow = await poll([() => liveFrames(), () => liveFrames()], 600);
    expect(slow.pauses[0]).toBeGreaterThanOrEqual(3 * 600);
    const quick = await poll([() => liveFrames(), () => liveFrames()]);
    expect(quick.pauses[0]).toBeGreaterThan(900);
    expect(quick.pauses[0]).toBeLessThanOrEqual(1_200);
  });

  const STATUS =
    'version=1\nstate=confirmed\ntx=3-aaaaaaaa\ngeneration=3\nseconds_left=\nlive=3-aaaaaaaa\nconfirmed=3-aaaaaaaa\nboot_id=b\n';

  it('reads rarely changing settings again when the transaction moved, not because a verb is at work', async () => {
    const status = (words: string) => () => liveFrames({ status: { text: `${STATUS}${words}\n` } });
    const { asked } = await poll([
      status('step=\nbusy='),
      status('step=\nbusy=check'),
      status('step=switch\nbusy=switch'),
    ]);
    expect(asked).toEqual([22, 10, 10, 22]);
  });

  it('reads files and settings again as soon as a managed file was touched', async () => {
    const probe = (files: number) => () => liveFrames({ status: { text: `${STATUS}files=${files}\n` } });
    const { asked } = await poll([probe(1), probe(1), probe(2), probe(2), probe(2)]);
    expect(asked).toEqual([22, 10, 10, 22, 10]);
  });

  it('says that it never read anything instead of showing an empty director as healthy', async () => {
    const { saved } = await poll([fail]);
    expect(saved[0]).toMatchObject({ role: 'unknown', problem: { code: 'unreachable' } });
    expect(saved[0]!.readAt).toBeUndefined();
  });
});
