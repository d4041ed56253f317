// Own sets as `ipset restore` reads them.
import type { IpSet, KernelIntent } from '../core/kernel-state';
import { rememberFor } from './remember-for';

export function printIpSets({ sets }: Pick<KernelIntent['always'], 'sets'>): string {
  return sets.map((set) => rememberFor(set, 'text', () => printIpSet(set))).join('');
}

/** By one join: there may be a hundred thousand entries. */
function printIpSet({ name, type, options, entries }: IpSet): string {
  const add = `add ${name} `;
  return `create ${name} ${type} ${options}\n${entries.length > 0 ? `${add}${entries.join(`\n${add}`)}\n` : ''}`;
}
