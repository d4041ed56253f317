// Every area of drift both ways: seen when somebody changed it, not seen when the director is as released or a health check did it.
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '../core/document';
import type { IpvsRealServer } from '../core/kernel-state';
import { resolveTopology } from '../core/resolve';
import { scrubText } from '../core/scrub-secrets';
import { seedDocument } from '../core/seed';
import { redactRelease } from './diff-files';
import { findDrift, type ExpectedRelease, type FoundDrift } from './find-drift';
import { ANY_WAY, healthWaysOf } from './health-made';
import type { ObservedHost } from './observed-host';
import { changed, deployedHost, planChange, render } from './test-observed';

const RELEASE = '1-aaaaaaaa';
const [release] = render(seedDocument()).releases;

function expectedOf(more: Partial<ExpectedRelease> = {}): ExpectedRelease {
  const { intent, files } = redactRelease(release!);
  const host = { intent, daemons: ['heartbeat'] };
  return { release: RELEASE, revision: 1, host, files, healthWays: ANY_WAY, ...more };
}

function withThresholds(): TopologyDocument {
  const document = seedDocument();
  Object.assign(document.pools[0]!.realServers[0]!, { upperThreshold: 100, lowerThreshold: 50 });
  return document;
}

type Change = (host: ObservedHost) => void;

function find(change: Change, more: Partial<ExpectedRelease> = {}, role: 'active' | 'standby' = 'active') {
  const host = deployedHost(release!, role, RELEASE);
  change(host);
  return findDrift(expectedOf(more), host);
}

function findItems(...args: Parameters<typeof find>): FoundDrift[] {
  const found = find(...args);
  if (found === 'paused') throw new Error('paused');
  return found;
}

const only = (...args: Parameters<typeof find>): FoundDrift => {
  const items = findItems(...args);
  expect(items.map(({ sentence }) => sentence)).toHaveLength(1);
  return items[0]!;
};
const firstService = (host: ObservedHost) => host.ipvs[0]!;
const firstServer = (host: ObservedHost) => firstService(host).realServers[0]!;

describe('a director as released', () => {
  it.each(['active', 'standby'] as const)('has no drift when it is %s', (role) => {
    expect(find(() => undefined, {}, role)).toEqual([]);
  });

  it.each(['staged', 'checked', 'armed', 'switched'] as const)('is not judged while a transaction is %s', (state) => {
    const change: Change = (host) => {
      host.status = { ...host.status, state };
      host.firewall = [];
    };
    expect(find(change)).toBe('paused');
  });
});

describe('thresholds of a real server', () => {
  const { releases } = render(withThresholds());
  const findIn = (realServer: Partial<IpvsRealServer>) => {
    const host = deployedHost(releases[0]!, 'active', RELEASE);
    Object.assign(firstServer(host), realServer);
    const { intent } = releases[0]!;
    return findDrift(expectedOf({ host: { intent, daemons: ['heartbeat'] } }), host);
  };

  it.each<[string, Partial<IpvsRealServer>, string]>([
    ['another upper one', { upperThreshold: 70 }, 'masq weight 1, upper threshold 70, lower threshold 50'],
    ['another lower one', { lowerThreshold: 0 }, 'masq weight 1, upper threshold 100'],
    ['none, as after ipvsadm -e without them', { upperThreshold: 0, lowerThreshold: 0 }, 'masq weight 1'],
    [
      'another one of a dead one',
      { weight: 0, upperThreshold: 70 },
      'masq weight 0, upper threshold 70, lower threshold 50',
    ],
  ])('are drift: %s', (_what, realServer, observed) => {
    const [item, ...others] = findIn(realServer) as FoundDrift[];
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      ...{ area: 'real-server', observed, expected: 'masq weight 1, upper threshold 100, lower threshold 50' },
      command: 'ipvsadm -e -f 1 -r 192.168.6.2:0 -m -w 1 -x 100 -y 50',
      adopt: { kind: 'no' },
    });
  });

  it.each<[string, Partial<IpvsRealServer>]>([
    ['as released', {}],
    ['none, of one that ldirectord found dead', { weight: 0, upperThreshold: 0, lowerThreshold: 0 }],
    ['not told by an older guard', { upperThreshold: undefined, lowerThreshold: undefined }],
  ])('are no drift: %s', (_what, realServer) => {
    expect(findIn(realServer)).toEqual([]);
  });

  it('are drift where none are wanted', () => {
    const item = only((host) => Object.assign(firstServer(host), { upperThreshold: 9, lowerThreshold: 0 }));
    expect([item.expected, item.observed]).toEqual(['masq weight 1', 'masq weight 1, upper threshold 9']);
  });
});

