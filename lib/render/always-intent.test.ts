// What every director's kernel holds, for the stacks, families and firewalls beyond the seed's own.
import { describe, expect, it } from 'vitest';
import { seedDocument } from '../core/seed';
import type { GroupDocument, TopologyDocument } from '../core/document';
import type { HostFacts } from '../core/release';
import { alwaysIntentOf } from './always-intent';
import { kernelFilesOf } from './kernel-files';
import { printIntentFiles } from './release-archive';
import { topologyOf } from './test-cases';

type Change = (document: TopologyDocument) => void;

function alwaysOf(change: Change, facts: HostFacts = {}) {
  const document = seedDocument();
  change(document);
  const topology = topologyOf(document);
  return alwaysIntentOf(topology, topology.directors[0]!, facts);
}

const group = (changes: Partial<GroupDocument>): GroupDocument => ({ ...seedDocument().groups[0]!, ...changes });
const withIpv6: Change = (document) => {
  for (const { external, internal } of document.directors) {
    external.address6 = '2001:db8:7::4/64';
    internal.address6 = '2001:db8:6::4/64';
  }
  document.ranges.push({ name: 'six', addresses: '2001:db8:1::/64' });
  document.groups.push(group({ name: 'six', matches: [{ range: 'six', protocol: 'any' }] }));
};
const withRanges =
  (count: number): Change =>
  (document) => {
    document.ranges = Array.from({ length: count }, (_, at) => ({ name: `r${at}`, addresses: `10.0.${at}.0/24` }));
    document.groups = document.ranges.map(({ name }, at) =>
      group({ name: `g${at}`, mark: at + 1, matches: [{ range: name, protocol: 'any' }] }),
    );
  };

