// What a router on the external network needs: every range leads to the external virtual address, whoever holds it.
import { printAddress } from '../core/address';
import type { RenderedFile } from '../core/release';
import type { Topology } from '../core/topology';

type Route = { prefix: string; address: string; length: number; netmask: string };

export function gatewayFilesOf({ ranges, virtualAddresses }: Topology): RenderedFile[] {
  const routes = [...new Set(ranges.flatMap(({ cidrs }) => cidrs))].map(toRoute);
  const via = virtualAddresses.external.address.text;
  return [
    file('routes.sh', '0755', linuxScript(routes, via), 'Linux: sets the routes now; may be run again.'),
    file(
      'interfaces',
      '0644',
      ifupdown(routes, via),
      'Linux with ifupdown: lines for the stanza of the external interface.',
    ),
    file(
      'lvs-console.conf',
      '0644',
      networkd(routes, via),
      'Linux with systemd-networkd: a drop-in for the external interface.',
    ),
    ...vendorFiles(routes, via),
  ];
}

function vendorFiles(routes: readonly Route[], via: string): RenderedFile[] {
  const text = (comment: string, line: (route: Route) => string) =>
    `${comment} Routes to the virtual service ranges, by LVS Console.\n${routes.map((route) => `${line(route)}\n`).join('')}`;
  return [
    file(
      'cisco-ios.txt',
      '0644',
      text('!', ({ address, netmask }) => `ip route ${address} ${netmask} ${via}`),
      'Cisco IOS: lines for configuration mode.',
    ),
    file(
      'junos.txt',
      '0644',
      text('#', ({ prefix }) => `set routing-options static route ${prefix} next-hop ${via}`),
      'Junos: lines for configuration mode.',
    ),
    file(
      'mikrotik.rsc',
      '0644',
      text('#', ({ prefix }) => `/ip route add dst-address=${prefix} gateway=${via}`),
      'MikroTik RouterOS: lines for the terminal.',
    ),
    file(
      'vyos.txt',
      '0644',
      text('#', ({ prefix }) => `set protocols static route ${prefix} next-hop ${via}`),
      'VyOS: lines for configuration mode.',
    ),
  ];
}

function linuxScript(routes: readonly Route[], via: string): string {
  return `#!/bin/sh
# Made by LVS Console for this router; copy it there. It may be run again.
# The virtual service ranges are on nobody's interface: they lead to whichever director holds ${via}.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
${routes.map(({ prefix }) => `ip -4 route replace ${prefix} via ${via}\n`).join('')}`;
}

function ifupdown(routes: readonly Route[], via: string): string {
  return `# Made by LVS Console for this router: lines for /etc/network/interfaces, into the stanza of the interface that reaches ${via}.
${routes.map(({ prefix }) => `    up ip -4 route replace ${prefix} via ${via} || true\n    down ip -4 route del ${prefix} via ${via} || true\n`).join('')}`;
}

function networkd(routes: readonly Route[], via: string): string {
  return `# Made by LVS Console for this router: /etc/systemd/network/<file of the interface that reaches ${via}>.network.d/lvs-console.conf
${routes.map(({ prefix }) => `[Route]\nDestination=${prefix}\nGateway=${via}\n`).join('\n')}`;
}

function toRoute(prefix: string): Route {
  const [address = '', bits = '32'] = prefix.split('/');
  const length = Number(bits);
  const netmask = printAddress(4, (0xffff_ffffn << BigInt(32 - length)) & 0xffff_ffffn);
  return { prefix, address, length, netmask };
}

function file(name: string, mode: string, content: string, purpose: string): RenderedFile {
  return { path: `/etc/lvs-console/${name}`, mode, content, secret: false, purpose };
}
