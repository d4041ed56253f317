// Renames that keep every reference: a name is changed only while it tells its object apart from all others.
import type { GroupDocument, TopologyDocument } from '@/lib/core/document';
import type { NamedList } from './document-edits';

/** Why the object cannot have this name now; undefined = it can. */
export function refuseName(
  document: TopologyDocument,
  list: NamedList,
  index: number,
  name: string,
): string | undefined {
  const old = document[list][index]?.name ?? '';
  if (name === '') return `A name is needed; it stays “${old}” until you type one.`;
  const taken = document[list].some((each, at) => at !== index && each.name === name);
  return taken ? `“${name}” is taken; the name stays “${old}”, so that references keep their meaning.` : undefined;
}

/**
 * Renames an object and every place that refers to it. What does not refer to it keeps its identity.
 * Two objects of one name (of an import) are ambiguous: then only the object itself is renamed.
 */
export function renameObject(
  document: TopologyDocument,
  list: NamedList,
  index: number,
  name: string,
): TopologyDocument {
  const old = document[list][index]?.name;
  if (old === undefined || old === name) return document;
  const isOnlyOne = document[list].filter((each) => each.name === old).length === 1;
  const renamed = { ...document, [list]: document[list].map((each, at) => (at === index ? { ...each, name } : each)) };
  if (!isOnlyOne || old === '') return renamed;
  return { ...renamed, groups: renamed.groups.map((group) => renameIn(group, list, old, name)) };
}

function renameIn(group: GroupDocument, list: NamedList, old: string, name: string): GroupDocument {
  if (list === 'pools') return group.pool === old ? { ...group, pool: name } : group;
  if (list === 'groups') {
    if (!group.overrides?.includes(old)) return group;
    return { ...group, overrides: group.overrides.map((each) => (each === old ? name : each)) };
  }
  if (!group.matches.some(({ range }) => range === old)) return group;
  return { ...group, matches: group.matches.map((match) => (match.range === old ? { ...match, range: name } : match)) };
}
