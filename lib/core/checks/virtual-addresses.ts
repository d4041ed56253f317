// The floating addresses of the pair and the gateways that route to them.
import { containsAddress, isSameAddress, printInterfaceAddress, printInterval } from '../address';
import { error, warning, type Diagnostic } from '../diagnostic';
import type { Resolution } from '../resolution';
import type { Address } from '../topology';
import { duplicatesOf, type Check } from './check';

const SIDES = ['external', 'internal', 'external6', 'internal6'] as const;
type Side = (typeof SIDES)[number];
const wordOf = (side: Side) => (side.startsWith('external') ? 'external' : 'internal');

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
    const message = `The ${wordOf(side)} virtual address ${printInterfaceAddress(virtual)} is not in the ${wordOf(side)} network ${printInterval(own.network)} of ${name} with the same prefix length.`;
    const hint = `Choose a free address in ${printInterval(own.network)} and write it with /${own.prefixLength}.`;
    return [error('virtual-address.outside-network', ['virtualAddresses', side], message, hint)];
  });

/** Without a peer there is nothing to float to: the director of stack single may have it as its own. */
export const checkVirtualAddressHolders: Check = (resolution) =>
  SIDES.flatMap((side) => {
    const address = resolution.virtualAddresses[side]?.address;
    if (!address) return [];
    const path = ['virtualAddresses', side];
    const director = holderOf(resolution, address);
    if (director !== undefined && resolution.document.stack === 'single') return [];
    const other = director === undefined ? otherUse(resolution, side, address) : undefined;
    if (director !== undefined) {
      const message = `The ${wordOf(side)} virtual address ${address.text} is ${director}'s own address; it could not float to the other director.`;
      return [error('virtual-address.equals-director', path, message, 'Choose a free address of this network.')];
    }
    if (other === undefined) return [];
    const message = `The ${wordOf(side)} virtual address ${address.text} is also ${other}.`;
    return [error('virtual-address.in-use', path, message, 'Choose a free address of this network.')];
  });

function holderOf({ document, directors }: Resolution, address: Address): string | undefined {
  const index = directors.findIndex((director) =>
    SIDES.some((side) => director[side] && isSameAddress(director[side].address, address)),
  );
  return document.directors[index]?.name;
}

function otherUse(resolution: Resolution, side: Side, address: Address): string | undefined {
  const isHere = (other: Address | undefined) => other !== undefined && isSameAddress(other, address);
  const { external, external6 } = resolution.virtualAddresses;
  const [director] = resolution.document.directors;
  const isOneArmed = director !== undefined && director.external.interface === director.internal.interface;
  if (resolution.gateways.some(isHere)) return 'a gateway';
  if (resolution.realServers.some((servers) => servers.some(isHere))) return 'the address of a real server';
  if (wordOf(side) === 'internal' && !isOneArmed && [external, external6].some((on) => isHere(on?.address))) {
    return 'the external virtual address';
  }
  return undefined;
}

/** The single topology needs none: what it balances may be plain addresses, and nothing pings. */
export const checkGateways: Check = (resolution) => {
  const { document, gateways } = resolution;
  if (document.gateways.length === 0 && document.stack !== 'single') {
    const message =
      'No gateway is named: the console cannot say which router must send the ranges to the external virtual address, and heartbeat has nothing to ping.';
    return [warning('gateway.none', ['gateways'], message, 'Name the routers of the external network.')];
  }
  return gateways.flatMap((gateway, index) => (gateway ? checkGateway(resolution, gateway, ['gateways', index]) : []));
};

function checkGateway(resolution: Resolution, gateway: Address, path: (string | number)[]): Diagnostic[] {
  const outside = resolution.directors
    .map(({ external, external6 }) => [external, external6].flatMap((on) => (on ? [on.network] : [])))
    .find((networks) => networks.length > 0 && !networks.some((network) => containsAddress(network, gateway)));
  if (outside) {
    const message = `Gateway ${gateway.text} is not in the external network ${outside.map(printInterval).join(' or ')}, so it cannot send packets to the external virtual address.`;
    const hint = 'Name the router by its address in the external network.';
    return [error('gateway.outside-external-network', path, message, hint)];
  }
  const holder = holderOf(resolution, gateway);
  if (holder === undefined) return [];
  const message = `Gateway ${gateway.text} is ${holder}'s own address.`;
  return [error('gateway.is-director', path, message, 'Name the router before the directors.')];
}

export const checkDuplicateGateways: Check = ({ gateways }) =>
  duplicatesOf(gateways, (gateway) => gateway?.text).map(({ value, index, firstIndex }) =>
    error(
      'gateway.duplicate',
      ['gateways', index],
      `Gateway ${value?.text ?? ''} is already named at gateways[${firstIndex}].`,
      'Remove one of the two.',
    ),
  );
