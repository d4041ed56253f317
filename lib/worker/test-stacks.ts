// For tests: a topology for each stack and forwarding method that the lab proves, on the lab's addresses; all with the same groups.
import type { Forwarding, GroupDocument, PoolDocument, RangeDocument, Stack, TopologyDocument } from '../core/document';
import { labDocument } from './test-console';

export type StackCase = {
  stack: Stack;
  forwarding: Forwarding;
  /** Names of the lab's hosts and the last numbers of their addresses on the internal network. */
  realServers: Record<string, number>;
  hasIpv6: boolean;
};

type Family = 4 | 6;

/** The quarter `dark` is routed to the pair and nobody marks it: the director must answer that it is unreachable. */
const RANGES: Record<Family, Record<'low' | 'high' | 'dark', string>> = {
  4: { low: '192.168.0.0/25', high: '192.168.0.128/26', dark: '192.168.0.192/26' },
  6: { low: '2001:db8:1::/65', high: '2001:db8:1:0:8000::/66', dark: '2001:db8:1:0:c000::/66' },
};

export function stackDocument(
  { stack, forwarding, realServers, hasIpv6 }: StackCase,
  portBase: number,
): TopologyDocument {
  const document = labDocument(portBase, `${stack}-${forwarding}`);
  const families: Family[] = hasIpv6 ? [4, 6] : [4];
  return {
    ...document,
    stack,
    directors: document.directors
      .slice(0, stack === 'single' ? 1 : 2)
      .map((director, index) => (hasIpv6 ? withIpv6(director, index + 4) : director)),
    virtualAddresses: {
      ...document.virtualAddresses,
      ...(hasIpv6 && { external6: '2001:db8:7::240/64', internal6: '2001:db8:6::240/64' }),
    },
    gateways: [...document.gateways, ...(hasIpv6 ? ['2001:db8:7::1'] : [])],
    ranges: families.flatMap(rangesOf),
    pools: families.map((family) => poolOf(family, forwarding, Object.values(realServers))),
    groups: families.flatMap(groupsOf),
  };
}

const suffixOf = (family: Family): string => (family === 4 ? '' : '6');

const withIpv6 = (director: TopologyDocument['directors'][number], last: number) => ({
  ...director,
  external: { ...director.external, address6: `2001:db8:7::${last}/64` },
  internal: { ...director.internal, address6: `2001:db8:6::${last}/64` },
});

const rangesOf = (family: Family): RangeDocument[] =>
  Object.entries(RANGES[family]).map(([name, addresses]) => ({ name: `${name}${suffixOf(family)}`, addresses }));

const poolOf = (family: Family, forwarding: Forwarding, lasts: number[]): PoolDocument => ({
  name: `pool${suffixOf(family)}`,
  forwarding,
  realServers: lasts.map((last) => ({ address: `${family === 4 ? '192.168.6.' : '2001:db8:6::'}${last}`, weight: 1 })),
  healthCheck: { type: 'connect', port: 80, intervalSeconds: 2, timeoutSeconds: 2 },
});

/** One port of one range; every port of another, coupled; another port of the first range with another scheduler. */
function groupsOf(family: Family): GroupDocument[] {
  const suffix = suffixOf(family);
  const pool = `pool${suffix}`;
  const low = `low${suffix}`;
  return [
    { name: `web${suffix}`, mark: 1, matches: [{ range: low, protocol: 'tcp', ports: [80] }], scheduler: 'rr', pool },
    {
      name: `coupled${suffix}`,
      mark: 2,
      matches: [{ range: `high${suffix}`, protocol: 'any' }],
      scheduler: 'rr',
      persistence: { timeoutSeconds: 300, netmask: family === 4 ? '255.255.255.255' : '128' },
      pool,
    },
    {
      name: `tls${suffix}`,
      mark: 3,
      matches: [{ range: low, protocol: 'tcp', ports: [443, '8000-8999'] }],
      scheduler: 'wlc',
      pool,
    },
  ];
}
