// Random small topologies of every stack, forwarding, firewall, family and home of the rules, for the round trip.
import fc from 'fast-check';
import { doesMasq } from '../core/forwardings';
import type { GroupDocument, PoolDocument, TopologyDocument } from '../core/document';

type Family = 4 | 6;
const oneOf = fc.constantFrom;
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const port = fc.integer({ min: 1, max: 65_535 });
const text = fc.stringMatching(/^[A-Za-z0-9 _.:/?=&+*()[\]|^\\-]{1,20}$/);
const regex = fc.stringMatching(/^([A-Za-z0-9 _.:/=&^$-]|\\[dws.?|\\]|\[\^?[a-z.:]\][+*]\??|\([a-z]+\|[a-z]+\)){1,5}$/);

/** Absent where undefined, as a document that was read. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

const choices = fc.record({
  stack: oneOf('heartbeat' as const, 'keepalived' as const, 'single' as const),
  firewall: oneOf('iptables' as const, 'nftables' as const),
  rulesHome: oneOf('systemd' as const, 'ifupdown' as const, 'redhat' as const),
  families: oneOf<Family[]>([4], [6], [4, 6]),
});

export const randomDocument: fc.Arbitrary<TopologyDocument> = choices.chain((chosen) => {
  const { stack, rulesHome } = chosen;
  const firewall = rulesHome === 'redhat' ? 'iptables' : chosen.firewall;
  const families = stack === 'heartbeat' ? [4 as const] : chosen.families;
  return fc
    .record({
      logForwarded: fc.boolean(),
      ftp: fc.boolean(),
      routerId: fc.integer({ min: 1, max: 254 }),
      advertSeconds: fc.integer({ min: 1, max: 40 }),
      parts: fc.tuple(...families.map((family) => partOf(family, stack))),
      hasGateway: fc.boolean(),
    })
    .map(({ parts, hasGateway, routerId, advertSeconds, ...flags }): TopologyDocument => ({
      apiVersion: 'lvs-console/v1',
      kind: 'Topology',
      name: 'random',
      stack,
      firewall,
      rulesHome,
      ...flags,
      ...addressesOf(stack, families),
      ...(stack === 'keepalived' && {
        vrrp: { externalRouterId: routerId, internalRouterId: routerId + 1, advertSeconds },
      }),
      gateways: hasGateway ? families.map((family) => (family === 4 ? '192.168.7.1' : 'fd07::1')) : [],
      ranges: parts.flatMap(({ ranges }) => ranges),
      pools: parts.flatMap(({ pools }) => pools),
      groups: parts.flatMap(({ groups }) => groups),
    }));
});

function addressesOf(stack: TopologyDocument['stack'], families: readonly Family[]) {
  const on = (network: number, host: string) => ({
    address: families.includes(4) ? `192.168.${network}.${host}/24` : `fd0${network}::${host}/64`,
    ...(families.length > 1 && { address6: `fd0${network}::${host}/64` }),
  });
  const [external, internal] = [on(7, '240'), on(6, '240')];
  const directors = (stack === 'single' ? ['4'] : ['4', '5']).map((host, at) => ({
    name: `director${at + 1}`,
    external: { interface: 'eth0', ...on(7, host) },
    internal: { interface: 'eth1', ...on(6, host) },
  }));
  return {
    directors,
    virtualAddresses: {
      external: external.address,
      internal: internal.address,
      ...(external.address6 !== undefined && { external6: external.address6 }),
      ...(internal.address6 !== undefined && { internal6: internal.address6 }),
    },
  };
}

/** Ranges, pools and groups of one family; their names carry it, and IPv4 and IPv6 may share marks. */
function partOf(family: Family, stack: TopologyDocument['stack']) {
  const counts = fc.record({ ranges: fc.integer({ min: 1, max: 3 }), pools: fc.integer({ min: 1, max: 2 }) });
  return counts.chain((count) =>
    fc
      .record({
        ranges: fc.tuple(...Array.from({ length: count.ranges }, (_, at) => rangeOf(family, at))),
        pools: fc.tuple(
          ...Array.from({ length: count.pools }, (_, at) => poolOf(family, stack, `pool${family}-${at}`)),
        ),
        groups: groupsOf(family, stack, count),
      })
      .map(({ groups, ...rest }) => ({ ...rest, groups: groups.map((group) => withReplies(group, rest.pools)) })),
  );
}

/** Under masq no reply to a single packet would come back, which is refused. */
function withReplies({ onePacket, ...group }: GroupDocument, pools: readonly PoolDocument[]): GroupDocument {
  const pool = pools.find(({ name }) => name === group.pool);
  return (pool && doesMasq(pool)) || onePacket === undefined ? group : { ...group, onePacket };
}

function rangeOf(family: Family, at: number) {
  const name = `range${family}-${at}`;
  const net = fc.integer({ min: 0, max: 40 });
  const routed =
    family === 4
      ? fc.oneof(
          net.map((third) => `10.${at}.${third}.0/24`),
          fc.tuple(net, net).map(([a, b]) => `10.${at}.9.${Math.min(a, b)}-10.${at}.9.${Math.max(a, b)}`),
        )
      : fc.oneof(
          net.map((fourth) => `2001:db8:${at}:${fourth}::/64`),
          net.map((last) => `2001:db8:${at}::${last.toString(16)}`),
        );
  const plain = net.map((last) => (family === 4 ? `192.168.7.${100 + last}` : `fd07::1:${last.toString(16)}`));
  return fc
    .oneof({ weight: 5, arbitrary: routed }, { weight: 1, arbitrary: plain })
    .map((addresses) => ({ name, addresses }));
}

