// The files of one real server: under masq its default route, under gate and ipip the ranges that it takes as its own.
import type { RenderedFile } from '../core/release';
import type { Family, InterfaceAddress } from '../core/topology';
import type { RealServerNeeds } from './real-server-needs';
import { printRealServerScript, printRealServerUnit } from './real-server-script';

const COPY = '# Made by LVS Console for this real server; copy it there.';

export function realServerFilesOf(needs: RealServerNeeds): RenderedFile[] {
  const { address, router, prefixes } = needs;
  const takes = 'Takes packets for the virtual ranges';
  return [
    ...(router ? defaultRouteFilesOf(address.text, router) : []),
    ...(prefixes.length === 0
      ? []
      : [
          file(
            '/etc/systemd/system/lvs-console-real-server.service',
            '0644',
            printRealServerUnit(),
            `${takes} from boot on.`,
          ),
          file(
            '/usr/lib/lvs-console/real-server',
            '0755',
            printRealServerScript(needs),
            `${takes} now, checks that, or undoes it.`,
          ),
        ]),
  ];
}

/** Answers must go back through the active director, so the router is the internal virtual address. */
function defaultRouteFilesOf(address: string, router: InterfaceAddress): RenderedFile[] {
  const path = (name: string) => `/etc/lvs-console/${name}`;
  return [
    file(path('default-route.sh'), '0755', script(router), 'Sets the default route now; may be run again.'),
    file(
      path('interfaces'),
      '0644',
      stanza(address, router),
      'The same for good where ifupdown manages the interface.',
    ),
    file(
      path('lvs-console.network'),
      '0644',
      network(address, router),
      'The same for good where systemd-networkd does.',
    ),
  ];
}

function script({ address: { text: router, family } }: InterfaceAddress): string {
  return `#!/bin/sh
${COPY}
# Replies must pass the active director: the default route leads to the internal virtual address.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
case $(ip -${family} route show default) in
  "default via ${router} "*) exit 0 ;;
esac
exec ip -${family} route replace default via ${router}
`;
}

const IFUPDOWN_FAMILY: Record<Family, string> = { 4: 'inet', 6: 'inet6' };

function stanza(address: string, { address: router, prefixLength }: InterfaceAddress): string {
  return `${COPY}
# For /etc/network/interfaces: write the name of the interface that holds ${address} instead of eth0, and leave any other
# gateway line out.
auto eth0
iface eth0 ${IFUPDOWN_FAMILY[router.family]} static
    address ${address}/${prefixLength}
    gateway ${router.text}
`;
}

function network(address: string, { address: router, prefixLength }: InterfaceAddress): string {
  return `${COPY}
# For /etc/systemd/network: write the name of the interface that holds ${address} instead of eth0.
[Match]
Name=eth0

[Network]
Address=${address}/${prefixLength}
Gateway=${router.text}
`;
}

function file(path: string, mode: string, content: string, purpose: string): RenderedFile {
  return { path, mode, content, secret: false, purpose };
}
