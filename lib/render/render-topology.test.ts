import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '../core/document';
import { InvariantError } from '../core/errors';
import { hostReleaseSchema } from '../core/release';
import { seedDocument } from '../core/seed';
import { parseIpvsadmSave } from '../parse/ipvsadm-save';
import { renderTopology } from './render-topology';
import { goldenCases, renderCase, seedWith, TEST_SECRETS } from './test-cases';
import { daemonUnitOf } from './owned-paths';
import { printIpvs } from './print-ipvs';
import { printMeta } from './print-meta';

const seed = seedDocument();
const pool = seed.pools[0]!;
const group = seed.groups[0]!;
const render = (changes: Partial<TopologyDocument>) =>
  renderTopology({ topology: seedWith(changes), secrets: TEST_SECRETS });
const codes = (changes: Partial<TopologyDocument>) =>
  render(changes).diagnostics.map(({ code, path }) => `${code} ${path.join('.')}`);

const keepalived = { stack: 'keepalived' as const };
const withCheck = (healthCheck: Partial<typeof pool.healthCheck>) => ({
  pools: [{ ...pool, healthCheck: { ...pool.healthCheck, ...healthCheck } }],
});
const withServer = (server: Partial<(typeof pool.realServers)[number]>) => ({
  pools: [{ ...pool, realServers: [{ ...pool.realServers[0]!, ...server }] }],
});
const ipv6 = { address: 'fd06::2', weight: 1 };

