// Counts of connections by what an operator asks for: group, real server, state, client network, origin.
import type { ConnectionCounts, NamedConnection } from '../core/views/connections';

/** More names than that are a list that nobody reads; the rest is summed up. */
const NAMED = 50;
const NO_GROUP = 'no group';

export type CountedCell = Pick<NamedConnection, 'protocol' | 'realServer' | 'state' | 'kind' | 'origin' | 'group'> & {
  count: number;
};
type Tally = Map<string, number>;

export type ConnectionCounter = {
  addCell: (cell: CountedCell) => void;
  /** `network`: as printed, e.g. `203.0.113.0/24`. */
  addNetwork: (network: string, count: number) => void;
  counts: (isCut: boolean) => ConnectionCounts;
};

export function createConnectionCounter(): ConnectionCounter {
  const [groups, realServers, states, networks, origins]: [Tally, Tally, Tally, Tally, Tally] = [
    new Map(),
    new Map(),
    new Map(),
    new Map(),
    new Map(),
  ];
  const add = (tally: Tally, name: string, count: number) => tally.set(name, (tally.get(name) ?? 0) + count);
  return {
    addCell: ({ group, realServer, state, kind, origin, protocol, count }) => {
      add(groups, group ?? NO_GROUP, count);
      add(realServers, realServer, count);
      add(states, kind === 'template' ? 'persistence template' : `${protocol.toUpperCase()} ${state}`, count);
      if (origin !== undefined) add(origins, origin, count);
    },
    addNetwork: (network, count) => add(networks, network, count),
    counts: (isCut) => ({
      groups: sorted(groups),
      realServers: sorted(realServers),
      states: sorted(states),
      networks: sorted(networks),
      origins: sorted(origins),
      isCut,
    }),
  };
}

function sorted(tally: Tally): { name: string; count: number }[] {
  const all = [...tally].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
  const rest = all.slice(NAMED).reduce((sum, { count }) => sum + count, 0);
  return rest === 0 ? all : [...all.slice(0, NAMED), { name: `${all.length - NAMED} more`, count: rest }];
}
