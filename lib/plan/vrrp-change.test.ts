// What two keepalived must agree on to hear each other comes to both in one window; everything else goes to the standby first.
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '../core/document';
import { resolveTopology } from '../core/resolve';
import { forecastTraffic } from './forecast-traffic';
import type { PlanInput } from './plan-pair';
import { changed, emptyHost, planChange, render } from './test-observed';

const PATH = '/etc/keepalived/keepalived.conf';
const seed = changed((document) => void (document.stack = 'keepalived'));
const with_ = (change: (document: TopologyDocument) => void): TopologyDocument => {
  const document = structuredClone(seed);
  change(document);
  return document;
};
type Edit = (input: PlanInput) => void;
const NAMES = ['director1', 'director2'];

/** keepalived runs on the directors that are named; director1 is active. */
function plan(
  before: TopologyDocument | undefined,
  next: TopologyDocument,
  edit: Edit = () => undefined,
  run: readonly string[] = NAMES,
) {
  return planChange(before, next, (input) => {
    for (const name of NAMES) {
      const keepalived = run.includes(name) ? 'running' : 'stopped';
      input.observed[name]!.daemons = { heartbeat: 'stopped', ldirectord: 'stopped', keepalived };
      input.facts[name]!.tools.push('keepalived');
    }
    edit(input);
    return input;
  });
}

const fileOf = (release: PlanInput['releases'][number]) => release.files.find(({ path }) => path === PATH)!;
/** As if an earlier console had written the file in this way. */
const wroteBefore =
  (edit: (text: string) => string, directors: readonly string[] = NAMES): Edit =>
  ({ previous }) => {
    for (const release of previous!.releases.filter(({ director }) => directors.includes(director)))
      fileOf(release).content = edit(fileOf(release).content);
  };
const ELECTION =
  'Until both have it and one of them has won, some seconds, neither director or both may hold the virtual addresses; either may be the active one from then on.';

describe('both directors change in one window', () => {
  it.each<[string, TopologyDocument, Edit | undefined, string]>([
    [
      'the name, from which the identifiers are derived',
      with_((d) => void (d.name = 'another')),
      undefined,
      'virtual_router_id of EXTERNAL, virtual_router_id of INTERNAL',
    ],
    [
      'an identifier',
      with_((d) => void (d.vrrp = { externalRouterId: 77, advertSeconds: 1 })),
      undefined,
      'virtual_router_id of EXTERNAL',
    ],
    [
      'the time between adverts',
      with_((d) => void (d.vrrp = { advertSeconds: 3 })),
      undefined,
      'advert_int of EXTERNAL, advert_int of INTERNAL',
    ],
    [
      'the virtual addresses',
      with_((d) => void (d.virtualAddresses.external = '192.168.7.241/24')),
      undefined,
      'virtual_ipaddress of EXTERNAL',
    ],
    [
      'the address of a director, to which its peer speaks',
      with_((d) => void (d.directors[1]!.internal.address = '192.168.6.9/24')),
      undefined,
      'unicast_peer of INTERNAL, unicast_src_ip of INTERNAL',
    ],
    [
      'what an earlier console wrote and this one does not',
      seed,
      wroteBefore((text) =>
        text.replaceAll('advert_int 1', 'advert_int 1\n    authentication {\n        auth_pass x\n    }'),
      ),
      'authentication of EXTERNAL, authentication of INTERNAL',
    ],
    [
      'an instance',
      seed,
      wroteBefore((text) => text.replace(/vrrp_instance INTERNAL \{[^]*?\n\}\n/, '')),
      'instance INTERNAL',
    ],
  ])('for %s, and the plan says why and what it costs', (_what, next, edit, words) => {
    const made = plan(seed, next, edit);
    expect(made).toMatchObject({ mode: 'together', timerSeconds: 240, deployable: true, problems: [] });
    expect(made.hosts.map(({ daemonAction }) => daemonAction)).toEqual(['reload-keepalived', 'reload-keepalived']);
    expect(made.impact[0]).toBe(`The two keepalived must agree on what changes here to hear each other: ${words}.`);
    expect(made.impact).toContain(ELECTION);
    expect(made.impact.join(' ')).not.toMatch(/do not move|not restarted/);
  });

  it('for a change on one of them, as what keepalived says to itself may move the addresses, too', () => {
    const made = plan(
      seed,
      seed,
      wroteBefore((text) => text.replace('interface eth0', 'interface eth9'), ['director2']),
    );
    expect(made.mode).toBe('together');
    expect(made.impact[0]).toContain('interface of EXTERNAL.');
  });

  it('for what somebody wrote by hand into a file that its keepalived may have taken over', () => {
    const byHand = (edit: (text: string) => string) => (input: PlanInput) => {
      for (const release of input.releases)
        input.observed[release.director]!.files = [
          { path: PATH, kind: 'changed', text: edit(fileOf(release).content) },
        ];
    };
    const made = plan(
      seed,
      seed,
      byHand((text) => text.replace('advert_int 1', 'advert_int 2')),
    );
    expect(made.mode).toBe('together');
    expect(made.impact[0]).toContain('advert_int of EXTERNAL.');
    expect(
      plan(
        seed,
        seed,
        byHand((text) => text.replace('weight 1', 'weight 9')),
      ).mode,
    ).toBe('rolling');
    const hidden = plan(
      seed,
      seed,
      byHand((text) => `${text}include /etc/keepalived/more.conf\n`),
    );
    expect(hidden.mode).toBe('together');
    expect(hidden.impact[0]).toContain('What keepalived runs with on director1 and director2 is not known');
  });

  it.each<[string, readonly string[], string, string[]]>([
    ['on both', NAMES, 'director1 and director2', ['reload-keepalived', 'reload-keepalived']],
    ['on the active one alone', ['director1'], 'director1', ['reload-keepalived', 'start-keepalived']],
  ])('for the first deploy over a keepalived that runs by hand %s', (_where, run, unknown, actions) => {
    const made = plan(
      undefined,
      seed,
      ({ observed, releases }) => {
        const { virtualAddresses } = releases[0]!.intent.active;
        observed['director1']!.addresses = virtualAddresses.map(({ interface: device, ...held }) => ({
          ...held,
          ...{ interface: device, family: 4 as const, scope: 'global' },
        }));
      },
      run,
    );
    expect(made).toMatchObject({ mode: 'together', deployable: true });
    expect(made.hosts.map(({ daemonAction }) => daemonAction)).toEqual(actions);
    expect(made.impact[0]).toBe(
      `What keepalived runs with on ${unknown} is not known to the console, and the two must agree on it to hear each other.`,
    );
    expect(made.impact).toContain(ELECTION);
  });

  it('for a director that was set up anew and whose keepalived somebody configured by hand', () => {
    const made = plan(seed, seed, ({ observed }) => {
      observed['director2']!.status = emptyHost().status;
    });
    expect(made.hosts.map(({ baseRelease }) => baseRelease)).toEqual(['1-aaaaaaaa', 'none']);
    expect(made.mode).toBe('together');
    expect(made.impact[0]).toContain('on director2 is not known');
  });
});

