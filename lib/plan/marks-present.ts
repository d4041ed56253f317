// Which marks the console's own rules, sets and maps on a director can set at all.
import type { IpSet } from '../core/kernel-state';
import { readMarkChain } from '../parse/rules-v4';
import type { ObservedHost } from './observed-host';

/** A sentence when a rule of the own chain cannot be read: then it is not known which marks are there. */
export function marksPresent({ firewall, firewall6, sets = [], nftables }: ObservedHost): Set<number> | string {
  const found = new Set<number>();
  for (const family of [4, 6] as const) {
    const { value, diagnostics } = readMarkChain((family === 4 ? firewall : firewall6) ?? [], family);
    if (diagnostics[0]) return diagnostics[0].message;
    for (const rule of value) {
      const set = 'set' in rule ? sets.find(({ name }) => name === rule.set) : undefined;
      for (const mark of 'mark' in rule ? [rule.mark] : set ? marksOf(set) : []) found.add(mark);
    }
  }
  const rules = nftables?.chains.flatMap((chain) => chain.rules) ?? [];
  for (const { action } of rules) {
    if (action.do === 'mark') found.add(action.mark);
    if (action.do !== 'look-up') continue;
    for (const mark of nftables?.maps.find(({ name }) => name === action.map)?.marks ?? []) found.add(mark);
  }
  return found;
}

/** Without the entries themselves: there may be a hundred thousand, and this is asked at every poll. */
function marksOf({ entries }: IpSet): number[] {
  const found = new Set<string>();
  for (const entry of entries) found.add(entry.slice(entry.lastIndexOf('skbmark ') + 8));
  return [...found].map((text) => Number(text.split('/')[0]));
}
