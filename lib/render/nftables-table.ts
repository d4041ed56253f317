// The owned nftables table of one director as a value: marks of both families, masquerading, and the optional log.
import { parseInterval } from '../core/address';
import { invariant } from '../core/errors';
import { OWNED } from '../core/kernel-state';
import type { AddressInterval, Family } from '../core/topology';
import type { NftRule, NftTable } from '../parse/nftables-table';
import type { MarkItem } from './mark-items';
import type { MarkLayout, MarkStep } from './mark-layout';
import { LOG, type Masquerade } from './nat-rules';

export type NatPart = { masquerades: (Masquerade & { family: Family })[]; isLogged: boolean };

export function nftablesTableOf(layouts: readonly MarkLayout[], { masquerades, isLogged }: NatPart): NftTable {
  const log: NftRule = { packets: { protocol: 'any' }, action: { do: 'log', ...LOG } };
  const forwarded = [...(isLogged ? [log] : []), ...masquerades.map(masqueradeRule)];
  return {
    maps: layouts.flatMap((layout) => (layout.kind === 'flat' ? layout.maps : [])),
    chains: [
      { name: 'prerouting', rules: layouts.flatMap(markingRules) },
      ...(forwarded.length > 0 ? [{ name: 'postrouting' as const, rules: forwarded }] : []),
    ],
  };
}

function markingRules(layout: MarkLayout): NftRule[] {
  const { family } = layout;
  return layout.kind === 'plain'
    ? layout.items.map((item) => itemRule(item, family))
    : layout.steps.map((step) => stepRule(step, family));
}

function itemRule({ interface: device, source, range, packets, mark, group }: MarkItem, family: Family): NftRule {
  return {
    family,
    in: device,
    ...(source && { source: [source.interval] }),
    destination: range.interval,
    packets,
    action: { do: 'mark', mark },
    comment: `lvs:${group}`,
  };
}

function stepRule({ interface: device, sources, packets, map }: MarkStep, family: Family): NftRule {
  return {
    family,
    in: device,
    ...(sources && { source: sources }),
    packets,
    action: { do: 'look-up', map: map.name, by: map.kind },
    comment: OWNED.comment,
  };
}

function intervalOfCidr(cidr: string): AddressInterval {
  const read = parseInterval(cidr);
  invariant(read.ok, `${cidr} is a prefix`);
  return read.value.interval;
}

function masqueradeRule({ family, network, interface: device }: Masquerade & { family: Family }): NftRule {
  const inside = intervalOfCidr(network);
  return {
    family,
    out: device,
    source: [inside],
    notDestination: inside,
    packets: { protocol: 'any' },
    action: { do: 'masquerade' },
    comment: OWNED.comment,
  };
}