describe('what health checks do', () => {
  it.each<[string, Change]>([
    ['a dead real server with weight 0', (host) => (firstServer(host).weight = 0)],
    ['a dead real server that is out of the table', (host) => firstService(host).realServers.shift()],
    [
      'the fallback alone, when every real server is out',
      (host) => (firstService(host).realServers = [{ address: '127.0.0.1', port: 0, forwarding: 'local', weight: 1 }]),
    ],
    [
      'the fallback beside real servers of weight 0',
      (host) => {
        for (const server of firstService(host).realServers) server.weight = 0;
        firstService(host).realServers.push({ address: '127.0.0.1', port: 0, forwarding: 'gate', weight: 1 });
      },
    ],
  ])('is no drift: %s', (_what, change) => {
    expect(find(change)).toEqual([]);
  });

  it('never takes a real server out of a quiescent pool: that was done by hand', () => {
    const address = release!.intent.active.ipvs[0]!.realServers[0]!.address;
    const item = only((host) => firstService(host).realServers.shift(), {
      healthWays: { weightless: [release!.intent.active.ipvs[0]!.key], removed: [] },
    });
    expect(item).toMatchObject({
      area: 'real-server',
      observed: 'not there',
      adopt: { kind: 'remove-server', address },
    });
  });
});

describe('what somebody changed by hand', () => {
  it('is weight 0 where the checks take a dead real server out of the table', () => {
    const healthWays = healthWaysOf(resolveTopology(seedDocument()).topology!);
    expect(healthWays.removed).toContain(release!.intent.active.ipvs[0]!.key);
    const item = only((host) => (firstServer(host).weight = 0), { healthWays });
    expect(item).toMatchObject({ area: 'real-server', expected: 'masq weight 1', observed: 'masq weight 0' });
  });

  it.each<[string, Change, Partial<FoundDrift>]>([
    [
      'the weight of a real server',
      (host) => (firstServer(host).weight = 7),
      { area: 'real-server', expected: 'masq weight 1', observed: 'masq weight 7' },
    ],
    [
      'the forwarding of a real server',
      (host) => (firstServer(host).forwarding = 'gate'),
      { area: 'real-server', expected: 'masq weight 1', observed: 'gate weight 1' },
    ],
    [
      'a real server beside ours',
      (host) =>
        firstService(host).realServers.push({ address: '192.168.6.77', port: 0, forwarding: 'masq', weight: 1 }),
      { area: 'real-server', expected: 'not there', observed: 'masq weight 1' },
    ],
    [
      'the scheduler',
      (host) => (firstService(host).scheduler = 'wlc'),
      { area: 'ipvs-service', expected: '-f 1 -s rr' },
    ],
    ['a service', (host) => host.ipvs.shift(), { area: 'ipvs-service', observed: 'not there' }],
    [
      'a mark rule',
      (host) => host.firewall.find(({ name }) => name === 'mangle')!.rules.splice(1, 1),
      { area: 'mark-rules', observed: 'not there' },
    ],
    [
      'a foreign rule in our chain',
      (host) =>
        host.firewall
          .find(({ name }) => name === 'nat')!
          .rules.push({ chain: 'LVS-CONSOLE-NAT', text: '-A LVS-CONSOLE-NAT -j RETURN', line: 9 }),
      { area: 'nat-rules', expected: 'not there', observed: '-A LVS-CONSOLE-NAT -j RETURN' },
    ],
    ['the local route', (host) => host.routes.shift(), { area: 'delivery', observed: 'not there' }],
    ['a policy rule', (host) => host.policyRules.shift(), { area: 'delivery', observed: 'not there' }],
    [
      'forwarding of packets',
      (host) => (host.sysctls['net.ipv4.ip_forward'] = '0'),
      { area: 'sysctl', what: 'net.ipv4.ip_forward', expected: '1', observed: '0' },
    ],
    ['a module', (host) => (host.modules = host.modules.filter((name) => name !== 'ip_vs_rr')), { area: 'module' }],
    ['a virtual address', (host) => host.addresses.shift(), { area: 'address', observed: 'not held' }],
    ['the sync daemon', (host) => (host.syncDaemons = []), { area: 'daemon', observed: 'stopped' }],
    ['heartbeat', (host) => (host.daemons['heartbeat'] = 'stopped'), { area: 'daemon', what: 'heartbeat' }],
    [
      'the release that is confirmed',
      (host) => (host.status = { ...host.status, confirmed: '9-bbbbbbbb', live: '9-bbbbbbbb' }),
      { area: 'release', expected: RELEASE, observed: '9-bbbbbbbb' },
    ],
    [
      'the release whose files are in place',
      (host) => (host.status = { ...host.status, live: '9-bbbbbbbb' }),
      { area: 'release', expected: RELEASE, observed: '9-bbbbbbbb' },
    ],
  ])('is drift: %s', (_what, change, wanted) => {
    expect(only(change)).toMatchObject(wanted);
  });

  it('is one item for each rule of a chain that was flushed, and the jump to it stays', () => {
    const rules = release!.intent.always.chains.find(({ table }) => table === 'mangle')!.rules;
    const items = findItems((host) => {
      const mangle = host.firewall.find(({ name }) => name === 'mangle')!;
      mangle.rules = mangle.rules.filter(({ chain }) => chain !== 'LVS-CONSOLE');
    });
    expect(items.map(({ expected }) => expected)).toEqual(rules);
  });

  it('is a service on the standby, where none belongs', () => {
    const service = release!.intent.active.ipvs[0]!;
    const item = only((host) => host.ipvs.push(structuredClone(service)), {}, 'standby');
    expect(item).toMatchObject({ area: 'ipvs-service', expected: 'not there' });
  });
});