describe('what cannot be generated is refused at its field:', () => {
  it.each<[string, Partial<TopologyDocument>, string]>([
    ['a pair of stack single', { stack: 'single' }, 'render.director-count directors'],
    ['one director', { directors: seed.directors.slice(1) }, 'render.director-count directors'],
    ['nftables in sysconfig/iptables', { firewall: 'nftables', rulesHome: 'redhat' }, 'render.rules-home rulesHome'],
    ['no group', { groups: [] }, 'render.no-group groups'],
    ['a mark of 2^31', { groups: [{ ...group, mark: 2 ** 31 }] }, 'render.mark groups.0.mark'],
    [
      'a mark of 2^31 under keepalived',
      { ...keepalived, groups: [{ ...group, mark: 2 ** 31 }] },
      'render.mark groups.0.mark',
    ],
    ['a mark twice', { groups: [group, { ...group, name: 'again' }] }, 'render.mark groups.1.mark'],
    [
      'ports of any protocol',
      { groups: [{ ...group, matches: [{ range: 'services', protocol: 'any', ports: [80] }] }] },
      'render.ports-without-protocol groups.0.matches.0.ports',
    ],
    [
      'persistence of 0 seconds',
      { groups: [{ ...group, persistence: { timeoutSeconds: 0, netmask: '255.255.255.255' } }] },
      'render.persistence groups.0.persistence.timeoutSeconds',
    ],
    [
      'a netmask with holes',
      { groups: [{ ...group, persistence: { timeoutSeconds: 9, netmask: '255.0.255.0' } }] },
      'render.persistence groups.0.persistence.netmask',
    ],
    [
      'one-packet scheduling by ldirectord',
      { groups: [{ ...group, onePacket: true }] },
      'render.one-packet groups.0.onePacket',
    ],
    [
      'one-packet scheduling under masq',
      { ...keepalived, groups: [{ ...group, onePacket: true }] },
      'render.one-packet groups.0.onePacket',
    ],
    [
      'one-packet scheduling with a fallback under masq',
      {
        ...keepalived,
        pools: [{ ...pool, forwarding: 'gate', fallback: { address: '192.168.6.9', forwarding: 'masq' } }],
        groups: [{ ...group, onePacket: true }],
      },
      'render.one-packet groups.0.onePacket',
    ],
    [
      "another scheduler's flag",
      { groups: [{ ...group, scheduler: 'rr', schedulerFlags: ['sh-port'] }] },
      'render.scheduler-flag groups.0.schedulerFlags.0',
    ],
    ['an IPv6 gateway of heartbeat', { gateways: ['2001:db8::1'] }, 'render.heartbeat-ipv6 gateways.0'],
    [
      'an IPv6 virtual address of heartbeat',
      { virtualAddresses: { ...seed.virtualAddresses, external6: 'fd07::240/64' } },
      'render.heartbeat-ipv6 virtualAddresses.external6',
    ],
    [
      'an IPv6 range without an IPv6 external address',
      { ...keepalived, ranges: [{ name: 'services', addresses: '2001:db8::/64' }] },
      'render.no-external-address groups.0.matches',
    ],
    [
      'masq of IPv6 without an IPv6 internal address',
      { ...keepalived, ranges: [{ name: 'services', addresses: '2001:db8::/64' }] },
      'render.no-internal-address groups.0.pool',
    ],
    [
      'real servers of the other family',
      { ...keepalived, pools: [{ ...pool, realServers: [ipv6] }] },
      'render.mixed-family groups.0.pool',
    ],
    [
      'a tunnel to the other family by ldirectord',
      { pools: [{ ...pool, forwarding: 'ipip', realServers: [ipv6] }] },
      'render.mixed-family groups.0.pool',
    ],
    [
      'IPv4 in an IPv6 tunnel',
      { ...keepalived, pools: [{ ...pool, forwarding: 'ipip', realServers: [ipv6] }] },
      'render.mixed-family groups.0.pool',
    ],
    [
      'VRRP without an address to speak from',
      { ...keepalived, virtualAddresses: { ...seed.virtualAddresses, internal: 'fd06::240/64' } },
      'render.vrrp-source directors.0.internal',
    ],
    [
      'VRRP identifier 256',
      { ...keepalived, vrrp: { externalRouterId: 256, advertSeconds: 1 } },
      'render.vrrp vrrp.externalRouterId',
    ],
    [
      'two VRRP instances of one identifier',
      { ...keepalived, vrrp: { externalRouterId: 5, internalRouterId: 5, advertSeconds: 1 } },
      'render.vrrp vrrp.internalRouterId',
    ],
    ['an empty pool', { pools: [{ ...pool, realServers: [] }] }, 'render.empty-pool pools.0.realServers'],
    [
      'only weights of 0 under keepalived',
      { ...keepalived, ...withServer({ weight: 0 }) },
      'render.all-weights-zero pools.0.realServers',
    ],
    ['a weight above 65535', withServer({ weight: 65_536 }), 'render.number pools.0.realServers.0.weight'],
    [
      'a threshold above 65535',
      withServer({ upperThreshold: 65_536 }),
      'render.number pools.0.realServers.0.upperThreshold',
    ],
    [
      'crossed thresholds',
      withServer({ upperThreshold: 5, lowerThreshold: 6 }),
      'render.thresholds pools.0.realServers.0.lowerThreshold',
    ],
    [
      'a port under gate',
      { pools: [{ ...pool, forwarding: 'gate', realServers: [{ address: '192.168.6.2', weight: 1, port: 8080 }] }] },
      'render.port-not-masq pools.0.realServers.0.port',
    ],
    ['a port for a group of many', withServer({ port: 8080 }), 'render.port-under-masq pools.0.realServers.0.port'],
    [
      'a port of a fallback under gate',
      { pools: [{ ...pool, fallback: { address: '127.0.0.1', port: 80, forwarding: 'gate' } }] },
      'render.port-not-masq pools.0.fallback.port',
    ],
    ['a connect check without a port', withCheck({ port: undefined }), 'render.check-port pools.0.healthCheck'],
    [
      'both port and ports',
      { ...keepalived, ...withCheck({ ports: [80] }) },
      'render.check-port pools.0.healthCheck.ports',
    ],
    [
      'several ports by ldirectord',
      withCheck({ port: undefined, ports: [80, 443] }),
      'render.check-field pools.0.healthCheck.ports',
    ],
    ['a udp check by ldirectord', withCheck({ type: 'udp' }), 'render.check-type pools.0.healthCheck.type'],
    [
      'a file check by ldirectord',
      withCheck({ type: 'file', command: '/run/x' }),
      'render.check-type pools.0.healthCheck.type',
    ],
    [
      'a bfd check by ldirectord',
      withCheck({ type: 'bfd', command: 'x' }),
      'render.check-type pools.0.healthCheck.type',
    ],
    [
      'a status code by ldirectord',
      withCheck({ type: 'negotiate', service: 'http', statusCode: 200 }),
      'render.check-field pools.0.healthCheck.statusCode',
    ],
    [
      'a negotiation without a service',
      withCheck({ type: 'negotiate' }),
      'render.check-field pools.0.healthCheck.service',
    ],
    [
      'a database check without a request',
      withCheck({ type: 'negotiate', service: 'mysql', login: 'x' }),
      'render.check-field pools.0.healthCheck.request',
    ],
    [
      'a dns check of ldirectord without an answer',
      withCheck({ type: 'negotiate', service: 'dns', request: 'example.com' }),
      'render.check-field pools.0.healthCheck.receive',
    ],
    [
      'HEAD with a text that is expected',
      withCheck({ type: 'negotiate', service: 'https', httpMethod: 'HEAD', receive: 'ok' }),
      'render.check-field pools.0.healthCheck.receive',
    ],
    [
      'a proxy without a URL',
      withCheck({ type: 'negotiate', service: 'http_proxy' }),
      'render.check-field pools.0.healthCheck.request',
    ],
    [
      'radius, of which the secret is not known',
      withCheck({ type: 'negotiate', service: 'radius', login: 'probe' }),
      'render.check-field pools.0.healthCheck.service',
    ],
    [
      'a mailbox without a password',
      withCheck({ type: 'negotiate', service: 'imap', login: 'probe' }),
      'render.check-field pools.0.healthCheck.login',
    ],
    [
      'a file of which nothing is expected',
      withCheck({ type: 'negotiate', service: 'ftp', request: 'alive.txt' }),
      'render.check-field pools.0.healthCheck.receive',
    ],
    [
      'mail, to which nobody looks whether it connected',
      withCheck({ type: 'negotiate', service: 'pops' }),
      'render.check-field pools.0.healthCheck.service',
    ],
    [
      'imap by keepalived',
      { ...keepalived, ...withCheck({ type: 'negotiate', service: 'imap' }) },
      'render.check-service pools.0.healthCheck.service',
    ],
    [
      'HEAD by keepalived',
      { ...keepalived, ...withCheck({ type: 'negotiate', service: 'http', httpMethod: 'HEAD' }) },
      'render.check-field pools.0.healthCheck.httpMethod',
    ],
    [
      'an answer of smtp by keepalived',
      { ...keepalived, ...withCheck({ type: 'negotiate', service: 'smtp', receive: '220' }) },
      'render.check-field pools.0.healthCheck.receive',
    ],
    [
      'a parameter of keepalived in a text',
      { ...keepalived, ...withCheck({ type: 'negotiate', service: 'http', receive: '${HOME}' }) },
      'render.check-field pools.0.healthCheck.receive',
    ],
    [
      'a check every 0 seconds',
      withCheck({ intervalSeconds: 0 }),
      'render.check-number pools.0.healthCheck.intervalSeconds',
    ],
    [
      'a program with words',
      withCheck({ type: 'external', command: '/bin/sh -c x' }),
      'render.check-command pools.0.healthCheck.command',
    ],
    [
      'a program that no policy allows',
      withCheck({ type: 'external', command: '/bin/true' }),
      'render.check-program pools.0.healthCheck.command',
    ],
    [
      'a quote in a request',
      withCheck({ type: 'negotiate', service: 'http', request: 'a"b' }),
      'render.unsafe-text pools.0.healthCheck.request',
    ],
    [
      'an answer that Perl cannot compile',
      withCheck({ type: 'negotiate', service: 'http', receive: 'Test (Page' }),
      'render.unsafe-text pools.0.healthCheck.receive',
    ],
    [
      'an answer that PCRE2 cannot compile',
      { ...keepalived, ...withCheck({ type: 'negotiate', service: 'http', receive: 'a{3,2}' }) },
      'render.unsafe-text pools.0.healthCheck.receive',
    ],
    [
      'a # in a login',
      withCheck({ type: 'negotiate', service: 'imap', login: 'a#b' }),
      'render.unsafe-text pools.0.healthCheck.login',
    ],
    [
      'interfaces of other names for heartbeat',
      {
        directors: [
          seed.directors[0]!,
          { ...seed.directors[1]!, external: { interface: 'ens3', address: '192.168.7.5/24' } },
        ],
      },
      'render.interfaces-differ directors.1.external.interface',
    ],
  ])('%s', (_name, changes, expected) => {
    const rendered = render(changes);
    expect(codes(changes)).toContain(expected);
    expect(rendered.releases).toEqual([]);
    expect(rendered.companions).toEqual([]);
  });

  it('a host firewall file that would not load', () => {
    const facts = { director2: { sysconfigIptables: '*nat\n' } };
    const { releases, diagnostics } = renderTopology({
      topology: seedWith({ rulesHome: 'redhat' }),
      facts,
      secrets: TEST_SECRETS,
    });
    expect(releases).toEqual([]);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      '/etc/sysconfig/iptables of director2 cannot be merged: table nat has no COMMIT.',
    ]);
  });
});

