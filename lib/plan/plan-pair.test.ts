import { describe, expect, it } from 'vitest';
import { seedDocument } from '../core/seed';
import { redactRelease } from './diff-files';
import type { PlanInput } from './plan-pair';
import { changed, deployedHost, facts, planChange, render } from './test-observed';

const seed = seedDocument();
const commandsOf = (plan: ReturnType<typeof planChange>, host = 0) =>
  plan.hosts[host]!.actions.map(({ command }) => command);
const codes = (plan: ReturnType<typeof planChange>) => plan.problems.map(({ code }) => code);

describe('a plan', () => {
  it('after its own deploy is empty', () => {
    const plan = planChange(seed, seed);
    expect(plan.hosts.map(({ actions, daemonAction }) => ({ actions, daemonAction }))).toEqual([
      { actions: [], daemonAction: 'none' },
      { actions: [], daemonAction: 'none' },
    ]);
    expect(
      plan.hosts.flatMap(({ files }) => files.map(({ change }) => change)).every((change) => change === 'unchanged'),
    ).toBe(true);
    expect(plan.impact).toEqual(['Nothing changes on either director; the deploy only verifies.']);
  });

  it('is the same for the same input, and another one for another host state', () => {
    const drifted = planChange(seed, seed, (input) => {
      input.observed['director1']!.sysctls['net.ipv4.ip_forward'] = '0';
      return input;
    });
    expect(planChange(seed, seed).hash).toBe(planChange(seed, seed).hash);
    expect(drifted.hash).not.toBe(planChange(seed, seed).hash);
    expect(commandsOf(drifted)).toEqual(['sysctl -w net.ipv4.ip_forward=1']);
  });

  it('of a first deploy starts heartbeat on both inside one window, with the long timer', () => {
    const plan = planChange(undefined, seed);
    expect(plan).toMatchObject({ mode: 'together', timerSeconds: 240, deployable: true });
    expect(plan.hosts.map(({ daemonAction, baseRelease }) => [daemonAction, baseRelease])).toEqual([
      ['start-heartbeat', 'none'],
      ['start-heartbeat', 'none'],
    ]);
    expect(plan.hosts.map(({ role }) => role)).toEqual(['active', 'standby']);
    expect(commandsOf(plan)).toContain('ip rule add priority 100 iif eth0 fwmark 0x1 lookup 100 protocol 76');
    expect(commandsOf(plan)).toContain('ip route add local default dev lo table 100 proto 76');
    expect(commandsOf(plan)).toContain('ipvsadm -A -f 1 -s rr');
    expect(commandsOf(plan, 1)).not.toContain('ipvsadm -A -f 1 -s rr');
  });

  it('never shows the text of a secret file, and sees that it changed', () => {
    const secret = 'a'.repeat(40);
    const before = render(seed, secret).releases.map(redactRelease);
    const plan = planChange(seed, seed, (input) => ({ ...input, previous: { document: seed, releases: before } }));
    const file = plan.hosts[0]!.files.find(({ path }) => path === '/etc/ha.d/authkeys');
    expect(file).toMatchObject({ change: 'update', secret: true, diff: '' });
    expect(plan.hosts[0]!.daemonAction).toBe('restart-heartbeat');
    expect(JSON.stringify([plan, before])).not.toContain(secret);
  });
});

