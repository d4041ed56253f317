// The fallback of a pool: reachable by its own forwarding method, of the right family, its port left alone.
import { containsAddress, isLoopback, printInterval } from '../address';
import { error, warning, type Diagnostic } from '../diagnostic';
import type { PoolDocument } from '../document';
import type { Resolution } from '../resolution';
import type { Address } from '../topology';
import { familiesOf, groupsOfPool, isMultiPort, quotedList, type Check } from './check';

type Fallback = NonNullable<PoolDocument['fallback']>;
type Located = { pool: PoolDocument; index: number; fallback: Fallback; address: Address };

function forEachFallback(resolution: Resolution, check: (located: Located) => Diagnostic[]): Diagnostic[] {
  return resolution.document.pools.flatMap((pool, index) => {
    const address = resolution.fallbacks[index];
    return pool.fallback && address ? check({ pool, index, fallback: pool.fallback, address }) : [];
  });
}

export const checkFallbackFamilies: Check = (resolution) =>
  forEachFallback(resolution, ({ pool, index, fallback, address }) => {
    const group = groupsOfPool(resolution, pool.name).find(({ matches }) => {
      const families = familiesOf(matches);
      return families.length === 1 && families[0] !== address.family;
    });
    if (!group || fallback.forwarding === 'ipip') return [];
    const message = `Fallback ${address.text} of pool "${pool.name}" is IPv${address.family}, but group "${group.group.name}" is of the other family.`;
    return [
      error(
        'fallback.family-differs',
        ['pools', index, 'fallback', 'address'],
        message,
        'Use an address of the same family.',
      ),
    ];
  });

/** As for real servers: gate and ipip leave ports alone, masq rewrites every port of the group to this one. */
export const checkFallbackPorts: Check = (resolution) =>
  forEachFallback(resolution, ({ pool, index, fallback }) => {
    const path = ['pools', index, 'fallback', 'port'];
    if (fallback.port === undefined) return [];
    if (fallback.forwarding !== 'masq') {
      const message = `The fallback of pool "${pool.name}" has port ${fallback.port}, but ${fallback.forwarding} cannot change the port of a packet.`;
      return [error('fallback.port-not-masq', path, message, 'Remove the port, or use forwarding masq.')];
    }
    const many = groupsOfPool(resolution, pool.name).filter((use) => isMultiPort(use) === true);
    if (many.length === 0) return [];
    const message = `The fallback of pool "${pool.name}" has port ${fallback.port}, but group ${quotedList(many.map(({ group }) => group.name))} has more than one: every packet would be rewritten to it.`;
    return [error('fallback.port-under-masq', path, message, 'Remove the port.')];
  });

/** A loopback address is the director itself. */
export const checkFallbackNetworks: Check = (resolution) =>
  forEachFallback(resolution, ({ pool, index, fallback, address }) => {
    if (fallback.forwarding === 'ipip' || isLoopback(address)) return [];
    const outside = resolution.directors
      .map(({ external, internal, external6, internal6 }) =>
        fallback.forwarding === 'gate' ? [external, external6, internal, internal6] : [internal, internal6],
      )
      .map((sides) => sides.flatMap((side) => (side ? [side.network] : [])))
      .find((networks) => networks.length > 0 && !networks.some((network) => containsAddress(network, address)));
    if (!outside) return [];
    const message = `Fallback ${address.text} of pool "${pool.name}" (${fallback.forwarding}) is in none of the networks ${outside.map(printInterval).join(' and ')}, where ${fallback.forwarding} could reach it.`;
    return [
      error(
        'fallback.not-connected',
        ['pools', index, 'fallback', 'address'],
        message,
        'Use 127.0.0.1 for the director itself, a neighbour, or forwarding ipip.',
      ),
    ];
  });

export const checkFallbackIsRealServer: Check = (resolution) =>
  forEachFallback(resolution, ({ pool, index, address }) => {
    if (!resolution.realServers[index]?.some((server) => server?.text === address.text)) return [];
    const message = `Fallback ${address.text} is a real server of pool "${pool.name}" itself: when no real server is left, it is down as well.`;
    return [warning('fallback.is-real-server', ['pools', index, 'fallback', 'address'], message, 'Name another host.')];
  });
