// The check list holds all that the intent names, is all ok where the kernel is as it says, and tells each thing that is not.
import { describe, expect, it } from 'vitest';
import type { Role } from '../core/kernel-state';
import type { Director } from '../core/topology';
import { kernelIntentOf } from '../render/kernel-intent';
import type { ExpectedRelease } from './find-drift';
import { ANY_WAY } from './health-made';
import { needsOf } from './host-needs';
import type { ObservedHost } from './observed-host';
import { goldenTopologies, hostOf } from './test-kernel';

const cases = goldenTopologies.flatMap(([name, topology]) =>
  topology.directors.flatMap((director) => {
    const host: ExpectedRelease['host'] = { intent: kernelIntentOf(topology, director), daemons: [] };
    const expected: ExpectedRelease = { release: '1-a', revision: 3, host, files: [], healthWays: ANY_WAY };
    const roles: Role[] = topology.stack === 'single' ? ['active'] : ['active', 'standby'];
    return roles.map((role) => ({ name, topology, director, role, expected }));
  }),
);

describe('what a packet needs', () => {
  it.each(cases)('is all there on $director.name of $name as $role', ({ topology, director, role, expected }) => {
    const { items, more, revision } = needsOf(expected, role, { host: hostOf(topology, director, role), problems: [] });
    expect([items.filter(({ state }) => state === 'differs'), more >= 0, revision]).toEqual([[], true, 3]);
    const { always, active } = expected.host.intent;
    const marks = new Set(active.ipvs.map(({ mark }) => mark)).size;
    const all = always.modules.length + Object.keys(always.sysctls).length + always.routes.length;
    expect(items.length + more).toBe(all + always.policyRules.length + marks + active.ipvs.length);
  });

  const [, seed] = goldenTopologies.find(([name]) => name === 'seed')!;
  const [director] = seed.directors as [Director];
  const { expected } = cases.find(({ name }) => name === 'seed')!;
  const differing = (edit: (host: ObservedHost) => void, role: Role | 'unknown' = 'active') => {
    const host = structuredClone(hostOf(seed, director, role === 'unknown' ? 'active' : role));
    edit(host);
    return needsOf(expected, role, { host, problems: [] }).items.filter(({ state }) => state !== 'ok');
  };

  it.each<[string, (host: ObservedHost) => void, object]>([
    ['a module that is not loaded', (host) => host.modules.splice(1, 1), { kind: 'module', live: 'not loaded' }],
    [
      'a setting that was changed',
      (host) => (host.sysctls['net.ipv4.ip_forward'] = '0'),
      { kind: 'sysctl', what: 'net.ipv4.ip_forward', wanted: '1', live: '0' },
    ],
    [
      'a setting that is not there',
      (host) => delete host.sysctls['net.ipv4.ip_forward'],
      { live: 'not there', state: 'differs' },
    ],
    ['a mark that no rule sets', (host) => (host.firewall = []), { kind: 'mark', mark: 1, state: 'differs' }],
    [
      'a policy rule that is gone',
      (host) => (host.policyRules = []),
      {
        kind: 'policy-rule',
        what: expect.stringMatching(/^100: from all iif eth0 fwmark 0x1 lookup 100$/) as string,
        mark: 1,
      },
    ],
    [
      'a route that is gone',
      (host) => (host.routes = host.routes.filter(({ table }) => table !== '100')),
      { kind: 'route', what: 'local default dev lo table 100' },
    ],
    ['a service that is gone', (host) => (host.ipvs = []), { kind: 'service', what: 'fwm:1', live: 'not there' }],
    [
      'a service that nobody can use',
      (host) => host.ipvs[0]!.realServers.forEach((server) => (server.weight = 0)),
      { kind: 'service', live: expect.stringMatching(/ 0 of \d+ real servers/) as string },
    ],
    [
      'a mark chain that cannot be read',
      (host) => host.firewall[0]!.rules.push({ chain: 'LVS-CONSOLE', text: '-A LVS-CONSOLE -j STRANGE', line: 9 }),
      { kind: 'mark', state: 'unknown' },
    ],
  ])('tells of %s', (_what, edit, item) => {
    expect(differing(edit)[0]).toMatchObject(item);
  });

  it('says that a standby of heartbeat is meant to have no service', () => {
    const present = hostOf(seed, director, 'active').ipvs;
    expect(differing((host) => (host.ipvs = present), 'standby')[0]).toMatchObject({
      kind: 'service',
      wanted: 'not there on a standby',
    });
    expect(differing(() => undefined, 'unknown').map(({ kind, state }) => [kind, state])).toContainEqual([
      'service',
      'unknown',
    ]);
  });

  it('knows nothing before the first deploy, and nothing of a director that could not be read', () => {
    expect(needsOf(undefined, 'active', { problems: [] })).toMatchObject({
      items: [],
      problem: expect.stringContaining('Nothing was deployed') as string,
    });
    expect(needsOf(expected, 'active', { problems: ['Section routes is missing.'] })).toMatchObject({
      items: [],
      problem: 'Section routes is missing.',
    });
  });
});
