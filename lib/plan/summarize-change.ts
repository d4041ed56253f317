// What changes between two documents, in objects, one sentence each.
import type { TopologyDocument } from '../core/document';

/** `previous` is the document of the last verified deploy; absent on the first one. */
export function summarizeChange(previous: TopologyDocument | undefined, next: TopologyDocument): string[] {
  if (!previous) {
    const counts = `${next.groups.length} group(s), ${next.pools.length} pool(s), ${next.ranges.length} range(s)`;
    return [`First deploy of topology "${next.name}": ${counts}.`];
  }
  const sentences = [
    ...namedChanges('Group', previous.groups, next.groups),
    ...poolChanges(previous, next),
    ...namedChanges('Range', previous.ranges, next.ranges),
    ...namedChanges('Director', previous.directors, next.directors),
    ...(sameValue(names(previous.groups), names(next.groups).toSorted(byOrderOf(previous.groups))) &&
    !sameValue(names(previous.groups), names(next.groups))
      ? ['The order of the groups changes.']
      : []),
    ...(sameValue(previous.virtualAddresses, next.virtualAddresses) ? [] : ['The virtual addresses change.']),
    ...(sameValue(previous.gateways, next.gateways) ? [] : ['The gateways change.']),
    ...optionChanges(previous, next),
  ];
  return sentences.length > 0 ? sentences : ['The topology is the one that runs.'];
}

function optionChanges(previous: TopologyDocument, next: TopologyDocument): string[] {
  const options = ['ftp', 'logForwarded', 'stack', 'firewall', 'rulesHome'] as const;
  return options
    .filter((option) => previous[option] !== next[option])
    .map((option) => `${option} changes from ${String(previous[option])} to ${String(next[option])}.`);
}

function poolChanges(previous: TopologyDocument, next: TopologyDocument): string[] {
  return next.pools
    .flatMap((pool) => {
      const before = previous.pools.find(({ name }) => name === pool.name);
      if (!before) return [`Pool "${pool.name}" is new.`];
      if (sameValue(before, pool)) return [];
      const servers = serverChanges(pool.name, before.realServers, pool.realServers);
      return servers.length > 0 ? servers : [`Pool "${pool.name}" changes.`];
    })
    .concat(removed('Pool', previous.pools, next.pools));
}

type RealServer = TopologyDocument['pools'][number]['realServers'][number];

function serverChanges(pool: string, before: readonly RealServer[], after: readonly RealServer[]): string[] {
  const find = (list: readonly RealServer[], { address }: RealServer) =>
    list.find((other) => other.address === address);
  return [
    ...after.flatMap((server) => {
      const old = find(before, server);
      if (!old) return [`Pool "${pool}": real server ${server.address} is added with weight ${server.weight}.`];
      if (old.weight !== server.weight)
        return [`Pool "${pool}": real server ${server.address} changes from weight ${old.weight} to ${server.weight}.`];
      return sameValue(old, server) ? [] : [`Pool "${pool}": real server ${server.address} changes.`];
    }),
    ...before
      .filter((server) => !find(after, server))
      .map((server) => `Pool "${pool}": real server ${server.address} is removed.`),
  ];
}

type Named = { name: string };

function namedChanges<T extends Named>(kind: string, before: readonly T[], after: readonly T[]): string[] {
  const changed = after.flatMap((object) => {
    const old = before.find(({ name }) => name === object.name);
    if (!old) return [`${kind} "${object.name}" is new.`];
    return sameValue(old, object) ? [] : [`${kind} "${object.name}" changes.`];
  });
  return [...changed, ...removed(kind, before, after)];
}

function removed(kind: string, before: readonly Named[], after: readonly Named[]): string[] {
  return before
    .filter(({ name }) => !after.some((object) => object.name === name))
    .map(({ name }) => `${kind} "${name}" is removed.`);
}

const names = (objects: readonly Named[]) => objects.map(({ name }) => name);
const byOrderOf = (objects: readonly Named[]) => (a: string, b: string) =>
  names(objects).indexOf(a) - names(objects).indexOf(b);
const sameValue = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
