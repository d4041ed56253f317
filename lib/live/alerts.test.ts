// Alerts: each rule's condition, what is not known, and patience in both directions.
import { describe, expect, it } from 'vitest';
import { composeLivePair } from '../core/live-pair';
import { neverRead } from '../core/never-read';
import { seedDocument } from '../core/seed';
import type { AlertRule } from '../core/views/alert';
import type { LiveHost } from '../core/views/live';
import { evaluateAlerts, type AlertInput } from './alert-rules';
import { trackAlerts, type TrackedAlerts } from './track-alerts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const document = seedDocument();
const [group] = document.groups;
const pool = document.pools.find(({ name }) => name === group!.pool)!;

/** Both directors as they should be. */
function hostOf(director: string, role: 'active' | 'standby', change: Partial<LiveHost> = {}): LiveHost {
  const services = document.groups.map(({ mark, scheduler, pool: name }) => ({
    ...{ key: `fwm:${mark}`, mark, family: 4 as const, scheduler, flags: [] },
    realServers: document.pools
      .find((each) => each.name === name)!
      .realServers.map(({ address, weight }) => ({ address, port: 0, forwarding: 'masq' as const, weight })),
  }));
  return {
    ...neverRead(director),
    ...{ role, readAt: new Date(NOW - 1_000).toISOString(), services: role === 'active' ? services : [] },
    syncDaemon: [{ role: role === 'active' ? 'master' : 'backup', interface: 'eth1', syncId: 1 }],
    drift: { state: 'none', items: [], more: 0 },
    release: { live: '6-b', confirmed: '6-b', transaction: '' },
    ...change,
  };
}

const well = [hostOf('director1', 'active'), hostOf('director2', 'standby')] as const;
const inputOf = (hosts: readonly LiveHost[], change: Partial<AlertInput> = {}): AlertInput => ({
  pair: composeLivePair('t', [...hosts], NOW),
  ...{ document, lastDeploy: undefined, failedDeploy: undefined, ...change },
});
const holdingOf = (hosts: readonly LiveHost[], change?: Partial<AlertInput>) =>
  evaluateAlerts(inputOf(hosts, change), NOW).holding.map(({ rule, subject }) => [rule, subject]);
const withServers = (
  edit: (servers: LiveHost['services'][number]['realServers']) => LiveHost['services'][number]['realServers'],
) => well[0].services.map((service) => ({ ...service, realServers: edit(service.realServers) }));
const unreachable = { code: 'unreachable', message: 'no route to host', since: '' };

describe('rules', () => {
  it('are silent about a pair as it should be', () => {
    expect(holdingOf(well)).toEqual([]);
  });

  const [first] = pool.realServers;
  it.each<[string, readonly LiveHost[], Partial<AlertInput>, string[][]]>([
    ['both directors active', [well[0], hostOf('director2', 'active')], {}, [['split-brain', '']]],
    ['none active', [hostOf('director1', 'standby'), well[1]], {}, [['no-active', '']]],
    [
      'a standby that cannot be read',
      [well[0], { ...well[1], problem: unreachable }],
      {},
      [['director-unreachable', 'director2']],
    ],
    [
      'a director whose readings stopped',
      [well[0], { ...well[1], readAt: new Date(NOW - 60_000).toISOString() }],
      {},
      [['director-unreachable', 'director2']],
    ],
    [
      'a real server at weight 0',
      [
        {
          ...well[0],
          services: withServers((all) =>
            all.map((each) => (each.address === first!.address ? { ...each, weight: 0 } : each)),
          ),
        },
        well[1],
      ],
      {},
      [['real-server-down', `${pool.name} ${first!.address}`]],
    ],
    [
      'a real server out of the table',
      [
        { ...well[0], services: withServers((all) => all.filter(({ address }) => address !== first!.address)) },
        well[1],
      ],
      {},
      [['real-server-down', `${pool.name} ${first!.address}`]],
    ],
    [
      'a pool without any',
      [{ ...well[0], services: withServers(() => []) }, well[1]],
      {},
      [
        ...pool.realServers.map(({ address }) => ['real-server-down', `${pool.name} ${address}`]),
        ['pool-empty', group!.name],
      ],
    ],
    ['drift', [{ ...well[0], drift: { state: 'drift', items: [], more: 2 } }, well[1]], {}, [['drift', 'director1']]],
    [
      'a sync daemon that is gone',
      [{ ...well[0], syncDaemon: [] }, well[1]],
      {},
      [['sync-daemon-silent', 'director1']],
    ],
    [
      'a deploy that was rolled back',
      well,
      { lastDeploy: { number: 7, state: 'rolled-back' } },
      [['deploy-rolled-back', 'deploy 7']],
    ],
  ])('tell of %s', (_what, hosts, change, expected) => {
    expect(holdingOf(hosts, change)).toEqual(expected);
  });

  it.each<[string, readonly LiveHost[], Partial<AlertInput>]>([
    [
      'a director that nobody has accepted',
      [well[0], { ...neverRead('director2'), problem: { ...unreachable, code: 'untrusted' } }],
      {},
    ],
    [
      'a takeover after a power cut',
      [
        { ...well[0], roleSince: new Date(NOW - 60_000).toISOString() },
        hostOf('director2', 'active', { roleSince: new Date(NOW - 500).toISOString() }),
      ],
      {},
    ],
    ['a director without a guard yet', [well[0], { ...neverRead('director2'), problem: unreachable }], {}],
    [
      'a pair in its first deploy, that nobody has made active yet',
      [hostOf('director1', 'standby'), well[1]],
      { document: undefined },
    ],
    [
      'a pair that was never deployed',
      [{ ...well[0], services: [], syncDaemon: [] }, well[1]],
      { document: undefined },
    ],
    [
      'a single director without a sync daemon',
      [{ ...well[0], syncDaemon: [] }, well[1]],
      { document: { ...document, stack: 'single' } },
    ],
    [
      'a real server whose weight is meant to be 0',
      [
        { ...well[0], services: withServers((all) => all.filter(({ address }) => address !== first!.address)) },
        well[1],
      ],
      {
        document: {
          ...document,
          pools: document.pools.map((each) => ({
            ...each,
            realServers: each.realServers.map((server) =>
              server.address === first!.address ? { ...server, weight: 0 } : server,
            ),
          })),
        },
      },
    ],
    ['a deploy that was verified', well, { lastDeploy: { number: 8, state: 'verified' } }],
  ])('do not tell of %s', (_what, hosts, change) => {
    expect(holdingOf(hosts, change)).toEqual([]);
  });

  it('say what is not known while a director cannot be read', () => {
    const gone = [{ ...well[0], problem: unreachable }, well[1]];
    const { isUnknown } = evaluateAlerts(inputOf(gone), NOW);
    const unknown = (rule: AlertRule, subject = '') => isUnknown({ rule, subject });
    expect([
      unknown('split-brain'),
      unknown('real-server-down', 'x'),
      unknown('drift', 'director1'),
      unknown('drift', 'director2'),
    ]).toEqual([true, true, true, false]);
    expect([unknown('director-unreachable', 'director1'), unknown('deploy-rolled-back', 'deploy 1')]).toEqual([
      false,
      false,
    ]);
  });
});

