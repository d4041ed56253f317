// From a mark or a group's name, as a director holds it, to the group's form in the topology.
import type { TopologyDocument } from '@/lib/core/document';

export type GroupLink = { name: string; href: string };
export type GroupLinks = {
  ofMark: (mark: number) => GroupLink | undefined;
  ofName: (name: string) => GroupLink | undefined;
};

export function groupLinks(topologyId: string, document: TopologyDocument | undefined): GroupLinks {
  const groups = document?.groups ?? [];
  const linkTo = (index: number): GroupLink | undefined => {
    const group = groups[index];
    return group && { name: group.name, href: `/topologies/${topologyId}?select=groups.${index}` };
  };
  return {
    ofMark: (mark) => linkTo(groups.findIndex((group) => group.mark === mark)),
    ofName: (name) => linkTo(groups.findIndex((group) => group.name === name)),
  };
}
