// Everything that can be found: pages, topologies and each of their objects by name, address and mark.
import type { TopologyDocument } from '@/lib/core/document';
import type { DirectorView } from '@/lib/core/views/director';
import { places } from './navigation';

export type SearchItem = { group: string; title: string; text: string; href: string };

export function pageItems(): SearchItem[] {
  return places.map(({ href, title }) => ({ group: 'Pages', title, text: '', href }));
}

export function topologyItems(id: string, document: TopologyDocument): SearchItem[] {
  const group = document.name;
  const at = (select: string) => `/topologies/${id}?select=${select}`;
  return [
    { group, title: document.name, text: 'topology', href: `/topologies/${id}` },
    { group, title: `Deploy ${document.name}`, text: 'make a plan', href: `/topologies/${id}/deploy` },
    { group, title: `Watch ${document.name}`, text: 'live', href: `/live/${id}` },
    ...document.ranges.map(({ name, addresses }, i) => ({
      group,
      title: name,
      text: `range ${addresses}`,
      href: at(`ranges.${i}`),
    })),
    ...document.groups.map(({ name, mark, pool }, i) => ({
      group,
      title: name,
      text: `group, mark ${mark}, pool ${pool}`,
      href: at(`groups.${i}`),
    })),
    ...document.pools.flatMap(({ name, forwarding, realServers }, i) => [
      { group, title: name, text: `pool, ${forwarding}`, href: at(`pools.${i}`) },
      ...realServers.map(({ address }) => ({
        group,
        title: address,
        text: `real server of ${name}`,
        href: at(`pools.${i}`),
      })),
    ]),
    ...Object.entries(document.virtualAddresses).map(([side, address = '']) => ({
      group,
      title: address,
      text: `${side} virtual address`,
      href: at('addresses'),
    })),
    ...document.gateways.map((address) => ({ group, title: address, text: 'gateway', href: at('addresses') })),
    ...document.directors.map(({ name, external, internal }, i) => ({
      group,
      title: name,
      text: `director ${external.address} ${internal.address}`,
      href: at(`directors.${i}`),
    })),
  ];
}

export function directorItems(directors: readonly DirectorView[]): SearchItem[] {
  return directors.map(({ id, name, topologyName, address, port }) => ({
    group: 'Directors',
    title: name,
    text: `of ${topologyName}, ${address}:${port}`,
    href: `/directors/${id}`,
  }));
}
