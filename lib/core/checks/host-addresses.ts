// Addresses of hosts: one that a host can have, not the network's, the broadcast's or a multicast address.
import { intervalOf, printInterval } from '../address';
import { error, type DiagnosticPath } from '../diagnostic';
import type { Resolution } from '../resolution';
import type { Address, AddressInterval, InterfaceAddress } from '../topology';
import type { Check } from './check';
import { notUnicast } from './ranges';

type HostAddress = { path: DiagnosticPath; address: Address; network?: AddressInterval };

export const checkHostAddresses: Check = (resolution) =>
  hostAddresses(resolution).flatMap(({ path, address, network }) => {
    const special = notUnicast(intervalOf(address));
    if (special) {
      const message = `${address.text} is a ${special.what} address, not that of a host on a network.`;
      return [error('address.not-host', path, message, 'Write the unicast address of the host.')];
    }
    if (!network || network.last - network.first < 3n) return [];
    const isBroadcast = network.family === 4 && address.value === network.last;
    if (address.value !== network.first && !isBroadcast) return [];
    const message = `${address.text} is the ${isBroadcast ? 'broadcast' : 'network'} address of ${printInterval(network)}; no host can have it.`;
    return [
      error('address.not-host', path, message, 'Choose an address between the first and the last of the network.'),
    ];
  });

const SIDES = ['external', 'internal', 'external6', 'internal6'] as const;

function hostAddresses({ directors, virtualAddresses, gateways, realServers }: Resolution): HostAddress[] {
  const connected = directors[0];
  const networkOfFamily = (sides: readonly (InterfaceAddress | undefined)[], { family }: Address) =>
    sides.find((on) => on?.address.family === family)?.network;
  return [
    ...directors.flatMap((director, index) =>
      SIDES.flatMap((side) => {
        const on = director[side];
        const [key, field] = side.endsWith('6') ? [side.slice(0, -1), 'address6'] : [side, 'address'];
        return on ? [{ path: ['directors', index, key, field], address: on.address, network: on.network }] : [];
      }),
    ),
    ...SIDES.flatMap((side) => {
      const on = virtualAddresses[side];
      return on ? [{ path: ['virtualAddresses', side], address: on.address, network: on.network }] : [];
    }),
    ...gateways.flatMap((address, index) =>
      address
        ? [host(['gateways', index], address, networkOfFamily([connected?.external, connected?.external6], address))]
        : [],
    ),
    ...realServers.flatMap((servers, pool) =>
      servers.flatMap((address, index) => {
        const path = ['pools', pool, 'realServers', index, 'address'];
        return address
          ? [host(path, address, networkOfFamily([connected?.internal, connected?.internal6], address))]
          : [];
      }),
    ),
  ];
}

function host(path: DiagnosticPath, address: Address, network: AddressInterval | undefined): HostAddress {
  return network ? { path, address, network } : { path, address };
}
