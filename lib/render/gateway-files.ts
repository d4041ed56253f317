// What a router on the external network needs: every range leads to the external virtual address, whoever holds it.
import { printAddress } from '../core/address';
import { isPlainRange } from '../core/own-addresses';
import type { RenderedFile } from '../core/release';
import type { Address, Family, Topology } from '../core/topology';
import { rememberFor } from './remember-for';

type Route = { family: Family; prefix: string; address: string; netmask: string; via: string };

/** No file where no range is routed. A router named by one address only is asked to route both families. */
export function gatewayFilesOf(topology: Topology, gateway: Address): RenderedFile[] {
  const hasOwnRouter = (family: Family) => topology.gateways.some((each) => each.family === family);
  const families = ([4, 6] as const).filter((family) => family === gateway.family || !hasOwnRouter(family));
  return rememberFor(topology, `gateway ${families.join()}`, () => filesOf(routesOf(topology, families)));
}

function filesOf(routes: readonly Route[]): RenderedFile[] {
  if (routes.length === 0) return [];
  return [
    file('routes.sh', '0755', linuxScript(routes), 'Linux: sets the routes now; may be run again.'),
    file(
      'interfaces',
      '0644',
      ifupdown(routes),
      'Linux with ifupdown: lines for the stanza of the external interface.',
    ),
    file(
      'lvs-console.conf',
      '0644',
      networkd(routes),
      'Linux with systemd-networkd: a drop-in for the external interface.',
    ),
    ...vendorFiles(routes),
  ];
}

function routesOf(topology: Topology, families: readonly Family[]): Route[] {
  const { ranges, virtualAddresses } = topology;
  const { external, external6 } = virtualAddresses;
  return families.flatMap((family) => {
    const via = [external, external6].find((each) => each?.address.family === family)?.address.text;
    if (via === undefined) return [];
    const prefixes = new Set<string>();
    for (const { interval, cidrs } of ranges) {
      if (interval.family !== family || isPlainRange(topology, interval)) continue;
      for (const cidr of cidrs) prefixes.add(cidr);
    }
    return [...prefixes].map((prefix) => toRoute(family, prefix, via));
  });
}

/** Lines of a vendor's configuration language, by family. */
const VENDORS: { name: string; comment: string; purpose: string; line: Record<Family, (route: Route) => string> }[] = [
  {
    name: 'cisco-ios.txt',
    comment: '!',
    purpose: 'Cisco IOS: lines for configuration mode.',
    line: {
      4: ({ address, netmask, via }) => `ip route ${address} ${netmask} ${via}`,
      6: ({ prefix, via }) => `ipv6 route ${prefix} ${via}`,
    },
  },
  {
    name: 'junos.txt',
    comment: '#',
    purpose: 'Junos: lines for configuration mode.',
    line: {
      4: ({ prefix, via }) => `set routing-options static route ${prefix} next-hop ${via}`,
      6: ({ prefix, via }) => `set routing-options rib inet6.0 static route ${prefix} next-hop ${via}`,
    },
  },
  {
    name: 'mikrotik.rsc',
    comment: '#',
    purpose: 'MikroTik RouterOS: lines for the terminal.',
    line: {
      4: ({ prefix, via }) => `/ip route add dst-address=${prefix} gateway=${via}`,
      6: ({ prefix, via }) => `/ipv6 route add dst-address=${prefix} gateway=${via}`,
    },
  },
  {
    name: 'vyos.txt',
    comment: '#',
    purpose: 'VyOS: lines for configuration mode.',
    line: {
      4: ({ prefix, via }) => `set protocols static route ${prefix} next-hop ${via}`,
      6: ({ prefix, via }) => `set protocols static route6 ${prefix} next-hop ${via}`,
    },
  },
];

function vendorFiles(routes: readonly Route[]): RenderedFile[] {
  return VENDORS.map(({ name, comment, purpose, line }) => {
    const lines = each(routes, (route) => `${line[route.family](route)}\n`);
    return file(name, '0644', `${comment} Routes to the virtual service ranges, by LVS Console.\n${lines}`, purpose);
  });
}

/** By concatenation, which for a hundred thousand lines is quicker than a list of them. */
function each(routes: readonly Route[], line: (route: Route) => string): string {
  let text = '';
  for (const route of routes) text += line(route);
  return text;
}

const viasOf = (routes: readonly Route[]) => [...new Set(routes.map(({ via }) => via))].join(' and ');

function linuxScript(routes: readonly Route[]): string {
  return `#!/bin/sh
# Made by LVS Console for this router; copy it there. It may be run again.
# The virtual service ranges are on nobody's interface: they lead to whichever director holds ${viasOf(routes)}.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
${each(routes, ({ family, prefix, via }) => `ip -${family} route replace ${prefix} via ${via}\n`)}`;
}

function ifupdown(routes: readonly Route[]): string {
  const line = (event: string, verb: string, { family, prefix, via }: Route) =>
    `    ${event} ip -${family} route ${verb} ${prefix} via ${via} || true\n`;
  const lines = each(routes, (route) => `${line('up', 'replace', route)}${line('down', 'del', route)}`);
  return `# Made by LVS Console for this router: lines for /etc/network/interfaces, into the stanza of the interface that reaches ${viasOf(routes)}.
${lines}`;
}

function networkd(routes: readonly Route[]): string {
  const sections = each(routes, ({ prefix, via }) => `\n[Route]\nDestination=${prefix}\nGateway=${via}\n`);
  return `# Made by LVS Console for this router: /etc/systemd/network/<file of the interface that reaches ${viasOf(routes)}>.network.d/lvs-console.conf
${sections.slice(1)}`;
}

const NETMASKS = Array.from({ length: 33 }, (_, length) =>
  printAddress(4, (0xffff_ffffn << BigInt(32 - length)) & 0xffff_ffffn),
);

function toRoute(family: Family, prefix: string, via: string): Route {
  const slash = prefix.indexOf('/');
  const netmask = family === 4 ? (NETMASKS[Number(prefix.slice(slash + 1))] ?? '') : '';
  return { family, prefix, address: prefix.slice(0, slash), netmask, via };
}

function file(name: string, mode: string, content: string, purpose: string): RenderedFile {
  return { path: `/etc/lvs-console/${name}`, mode, content, secret: false, purpose };
}