describe('the least action', () => {
  const rows: [string, (document: typeof seed) => void, string, string[], string][] = [
    [
      'a weight',
      (d) => void (d.pools[0]!.realServers[1]!.weight = 5),
      'reload-ldirectord',
      ['ipvsadm -e -f 1 -r 192.168.6.3:0 -m -w 5'],
      'real server 192.168.6.3 changes from weight 1 to 5',
    ],
    [
      'a new real server',
      (d) => void d.pools[0]!.realServers.push({ address: '192.168.6.9', weight: 2 }),
      'reload-ldirectord',
      ['ipvsadm -a -f 1 -r 192.168.6.9:0 -m -w 2'],
      'real server 192.168.6.9 is added',
    ],
    [
      'a real server that goes',
      (d) => void d.pools[0]!.realServers.pop(),
      'reload-ldirectord',
      ['ipvsadm -d -f 1 -r 192.168.6.3:0'],
      'real server 192.168.6.3 is removed',
    ],
    [
      'a scheduler',
      (d) => void (d.groups[0]!.scheduler = 'wlc'),
      'reload-ldirectord',
      ['ipvsadm -E -f 1 -s wlc'],
      'Group "everything" changes',
    ],
    [
      'persistence',
      (d) => void (d.groups[0]!.persistence = { timeoutSeconds: 600, netmask: '255.255.255.255' }),
      'reload-ldirectord',
      ['ipvsadm -E -f 1 -s rr -p 600'],
      'Group "everything" changes',
    ],
  ];
  it.each(rows)(
    'for %s reloads ldirectord, standby first, with the short timer',
    (_what, change, action, commands, summary) => {
      const plan = planChange(seed, changed(change));
      expect(plan).toMatchObject({ mode: 'rolling', timerSeconds: 60 });
      expect(plan.hosts.map(({ daemonAction }) => daemonAction)).toEqual([action, action]);
      expect(commandsOf(plan)).toEqual(expect.arrayContaining(commands));
      expect(plan.summary.join(' ')).toContain(summary);
    },
  );

  it('for a range touches no daemon', () => {
    const plan = planChange(
      seed,
      changed((d) => void (d.ranges[0]!.addresses = '192.168.0.0/25')),
    );
    expect(plan.hosts.map(({ daemonAction }) => daemonAction)).toEqual(['none', 'none']);
    expect(commandsOf(plan)).toEqual(
      expect.arrayContaining([
        'ip route add unreachable 192.168.0.0/25 table main proto 76',
        'ip route del unreachable 192.168.0.0/24 table main proto 76',
      ]),
    );
    expect(plan.impact).toContain('The mark rules change in one transaction: no packet sees half of them.');
  });

  const moved = changed((d) => {
    d.virtualAddresses.external = '192.168.7.241/24';
    d.virtualAddresses.internal = '192.168.6.241/24';
  });

  it('for virtual addresses restarts heartbeat on the standby, then on the active one, and says that it is one takeover', () => {
    const plan = planChange(seed, moved);
    expect(plan).toMatchObject({ mode: 'rolling-restart', timerSeconds: 240, deployable: true, problems: [] });
    expect(plan.hosts.map(({ daemonAction }) => daemonAction)).toEqual(['restart-heartbeat', 'restart-heartbeat']);
    expect(plan.impact).toEqual([
      'heartbeat starts anew on director2, which is standby: nobody notices.',
      'One takeover: director1 gives the virtual addresses up, director2 takes them and is the active director from then on. Nothing answers meanwhile, half a minute to a minute.',
      'Established connections can go on after it only where the sync daemon has told director2 about them lately; the others break.',
    ]);
  });

  it('knows the active director by the addresses that it holds now, also when all of them change', () => {
    const plan = planChange(seed, moved, (input) => {
      const { director1, director2 } = input.observed;
      return { ...input, observed: { director1: director2, director2: director1 } };
    });
    expect(plan.hosts.map(({ role }) => role)).toEqual(['standby', 'active']);
    expect(plan).toMatchObject({ deployable: true, problems: [] });
  });

  const withFile = (path: string, edit: (content: string) => string) => (input: PlanInput) => {
    const file = input.releases.map(({ files }) => files.find((each) => each.path === path)!);
    for (const each of file) each.content = edit(each.content);
    return input;
  };
  it.each([
    ['another key', withFile('/etc/ha.d/authkeys', (text) => text.replace(/k{40}/, 'x'.repeat(40))), 'together'],
    ['other times', withFile('/etc/ha.d/ha.cf', (text) => text.replace('deadtime 6', 'deadtime 9')), 'together'],
    [
      'another gateway',
      withFile('/etc/ha.d/ha.cf', (text) => text.replace(/^ping .*/m, 'ping 192.168.7.9')),
      'rolling-restart',
    ],
    ['another list of resources', withFile('/etc/ha.d/haresources', (text) => `${text}# more\n`), 'rolling-restart'],
  ])(
    'goes one after the other only where the two heartbeats understand each other meanwhile: %s',
    (_what, change, mode) => {
      const plan = planChange(seed, seed, change);
      expect(plan.hosts.map(({ daemonAction }) => daemonAction)).toEqual(['restart-heartbeat', 'restart-heartbeat']);
      expect(plan.mode).toBe(mode);
    },
  );

  it('starts a dead heartbeat on the standby without touching the one that runs', () => {
    const plan = planChange(
      seed,
      changed((d) => void (d.pools[0]!.realServers[1]!.weight = 5)),
      (input) => {
        input.observed['director2']!.daemons['heartbeat'] = 'stopped';
        return input;
      },
    );
    expect(plan.hosts.map(({ daemonAction }) => daemonAction)).toEqual(['reload-ldirectord', 'start-heartbeat']);
    expect(plan.mode).toBe('rolling-restart');
    expect(plan.impact).toEqual([
      'heartbeat starts anew on director2, which is standby: nobody notices.',
      'director1 keeps the virtual addresses.',
    ]);
  });

  it('starts ldirectord alone when it is dead on the active director under a heartbeat that runs', () => {
    const plan = planChange(seed, seed, (input) => {
      input.observed['director1']!.daemons['ldirectord'] = 'stopped';
      return input;
    });
    expect(plan.mode).toBe('rolling');
    expect(plan.hosts.map(({ daemonAction }) => daemonAction)).toEqual(['start-ldirectord', 'none']);
    expect(commandsOf(plan)).toEqual(['ldirectord ldirectord.cf start']);
    expect(plan.impact).toEqual([
      'ldirectord starts again on the active director and takes the services that stand; the virtual addresses do not move.',
    ]);
  });

  it('deletes an IPVS service of its own that is gone, and never looks at a foreign one', () => {
    const two = changed((d) => {
      d.ranges.push({ name: 'more', addresses: '198.51.100.0/24' });
      d.groups.push({
        name: 'more',
        mark: 2,
        matches: [{ range: 'more', protocol: 'any' }],
        scheduler: 'rr',
        pool: 'web',
      });
    });
    const plan = planChange(two, seed, (input) => {
      input.observed['director1']!.ipvs.push({
        key: 'fwm:77',
        mark: 77,
        family: 4,
        scheduler: 'rr',
        flags: [],
        realServers: [],
      });
      return input;
    });
    expect(commandsOf(plan)).toContain('ipvsadm -D -f 2');
    expect(commandsOf(plan).join(' ')).not.toContain('77');
  });
});

