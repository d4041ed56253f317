// For tests: the kernel of a director as it would be read back when it is exactly what a topology says, for every golden topology.
import fs from 'node:fs';
import path from 'node:path';
import type { KernelIntent, Role } from '../core/kernel-state';
import { resolveTopology } from '../core/resolve';
import type { Director, Topology } from '../core/topology';
import { parseNftablesText } from '../parse/nftables-text';
import { parseTopologyDocument } from '../parse/topology-document';
import { kernelIntentOf } from '../render/kernel-intent';
import type { RouteState } from '../parse/ip-json';
import type { ObservedHost } from './observed-host';
import { emptyHost } from './test-observed';

const folder = path.join(import.meta.dirname, '../render/testdata');
/** Every topology of the golden sets that resolves, by its folder. */
export const goldenTopologies = fs.readdirSync(folder).flatMap((name): [string, Topology][] => {
  const file = path.join(folder, name, 'topology.yaml');
  if (!fs.existsSync(file)) return [];
  const { document } = parseTopologyDocument(fs.readFileSync(file, 'utf8'));
  const topology = document && resolveTopology(document).topology;
  return topology ? [[name, topology]] : [];
});

/** Rules, sets and the own table alone. */
export function observedOf({ chains, jumps, sets, nftables }: KernelIntent['always']): ObservedHost {
  const tablesOf = (family: 4 | 6) =>
    ['mangle', 'nat'].map((table) => ({
      name: table,
      chains: [],
      rules: [
        ...jumps
          .filter((jump) => jump.family === family && jump.table === table)
          .map(({ from, to }) => ({ chain: from, text: `-A ${from} -j ${to}`, line: 1 })),
        ...chains
          .filter((chain) => chain.family === family && chain.table === table)
          .flatMap(({ chain, rules }) => rules.map((text) => ({ chain, text, line: 1 }))),
      ],
    }));
  return {
    ...emptyHost(),
    firewall: tablesOf(4),
    firewall6: tablesOf(6),
    sets,
    ...(nftables !== undefined && { nftables: parseNftablesText(nftables).value }),
  };
}

/** All that a packet meets: also the tables that every kernel has, with what follows from the addresses of the director. */
export function hostOf(topology: Topology, director: Director, role: Role): ObservedHost {
  const intent = kernelIntentOf(topology, director);
  const { always, active } = intent;
  const held = [
    ...[director.external, director.internal].flatMap((on) =>
      [on, on.ipv6].flatMap((each) => (each ? [{ ...each, interface: on.interface }] : [])),
    ),
  ];
  const floating = [...always.addresses, ...(role === 'active' ? active.virtualAddresses : [])];
  const local = [
    ...held.map(({ address, interface: device }) => ({ address: address.text, interface: device })),
    ...floating,
  ];
  const familyOf = (text: string) => (text.includes(':') ? 6 : 4);
  const routes: RouteState[] = [
    ...local.map(({ address, interface: device }) => ({
      ...{ family: familyOf(address), type: 'local', destination: address, table: 'local', device, protocol: 'kernel' },
    })),
    ...always.routes.map((route) => ({ ...route, device: route.device ?? 'lo', protocol: '76' })),
    ...([4, 6] as const).map((family) => ({
      ...{ family, type: 'unicast', destination: 'default', table: 'main', device: director.external.interface },
    })),
  ] as RouteState[];
  const standard = ([4, 6] as const).flatMap((family) =>
    (
      [
        [0, 'local'],
        [32766, 'main'],
        [32767, 'default'],
      ] as const
    ).map(([priority, table]) => ({ family, priority, source: 'all', destination: 'all', table, protocol: 'kernel' })),
  );
  const own = always.policyRules.map(({ destination = 'all', table, ...rule }) => ({
    ...rule,
    ...{ source: 'all', destination, table: String(table), protocol: '76' },
  }));
  return {
    ...observedOf(always),
    addresses: local.map(({ address, interface: device }) => ({
      ...{ interface: device, family: familyOf(address), address, prefixLength: 24, scope: 'global' },
    })) as ObservedHost['addresses'],
    ...{ policyRules: [...standard, ...own], routes, ipvs: intent[role].ipvs, sysctls: { ...always.sysctls } },
    modules: [...always.modules],
  };
}
