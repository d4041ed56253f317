// Ranges that would swallow addresses the pair itself lives on: IPVS takes marked packets before any local socket sees them.
import {
  containsAddress,
  intersectIntervals,
  intervalOf,
  isSameAddress,
  isSameInterval,
  printInterval,
} from '../address';
import { error, warning, type Diagnostic, type DiagnosticPath } from '../diagnostic';
import type { Resolution } from '../resolution';
import type { Address, AddressInterval, VirtualRange } from '../topology';
import type { Check } from './check';

type Held = { what: string; address: Address };
type Lockout = { code: string; held: (resolution: Resolution) => Held[]; why: string };

const LOCKOUTS: Lockout[] = [
  {
    code: 'lockout.director-address',
    held: directorAddresses,
    why: 'Packets for the director itself (SSH, heartbeat) would be balanced to real servers: nobody could log in any more.',
  },
  {
    code: 'lockout.management-address',
    held: managementAddresses,
    why: "The console's own SSH connections would be balanced to real servers: it could neither deploy nor roll back.",
  },
  {
    code: 'lockout.internal-virtual-address',
    held: ({ virtualAddresses }) => present([['the internal virtual address', virtualAddresses.internal?.address]]),
    why: 'It is the default gateway of the real servers, not a service: their replies would end there.',
  },
  {
    code: 'lockout.real-server',
    held: ({ realServers, document }) =>
      present(
        realServers.flatMap((servers, pool) =>
          servers.map((address): [string, Address | undefined] => [
            `a real server of pool "${document.pools[pool]?.name ?? ''}"`,
            address,
          ]),
        ),
      ),
    why: 'The director answers "unreachable" for unmarked packets of a range, so it could not reach the real server.',
  },
  {
    code: 'lockout.gateway',
    held: ({ gateways }) => present(gateways.map((address) => ['the gateway', address])),
    why: 'The director answers "unreachable" for unmarked packets of a range, so it could not reach its router.',
  },
];

export const checkLockouts: Check = (resolution) =>
  resolution.ranges.flatMap((range, index) => (range ? lockouts(resolution, range, rangePath(index)) : []));

function lockouts(resolution: Resolution, range: VirtualRange, path: DiagnosticPath): Diagnostic[] {
  return LOCKOUTS.flatMap(({ code, held, why }) => {
    const covered = held(resolution).filter(({ address }) => containsAddress(range.interval, address));
    if (covered.length === 0) return [];
    const list = covered.map(({ what, address }) => `${what} ${address.text}`).join(', ');
    const message = `Range "${range.name}" (${printInterval(range.interval)}) covers ${list}. ${why}`;
    return [
      error(
        code,
        path,
        message,
        'Choose a range that is routed to the external virtual address and used by nothing else.',
      ),
    ];
  });
}

/** The floating external address itself as a service is possible, and takes that address away from the director. */
export const checkExternalVirtualAddress: Check = ({ ranges, virtualAddresses: { external } }) =>
  ranges.flatMap((range, index) => {
    if (!range || !external || !containsAddress(range.interval, external.address)) return [];
    const message = `Range "${range.name}" covers the external virtual address ${external.address.text}: what its groups mark goes to real servers, so the active director is not reachable there on these ports.`;
    return [
      warning('lockout.virtual-address', rangePath(index), message, "Use each director's own address to reach it."),
    ];
  });

/** Addresses on a connected network are asked for by ARP, and nobody would answer for those of a range. */
export const checkConnectedNetworks: Check = (resolution) =>
  resolution.ranges.flatMap((range, index) => {
    if (!range || isPlainVirtualAddress(resolution, range) || lockouts(resolution, range, []).length > 0) return [];
    const network = connectedNetworks(resolution).find((connected) => intersectIntervals(connected, range.interval));
    if (!network) return [];
    const message = `Range "${range.name}" (${printInterval(range.interval)}) lies in ${printInterval(network)}, to which the directors are connected: neighbours ask for its addresses by ARP and nobody answers, and unmarked packets for them become unreachable.`;
    return [
      error(
        'range.connected-network',
        rangePath(index),
        message,
        'Choose addresses outside, which the gateway routes to the external virtual address.',
      ),
    ];
  });

function rangePath(index: number): DiagnosticPath {
  return ['ranges', index, 'addresses'];
}

function isPlainVirtualAddress({ virtualAddresses: { external } }: Resolution, { interval }: VirtualRange): boolean {
  return external !== undefined && isSameInterval(interval, intervalOf(external.address));
}

function connectedNetworks({ directors }: Resolution): AddressInterval[] {
  return directors.flatMap(({ external, internal }) => [external, internal].flatMap((on) => (on ? [on.network] : [])));
}

function directorAddresses({ document, directors }: Resolution): Held[] {
  return directors.flatMap(({ external, internal }, index) => {
    const name = document.directors[index]?.name ?? '';
    return present([
      [`the external address of ${name},`, external?.address],
      [`the internal address of ${name},`, internal?.address],
    ]);
  });
}

function managementAddresses(resolution: Resolution): Held[] {
  const own = directorAddresses(resolution);
  return present(
    resolution.directors.map(({ management }, index) => [
      `the management address of ${resolution.document.directors[index]?.name ?? ''},`,
      management && own.some(({ address }) => isSameAddress(address, management)) ? undefined : management,
    ]),
  );
}

function present(pairs: readonly (readonly [string, Address | undefined])[]): Held[] {
  return pairs.flatMap(([what, address]) => (address ? [{ what, address }] : []));
}
