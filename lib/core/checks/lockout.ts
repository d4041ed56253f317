// Ranges that would swallow addresses the pair itself lives on: IPVS takes marked packets before any local socket sees them.
import { containsAddress, isLoopback, isSameAddress, printInterval } from '../address';
import { error, warning, type Diagnostic, type DiagnosticPath } from '../diagnostic';
import type { Resolution } from '../resolution';
import type { Address, VirtualRange } from '../topology';
import type { Check } from './check';

type Held = { code: string; what: string; address: Address };
type Named = readonly (readonly [string, Address | undefined])[];

const WHY: Record<string, string> = {
  'lockout.director-address':
    'Packets for the director itself (SSH, heartbeat) would be balanced to real servers: nobody could log in any more.',
  'lockout.management-address':
    "The console's own SSH connections would be balanced to real servers: it could neither deploy nor roll back.",
  'lockout.internal-virtual-address':
    'It is the default gateway of the real servers, not a service: their replies would end there.',
  'lockout.real-server':
    'The director answers "unreachable" for unmarked packets of a range, so it could not reach the real server.',
  'lockout.fallback':
    'The active director would take an address of its own network from the host that has it, and cut itself off from one of a routed range.',
  'lockout.gateway':
    'The director answers "unreachable" for unmarked packets of a range, so it could not reach its router.',
};

export const checkLockouts: Check = (resolution) =>
  resolution.ranges.flatMap((range, index) => (range ? lockouts(resolution, range, rangePath(index)) : []));

export function lockouts(
  resolution: Resolution,
  { name, interval }: Pick<VirtualRange, 'name' | 'interval'>,
  path: DiagnosticPath,
): Diagnostic[] {
  const all = heldBy(resolution);
  const start = firstFrom(all, { family: interval.family, value: interval.first });
  const covered: Held[] = [];
  for (let held = all[start]; held && containsAddress(interval, held.address); held = all[start + covered.length]) {
    covered.push(held);
  }
  if (covered.length === 0) return [];
  return Object.entries(WHY).flatMap(([code, why]) => {
    const own = covered.filter((held) => held.code === code);
    if (own.length === 0) return [];
    const list = own.map(({ what, address }) => `${what} ${address.text}`).join(', ');
    const message = `Range "${name}" (${printInterval(interval)}) covers ${list}. ${why}`;
    const hint = 'Choose a range that is routed to the external virtual address and used by nothing else.';
    return [error(code, path, message, hint)];
  });
}

/** The floating external address itself as a service is possible, and takes that address away from the director. */
export const checkExternalVirtualAddress: Check = ({ ranges, virtualAddresses: { external, external6 } }) =>
  ranges.flatMap((range, index) => {
    const covered = [external, external6].find((on) => range && on && containsAddress(range.interval, on.address));
    if (!range || !covered) return [];
    const message = `Range "${range.name}" covers the external virtual address ${covered.address.text}: what its groups mark goes to real servers, so the active director is not reachable there on these ports.`;
    return [
      warning('lockout.virtual-address', rangePath(index), message, "Use each director's own address to reach it."),
    ];
  });

function rangePath(index: number): DiagnosticPath {
  return ['ranges', index, 'addresses'];
}

const known = new WeakMap<Resolution, Held[]>();

/** Ascending by address, so that a range finds its own without looking at the others; equal ones in the order of naming. */
function heldBy(resolution: Resolution): Held[] {
  const before = known.get(resolution);
  if (before) return before;
  const all = [
    ...present('lockout.director-address', directorAddresses(resolution)),
    ...present('lockout.management-address', managementAddresses(resolution)),
    ...present('lockout.internal-virtual-address', internalVirtualAddresses(resolution)),
    ...present('lockout.real-server', realServerAddresses(resolution)),
    ...present('lockout.fallback', fallbackAddresses(resolution)),
    ...present(
      'lockout.gateway',
      resolution.gateways.map((address) => ['the gateway', address]),
    ),
  ].sort((a, b) => compareAddresses(a.address, b.address));
  known.set(resolution, all);
  return all;
}

function compareAddresses(a: Pick<Address, 'family' | 'value'>, b: Pick<Address, 'family' | 'value'>): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

function firstFrom(all: readonly Held[], start: Pick<Address, 'family' | 'value'>): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const held = all[middle];
    if (held && compareAddresses(held.address, start) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function directorAddresses({ document, directors }: Resolution): Named {
  return directors.flatMap(({ external, internal, external6, internal6 }, index) => {
    const name = document.directors[index]?.name ?? '';
    return [
      [`the external address of ${name},`, external?.address],
      [`the internal address of ${name},`, internal?.address],
      [`the external IPv6 address of ${name},`, external6?.address],
      [`the internal IPv6 address of ${name},`, internal6?.address],
    ] as const;
  });
}

function managementAddresses(resolution: Resolution): Named {
  const own = directorAddresses(resolution);
  return resolution.directors.map(({ management }, index) => {
    const isOwn = management && own.some(([, address]) => address && isSameAddress(address, management));
    const what = `the management address of ${resolution.document.directors[index]?.name ?? ''},`;
    return [what, isOwn ? undefined : management] as const;
  });
}

function internalVirtualAddresses({ virtualAddresses: { internal, internal6 } }: Resolution): Named {
  return [
    ['the internal virtual address', internal?.address],
    ['the internal IPv6 virtual address', internal6?.address],
  ];
}

function realServerAddresses({ realServers, document }: Resolution): Named {
  return realServers.flatMap((servers, pool) =>
    servers.map((address) => [`a real server of pool "${document.pools[pool]?.name ?? ''}"`, address] as const),
  );
}

/** A loopback address is the director itself, whatever the ranges are. */
function fallbackAddresses({ fallbacks, document }: Resolution): Named {
  return fallbacks.map((address, pool) => {
    const what = `the fallback of pool "${document.pools[pool]?.name ?? ''}"`;
    return [what, address && isLoopback(address) ? undefined : address] as const;
  });
}

function present(code: string, named: Named): Held[] {
  return named.flatMap(([what, address]) => (address ? [{ code, what, address }] : []));
}