describe('a choice of the console is said:', () => {
  it.each<[string, Partial<TopologyDocument>, string]>([
    ['no gateway to watch', { gateways: [] }, 'render.no-gateway gateways'],
    [
      'FTP without data ports',
      { ftp: true, groups: [{ ...group, matches: [{ range: 'services', protocol: 'tcp', ports: [21] }] }] },
      'render.ftp-data-ports groups.0.matches',
    ],
  ])('%s', (_name, changes, expected) => {
    expect(codes(changes)).toEqual([expected]);
    expect(render(changes).releases).toHaveLength(2);
  });
});

describe('the two directors', () => {
  it.each(goldenCases)('of %s get the same heartbeat and ldirectord files, byte for byte', (name) => {
    const { releases, topology } = renderCase(name);
    if (topology.stack !== 'heartbeat') return;
    const [first, second] = releases.map(({ files }) => files.filter(({ path }) => path.startsWith('/etc/ha.d/')));
    expect(first?.length).toBe(5);
    expect(first).toEqual(second);
  });

  it.each(goldenCases)('of %s get releases of the agreed shape', (name) => {
    const { releases, topology } = renderCase(name);
    expect(releases.map(({ director }) => director)).toEqual(topology.directors.map((director) => director.name));
    for (const release of releases) expect(hostReleaseSchema.parse(release)).toEqual(release);
  });

  it.each(goldenCases)('of %s each have exactly one daemon that makes them active, and start it at boot', (name) => {
    const { releases, topology } = renderCase(name);
    const ofStack = {
      heartbeat: ['/etc/ha.d/haresources', '/etc/ha.d/ldirectord.cf'],
      keepalived: ['/etc/keepalived/keepalived.conf'],
      single: ['/etc/ha.d/ldirectord.cf', '/etc/systemd/system/lvs-console-ldirectord.service'],
    };
    const all = [...new Set(Object.values(ofStack).flat())];
    for (const release of releases) {
      const paths = release.files.map(({ path }) => path);
      expect(all.filter((path) => paths.includes(path)).toSorted()).toEqual(ofStack[topology.stack]);
      const meta = printMeta(release).split('\n');
      expect(meta).toContain(`stack=${topology.stack}`);
      expect(meta).toContain(`unit=${daemonUnitOf(topology.stack)}`);
    }
  });
});