describe('the standby changes first', () => {
  it.each<[string, TopologyDocument, Edit | undefined]>([
    ['a weight', with_((d) => void (d.pools[0]!.realServers[1]!.weight = 5)), undefined],
    ['who begins where nobody is active', seed, wroteBefore((text) => text.replaceAll(/priority \d+/g, 'priority 90'))],
  ])('for %s: the two hear each other all the time', (_what, next, edit) => {
    const made = plan(seed, next, edit);
    expect(made).toMatchObject({ mode: 'rolling', timerSeconds: 60, deployable: true });
    expect(made.hosts.map(({ daemonAction }) => daemonAction)).toEqual(['reload-keepalived', 'reload-keepalived']);
    expect(made.impact[0]).toContain('the virtual addresses do not move.');
  });

  it('where its dead keepalived is started beside one that says the same', () => {
    const made = plan(seed, seed, undefined, ['director1']);
    expect(made.hosts.map(({ daemonAction }) => daemonAction)).toEqual(['none', 'start-keepalived']);
    expect(made.mode).toBe('rolling-restart');
  });

  it('starts nothing alone where the one that runs gets other words', () => {
    const next = with_((d) => void (d.name = 'another'));
    const made = plan(seed, next, undefined, ['director1']);
    expect(made.hosts.map(({ daemonAction }) => daemonAction)).toEqual(['reload-keepalived', 'start-keepalived']);
    expect(made.mode).toBe('together');
  });
});

describe('the forecast', () => {
  it('tells the time of an election and that connections may end, where the addresses may move', () => {
    const next = with_((d) => void (d.vrrp = { advertSeconds: 2 }));
    const { mode, hosts } = plan(seed, next);
    const [old, planned] = [render(seed), render(next)];
    const services = structuredClone(old.releases[0]!.intent.active.ipvs).map((service) => ({
      ...service,
      realServers: service.realServers.map((server) => ({ ...server, activeConnections: 4, inactiveConnections: 0 })),
    }));
    const { interruption, groups } = forecastTraffic({
      ...{ mode, host: hosts[0]!, release: planned.releases[0]!, previous: old.releases[0]! },
      ...{ topology: planned.topology, base: resolveTopology(seed).topology! },
      traffic: { director: 'director1', isSyncing: true, services, listing: { rows: [], isWhole: true } },
    });
    expect(interruption).toEqual({ kind: 'restart', seconds: { from: 0, to: 8 }, sentences: [] });
    expect(groups[0]?.connections).toMatchObject({ now: 8, kept: 0, uncertain: 8 });
    expect(groups[0]?.reasons).toEqual(['Its packets may come to the other director from then on.']);
  });
});
