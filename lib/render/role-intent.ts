// What a director's kernel must hold by role: the virtual addresses, the IPVS services and the sync daemon.
import { addressAt, ADDRESS_BITS } from '../core/address';
import { isPlainRange } from '../core/own-addresses';
import type { Scheduler, SchedulerFlag } from '../core/document';
import type { IpvsService, KernelIntent } from '../core/kernel-state';
import type {
  Address,
  Director,
  Family,
  FwMarkGroup,
  InterfaceAddress,
  Pool,
  RealServer,
  Topology,
} from '../core/topology';
import { markKey } from '../parse/ipvs-text';
import { rememberFor } from './remember-for';
import { syncIdOf } from '../core/sync-id';

type RoleIntent = Pick<KernelIntent, 'active' | 'standby'>;
type HeldAddress = KernelIntent['active']['virtualAddresses'][number];

/**
 * heartbeat keeps the table on the active director only; keepalived keeps it on both, so a takeover moves nothing but
 * addresses. A single director is always active, has its addresses without a daemon, and nobody to send connections to.
 */
export function roleIntentOf(topology: Topology, director: Director): RoleIntent {
  const { stack, groups } = topology;
  const ipvs = rememberFor(topology, 'services', () => groups.map(ipvsServiceOf));
  if (stack === 'single') return { active: { virtualAddresses: [], ipvs }, standby: { ipvs: [] } };
  const sync = { interface: director.internal.interface, syncId: syncIdOf(topology) };
  return {
    active: {
      virtualAddresses: heldAddressesOf(topology, director),
      ipvs,
      syncDaemon: { role: 'master', ...sync },
    },
    standby: { ipvs: stack === 'keepalived' ? ipvs : [], syncDaemon: { role: 'backup', ...sync } },
  };
}

/** With one interface for both sides the two virtual addresses may be one. */
function heldAddressesOf(topology: Topology, { external, internal }: Director): HeldAddress[] {
  const { virtualAddresses: virtual } = topology;
  const on = (device: string) => (own: InterfaceAddress | undefined) =>
    own ? [{ address: own.address.text, prefixLength: own.prefixLength, interface: device }] : [];
  const all = [
    ...[virtual.external, virtual.external6].flatMap(on(external.interface)),
    ...[virtual.internal, virtual.internal6].flatMap(on(internal.interface)),
    ...plainAddressesOf(topology).map(({ text, family }) => ({
      address: text,
      prefixLength: ADDRESS_BITS[family],
      interface: external.interface,
    })),
  ];
  return [...new Map(all.map((each) => [`${each.address} ${each.interface}`, each])).values()];
}

/**
 * Each address of the plain ranges once; held with the prefix of one address, as its network is connected already. A virtual
 * address among them is held as such, and not a second time.
 */
export function plainAddressesOf(topology: Topology): Address[] {
  return rememberFor(topology, 'plain addresses', () => {
    const { external, internal, external6, internal6 } = topology.virtualAddresses;
    const virtual = [external, internal, external6, internal6].map((held) => held?.address.text);
    const plain = topology.ranges.filter(({ interval }) => isPlainRange(topology, interval));
    const all = plain.flatMap(({ interval: { family, first, last } }) =>
      Array.from({ length: Number(last - first) + 1 }, (_, at) => addressAt(family, first + BigInt(at))),
    );
    const others = all.filter(({ text }) => !virtual.includes(text));
    return [...new Map(others.map((each) => [each.text, each])).values()];
  });
}

export function familyOfGroup({ matches }: FwMarkGroup): Family {
  return matches[0]?.range.interval.family ?? 4;
}

/** Flags in the order in which `ipvsadm -Sn` prints them. */
export function ipvsServiceOf(group: FwMarkGroup): IpvsService {
  const { mark, scheduler, schedulerFlags, onePacket, persistence, pool } = group;
  const family = familyOfGroup(group);
  const oneClient = family === 4 ? '255.255.255.255' : '128';
  return {
    key: markKey(mark, family),
    mark,
    family,
    scheduler,
    ...(persistence && { persistenceSeconds: persistence.timeoutSeconds }),
    ...(persistence && persistence.netmask !== oneClient && { persistenceNetmask: persistence.netmask }),
    flags: [...(onePacket ? ['ops'] : []), ...schedulerFlagsOf(scheduler, schedulerFlags)],
    realServers: pool.realServers.map((server) => ipvsRealServerOf(server, pool)),
  };
}

/** Port 0: the port of the packet is kept (lvs.md S4). */
function ipvsRealServerOf(server: RealServer, { forwarding }: Pool): IpvsService['realServers'][number] {
  const { address, port = 0, weight, upperThreshold = 0, lowerThreshold = 0 } = server;
  return {
    address: address.text,
    port,
    forwarding,
    weight,
    ...(upperThreshold > 0 && { upperThreshold }),
    ...(lowerThreshold > 0 && { lowerThreshold }),
  };
}

/** Three bits; of two schedulers the first two have names, which is how ipvsadm prints them, whatever was asked for. */
export function schedulerFlagsOf(scheduler: Scheduler, flags: readonly SchedulerFlag[]): SchedulerFlag[] {
  const named: Partial<Record<Scheduler, SchedulerFlag[]>> = {
    sh: ['sh-fallback', 'sh-port'],
    mh: ['mh-fallback', 'mh-port'],
  };
  const [first = 'flag-1', second = 'flag-2'] = named[scheduler] ?? [];
  const bits = [
    [first, 'flag-1'],
    [second, 'flag-2'],
    ['flag-3', 'flag-3'],
  ] as const;
  return bits.flatMap(([name, plain]) => (flags.includes(name) || flags.includes(plain) ? [name] : []));
}