const weights = fc.record({
  weight: fc.integer({ min: 1, max: 65_535 }),
  upperThreshold: optional(fc.integer({ min: 500, max: 65_535 })),
  lowerThreshold: optional(fc.integer({ min: 1, max: 499 })),
});

function poolOf(family: Family, stack: TopologyDocument['stack'], name: string): fc.Arbitrary<PoolDocument> {
  const host = fc.integer({ min: 10, max: 99 });
  const address = (last: number) => (family === 4 ? `192.168.6.${last}` : `fd06::${last}`);
  return fc
    .record({
      forwarding: oneOf('masq' as const, 'gate' as const, 'ipip' as const),
      hosts: fc.uniqueArray(host, { minLength: 1, maxLength: 3 }),
      each: weights.map(present),
      healthCheck: stack === 'keepalived' ? keepalivedCheck : ldirectordCheck,
      fallback: optional(
        fc.record({
          address: fc.constant(family === 4 ? '127.0.0.1' : '::1'),
          forwarding: oneOf('gate' as const, 'masq' as const),
        }),
      ),
      quiescent: optional(fc.boolean()),
    })
    .map(({ hosts, each, ...pool }) => {
      const realServers = hosts.map((last) => ({ ...each, address: address(last) }));
      return present({ name, realServers, ...pool });
    });
}

const times = {
  intervalSeconds: fc.integer({ min: 1, max: 600 }),
  timeoutSeconds: fc.integer({ min: 1, max: 60 }),
  failures: optional(fc.integer({ min: 1, max: 9 })),
};
const http = {
  type: fc.constant('negotiate' as const),
  service: oneOf('http' as const, 'https' as const),
  port,
  request: optional(text),
  receive: optional(regex),
  virtualHost: optional(text),
};
const connect = fc.record({ type: fc.constant('connect' as const), port, ...times });
const simple = fc.record({ type: oneOf('ping' as const, 'off' as const), ...times });
const ldirectordCheck = fc
  .oneof(
    connect,
    simple,
    fc.record({ ...http, httpMethod: optional(fc.constant('GET' as const)), ...times }),
    fc.record({ ...http, httpMethod: fc.constant('HEAD' as const), receive: fc.constant(undefined), ...times }),
    fc.record({
      type: fc.constant('negotiate' as const),
      service: oneOf('imap' as const, 'smtp' as const, 'ldap' as const, 'nntp' as const),
      ...times,
    }),
  )
  .map(present) as fc.Arbitrary<PoolDocument['healthCheck']>;
const keepalivedCheck = fc
  .oneof(
    connect,
    simple,
    fc.record({
      type: fc.constant('connect' as const),
      ports: fc.uniqueArray(port, { minLength: 1, maxLength: 3 }),
      ...times,
    }),
    fc.record({ type: fc.constant('udp' as const), port, ...times }),
    fc.record({ ...http, statusCode: optional(fc.integer({ min: 100, max: 599 })), ...times }),
    fc.record({
      type: fc.constant('negotiate' as const),
      service: fc.constant('dns' as const),
      request: optional(text),
      ...times,
    }),
    fc.record({ type: fc.constant('file' as const), command: fc.constant('/run/lvs-console/drain'), ...times }),
    fc.record({ type: fc.constant('bfd' as const), command: fc.constant('near'), ...times }),
  )
  .map(present) as fc.Arbitrary<PoolDocument['healthCheck']>;

function groupsOf(family: Family, stack: TopologyDocument['stack'], count: { ranges: number; pools: number }) {
  const isNamed = (at: number) => `range${family}-${at % count.ranges}`;
  const match = fc
    .record({
      range: fc.nat({ max: 9 }).map(isNamed),
      protocol: oneOf('any' as const, 'tcp' as const, 'udp' as const, 'sctp' as const),
      ports: optional(fc.array(fc.oneof(port, oneOf('1000-2000', '50000-50999')), { minLength: 1, maxLength: 3 })),
      source: optional(fc.constant(family === 4 ? '203.0.113.0/25' : '2001:db8:f::/48')),
      interface: optional(fc.constant('eth1')),
    })
    .map(({ ports, ...rest }) => present({ ...rest, ports: rest.protocol === 'any' ? undefined : ports }));
  const group = fc.record({
    mark: fc.integer({ min: 1, max: 0x7fff_ffff }),
    matches: fc.array(match, { minLength: 1, maxLength: 2 }),
    scheduling: oneOf<Pick<GroupDocument, 'scheduler' | 'schedulerFlags'>>(
      { scheduler: 'rr' },
      { scheduler: 'wlc', schedulerFlags: ['flag-3'] },
      { scheduler: 'sh', schedulerFlags: ['sh-port', 'sh-fallback'] },
      { scheduler: 'mh', schedulerFlags: ['flag-1'] },
      { scheduler: 'twos' },
    ),
    onePacket: fc.constant(stack === 'keepalived' ? true : undefined),
    persistence: optional(
      fc.record({
        timeoutSeconds: fc.integer({ min: 1, max: 86_400 }),
        netmask: family === 4 ? oneOf('255.255.255.255', '255.255.0.0') : oneOf('128', '64'),
      }),
    ),
    pool: fc.nat({ max: 9 }).map((at) => `pool${family}-${at % count.pools}`),
  });
  return fc
    .uniqueArray(group, { minLength: 1, maxLength: 3, selector: ({ mark }) => mark })
    .map((all) =>
      all.map(
        ({ scheduling, ...rest }, at) =>
          present({ name: `group${family}-${at}`, ...rest, ...scheduling }) as GroupDocument,
      ),
    );
}