describe('the roles of', () => {
  it.each(goldenCases)('%s differ in what floats and in nothing else', (name) => {
    const { releases, topology } = renderCase(name);
    for (const { intent } of releases) {
      const { active, standby } = intent;
      expect(standby.ipvs).toEqual(topology.stack === 'keepalived' ? active.ipvs : []);
      expect(active.ipvs).toHaveLength(topology.groups.length);
      if (topology.stack === 'single') {
        expect([active.virtualAddresses, active.syncDaemon, standby.syncDaemon]).toEqual([[], undefined, undefined]);
        continue;
      }
      expect([active.syncDaemon?.role, standby.syncDaemon?.role]).toEqual(['master', 'backup']);
      const held = active.virtualAddresses.map(({ address }) => address);
      expect(new Set(held).size).toBe(held.length);
      for (const virtual of Object.values(topology.virtualAddresses)) expect(held).toContain(virtual.address.text);
    }
  });
});

describe('a virtual address in a plain range', () => {
  const ranges = [{ name: 'services', addresses: '192.168.7.240-192.168.7.241' }];
  const releaseOf = (changes: Partial<TopologyDocument>) => render({ ranges, ...changes }).releases[0]!;
  const fileOf = ({ files }: ReturnType<typeof releaseOf>, end: string) =>
    files.find(({ path }) => path.endsWith(end))!.content.split('\n');
  const held = [
    { address: '192.168.7.240', prefixLength: 24, interface: 'eth0' },
    { address: '192.168.6.240', prefixLength: 24, interface: 'eth1' },
    { address: '192.168.7.241', prefixLength: 32, interface: 'eth0' },
  ];

  it('is held once by heartbeat, with its network', () => {
    const release = releaseOf({});
    expect(release.intent.active.virtualAddresses).toEqual(held);
    expect(
      fileOf(release, 'haresources')[0]
        ?.split(' ')
        .filter((word) => word.startsWith('IPaddr2')),
    ).toEqual([
      'IPaddr2::192.168.7.240/24/eth0/192.168.7.255',
      'IPaddr2::192.168.6.240/24/eth1/192.168.6.255',
      'IPaddr2::192.168.7.241/32/eth0',
    ]);
  });

  it('is held once by keepalived, and said in its adverts', () => {
    const release = releaseOf(keepalived);
    expect(release.intent.active.virtualAddresses).toEqual(held);
    const lines = fileOf(release, 'keepalived.conf').map((line) => line.trim());
    expect(lines.filter((line) => /^192\.168\.7\.24\d/.test(line))).toEqual([
      '192.168.7.240/24 dev eth0',
      '192.168.7.241/32 dev eth0',
    ]);
  });

  it('is held once by a single director', () => {
    const release = releaseOf({ stack: 'single', directors: seed.directors.slice(0, 1) });
    expect(release.intent.always.addresses).toEqual(held);
  });
});

