// The floating addresses of the pair and the gateways that route to them.
import { containsAddress, isSameAddress, printInterfaceAddress, printInterval } from '../address';
import { error, warning, type Diagnostic } from '../diagnostic';
import type { Resolution } from '../resolution';
import type { Address } from '../topology';
import { duplicatesOf, type Check } from './check';

const SIDES = ['external', 'internal'] as const;

/** IPaddr2 adds the address with this prefix; with another one the kernel would make a second network of it. */
export const checkVirtualAddressNetworks: Check = (resolution) =>
  SIDES.flatMap((side) => {
    const virtual = resolution.virtualAddresses[side];
    const outside = resolution.directors.findIndex(
      ({ [side]: own }) =>
        own && virtual && !(containsAddress(own.network, virtual.address) && own.prefixLength === virtual.prefixLength),
    );
    const own = resolution.directors[outside]?.[side];
    if (!virtual || !own) return [];
    const name = resolution.document.directors[outside]?.name ?? '';
    const message = `The ${side} virtual address ${printInterfaceAddress(virtual)} is not in the ${side} network ${printInterval(own.network)} of ${name} with the same prefix length.`;
    const hint = `Choose a free address in ${printInterval(own.network)} and write it with /${own.prefixLength}.`;
    return [error('virtual-address.outside-network', ['virtualAddresses', side], message, hint)];
  });

export const checkVirtualAddressHolders: Check = (resolution) =>
  SIDES.flatMap((side) => {
    const address = resolution.virtualAddresses[side]?.address;
    if (!address) return [];
    const path = ['virtualAddresses', side];
    const director = holderOf(resolution, address);
    const other = director === undefined ? otherUse(resolution, side, address) : undefined;
    if (director !== undefined) {
      const message = `The ${side} virtual address ${address.text} is ${director}'s own address; it could not float to the other director.`;
      return [error('virtual-address.equals-director', path, message, 'Choose a free address of this network.')];
    }
    if (other === undefined) return [];
    const message = `The ${side} virtual address ${address.text} is also ${other}.`;
    return [error('virtual-address.in-use', path, message, 'Choose a free address of this network.')];
  });

function holderOf({ document, directors }: Resolution, address: Address): string | undefined {
  const index = directors.findIndex((director) =>
    SIDES.some((side) => director[side] && isSameAddress(director[side].address, address)),
  );
  return document.directors[index]?.name;
}

function otherUse(resolution: Resolution, side: 'external' | 'internal', address: Address): string | undefined {
  const isHere = (other: Address | undefined) => other !== undefined && isSameAddress(other, address);
  const [director] = resolution.document.directors;
  const isOneArmed = director !== undefined && director.external.interface === director.internal.interface;
  if (resolution.gateways.some(isHere)) return 'a gateway';
  if (resolution.realServers.flat().some(isHere)) return 'the address of a real server';
  if (side === 'internal' && !isOneArmed && isHere(resolution.virtualAddresses.external?.address)) {
    return 'the external virtual address';
  }
  return undefined;
}

export const checkGateways: Check = (resolution) => {
  const { document, gateways, directors } = resolution;
  if (document.gateways.length === 0) {
    const message =
      'No gateway is named: the console cannot say which router must send the ranges to the external virtual address, and heartbeat has nothing to ping.';
    return [warning('gateway.none', ['gateways'], message, 'Name the routers of the external network.')];
  }
  return gateways.flatMap((gateway, index): Diagnostic[] => {
    const network = directors.find(({ external }) => external && gateway && !containsAddress(external.network, gateway))
      ?.external?.network;
    const path = ['gateways', index];
    const holder = gateway && holderOf(resolution, gateway);
    if (gateway && network) {
      const message = `Gateway ${gateway.text} is not in the external network ${printInterval(network)}, so it cannot send packets to the external virtual address.`;
      return [
        error(
          'gateway.outside-external-network',
          path,
          message,
          'Name the router by its address in the external network.',
        ),
      ];
    }
    if (gateway && holder !== undefined) {
      return [
        error(
          'gateway.is-director',
          path,
          `Gateway ${gateway.text} is ${holder}'s own address.`,
          'Name the router before the directors.',
        ),
      ];
    }
    return [];
  });
};

export const checkDuplicateGateways: Check = ({ gateways }) =>
  duplicatesOf(gateways, (gateway) => gateway?.text).map(({ value, index, firstIndex }) =>
    error(
      'gateway.duplicate',
      ['gateways', index],
      `Gateway ${value?.text ?? ''} is already named at gateways[${firstIndex}].`,
      'Remove one of the two.',
    ),
  );
