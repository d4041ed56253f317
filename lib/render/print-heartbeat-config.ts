// ha.cf, haresources and authkeys as text.
import type { AuthKeys, HaCf, HaResourceGroup } from '../parse/heartbeat-config';
import { GENERATED } from './owned-paths';

export function printHaCf({ directives }: HaCf): string {
  return `${GENERATED}\n${directives.map(({ name, args }) => `${[name, ...args].join(' ')}\n`).join('')}`;
}

/** Without a comment: on both directors the same bytes, and nothing but what heartbeat reads. */
export function printHaResources(groups: readonly HaResourceGroup[]): string {
  return groups
    .map(({ node, resources }) => [node, ...resources.map(({ script, args }) => [script, ...args].join('::'))])
    .map((words) => `${words.join(' ')}\n`)
    .join('');
}

export function printAuthKeys({ use, keys }: AuthKeys): string {
  const printed = keys.map(({ number, method, secret }) => [number, method, ...(secret ? [secret] : [])].join(' '));
  return [`auth ${use}`, ...printed, ''].join('\n');
}
