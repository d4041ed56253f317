// The models of ha.cf, haresources and authkeys for a topology; the same on both directors, as heartbeat demands.
import { printAddress } from '../core/address';
import type { Address, Director, InterfaceAddress, Topology } from '../core/topology';
import type { HostFacts } from '../core/release';
import type { AuthKeys, HaCf, HaDirective, HaResource, HaResourceGroup } from '../parse/heartbeat-config';
import { AUTHKEY, HEARTBEAT_SECONDS, HEARTBEAT_UDP_PORT, IPFAIL_PROGRAM, LOG_FACILITY } from './heartbeat-times';
import { PATHS } from './owned-paths';
import { plainAddressesOf } from './role-intent';

/**
 * Beats go over both networks: with one medium a dead internal switch would leave two active directors. A `ucast` to
 * the own address is ignored by heartbeat, so all of them stand in one file for both. The node's name is its identity:
 * two directors cloned from one image share /var/lib/heartbeat/hb_uuid, and both would become active (measured).
 */
export function haCfOf(topology: Topology, facts: HostFacts): HaCf {
  const { keepalive, warn, dead, deadPing, initialDead } = HEARTBEAT_SECONDS;
  const { directors } = topology;
  return {
    directives: [
      directive('logfacility', LOG_FACILITY),
      directive('udpport', HEARTBEAT_UDP_PORT),
      directive('uuidfrom', 'nodename'),
      directive('keepalive', keepalive),
      directive('warntime', warn),
      directive('deadtime', dead),
      directive('deadping', deadPing),
      directive('initdead', initialDead),
      ...mediaOf(directors),
      directive('auto_failback', 'off'),
      ...directors.map(({ name }) => directive('node', name)),
      ...gatewayWatch(topology, facts),
      directive('respawn', 'root', PATHS.rulesScript, 'heartbeat-start'),
    ],
  };
}

/** One interface for both sides is one medium. */
function mediaOf(directors: readonly Director[]): HaDirective[] {
  const all = [
    ...directors.map(({ internal }) => directive('ucast', internal.interface, internal.address.text)),
    ...directors.map(({ external }) => directive('ucast', external.interface, external.address.text)),
  ];
  return [...new Map(all.map((medium) => [medium.args.join(' '), medium])).values()];
}

/**
 * A director that lost its external network still beats, so it is compared by which gateways answer: ipfail moves the
 * resources only when the other director reaches more of them. Several gateways count as one that any of them keeps up.
 */
function gatewayWatch({ gateways }: Topology, facts: HostFacts): HaDirective[] {
  const addresses = gateways.map(({ text }) => text);
  if (addresses.length === 0 || !hasIpfail(facts)) return [];
  return [
    addresses.length === 1 ? directive('ping', ...addresses) : directive('ping_group', 'gateways', ...addresses),
    directive('apiauth', 'ipfail', 'gid=haclient', 'uid=hacluster'),
    directive('respawn', 'hacluster', IPFAIL_PROGRAM),
  ];
}

/** heartbeat does not start when a respawned program is missing, so it is named only where its place is known. */
export function hasIpfail({ os = 'debian' }: HostFacts): boolean {
  return os === 'debian';
}

/** Started left to right, stopped right to left: a director announces the addresses only when its table is there. */
export function haResourcesOf(topology: Topology): HaResourceGroup[] {
  const [first, ...others] = topology.directors;
  if (!first || others.length !== 1) return [];
  const { external, internal } = topology.virtualAddresses;
  const held = [
    addressResource(external, first.external),
    addressResource(internal, first.internal),
    ...plainAddressesOf(topology).map((address) => plainResource(address, first.external)),
  ];
  return [
    {
      node: first.name,
      resources: [
        { script: 'ldirectord', args: ['ldirectord.cf'] },
        { script: 'LVSSyncDaemonSwap', args: ['master'] },
        ...new Map(held.map((resource) => [resource.args.join('::'), resource])).values(),
      ],
    },
  ];
}

function addressResource({ address, prefixLength, network }: InterfaceAddress, on: Director['external']): HaResource {
  const broadcast = printAddress(network.family, network.last);
  return { script: 'IPaddr2', args: [`${address.text}/${prefixLength}/${on.interface}/${broadcast}`] };
}

/** An address alone has no broadcast; its network is connected already. */
function plainResource({ text }: Address, on: Director['external']): HaResource {
  return { script: 'IPaddr2', args: [`${text}/32/${on.interface}`] };
}

export function authKeysOf(secret: string): AuthKeys {
  return { use: AUTHKEY.number, keys: [{ ...AUTHKEY, secret }] };
}

function directive(name: string, ...args: (string | number)[]): HaDirective {
  return { name, args: args.map(String) };
}