describe('the printed intent of', () => {
  it.each(goldenCases)('%s is read back as it was meant', (name) => {
    for (const { intent } of renderCase(name).releases) {
      expect(parseIpvsadmSave(printIpvs(intent.active.ipvs))).toEqual({ value: intent.active.ipvs, diagnostics: [] });
    }
  });
});

describe('what is held for a daemon', () => {
  it.each(goldenCases)('%s: exactly the addresses that its files name', (name) => {
    for (const { files, intent } of renderCase(name).releases) {
      const text = files.find(({ path }) => /haresources$|keepalived\.conf$/.test(path))?.content;
      if (text === undefined) continue;
      const named = [...text.matchAll(/(?:IPaddr2::|^ {8})([0-9a-f.:]+)\/(\d+)(?:\/| dev )([\w.]+)/gm)];
      expect(named.map(([, address, length, device]) => `${address}/${length} ${device}`).toSorted()).toEqual(
        intent.active.virtualAddresses
          .map((held) => `${held.address}/${held.prefixLength} ${held.interface}`)
          .toSorted(),
      );
    }
  });
});

describe('the secret', () => {
  it('is in the one file that is marked secret and in nothing else', () => {
    const { releases, companions, diagnostics } = renderCase('seed');
    for (const { files } of releases) {
      const holding = files.filter(({ content }) => content.includes(TEST_SECRETS.heartbeatKey));
      expect(holding.map(({ path, secret, mode }) => [path, secret, mode])).toEqual([
        ['/etc/ha.d/authkeys', true, '0600'],
      ]);
    }
    const rest = JSON.stringify([companions, diagnostics, releases.map(({ intent }) => intent)]);
    expect(rest).not.toContain(TEST_SECRETS.heartbeatKey);
  });

  it.each(['two words', 'a#b', 'a\nb', ''])('%j is never written', (heartbeatKey) => {
    expect(() => renderTopology({ topology: seedWith(), secrets: { heartbeatKey } })).toThrow(InvariantError);
  });
});