describe('files', () => {
  const path = '/etc/ha.d/ldirectord.cf';

  it('are told with a diff from the release to what is there', () => {
    const { content } = release!.files.find((file) => file.path === path)!;
    const text = content.replace('checktype', 'checktypo');
    const item = only((host) => (host.files = [{ path, kind: 'changed', text }]));
    expect(item).toMatchObject({ area: 'file', what: path, adopt: { kind: 'no' } });
    expect(item.diff).toMatch(/^-\s*checktype/m);
    expect(item.diff).toMatch(/^\+\s*checktypo/m);
  });

  it('of a secret are told without their content', () => {
    const secret = release!.files.find((file) => file.secret)!;
    const item = only((host) => (host.files = [{ path: secret.path, kind: 'replaced', text: 'key' }]));
    expect(item.diff).toBeUndefined();
    expect(JSON.stringify(item)).not.toContain('kkkk');
  });

  it('are put back by a plan of the same revision, with what their daemon needs', () => {
    const document = seedDocument();
    const plan = planChange(document, document, (input) => {
      input.observed['director1']!.files = [{ path, kind: 'replaced', text: 'other\n' }];
      return input;
    });
    const [first, second] = plan.hosts;
    expect(first!.files.filter(({ change }) => change !== 'unchanged')).toMatchObject([{ path, change: 'update' }]);
    expect(first!.files.find((file) => file.path === path)!.diff).toMatch(/^-other$/m);
    expect([first!.daemonAction, second!.daemonAction]).toEqual(['reload-ldirectord', 'none']);
  });

  describe('that hold a secret by hand', () => {
    /** As it is read: without the secret. */
    const readBack = (text: string) => scrubText(text, []);
    const withToken = (token: string) => `request = "/?token=${token}"\n`;
    const files = [{ path, mode: '0644', content: withToken('hunter2'), secret: false, purpose: 'It checks.' }];
    const told = (text: string) => only((host) => (host.files = [{ path, kind: 'changed', text }]), { files });

    it('are drift also when nothing else differs, and it is said that the rest is the same', () => {
      expect(told(readBack(withToken('zebra')))).toMatchObject({
        sentence: `${path} was changed by hand. Apart from secrets, which are not shown, its lines are those of the release.`,
        diff: '',
      });
    });

    it('show what else differs, and no secret of either side', () => {
      const { diff } = told(readBack(`${withToken('zebra')}weight = 7\n`));
      expect(diff).toMatch(/^\+weight = 7$/m);
      expect(diff).not.toMatch(/hunter2|zebra/);
      expect(diff).not.toMatch(/^[-+]request/m);
    });

    it.each([
      ['alone', '', ''],
      ['beside something else', 'weight = 7\n', '-weight = 7'],
    ])('are put back by a plan of the same revision, which shows no secret: %s', (_how, more, shown) => {
      const document = seedDocument();
      const plan = planChange(document, document, (input) => {
        for (const { files: own } of [...input.releases, ...(input.previous?.releases ?? [])])
          own.find((file) => file.path === path)!.content = withToken('hunter2');
        const text = readBack(`${withToken('zebra')}${more}`);
        input.observed['director1']!.files = [{ path, kind: 'changed', text }];
        return input;
      });
      expect(plan.hosts[0]!.daemonAction).toBe('reload-ldirectord');
      const file = plan.hosts[0]!.files.find((each) => each.path === path)!;
      expect(file.change).toBe('update');
      expect(file.reason.includes('Apart from secrets')).toBe(more === '');
      expect(file.diff).toContain(shown);
      expect(JSON.stringify(plan)).not.toMatch(/hunter2|zebra/);
    });
  });
});

