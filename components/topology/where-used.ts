// Who refers to an object by its name.
import type { TopologyDocument } from '@/lib/core/document';
import type { NamedList } from './document-edits';

/** `how` in a few words, e.g. `match 2: tcp 80, 443`. */
export type Use = { group: number; name: string; how: string };

export function usesOf({ groups, ...document }: TopologyDocument, list: NamedList, index: number): Use[] {
  const name = { ...document, groups }[list][index]?.name;
  if (name === undefined) return [];
  return groups.flatMap((group, at): Use[] => {
    const use = (how: string): Use => ({ group: at, name: group.name, how });
    if (list === 'pools') return group.pool === name ? [use(`mark ${group.mark}`)] : [];
    if (list === 'groups') return group.overrides?.includes(name) ? [use('takes packets from it')] : [];
    return group.matches.flatMap((match, number) => {
      const ports = match.ports ? ` ${match.ports.join(', ')}` : '';
      return match.range === name ? [use(`match ${number + 1}: ${match.protocol}${ports}`)] : [];
    });
  });
}