const anyText = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[^"#\p{Cc}\p{Zl}\p{Zp}]{1,60}$/u) },
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  fc.constantFrom(
    'a\nvirtual=9',
    'x"\n\treal=1.2.3.4 masq',
    'a#b',
    '$(reboot)',
    '`id`',
    'a\r',
    'a\u2028b',
    "it's",
    'a" b',
    'a\\',
  ),
);

/** Half of them are regular expressions. */
const anyReceive = fc.oneof(
  anyText,
  anyText.map((text) => text.replaceAll(/[[\](){}*+?|\\]|[^\x20-\x7e]/g, '.')),
);
const anyName = fc.oneof({ weight: 3, arbitrary: fc.stringMatching(/^[A-Za-z][\w.-]{0,30}$/) }, anyText);

describe('text of a user', () => {
  it('is refused or stays inside the line and the quotes where it belongs', () => {
    let [refused, written] = [0, 0];
    fc.assert(
      fc.property(anyName, anyText, anyReceive, (name, request, receive) => {
        const healthCheck = { ...pool.healthCheck, type: 'negotiate' as const, service: 'http' as const };
        const plain = render({ pools: [{ ...pool, healthCheck: { ...healthCheck, request: 'A', receive: 'B' } }] });
        const topology = seedWith({ pools: [{ ...pool, healthCheck: { ...healthCheck, request, receive } }] });
        const [only] = topology.groups;
        only!.name = name;
        const { releases, diagnostics } = renderTopology({ topology, secrets: TEST_SECRETS });
        if (releases.length === 0) {
          refused += 1;
          expect(diagnostics.map(({ code }) => code)).toContain('render.unsafe-text');
          return;
        }
        written += 1;
        releases[0]!.files.forEach(({ content }, at) => {
          const expected = plain.releases[0]!.files[at]!.content.replace('request="A"', () => `request="${request}"`)
            .replace('receive="B"', () => `receive="${receive}"`)
            .replace('Group everything,', () => `Group ${name},`)
            .replace('lvs:everything', () => `lvs:${name}`);
          expect(content).toBe(expected);
        });
      }),
      { numRuns: 400 },
    );
    expect(Math.min(refused, written)).toBeGreaterThan(40);
  });

  it.each(['a\nb', 'a b', 'eth0;reboot', '../x', 'a"b', '', '-j'])(
    '%j cannot be an interface or a director',
    (text) => {
      const topology = seedWith();
      const [first] = topology.directors;
      first!.name = text;
      first!.external.interface = text;
      const { releases, diagnostics } = renderTopology({ topology, secrets: TEST_SECRETS });
      expect(releases).toEqual([]);
      expect(diagnostics.filter(({ code }) => code === 'render.unsafe-text')).toHaveLength(2);
    },
  );
});
