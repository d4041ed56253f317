// The lab's networks: bridges and taps in one namespace, a namespace for every host that is not a machine of its own.
import {
  clientNet,
  floating,
  gatewayAddress,
  gatewayAddress6,
  internalRouter,
  listMachines,
  namespaceHosts,
  serviceRange,
  serviceRange6,
  type LabLayout,
} from './layout';
import { mustRun, runCommand } from './run-command';
import { cardsOf } from './uml-arguments';

export const listNamespaces = (layout: LabLayout): string[] => [
  layout.coreNamespace,
  ...namespaceHosts(layout).map((host) => host.namespace),
];

/** Lines for `ip -batch`, to be run in order, by namespace. */
export type NetworkPlan = { namespace: string; lines: string[] }[];

export function planNetwork(layout: LabLayout): NetworkPlan {
  const { realServers, client } = layout;
  return [
    { namespace: layout.coreNamespace, lines: planCore(layout) },
    { namespace: layout.gateway.namespace, lines: planGateway(layout) },
    {
      namespace: client.namespace,
      lines: [
        ...addressed('eth0', `${clientNet.client}/24`, `${clientNet.client6}/64`),
        ...routed('default', clientNet.gateway, clientNet.gateway6),
      ],
    },
    ...realServers.map(({ namespace, addresses: [ipv4, ipv6] }) => ({
      namespace,
      lines: [
        ...addressed('eth0', `${ipv4}/24`, `${ipv6}/64`),
        ...routed('default', floating.internal, floating.internal6),
      ],
    })),
  ];
}

function planCore(layout: LabLayout): string[] {
  const bridges = ['mgmt', 'ext', 'int'].map((net) => `br-${net}`);
  const taps = listMachines(layout).flatMap((host) => cardsOf(host).map(({ tap }) => tap));
  return [
    'link set lo up',
    ...bridges.flatMap((bridge) => [`link add ${bridge} type bridge mcast_snooping 0`, `link set ${bridge} up`]),
    'address add 10.99.0.1/24 dev br-mgmt',
    // User-mode Linux says that it takes segments of any size and then cuts them off at its buffer's end: what is longer than a frame
    // would get lost and be sent again, 150 kB in eight seconds. So this kernel cuts into frames itself.
    ...taps.flatMap((tap) => [
      `tuntap add ${tap} mode tap`,
      `link set ${tap} gso_max_segs 1`,
      `link set ${tap} master br-${tap.replace(/\d+$/, '')} up`,
    ]),
    ...layout.realServers.flatMap((host) => veth(host.name, host.namespace, 'br-int')),
    ...veth('gw', layout.gateway.namespace, 'br-ext'),
    ...(layout.directReturn ? veth('gw-int', layout.gateway.namespace, 'br-int', 'eth2') : []),
  ];
}

function planGateway({ client, directReturn }: LabLayout): string[] {
  return [
    `link add eth1 type veth peer name eth0 netns ${client.namespace}`,
    ...addressed('eth0', `${gatewayAddress}/24`, `${gatewayAddress6}/64`),
    ...addressed('eth1', `${clientNet.gateway}/24`, `${clientNet.gateway6}/64`),
    ...(directReturn ? addressed('eth2', `${internalRouter.address}/24`, `${internalRouter.address6}/64`) : []),
    `route add ${serviceRange} via ${floating.external}`,
    `route add ${serviceRange6} via ${floating.external6}`,
  ];
}

const veth = (name: string, namespace: string, bridge: string, device = 'eth0'): string[] => [
  `link add v-${name} type veth peer name ${device} netns ${namespace}`,
  `link set v-${name} master ${bridge} up`,
];
/** nodad: a route must not wait a second for proof that nobody else has the address. */
const addressed = (device: string, ipv4: string, ipv6: string): string[] => [
  'link set lo up',
  `address add ${ipv4} brd + dev ${device}`,
  `address add ${ipv6} dev ${device} nodad`,
  `link set ${device} up`,
];
const routed = (destination: string, ipv4: string, ipv6: string): string[] => [
  `route add ${destination} via ${ipv4}`,
  `route add ${destination} via ${ipv6}`,
];

export const inNamespace = (namespace: string, argv: readonly string[]): string[] => [
  'ip',
  'netns',
  'exec',
  namespace,
  ...argv,
];

export async function createNetwork(layout: LabLayout): Promise<void> {
  for (const namespace of listNamespaces(layout)) {
    await mustRun(['ip', 'netns', 'add', namespace]);
    // Asymmetric paths are part of the trade here, and the host's own settings are not: all namespaces start from the same.
    await mustRun(inNamespace(namespace, ['sysctl', '-qw', ...namespaceSysctls(layout, namespace)]));
  }
  for (const { namespace, lines } of planNetwork(layout))
    await mustRun(['ip', '-n', namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

function namespaceSysctls(layout: LabLayout, namespace: string): string[] {
  const forwards = namespace === layout.gateway.namespace ? 1 : 0;
  return [
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.default.rp_filter=0',
    `net.ipv4.ip_forward=${forwards}`,
    'net.ipv4.conf.all.send_redirects=0',
    'net.ipv4.conf.default.send_redirects=0',
    `net.ipv6.conf.all.forwarding=${forwards}`,
    'net.ipv6.conf.default.accept_dad=0',
    'net.ipv6.conf.default.accept_ra=0',
    // Bridges and taps carry frames; addresses of their own would only talk in between.
    `net.ipv6.conf.default.disable_ipv6=${namespace === layout.coreNamespace ? 1 : 0}`,
  ];
}

export async function existingNamespaces(): Promise<Set<string>> {
  const text = await mustRun(['ip', 'netns', 'list']);
  return new Set(text.split('\n').map((line) => line.split(' ')[0] ?? ''));
}

export async function processesIn(namespace: string): Promise<number[]> {
  const { stdout } = await runCommand(['ip', 'netns', 'pids', namespace]);
  return stdout.split('\n').filter(Boolean).map(Number);
}

export type LabNet = 'external' | 'internal' | 'management';
const netPrefix: Record<LabNet, string> = { external: 'ext', internal: 'int', management: 'mgmt' };

/**
 * Pulls or plugs a director's cable, at the bridge. The tap stays up: UML gives a card up for good when it cannot write to its tap
 * (vector driver: in_error), and then plugging in again would not help.
 */
export async function setLink(layout: LabLayout, number: number, net: LabNet, isUp: boolean): Promise<void> {
  const prefix = netPrefix[net];
  const place = isUp ? ['master', `br-${prefix}`] : ['nomaster'];
  await mustRun(['ip', '-n', layout.coreNamespace, 'link', 'set', `${prefix}${number}`, ...place]);
}
