// Who is active: read from the addresses that each director holds, never from a state file.
import { error, warning, type Diagnostic } from '../core/diagnostic';
import type { Role } from '../core/kernel-state';
import type { Topology } from '../core/topology';
import type { HeldAddress } from '../parse/ip-json';
import type { ObservedHost } from './observed-host';

export type HeldRole = Role | 'split';

/** `split`: holds one of the virtual addresses without the other. */
export function heldRole(virtualAddresses: readonly string[], held: readonly HeldAddress[]): HeldRole {
  const count = virtualAddresses.filter((address) => held.some((each) => each.address === address)).length;
  if (count === 0) return 'standby';
  return count === virtualAddresses.length ? 'active' : 'split';
}

/** Of both families; each once, as one interface may serve both sides. */
export function virtualAddressesOf({ virtualAddresses }: Pick<Topology, 'virtualAddresses'>): string[] {
  const { external, internal, external6, internal6 } = virtualAddresses;
  const all = [external, internal, external6, internal6].flatMap((held) => (held ? [held.address.text] : []));
  return [...new Set(all)];
}

type Observed = Record<string, ObservedHost | undefined>;

/** `before`: the addresses of the release that runs. Where a change moves the pair to new ones, the active director still holds the old ones. */
export function holdsAny(
  addresses: readonly string[],
  before: readonly string[],
  held: readonly HeldAddress[],
): boolean {
  return heldRole([...addresses, ...before], held) !== 'standby';
}

/** Before anybody is active, the first director is the preferred one (first word of haresources). */
export function rolesOf(topology: Topology, observed: Observed, before: readonly string[]): Record<string, Role> {
  const addresses = virtualAddressesOf(topology);
  const holders = topology.directors.filter(({ name }) => holdsAny(addresses, before, observed[name]?.addresses ?? []));
  const active = holders[0] ?? topology.directors[0];
  return Object.fromEntries(topology.directors.map(({ name }) => [name, name === active?.name ? 'active' : 'standby']));
}

/** A pair whose roles are not clear is not changed: which one carries traffic decides the order. */
export function checkRoles(topology: Topology, observed: Observed, before: readonly string[]): Diagnostic[] {
  if (topology.stack === 'single') return [];
  const daemon = topology.stack;
  const addresses = virtualAddressesOf(topology);
  const known = topology.directors.flatMap(({ name }) => {
    const host = observed[name];
    if (!host) return [];
    const isWhole = [addresses, before].some((list) => heldRole(list, host.addresses) === 'active');
    const role = isWhole ? 'active' : heldRole([...addresses, ...before], host.addresses);
    return [{ name, role, isRunning: host.daemons[daemon] === 'running' }];
  });
  const active = known.filter(({ role }) => role !== 'standby').map(({ name }) => name);
  if (active.length > 1) {
    const message = `${active.join(' and ')} both hold virtual addresses.`;
    return [
      error(
        'pair.both-active',
        [],
        message,
        'Look at the link between them first; a deploy would not know whom to trust.',
      ),
    ];
  }
  const split = known.find(({ role }) => role === 'split');
  if (split) return [warning('pair.split', [], `${split.name} holds only one of the virtual addresses.`)];
  if (active.length === 0 && known.length > 0 && known.every(({ isRunning }) => isRunning))
    return [
      error(
        'pair.none-active',
        [],
        `${daemon} runs, but no director holds the virtual addresses.`,
        'It may be taking over just now: try again in a minute.',
      ),
    ];
  return [];
}