describe('a deploy that failed', () => {
  const failed = { number: 7, state: 'failed' as const, outcome: 'The other director keeps 7-a.' };
  const newer = hostOf('director1', 'active', { release: { live: '7-a', confirmed: '7-a', transaction: '' } });
  const attempt = { number: 8, state: 'rolled-back' as const };
  const told = (hosts: readonly LiveHost[], lastDeploy: AlertInput['lastDeploy'] = failed) =>
    evaluateAlerts(inputOf(hosts, { lastDeploy, failedDeploy: failed }), NOW)
      .holding.filter(({ rule }) => rule.startsWith('deploy-'))
      .map(({ rule, subject, severity }) => [rule, subject, severity]);
  const critical = ['deploy-failed', 'deploy 7', 'critical'];

  it('is critical while the directors have confirmed different releases, and names them', () => {
    expect(told([newer, well[1]])).toEqual([critical]);
    const { holding } = evaluateAlerts(inputOf([newer, well[1]], { lastDeploy: failed, failedDeploy: failed }), NOW);
    expect(holding.find(({ rule }) => rule === 'deploy-failed')?.sentence).toBe(
      'Deploy 7 failed. The other director keeps 7-a. director1 has confirmed 7-a, director2 has confirmed 6-b.',
    );
  });

  it('is critical while one of them cannot say what it runs', () => {
    expect(told([newer, { ...newer, director: 'director2', problem: unreachable }])).toEqual([critical]);
  });

  it('is a warning when both say the same', () => {
    expect(told(well)).toEqual([['deploy-failed', 'deploy 7', 'warning']]);
  });

  it('stays told after an attempt that came to nothing, until both directors are the same again', () => {
    const rolledBack = ['deploy-rolled-back', 'deploy 8', 'warning'];
    expect(told([newer, well[1]], attempt)).toEqual([rolledBack, critical]);
    expect(told(well, attempt)).toEqual([rolledBack]);
  });
});

/** Steps of a second: `x` the condition holds, `.` it does not, `?` nothing is known. Told: second and event. */
function play(rule: AlertRule, story: string): string[] {
  let tracked: TrackedAlerts = new Map();
  return [...story].flatMap((letter, second) => {
    const condition = { rule, subject: 'a', severity: 'warning' as const, sentence: '' };
    const evaluation = { holding: letter === 'x' ? [condition] : [], isUnknown: () => letter === '?' };
    const step = trackAlerts(tracked, evaluation, NOW + second * 1000);
    tracked = step.tracked;
    return [...step.raised.map(() => `${second} raised`), ...step.cleared.map(() => `${second} cleared`)];
  });
}

describe('patience', () => {
  it.each([
    ['begins only after the condition held for its time', 'xxxxxxxx', ['6 raised']],
    ['forgets a condition that was gone in between', 'xxxxx.xxxxx', []],
    ['ends only after it was gone for its time', 'xxxxxxx..............', ['6 raised', '16 cleared']],
    ['does not end while the condition comes and goes', 'xxxxxxx.....x.....x.....x', ['6 raised']],
    [
      'keeps what is not known as it is, and begins counting its end anew afterwards',
      'xxxxxxx.....????????..........',
      ['6 raised', '29 cleared'],
    ],
    ['does not begin by not knowing', 'xxx??????', []],
    ['begins again after its end', 'xxxxxxx...........xxxxxxx', ['6 raised', '16 cleared', '24 raised']],
  ])('%s', (_what, story, expected) => {
    expect(play('no-active', story)).toEqual(expected);
  });

  it('is none for a deploy: it is over', () => {
    expect(play('deploy-rolled-back', '.x.')).toEqual(['1 raised', '2 cleared']);
  });

  it('for a deploy that failed lasts until both directors were read after its end', () => {
    expect(play('deploy-failed', 'xxxxxxxxxxxx.')).toEqual(['10 raised', '12 cleared']);
  });
});