describe('what forbids a deploy', () => {
  it.each([
    [
      'an address of a director',
      {
        addresses: [
          { interface: 'eth2', family: 4 as const, address: '192.168.0.9', prefixLength: 24, scope: 'global' },
        ],
      },
      'lockout.host-address',
    ],
    [
      'the address that the console comes from',
      { sshConnection: '192.168.0.200 50000 10.0.0.4 22' },
      'lockout.host-address',
    ],
    [
      'the address that the console reaches',
      { sshConnection: '10.0.0.9 50000 192.168.0.4 22' },
      'lockout.host-address',
    ],
    ['a missing tool', { tools: ['ip'] }, 'host.tool-missing'],
    ['a module that the kernel does not have', { modules: { ip_vs_rr: false } }, 'host.module-missing'],
    ['a full disk', { freeKilobytes: 10 }, 'host.disk-full'],
    ['a read-only file system', { isWritable: false }, 'host.read-only'],
    ['another host name', { hostName: 'localhost' }, 'host.name'],
  ])('%s', (_what, more, code) => {
    const plan = planChange(seed, seed, (input) => ({
      ...input,
      facts: { ...input.facts, director2: facts('director2', more) },
    }));
    expect(codes(plan)).toContain(code);
    expect(plan.deployable).toBe(false);
  });

  it('a mark rule without a destination, and a rule that drops', () => {
    const plan = planChange(seed, seed, (input) => {
      input.releases[0]!.intent.always.chains[0]!.rules.push('-A LVS-CONSOLE -p tcp -m tcp --dport 22 -j DROP');
      return input;
    });
    expect(codes(plan)).toEqual(expect.arrayContaining(['lockout.unbounded', 'lockout.target']));
  });

  it.each([
    ['both are active', ['active', 'active'] as const, 'pair.both-active'],
    ['nobody is active although heartbeat runs', ['standby', 'standby'] as const, 'pair.none-active'],
  ])('%s', (_what, roles, code) => {
    const { releases } = render(seed);
    const plan = planChange(seed, seed, (input) => ({
      ...input,
      observed: { director1: deployedHost(releases[0]!, roles[0]), director2: deployedHost(releases[1]!, roles[1]) },
    }));
    expect(codes(plan)).toContain(code);
    expect(plan.deployable).toBe(false);
  });

  it('an armed transaction, and a director that could not be read', () => {
    const armed = planChange(seed, seed, (input) => {
      input.observed['director2']!.status.state = 'armed';
      return input;
    });
    expect(armed.deployable).toBe(false);
    const unread = planChange(seed, seed, (input) => ({
      ...input,
      observed: { ...input.observed, director2: undefined },
    }));
    expect(unread.hosts[1]).toMatchObject({ actions: [], baseRelease: 'unknown' });
    expect(unread.deployable).toBe(false);
  });
});
