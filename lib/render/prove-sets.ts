// The printed sets are read again and must give the maps that they were made of.
import { invariant } from '../core/errors';
import { OWNED } from '../core/kernel-state';
import { mergeBoxes, parseIpSetMaps } from '../parse/ip-set-save';
import { haveSameEntries, type MarkMap } from '../parse/mark-map';
import { isInSet, type IptablesMarks } from './iptables-marks';
import { printIpSets } from './print-ip-sets';

export function provenSets(maps: readonly MarkMap[], marks: IptablesMarks): IptablesMarks {
  const { value: read, diagnostics } = parseIpSetMaps(printIpSets(marks));
  const [first] = diagnostics;
  invariant(!first, `generated sets do not parse: ${first?.message ?? ''}`);
  invariant(read.length === maps.length, 'generated sets are not as many as their maps');
  for (const [at, map] of maps.entries()) {
    const back = read[at];
    const isSame =
      back?.name === `${OWNED.ipSetPrefix}-${map.name}` &&
      haveSameEntries(
        back,
        mergeBoxes(map, (box) => isInSet(map, box)),
      );
    invariant(isSame, `generated set of ${map.name} does not give back the map it was printed from`);
  }
  return marks;
}
