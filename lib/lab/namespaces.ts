// The lab's networks: bridges and taps in one namespace, a namespace for every host that is not a director.
import { clientNet, floating, gatewayAddress, namespaceHosts, serviceRange, type LabLayout } from './layout';
import { mustRun, runCommand } from './run-command';

export const listNamespaces = (layout: LabLayout): string[] => [
  layout.coreNamespace,
  ...namespaceHosts(layout).map((host) => host.namespace),
];

/** Lines for `ip -batch`, to be run in order, by namespace. */
export type NetworkPlan = { namespace: string; lines: string[] }[];

export function planNetwork(layout: LabLayout): NetworkPlan {
  const { coreNamespace, realServers, client, gateway } = layout;
  const bridges = ['mgmt', 'ext', 'int'].map((net) => `br-${net}`);
  const core = [
    'link set lo up',
    ...bridges.flatMap((bridge) => [`link add ${bridge} type bridge mcast_snooping 0`, `link set ${bridge} up`]),
    'address add 10.99.0.1/24 dev br-mgmt',
    ...layout.directors.flatMap(({ number }) =>
      ['mgmt', 'ext', 'int'].flatMap((net) => [
        `tuntap add ${net}${number} mode tap`,
        `link set ${net}${number} master br-${net} up`,
      ]),
    ),
    ...realServers.flatMap((host) => veth(host.name, host.namespace, 'br-int')),
    ...veth('gw', gateway.namespace, 'br-ext'),
  ];
  return [
    { namespace: coreNamespace, lines: core },
    {
      namespace: gateway.namespace,
      lines: [
        `link add eth1 type veth peer name eth0 netns ${client.namespace}`,
        ...addressed('eth0', `${gatewayAddress}/24`),
        ...addressed('eth1', `${clientNet.gateway}/24`),
        `route add ${serviceRange} via ${floating.external}`,
      ],
    },
    {
      namespace: client.namespace,
      lines: [...addressed('eth0', `${clientNet.client}/24`), `route add default via ${clientNet.gateway}`],
    },
    ...realServers.map((host) => ({
      namespace: host.namespace,
      lines: [...addressed('eth0', `${host.addresses[0]}/24`), `route add default via ${floating.internal}`],
    })),
  ];
}

const veth = (name: string, namespace: string, bridge: string): string[] => [
  `link add v-${name} type veth peer name eth0 netns ${namespace}`,
  `link set v-${name} master ${bridge} up`,
];
const addressed = (device: string, address: string): string[] => [
  'link set lo up',
  `address add ${address} brd + dev ${device}`,
  `link set ${device} up`,
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
