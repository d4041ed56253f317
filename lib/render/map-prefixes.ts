// Intervals of a mark map as prefixes in text, for tools that know nothing else.
import { intervalToCidrs } from '../core/address';
import { forEachIpv4Prefix, printIpv4 } from '../core/ipv4';
import type { AddressValue, MarkMap } from '../parse/mark-map';

/** As ipset prints them: a single address has no length, and there is no /0. Calls `visit` in ascending order. */
export function forEachPrefix(
  { family, firsts, lasts }: MarkMap,
  visit: (prefix: string, index: number) => void,
): void {
  let index = 0;
  const visitIpv4 = (start: number, length: number) =>
    visit(length === 32 ? printIpv4(start) : `${printIpv4(start)}/${length}`, index);
  for (; index < firsts.length; index += 1) {
    const [first = 0, last = 0] = [firsts[index], lasts[index]];
    if (family === 4) forEachIpv4Prefix(Number(first), Number(last), visitIpv4, 1);
    else for (const prefix of ipv6Prefixes(first, last)) visit(prefix, index);
  }
}

export function ipv6Prefixes(first: AddressValue, last: AddressValue): string[] {
  const cidrs = intervalToCidrs({ family: 6, first: BigInt(first), last: BigInt(last) });
  return cidrs.flatMap((cidr) => (cidr === '::/0' ? ['::/1', '8000::/1'] : [cidr.replace(/\/128$/, '')]));
}
