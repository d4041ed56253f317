import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '../core/document';
import { InvariantError } from '../core/errors';
import { hostReleaseSchema } from '../core/release';
import { seedDocument } from '../core/seed';
import { parseMarkRules } from '../parse/rules-v4';
import { parseIpvsadmSave } from '../parse/ipvsadm-save';
import { renderTopology } from './render-topology';
import { goldenCases, renderCase, seedWith, TEST_SECRETS } from './test-cases';
import { printIpvs } from './print-ipvs';
import { printRules } from './print-rules';

const seed = seedDocument();
const pool = seed.pools[0]!;
const group = seed.groups[0]!;
const render = (changes: Partial<TopologyDocument>) =>
  renderTopology({ topology: seedWith(changes), secrets: TEST_SECRETS });
const codes = (changes: Partial<TopologyDocument>) =>
  render(changes).diagnostics.map(({ code, path }) => `${code} ${path.join('.')}`);

describe('what cannot be generated is refused at its field:', () => {
  it.each<[string, Partial<TopologyDocument>, string]>([
    ['keepalived', { stack: 'keepalived' }, 'render.unsupported-stack stack'],
    ['a single director', { stack: 'single' }, 'render.unsupported-stack stack'],
    ['nftables', { firewall: 'nftables' }, 'render.unsupported-firewall firewall'],
    ['gate', { pools: [{ ...pool, forwarding: 'gate' }] }, 'render.unsupported-forwarding pools.0.forwarding'],
    ['ipip', { pools: [{ ...pool, forwarding: 'ipip' }] }, 'render.unsupported-forwarding pools.0.forwarding'],
    [
      'an IPv6 range',
      { ranges: [{ name: 'services', addresses: '2001:db8::/64' }] },
      'render.unsupported-family ranges.0.addresses',
    ],
    ['an IPv6 gateway', { gateways: ['2001:db8::1'] }, 'render.unsupported-family gateways.0'],
    ['one director', { directors: seed.directors.slice(1) }, 'render.director-count directors'],
    ['no group', { groups: [] }, 'render.no-group groups'],
    ['a mark of 2^31', { groups: [{ ...group, mark: 2 ** 31 }] }, 'render.mark groups.0.mark'],
    [
      'ports of any protocol',
      { groups: [{ ...group, matches: [{ range: 'services', protocol: 'any', ports: [80] }] }] },
      'render.ports-without-protocol groups.0.matches.0.ports',
    ],
    [
      'a connect check without a port',
      { pools: [{ ...pool, healthCheck: { ...pool.healthCheck, port: undefined } }] },
      'render.check-port groups.0.pool',
    ],
    [
      'interfaces of other names',
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
    const { releases, diagnostics } = renderCase(name);
    const [first, second] = releases.map(({ files }) => files.filter(({ path }) => path.startsWith('/etc/ha.d/')));
    if (diagnostics.some(({ code }) => code === 'render.no-ipfail')) expect(first?.length).toBe(5);
    expect(first).toEqual(second);
  });

  it.each(goldenCases)('of %s get releases of the agreed shape', (name) => {
    for (const release of renderCase(name).releases) expect(hostReleaseSchema.parse(release)).toEqual(release);
  });
});

describe('the printed intent of', () => {
  it.each(goldenCases)('%s is read back as it was meant', (name) => {
    for (const { intent } of renderCase(name).releases) {
      expect(parseIpvsadmSave(printIpvs(intent.active.ipvs))).toEqual({ value: intent.active.ipvs, diagnostics: [] });
      const { value, diagnostics } = parseMarkRules(printRules(intent.always.chains));
      expect(diagnostics).toEqual([]);
      expect(value).toHaveLength(intent.always.chains[0]!.rules.length);
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

const anyName = fc.oneof({ weight: 3, arbitrary: fc.stringMatching(/^[A-Za-z][\w.-]{0,30}$/) }, anyText);

describe('text of a user', () => {
  it('is refused or stays inside the line and the quotes where it belongs', () => {
    let [refused, written] = [0, 0];
    fc.assert(
      fc.property(anyName, anyText, anyText, (name, request, receive) => {
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
