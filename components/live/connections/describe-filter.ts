// A filter in words.
import type { ConnectionFilter } from '@/lib/core/views/connections';

const WORDS: readonly [keyof ConnectionFilter, string][] = [
  ['client', 'client'],
  ['virtual', 'virtual address'],
  ['realServer', 'real server'],
  ['port', 'port'],
  ['state', 'state'],
  ['origin', 'origin'],
];

export function describeFilter(filter: ConnectionFilter): string {
  const parts = WORDS.flatMap(([key, word]) => (filter[key] === '' ? [] : [`${word} ${filter[key]}`]));
  return parts.length === 0 ? 'All connections' : `Connections with ${parts.join(', ')}`;
}

export function isFiltering(filter: ConnectionFilter): boolean {
  return WORDS.some(([key]) => filter[key].trim() !== '');
}
