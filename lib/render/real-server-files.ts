// What a real server needs under masq: answers must go back through the active director, so its router is the internal virtual address.
import type { RenderedFile } from '../core/release';
import type { InterfaceAddress } from '../core/topology';

const COPY = '# Made by LVS Console for this real server; copy it there.';

export function realServerFilesOf(address: string, router: InterfaceAddress): RenderedFile[] {
  return [
    file('default-route.sh', '0755', script(router.address.text), 'Sets the default route now; may be run again.'),
    file('interfaces', '0644', stanza(address, router), 'The same for good where ifupdown manages the interface.'),
    file('lvs-console.network', '0644', network(address, router), 'The same for good where systemd-networkd does.'),
  ];
}

function script(router: string): string {
  return `#!/bin/sh
${COPY}
# Replies must pass the active director: the default route leads to the internal virtual address.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
case $(ip -4 route show default) in
  "default via ${router} "*) exit 0 ;;
esac
exec ip -4 route replace default via ${router}
`;
}

function stanza(address: string, { address: router, prefixLength }: InterfaceAddress): string {
  return `${COPY}
# For /etc/network/interfaces: write the name of the interface that holds ${address} instead of eth0, and leave any other
# gateway line out.
auto eth0
iface eth0 inet static
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

function file(name: string, mode: string, content: string, purpose: string): RenderedFile {
  return { path: `/etc/lvs-console/${name}`, mode, content, secret: false, purpose };
}