describe('both families', () => {
  it('have chains, jumps, policy rules, routes and forwarding of their own', () => {
    const always = alwaysOf(withIpv6);
    expect(always.chains.map(({ family, chain }) => [family, chain])).toEqual([
      [4, 'LVS-CONSOLE'],
      [4, 'LVS-CONSOLE-NAT'],
      [6, 'LVS-CONSOLE'],
      [6, 'LVS-CONSOLE-NAT'],
    ]);
    expect(always.jumps.map(({ family, to }) => [family, to])).toEqual(
      always.chains.map(({ family, chain }) => [family, chain]),
    );
    expect(always.policyRules).toEqual([
      { family: 4, priority: 100, interface: 'eth0', mark: 1, table: 100 },
      { family: 6, priority: 100, interface: 'eth0', mark: 1, table: 100 },
    ]);
    expect(always.routes.filter(({ family }) => family === 6)).toEqual([
      { family: 6, type: 'local', destination: 'default', table: '100', device: 'lo' },
      { family: 6, type: 'unreachable', destination: '2001:db8:1::/64', table: 'main' },
    ]);
    expect(always.sysctls).toMatchObject({ 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' });
  });

  it('keep the default route that a router told: the kernel that forwards drops it unless told before not to', () => {
    const keys = Object.keys(alwaysOf(withIpv6).sysctls);
    const [accept, forward] = ['net.ipv6.conf.eth0.accept_ra', 'net.ipv6.conf.all.forwarding'];
    expect(alwaysOf(withIpv6).sysctls[accept!]).toBe('2');
    expect(keys.indexOf(accept!)).toBe(keys.indexOf(forward!) - 1);
    expect(alwaysOf(() => undefined).sysctls).not.toHaveProperty([accept!]);
  });

  it('name an interface with a dot in slashes, where dots would part it', () => {
    const always = alwaysOf((document) => {
      withIpv6(document);
      for (const { external } of document.directors) external.interface = 'eth0.7';
    });
    const file = kernelFilesOf(always).find(({ path }) => path.includes('sysctl.d'));
    expect(file?.content.split('\n').filter((line) => line.includes('eth0'))).toEqual([
      'net/ipv4/conf/eth0.7/rp_filter = 2',
      'net/ipv6/conf/eth0.7/accept_ra = 2',
    ]);
  });

  it('are files of their own on the wire, and only where they hold something', () => {
    const files = (change: Change) => {
      const release = { director: 'director1', files: [], intent: intentWith(alwaysOf(change)) };
      return Object.keys(printIntentFiles(release)).filter((name) => !SEED_FILES.includes(name));
    };
    expect(files(() => undefined)).toEqual([]);
    expect(files(withIpv6)).toEqual(['rules.v6', 'jumps6', 'policy-rules6', 'routes6']);
    expect(files(withRanges(40))).toEqual(['sets']);
    expect(files((document) => (document.firewall = 'nftables'))).toEqual(['rules.nft']);
  });

  it('leave IPv4 alone when all groups are IPv6', () => {
    const always = alwaysOf((document) => {
      withIpv6(document);
      document.ranges.shift();
      document.groups.shift();
    });
    expect(new Set([...always.chains, ...always.jumps, ...always.policyRules].map(({ family }) => family))).toEqual(
      new Set([6]),
    );
    expect(always.sysctls['net.ipv4.ip_forward']).toBeUndefined();
  });
});

const SEED_FILES = ['modules', 'sysctl', 'rules.v4', 'jumps', 'policy-rules', 'routes', 'ipvs', 'meta'];
const intentWith = (always: ReturnType<typeof alwaysOf>) => ({
  always,
  active: { virtualAddresses: [], ipvs: [] },
  standby: { ipvs: [] },
});

describe('the firewall', () => {
  it.each([
    ['29 rules are plain', 29, {}, [29, 0]],
    ['30 rules are one look-up in a set', 30, {}, [1, 1]],
    ['without ipset on the host all rules are plain', 30, { hasIpSet: false }, [30, 0]],
  ])('%s', (_name, count, facts: HostFacts, [rules, sets]) => {
    const always = alwaysOf(withRanges(count), facts);
    expect([always.chains[0]?.rules.length, always.sets.length]).toEqual([rules, sets]);
    expect(always.modules.filter((name) => /set/.test(name))).toEqual(sets === 0 ? [] : ['ip_set_hash_net', 'xt_set']);
  });

  it('has plain rules on Red Hat, where iptables.service would refuse rules whose sets are not there yet', () => {
    const always = alwaysOf((document) => {
      withRanges(40)(document);
      document.rulesHome = 'redhat';
    });
    expect([always.chains[0]?.rules.length, always.sets]).toEqual([40, []]);
  });

  it('masquerades only for real servers whose gateway the director is', () => {
    const always = alwaysOf((document) => (document.pools[0]!.forwarding = 'gate'));
    expect(always.chains.map(({ chain }) => chain)).toEqual(['LVS-CONSOLE']);
  });

  it('is one nftables table instead of chains, jumps and sets', () => {
    const { chains, jumps, sets, nftables } = alwaysOf((document) => (document.firewall = 'nftables'));
    expect({ chains, jumps, sets }).toEqual({ chains: [], jumps: [], sets: [] });
    expect(nftables).toBe(`table inet lvs-console
delete table inet lvs-console
table inet lvs-console {
	chain prerouting {
		type filter hook prerouting priority mangle; policy accept;
		iifname "eth0" ip daddr 192.168.0.0/24 meta mark set 0x00000001 comment "lvs:everything"
	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		oifname "eth0" ip saddr 192.168.6.0/24 ip daddr != 192.168.6.0/24 masquerade comment "lvs-console"
	}
}
`);
  });

  it('gives both directors the same text when their interfaces have the same names', () => {
    const document = seedDocument();
    withRanges(50)(document);
    const topology = topologyOf(document);
    const [first, second] = topology.directors.map((director) => alwaysIntentOf(topology, director, {}));
    expect(first?.sets).toEqual(second?.sets);
    expect(first?.chains[0]).toEqual(second?.chains[0]);
  });
});

const oneArmed: Change = (document) => {
  for (const director of document.directors) director.internal = { ...director.external };
  document.virtualAddresses.internal = document.virtualAddresses.external;
  document.pools[0]!.realServers = ['192.168.7.12', '192.168.7.13'].map((address) => ({ address, weight: 1 }));
};

describe('redirects', () => {
  const redirectsOf = (change: Change) =>
    Object.entries(alwaysOf(change).sysctls).filter(([key]) => key.endsWith('send_redirects'));
  const none = [
    ['net.ipv4.conf.all.send_redirects', '0'],
    ['net.ipv4.conf.eth0.send_redirects', '0'],
  ];
  const gate: Change = (document) => (document.pools[0]!.forwarding = 'gate');

  it.each<[string, Change, string[][]]>([
    ['are not sent where masq has one interface: real servers would answer past the director', oneArmed, none],
    [
      'are not sent where only the fallback is masq',
      (document) => {
        oneArmed(document);
        gate(document);
        document.pools[0]!.fallback = { address: '192.168.7.9', forwarding: 'masq' };
      },
      none,
    ],
    [
      'are not sent into the internal network that clients are in, or behind',
      (document) => (document.groups[0]!.matches[0]!.interface = 'eth1'),
      none.map(([key = '', value = '']) => [key.replace('eth0', 'eth1'), value]),
    ],
    [
      'stay as they are under gate',
      (document) => {
        oneArmed(document);
        gate(document);
      },
      [],
    ],
    ['stay as they are with two interfaces', () => undefined, []],
  ])('%s', (_name, change, wanted) => {
    expect(redirectsOf(change)).toEqual(wanted);
  });
});

describe('delivery', () => {
  it('has a policy rule for each interface with each mark', () => {
    const always = alwaysOf((document) => {
      document.groups = [
        group({
          name: 'a',
          mark: 1,
          matches: [
            { range: 'services', protocol: 'tcp', interface: 'eth1' },
            { range: 'services', protocol: 'udp' },
          ],
        }),
        group({
          name: 'b',
          mark: 2,
          matches: [
            { range: 'services', protocol: 'sctp' },
            { range: 'services', protocol: 'any' },
          ],
        }),
      ];
    });
    expect(always.policyRules.map(({ interface: device, mark }) => `${device} ${mark}`)).toEqual([
      'eth1 1',
      'eth0 1',
      'eth0 2',
    ]);
  });

  it('hands packets of a streamlined pair to the peer by destination, and lets only the active one balance', () => {
    const streamlined = alwaysOf((document) => {
      document.pools[0]!.forwarding = 'gate';
      document.pools[0]!.realServers[0]!.address = '192.168.6.5';
    });
    expect(streamlined.policyRules.at(-1)).toEqual({
      family: 4,
      priority: 100,
      interface: 'eth1',
      destination: '192.168.0.0/24',
      table: 100,
    });
    expect(streamlined.sysctls['net.ipv4.vs.backup_only']).toBe('1');
    expect(alwaysOf(() => undefined).sysctls['net.ipv4.vs.backup_only']).toBe('0');
  });

  it('hands nothing over by destination where it is marked on arrival: the standby would answer ARP for it', () => {
    const both: Change = (document) => {
      oneArmed(document);
      document.ranges[0]!.addresses = '192.168.7.100';
      document.pools[0]!.forwarding = 'gate';
      document.pools[0]!.realServers = ['192.168.7.4', '192.168.7.5'].map((address) => ({ address, weight: 1 }));
    };
    const marked = { family: 4, priority: 100, interface: 'eth0', mark: 1, table: 100 };
    expect(alwaysOf(both).policyRules).toEqual([marked]);
    expect(alwaysOf(both).sysctls['net.ipv4.vs.backup_only']).toBe('1');
    const inside: Change = (document) => {
      document.pools[0]!.forwarding = 'gate';
      document.pools[0]!.realServers[0]!.address = '192.168.6.5';
      document.groups[0]!.matches[0]!.interface = 'eth1';
    };
    expect(alwaysOf(inside).policyRules).toEqual([{ ...marked, interface: 'eth1' }]);
  });

  it('has no unreachable route for plain addresses of the external network', () => {
    const always = alwaysOf((document) =>
      document.ranges.push({ name: 'plain', addresses: '192.168.7.100-192.168.7.101' }),
    );
    expect(always.routes.map(({ destination }) => destination)).toEqual(['default', '192.168.0.0/24']);
  });

  it('puts touching ranges into one unreachable route, and a single address without a length', () => {
    const always = alwaysOf((document) => {
      document.ranges.push({ name: 'next', addresses: '192.168.1.0/24' }, { name: 'one', addresses: '10.9.9.9' });
    });
    expect(always.routes.map(({ destination }) => destination)).toEqual(['default', '10.9.9.9', '192.168.0.0/23']);
  });

  it('holds every address itself when there is one director only', () => {
    const single: Change = (document) => {
      document.stack = 'single';
      document.directors.length = 1;
      document.virtualAddresses.external6 = '2001:db8:7::240/64';
      document.ranges.push({ name: 'plain', addresses: '192.168.7.100-192.168.7.101' });
    };
    expect(alwaysOf(single).addresses).toEqual([
      { address: '192.168.7.240', prefixLength: 24, interface: 'eth0' },
      { address: '2001:db8:7::240', prefixLength: 64, interface: 'eth0' },
      { address: '192.168.6.240', prefixLength: 24, interface: 'eth1' },
      { address: '192.168.7.100', prefixLength: 32, interface: 'eth0' },
      { address: '192.168.7.101', prefixLength: 32, interface: 'eth0' },
    ]);
    expect(alwaysOf(() => undefined).addresses).toEqual([]);
  });
});
