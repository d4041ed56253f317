// The lock-out proof: no rule of a release may mark, and no route may refuse, a packet that management or the pair itself needs.
import { containsAddress, parseAddress, parseInterval, printInterval } from '../core/address';
import { error, type Diagnostic } from '../core/diagnostic';
import { OWNED, type KernelIntent } from '../core/kernel-state';
import type { Address, AddressInterval, Topology } from '../core/topology';
import type { DirectorFacts } from './host-facts';

export type Guarded = { what: string; address: Address };
type Reach = { what: string; interval: AddressInterval };

/** Looks at the rules and routes that will be sent, not at the topology that they came from. */
export function checkLockout(intent: KernelIntent, guarded: readonly Guarded[]): Diagnostic[] {
  const { reaches, diagnostics } = reachesOf(intent);
  return [
    ...diagnostics,
    ...reaches.flatMap(({ what, interval }) =>
      guarded
        .filter(({ address }) => containsAddress(interval, address))
        .map((held) =>
          error(
            'lockout.host-address',
            [],
            `${what} takes ${printInterval(interval)}, and with it ${held.what} ${held.address.text}: management would be cut off.`,
            'Choose a range that is used by nothing else.',
          ),
        ),
    ),
  ];
}

/** Every address of both hosts but the virtual ones, the gateways, the peers, the console itself, where it is known. */
export function guardedAddresses(topology: Topology, facts: Record<string, DirectorFacts | undefined>): Guarded[] {
  const { external, internal } = topology.virtualAddresses;
  const floating = [external.address.text, internal.address.text];
  const hosts = topology.directors.flatMap(({ name }) =>
    (facts[name]?.addresses ?? [])
      .filter(({ address }) => !floating.includes(address))
      .map((held) => ({ what: `${name}'s own`, text: held.address })),
  );
  const consoles = topology.directors.flatMap(({ name }) => {
    const [client, , server] = (facts[name]?.sshConnection ?? '').split(' ');
    return [
      { what: 'the console at', text: client },
      { what: `the address that the console reaches ${name} at,`, text: server },
    ];
  });
  const planned = topology.directors.flatMap((director) => [
    { what: `${director.name}'s own`, address: director.external.address },
    { what: `${director.name}'s own`, address: director.internal.address },
  ]);
  const gateways = topology.gateways.map((address) => ({ what: 'the gateway', address }));
  return unique([...planned, ...gateways, ...[...hosts, ...consoles].flatMap(toGuarded)]);
}

function toGuarded({ what, text }: { what: string; text: string | undefined }): Guarded[] {
  const read = parseAddress(text ?? '');
  return read.ok ? [{ what, address: read.value }] : [];
}

function unique(guarded: readonly Guarded[]): Guarded[] {
  const seen = new Map(guarded.map((held) => [held.address.text, held]));
  return [...seen.values()];
}

/** A rule of the mangle chain that names no destination, or does anything but mark, reaches everything. */
function reachesOf({ always }: KernelIntent): { reaches: Reach[]; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const reaches: Reach[] = [];
  const add = (what: string, text: string | undefined) => {
    const read = parseInterval(text ?? '');
    if (read.ok) reaches.push({ what, interval: read.value.interval });
    else
      diagnostics.push(
        error('lockout.unbounded', [], `${what} names no destination, so it could take management too.`),
      );
  };
  for (const { table, chain, rules } of always.chains) {
    if (table !== 'mangle') continue;
    for (const rule of rules) {
      add(`Rule "${rule}" of chain ${chain}`, / -d (\S+)/.exec(rule)?.[1] ?? / --dst-range (\S+)/.exec(rule)?.[1]);
      if (!/ -j MARK /.test(rule))
        diagnostics.push(error('lockout.target', [], `Rule "${rule}" does something else than marking.`));
    }
  }
  for (const route of always.routes.filter(({ table }) => table !== String(OWNED.policyTable)))
    add(`Route ${route.type} ${route.destination} in table ${route.table}`, route.destination);
  return { reaches, diagnostics };
}
