// What the kernel of one director must hold, by role: the data that files, deploy and read-back are all compared with.
import { OWNED, type IpvsService, type KernelIntent } from '../core/kernel-state';
import type { Director, FwMarkGroup, Topology } from '../core/topology';
import { markRulesOf } from './mark-rules';
import { natRulesOf } from './nat-rules';
import { printMarkRule } from './print-mark-rule';
import { syncIdOf } from './sync-id';

export function kernelIntentOf(topology: Topology, director: Director): KernelIntent {
  const sync = { interface: director.internal.interface, syncId: syncIdOf(topology) };
  return {
    always: {
      modules: modulesOf(topology),
      sysctls: sysctlsOf(topology, director),
      chains: chainsOf(topology, director),
      jumps: [
        { family: 4, table: 'mangle', from: 'PREROUTING', to: OWNED.mangleChain },
        { family: 4, table: 'nat', from: 'POSTROUTING', to: OWNED.natChain },
      ],
      sets: [],
      addresses: [],
      policyRules: policyRulesOf(topology, director),
      routes: routesOf(topology),
    },
    active: {
      virtualAddresses: [
        { ...plainAddress(topology.virtualAddresses.external), interface: director.external.interface },
        { ...plainAddress(topology.virtualAddresses.internal), interface: director.internal.interface },
      ],
      ipvs: topology.groups.map(ipvsServiceOf),
      syncDaemon: { role: 'master', ...sync },
    },
    standby: { ipvs: [], syncDaemon: { role: 'backup', ...sync } },
  };
}

/** `ip_vs` first: the `net.ipv4.vs` sysctls exist only after it is loaded. */
function modulesOf({ groups, ftp }: Topology): string[] {
  const schedulers = [...new Set(groups.map(({ scheduler }) => `ip_vs_${scheduler}`))].toSorted();
  return ['ip_vs', ...schedulers, ...(ftp ? ['ip_vs_ftp'] : [])];
}

/**
 * Both values of what the document decides are written, so that a release that no longer wants it takes it back.
 * `expire_quiescent_template`: without it a real server of weight 0 never drains under persistence (lvs.md 6.3).
 * `expire_nodest_conn`: clients of a removed real server get a reset at once instead of a silent time-out.
 * `conntrack`: the kernel turns tracking on for FTP by itself only when the service has port 21, and a mark has none (lvs.md S12).
 * rp_filter: the kernel takes the larger of `all` and the interface, so 2 (loose) here is enough.
 */
function sysctlsOf({ ftp, groups }: Topology, { external, internal }: Director): Record<string, string> {
  const isPersistent = groups.some(({ persistence }) => persistence);
  return {
    'net.ipv4.ip_forward': '1',
    [`net.ipv4.conf.${external.interface}.rp_filter`]: '2',
    [`net.ipv4.conf.${internal.interface}.rp_filter`]: '2',
    'net.ipv4.vs.conntrack': ftp ? '1' : '0',
    'net.ipv4.vs.expire_nodest_conn': '1',
    'net.ipv4.vs.expire_quiescent_template': isPersistent ? '1' : '0',
  };
}

function chainsOf(topology: Topology, director: Director): KernelIntent['always']['chains'] {
  const marks = markRulesOf(topology, director.external.interface).map(printMarkRule);
  return [
    { family: 4, table: 'mangle', chain: OWNED.mangleChain, rules: marks },
    { family: 4, table: 'nat', chain: OWNED.natChain, rules: natRulesOf(topology, director) },
  ];
}

/** With `iif`: a rule without it would also loop the still marked packet back to lo when it leaves (lvs.md 1.5). */
function policyRulesOf({ groups }: Topology, { external }: Director): KernelIntent['always']['policyRules'] {
  return [...new Set(groups.map(({ mark }) => mark))].map((mark) => ({
    family: 4,
    priority: OWNED.policyPriority,
    interface: external.interface,
    mark,
    table: OWNED.policyTable,
  }));
}

/** Marked packets are delivered locally, where IPVS sees them; without a mark a packet for a range must not go back to the router. */
function routesOf({ ranges }: Topology): KernelIntent['always']['routes'] {
  const prefixes = [...new Set(ranges.flatMap(({ cidrs }) => cidrs))];
  return [
    { family: 4, type: 'local', destination: 'default', table: String(OWNED.policyTable), device: 'lo' },
    ...prefixes.map((cidr) => ({
      family: 4 as const,
      type: 'unreachable' as const,
      destination: cidr.replace(/\/32$/, ''), // as ip prints a single address
      table: 'main',
    })),
  ];
}

function plainAddress({ address, prefixLength }: Topology['virtualAddresses']['external']) {
  return { address: address.text, prefixLength };
}

/** Port 0: the port of the packet is kept (lvs.md S4). */
function ipvsServiceOf({ mark, scheduler, persistence, pool }: FwMarkGroup): IpvsService {
  return {
    key: `fwm:${mark}`,
    mark,
    family: 4,
    scheduler,
    ...(persistence && { persistenceSeconds: persistence.timeoutSeconds }),
    ...(persistence && persistence.netmask !== '255.255.255.255' && { persistenceNetmask: persistence.netmask }),
    flags: [],
    realServers: pool.realServers.map(({ address, port = 0, weight }) => ({
      address: address.text,
      port,
      forwarding: pool.forwarding,
      weight,
    })),
  };
}
