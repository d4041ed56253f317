// The model of keepalived.conf for one director: the VRRP pair, the sync daemon, and a virtual server for each group.
import { addressOfFamily, ADDRESS_BITS } from '../core/address';
import type { Director, DirectorInterface, InterfaceAddress, Topology } from '../core/topology';
import type { KeepalivedConfig } from '../parse/keepalived-config';
import type { VrrpAddress, VrrpInstance } from '../parse/keepalived-config-vrrp';
import { bfdInstancesOf, trackFilesOf } from './keepalived-checks';
import { virtualServerOf } from './keepalived-services';
import { plainAddressesOf } from './role-intent';
import { syncIdOf } from '../core/sync-id';

/** By order of the directors; with `nopreempt` they only decide when both start at the same moment. */
const PRIORITIES = [150, 100];
/** Switches forget a MAC address after 300 s; routers that lost one learn it again within a minute. */
const GARP_REFRESH_SECONDS = 60;
/** The default group is IPv4, and an interface without an IPv4 address cannot send to it (link-local scope, as VRRP's own). */
const SYNC_GROUP_IPV6 = 'ff02::81';
const [EXTERNAL, INTERNAL] = ['EXTERNAL', 'INTERNAL'];

export function keepalivedConfigOf(topology: Topology, director: Director): KeepalivedConfig {
  const instances = instancesOf(topology, director);
  const isExternal = topology.pools.some(({ healthCheck }) => healthCheck.type === 'external');
  const { internal } = director;
  return {
    routerId: director.name,
    isScriptSecurityOn: true,
    ...(isExternal && { scriptUser: 'root' }),
    garpRefreshSeconds: GARP_REFRESH_SECONDS,
    syncDaemon: {
      interface: internal.interface,
      instance: EXTERNAL ?? '',
      id: syncIdOf(topology),
      ...(addressOfFamily(internal, 4) ? {} : { group: SYNC_GROUP_IPV6 }),
    },
    trackFiles: trackFilesOf(topology),
    bfdInstances: bfdInstancesOf(topology, director),
    // Both addresses or none: a director with only one of them would break every connection. Of one alone keepalived complains.
    ...(instances.length > 1 && { syncGroup: { name: 'DIRECTOR', instances: instances.map(({ name }) => name) } }),
    instances,
    virtualServers: topology.groups.map((group) => virtualServerOf(topology, group)),
  };
}

/** One interface for both sides: the internal addresses that are the external ones too are not held twice. */
function instancesOf(topology: Topology, director: Director): VrrpInstance[] {
  const { virtualAddresses: virtual, vrrp } = topology;
  const outside = [virtual.external, virtual.external6].flatMap((each) => each ?? []);
  const isOutside = ({ address }: InterfaceAddress) => outside.some((other) => other.address.text === address.text);
  const inside = [virtual.internal, virtual.internal6].flatMap((each) => (each && !isOutside(each) ? [each] : []));
  const plain = plainAddressesOf(topology).map(({ text, family }) => ({
    address: text,
    prefixLength: ADDRESS_BITS[family],
    interface: director.external.interface,
  }));
  const all = [
    instanceOf(EXTERNAL ?? '', topology, director, (each) => each.external, vrrp.externalRouterId, outside, plain),
    instanceOf(INTERNAL ?? '', topology, director, (each) => each.internal, vrrp.internalRouterId, inside, []),
  ];
  return all.filter(({ addresses }) => addresses.length > 0);
}

/**
 * Unicast: the pair is two known hosts, adverts pass where multicast does not, and another pair with the same identifier
 * is not heard. Adverts carry the address of the first family; the others, and plain ranges, only move with it.
 */
function instanceOf(
  name: string,
  { vrrp, directors }: Topology,
  director: Director,
  sideOf: (director: Director) => DirectorInterface,
  routerId: number,
  [first, ...others]: InterfaceAddress[],
  plain: VrrpAddress[],
): VrrpInstance {
  const device = sideOf(director).interface;
  const held = ({ address, prefixLength }: InterfaceAddress) => ({
    address: address.text,
    prefixLength,
    interface: device,
  });
  const family = first?.address.family ?? 4;
  const ownAddress = (each: Director) =>
    addressOfFamily(sideOf(each), family)?.address.text ?? sideOf(each).address.text;
  return {
    name,
    interface: device,
    routerId,
    priority: PRIORITIES[directors.indexOf(director)] ?? 50,
    advertSeconds: vrrp.advertSeconds,
    source: ownAddress(director),
    peers: directors.filter((each) => each !== director).map(ownAddress),
    addresses: first ? [held(first)] : [],
    excluded: [...others.map(held), ...plain],
  };
}
