// Printed rules and sets are read again and must give the rules and maps that they were made of.
import { parseInterval } from '../core/address';
import { invariant } from '../core/errors';
import { OWNED } from '../core/kernel-state';
import type { AddressInterval, Family } from '../core/topology';
import { mergeBoxes, parseIpSetMaps } from '../parse/ip-set-save';
import { haveSameEntries, type MarkMap } from '../parse/mark-map';
import { parseMarkChain } from '../parse/rules-v4';
import { setName, type ChainRule, type IptablesMarks } from './iptables-marks';
import { printIpSets } from './print-ip-sets';
import { printRules } from './print-rules';
import { isInSet } from './set-entries';

export function provenSets(maps: readonly MarkMap[], marks: IptablesMarks): void {
  const { value: read, diagnostics } = parseIpSetMaps(printIpSets(marks));
  const [first] = diagnostics;
  invariant(!first, `generated sets do not parse: ${first?.message ?? ''}`);
  invariant(read.length === maps.length, 'generated sets are not as many as their maps');
  for (const [at, map] of maps.entries()) {
    const back = read[at];
    const isSame =
      back?.name === setName(map) &&
      haveSameEntries(
        back,
        mergeBoxes(map, (box) => isInSet(map, box)),
      );
    invariant(isSame, `generated set of ${map.name} does not give back the map it was printed from`);
  }
}

export function provenChain(rules: readonly ChainRule[], family: Family, printed: string[]): string[] {
  const chain = { family, table: 'mangle', chain: OWNED.mangleChain, rules: printed };
  const { value, diagnostics } = parseMarkChain(printRules([chain], family), family);
  const [first] = diagnostics;
  invariant(!first, `generated mark rules do not parse: line ${first?.line ?? '?'}, ${first?.code ?? ''}`);
  invariant(value.length === rules.length, 'generated mark rules are not as many as were printed');
  for (const [at, rule] of rules.entries()) {
    const back = { ...value[at], line: 0 };
    invariant(
      canonical(back) === canonical({ ...asRead(rule), line: 0 }),
      `generated mark rule ${at + 1} does not say what was meant`,
    );
  }
  return printed;
}

/** A rule as the parser says it: intervals instead of prefixes, everything instead of nothing asked. */
function asRead({ ports = [], source, ...rule }: ChainRule): object {
  const everywhere = ['0.0.0.0/0', '::/0'];
  const read = {
    ...rule,
    ports: ports.length > 0 ? ports : 'all',
    ...(source !== undefined && !everywhere.includes(source) && { source: intervalOf(source) }),
  };
  return 'destination' in rule ? { ...read, destination: intervalOf(rule.destination) } : read;
}

function intervalOf(cidr: string): AddressInterval {
  const read = parseInterval(cidr);
  invariant(read.ok, `${cidr} is a prefix`);
  return read.value.interval;
}

function canonical(value: object): string {
  return JSON.stringify(
    Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part),
  );
}
