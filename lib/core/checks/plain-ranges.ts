// Plain ranges: virtual addresses on the directors' external network, which the active director holds one by one.
import { containsAddress, intersectIntervals, isSameInterval, printInterval } from '../address';
import { error, type Diagnostic } from '../diagnostic';
import { isPlainRange, MAX_PLAIN_ADDRESSES } from '../own-addresses';
import type { Resolution } from '../resolution';
import type { AddressInterval, VirtualRange } from '../topology';
import { networksOf, type Check } from './check';
import { lockouts } from './lockout';

export const checkPlainRangeSizes: Check = (resolution) =>
  forEachPlainRange(resolution, ({ name, interval }, index) => {
    const size = interval.last - interval.first + 1n;
    if (size <= MAX_PLAIN_ADDRESSES || lockouts(resolution, { name, interval }, []).length > 0) return [];
    const message = `Range "${name}" (${printInterval(interval)}) lies in the directors' external network, where the active director must hold each of its ${size} addresses; ${MAX_PLAIN_ADDRESSES} are the most.`;
    return [
      error(
        'range.plain-too-large',
        ['ranges', index, 'addresses'],
        message,
        'Take addresses outside, which the gateway routes to the external virtual address, or fewer of them.',
      ),
    ];
  });

/** A host cannot hold the address of its network or its broadcast address. */
export const checkPlainRangeHosts: Check = (resolution) =>
  forEachPlainRange(resolution, ({ name, interval }, index) => {
    const network = externalNetworks(resolution).find((each) => intersectIntervals(each, interval));
    if (!network || interval.last - interval.first + 1n > MAX_PLAIN_ADDRESSES || isSmall(network)) return [];
    const ends = [network.first, ...(network.family === 4 ? [network.last] : [])];
    const end = ends.find((value) => containsAddress(interval, { family: network.family, value, text: '' }));
    if (end === undefined) return [];
    const what = end === network.first ? 'network' : 'broadcast';
    const message = `Range "${name}" (${printInterval(interval)}) contains the ${what} address of ${printInterval(network)}, which no director can hold.`;
    return [error('range.plain-not-host', ['ranges', index, 'addresses'], message, 'Leave that address out.')];
  });

/** Partly inside a connected network, or in the internal one: nobody answers for these addresses. */
export const checkConnectedNetworks: Check = (resolution) => {
  const [external, connected] = [networksOf(resolution), connectedNetworks(resolution)];
  return resolution.ranges.flatMap((range, index) => {
    const network = range && connected.find((each) => intersectIntervals(each, range.interval));
    if (!network || isPlainRange(external, range.interval)) return [];
    if (lockouts(resolution, range, []).length > 0) return [];
    const message = `Range "${range.name}" (${printInterval(range.interval)}) lies in ${printInterval(network)}, to which the directors are connected: neighbours ask for its addresses by ARP and nobody answers, and unmarked packets for them become unreachable.`;
    return [
      error(
        'range.connected-network',
        ['ranges', index, 'addresses'],
        message,
        'Choose addresses outside, which the gateway routes to the external virtual address, or some within the external network only.',
      ),
    ];
  });
};

function forEachPlainRange(
  resolution: Resolution,
  check: (range: Pick<VirtualRange, 'name' | 'interval'>, index: number) => Diagnostic[],
): Diagnostic[] {
  const networks = networksOf(resolution);
  return resolution.ranges.flatMap((range, index) =>
    range && isPlainRange(networks, range.interval) ? check(range, index) : [],
  );
}

function externalNetworks({ directors }: Resolution): AddressInterval[] {
  return directors.flatMap(({ external, external6 }) =>
    [external, external6].flatMap((on) => (on ? [on.network] : [])),
  );
}

function connectedNetworks({ directors }: Resolution): AddressInterval[] {
  const all = directors.flatMap(({ external, external6, internal, internal6 }) =>
    [external, external6, internal, internal6].flatMap((on) => (on ? [on.network] : [])),
  );
  return all.filter((network, at) => all.findIndex((other) => isSameInterval(other, network)) === at);
}

function isSmall({ first, last }: AddressInterval): boolean {
  return last - first < 3n;
}
