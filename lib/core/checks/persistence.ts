// Persistence: a time that ipvsadm takes, and a netmask of the group's family.
import ipaddr from 'ipaddr.js';
import { error } from '../diagnostic';
import type { Family } from '../topology';
import { familiesOf, type Check } from './check';

/** ipvsadm refuses more than 31 days. */
const MAX_SECONDS = 31 * 86_400;

export const checkPersistenceTimeout: Check = ({ document }) =>
  document.groups.flatMap(({ name, persistence }, index) => {
    if (!persistence || (persistence.timeoutSeconds >= 1 && persistence.timeoutSeconds <= MAX_SECONDS)) return [];
    const message = `Group "${name}": persistence of ${persistence.timeoutSeconds} seconds is not between 1 and ${MAX_SECONDS} (31 days).`;
    return [
      error(
        'persistence.timeout-invalid',
        ['groups', index, 'persistence', 'timeoutSeconds'],
        message,
        'A usual value is 600.',
      ),
    ];
  });

export const checkPersistenceNetmask: Check = ({ document, matches }) =>
  document.groups.flatMap(({ name, persistence }, index) => {
    const family: Family = familiesOf(matches[index] ?? [])[0] ?? 4;
    if (!persistence || isNetmask(persistence.netmask, family)) return [];
    const message = `Group "${name}": "${persistence.netmask}" is not a netmask for IPv${family} clients.`;
    const hint =
      family === 4
        ? 'Write e.g. 255.255.255.255 (one client) or 255.255.255.0.'
        : 'Write a prefix length from 1 to 128.';
    return [error('persistence.netmask-invalid', ['groups', index, 'persistence', 'netmask'], message, hint)];
  });

/** IPv6 takes a prefix length; the document's default 255.255.255.255 means one client there too. */
function isNetmask(text: string, family: Family): boolean {
  if (family === 6) return text === '255.255.255.255' || (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= 128);
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return false;
  return (ipaddr.IPv4.parse(text).prefixLengthFromSubnetMask() ?? 0) > 0;
}