describe('a plan of the same revision', () => {
  it.each<[string, Change, string]>([
    ['a weight', (host) => (firstServer(host).weight = 7), 'ipvsadm -e -f 1 -r 192.168.6.2:0 -m -w 1'],
    ['a scheduler', (host) => (firstService(host).scheduler = 'wlc'), 'ipvsadm -E -f 1 -s rr'],
    ['a service', (host) => host.ipvs.shift(), 'ipvsadm -A -f 1 -s rr'],
  ])('mends %s of the active director through its daemon', (_what, change, command) => {
    const document = seedDocument();
    const [first] = planChange(document, document, (input) => {
      change(input.observed['director1']!);
      return input;
    }).hosts;
    expect(first!.actions.map((action) => action.command)).toContain(command);
    expect(first!.daemonAction).toBe('reload-ldirectord');
  });

  it('has ldirectord bring back a real server that hands took out of a quiescent pool', () => {
    const document = changed((next) => (next.pools[0]!.quiescent = true));
    const [first] = planChange(document, document, (input) => {
      firstService(input.observed['director1']!).realServers.shift();
      return input;
    }).hosts;
    expect(first!.daemonAction).toBe('reload-ldirectord');
  });

  it('leaves a real server alone that a health check took out', () => {
    const document = seedDocument();
    const planAfter = (change: Change) =>
      planChange(document, document, (input) => {
        change(input.observed['director1']!);
        return input;
      }).hosts[0]!;
    expect(planAfter((host) => firstService(host).realServers.shift()).daemonAction).toBe('none');
    // This pool's checks take a dead one out: weight 0 was set by hand, and ldirectord puts it right when it reads its file again.
    expect(planAfter((host) => (firstServer(host).weight = 0)).daemonAction).toBe('reload-ldirectord');
  });
});

describe('adoption', () => {
  it.each<[string, Change, object]>([
    ['a weight', (host) => (firstServer(host).weight = 7), { kind: 'weight', service: 'fwm:1', weight: 7 }],
    [
      'a scheduler with persistence',
      (host) => Object.assign(firstService(host), { scheduler: 'wlc', persistenceSeconds: 300 }),
      { kind: 'service', service: 'fwm:1', scheduler: 'wlc', persistenceSeconds: 300 },
    ],
    ['a forwarding method', (host) => (firstServer(host).forwarding = 'ipip'), { kind: 'no' }],
    ['a rule', (host) => host.firewall[0]!.rules.pop(), { kind: 'no' }],
  ])('of %s is said, or why it cannot be', (_what, change, adopt) => {
    expect(only(change).adopt).toMatchObject(adopt);
  });

  it('gives another id to another hand-made value, and the same one to the same', () => {
    const weighs = (weight: number) => only((host) => (firstServer(host).weight = weight)).id;
    expect(weighs(7)).toBe(weighs(7));
    expect(weighs(7)).not.toBe(weighs(8));
  });
});

it('of another topology is still judged by its own release', () => {
  const [other] = render(changed((document) => (document.pools[0]!.realServers[0]!.weight = 5))).releases;
  const host = { intent: other!.intent, daemons: ['heartbeat'] };
  expect(only(() => undefined, { host })).toMatchObject({ expected: 'masq weight 5', observed: 'masq weight 1' });
});
