// What differs between two documents, object by object: added, removed, changed or only renamed, with the fields' values.
import { diffFields } from './diff-fields';
import type { PoolDocument, TopologyDocument } from './document';
import type { FieldChange, ObjectChange, ObjectKind } from './views/object-change';

type Named = { name: string };
type Names = ReadonlyMap<string, string>;
type Matched<T> = { before?: T; after?: T };
type RealServer = PoolDocument['realServers'][number];

const LISTS = ['directors', 'ranges', 'pools', 'groups'];

/** `before` absent: everything is new. Objects are known by their names; one that only has another name is renamed. */
export function diffDocuments(before: TopologyDocument | undefined, after: TopologyDocument): ObjectChange[] {
  const directors = pairUp(before?.directors ?? [], after.directors);
  const ranges = pairUp(before?.ranges ?? [], after.ranges);
  const pools = pairUp(before?.pools ?? [], after.pools);
  const oldGroups = before?.groups ?? [];
  // A reference that follows a rename is no change of its own.
  const [rangeNames, poolNames] = [renamesOf(ranges), renamesOf(pools)];
  const moved = oldGroups.map((group) => follow(group, rangeNames, poolNames));
  const groupNames = renamesOf(pairUp(moved, after.groups));
  const followed = moved.map((group) =>
    group.overrides ? { ...group, overrides: group.overrides.map((name) => groupNames.get(name) ?? name) } : group,
  );
  return [
    ...topologyChange(before, after, groupNames),
    ...directors.flatMap((pair) => objectChange('director', pair)),
    ...ranges.flatMap((pair) => objectChange('range', pair)),
    ...pools.flatMap((pair) => [...objectChange('pool', pair, ['realServers']), ...realServerChanges(pair)]),
    ...pairUp(followed, after.groups).flatMap((pair) => objectChange('group', pair)),
  ];
}

type Group = TopologyDocument['groups'][number];

function follow(group: Group, ranges: Names, pools: Names): Group {
  const matches = group.matches.map((match) => ({ ...match, range: ranges.get(match.range) ?? match.range }));
  return { ...group, matches, pool: pools.get(group.pool) ?? group.pool };
}

/** By name; of those that are left over, an old and a new one that say the same but for the name belong together. */
function pairUp<T extends Named>(before: readonly T[], after: readonly T[]): Matched<T>[] {
  const [old, next] = [byName(before), byName(after)];
  const gone = new Map<string, T[]>();
  for (const object of before) {
    if (next.has(object.name)) continue;
    const print = printBody(object);
    gone.set(print, [...(gone.get(print) ?? []), object]);
  }
  const pairs = after.map((object): Matched<T> => {
    const same = old.get(object.name) ?? gone.get(printBody(object))?.shift();
    return same ? { before: same, after: object } : { after: object };
  });
  return [...pairs, ...[...gone.values()].flat().map((object): Matched<T> => ({ before: object }))];
}

const byName = <T extends Named>(objects: readonly T[]) => new Map(objects.map((object) => [object.name, object]));

function printBody(object: Named): string {
  return JSON.stringify(
    diffFields(undefined, object, ['name', 'realServers']).concat(
      ...('realServers' in object ? (object.realServers as RealServer[]) : []).map((server) =>
        diffFields(undefined, server, []),
      ),
    ),
  );
}

function renamesOf<T extends Named>(pairs: readonly Matched<T>[]): Map<string, string> {
  return new Map(
    pairs.flatMap(({ before, after }): [string, string][] =>
      before && after && before.name !== after.name ? [[before.name, after.name]] : [],
    ),
  );
}

function objectChange<T extends Named>(
  kind: ObjectKind,
  { before, after }: Matched<T>,
  skip: readonly string[] = [],
): ObjectChange[] {
  const name = (after ?? before)?.name ?? '';
  const fields = diffFields(before, after, ['name', ...skip]);
  if (!before) return [{ kind, name, change: 'added', fields }];
  if (!after) return [{ kind, name, change: 'removed', fields }];
  if (before.name !== after.name) return [{ kind, name, change: 'renamed', formerName: before.name, fields }];
  return fields.length === 0 ? [] : [{ kind, name, change: 'changed', fields }];
}

function realServerChanges({ before, after }: Matched<PoolDocument>): ObjectChange[] {
  const pool = (after ?? before)?.name ?? '';
  const [old, next] = [before?.realServers ?? [], after?.realServers ?? []];
  const nameIn = namer(old, next);
  const named = (list: readonly RealServer[]) => new Map(list.map((server) => [nameIn(server), server]));
  const [olds, nexts] = [named(old), named(next)];
  return [...new Set([...nexts.keys(), ...olds.keys()])].flatMap((name) => {
    const [was, is] = [olds.get(name), nexts.get(name)];
    const fields = diffFields(was, is, ['address']);
    const change = was ? (is ? 'changed' : 'removed') : 'added';
    return change === 'changed' && fields.length === 0
      ? []
      : [{ kind: 'real server' as const, name, pool, change, fields } satisfies ObjectChange];
  });
}

/** By address, and by port as well where one address stands twice in a pool. */
function namer(...lists: (readonly RealServer[])[]): (server: RealServer) => string {
  const isUnique = lists.every((list) => new Set(list.map(({ address }) => address)).size === list.length);
  return ({ address, port }) => (isUnique || port === undefined ? address : `${address} port ${port}`);
}

function topologyChange(before: TopologyDocument | undefined, after: TopologyDocument, groups: Names): ObjectChange[] {
  if (!before) return [{ kind: 'topology', name: after.name, change: 'added', fields: diffFields({}, after, skipped) }];
  const fields = [
    ...diffFields(before, after, skipped),
    ...orderChange(
      before.groups.map(({ name }) => groups.get(name) ?? name),
      after.groups.map(({ name }) => name),
    ),
  ];
  const isRenamed = before.name !== after.name;
  if (fields.length === 0 && !isRenamed) return [];
  return [
    {
      ...{ kind: 'topology', name: after.name, change: isRenamed ? 'renamed' : 'changed', fields },
      ...(isRenamed && { formerName: before.name }),
    },
  ];
}
const skipped = ['apiVersion', 'kind', 'name', ...LISTS];

/** The later of two groups gets a packet that both match, so their order says something; only those on both sides count. */
function orderChange(before: readonly string[], after: readonly string[]): FieldChange[] {
  const [known, kept] = [new Set(after), new Set(before)];
  const old = before.filter((name) => known.has(name)).join(', ');
  const next = after.filter((name) => kept.has(name)).join(', ');
  return old === next ? [] : [{ path: 'order of groups', before: old, after: next }];
}
