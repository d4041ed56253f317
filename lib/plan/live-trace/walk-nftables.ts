// The console's own nftables table for one packet: the last rule that marks decides, as in the kernel.
import { containsAddress } from '../../core/address';
import { OWNED } from '../../core/kernel-state';
import { isIcmpError } from '../../core/trace-mark';
import type { Packet } from '../../core/topology';
import type { NftRule } from '../../parse/nftables-table';
import { printNftRule } from '../../render/print-nftables';
import { findMark } from './find-mark';
import { doubt, setMark, type Journey } from './journey';

const PLACE = `chain prerouting of table inet ${OWNED.nftablesTable}`;

/** Rules of iptables' mangle table hang at the same place in the kernel, and which of the two is asked first is not to be seen. */
export function walkNftables(journey: Journey): void {
  const { nftables } = journey.observed;
  if (!nftables || journey.isDropped) return;
  const before = journey.decidedBy;
  for (const rule of nftables.chains.find(({ name }) => name === 'prerouting')?.rules ?? []) {
    const { action } = rule;
    if (!takes(rule, journey.packet)) continue;
    const by = { rule: printNftRule(rule), place: PLACE, own: true };
    if (action.do === 'mark') setMark(journey, action.mark, by);
    if (action.do !== 'look-up') continue;
    const map = nftables.maps.find(({ name }) => name === action.map);
    const found = map && findMark(map, journey.packet);
    if (!map) doubt(journey, `Rule "${by.rule}" asks map ${action.map}, which is not there.`);
    if (found !== undefined) setMark(journey, found, by);
  }
  if (before && journey.decidedBy !== before)
    doubt(
      journey,
      `Rule "${before.rule}" of ${before.place} marks it too, and which of the two tables is asked first is not known.`,
    );
}

function takes(rule: NftRule, packet: Packet): boolean {
  const { destination, source } = packet;
  const isFamily = rule.family === undefined || rule.family === destination.family;
  if (!isFamily || (rule.in !== undefined && rule.in !== packet.interface)) return false;
  if (rule.destination && !containsAddress(rule.destination, destination)) return false;
  if (rule.notDestination && containsAddress(rule.notDestination, destination)) return false;
  if (rule.source && !rule.source.some((interval) => source !== undefined && containsAddress(interval, source)))
    return false;
  const { protocol, ports } = rule.packets;
  if (protocol === 'icmp') return packet.protocol === 'icmp' && isIcmpError(packet);
  if (protocol !== 'any' && protocol !== packet.protocol) return false;
  const port = packet.destinationPort;
  return !ports || (port !== undefined && ports.some(({ first, last }) => first <= port && port <= last));
}
