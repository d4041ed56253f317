// The seed's own example: every TCP and UDP port of 192.168.0.0/24 over two real servers, by one firewall mark.
import type { TopologyDocument } from './document';

export function seedDocument(name = 'fwmark-seed'): TopologyDocument {
  return {
    apiVersion: 'lvs-console/v1',
    kind: 'Topology',
    name,
    stack: 'heartbeat',
    firewall: 'iptables',
    rulesHome: 'systemd',
    ftp: false,
    logForwarded: false,
    directors: [seedDirector(1), seedDirector(2)],
    virtualAddresses: { external: '192.168.7.240/24', internal: '192.168.6.240/24' },
    gateways: ['192.168.7.1'],
    ranges: [{ name: 'services', addresses: '192.168.0.0/24' }],
    pools: [
      {
        name: 'web',
        forwarding: 'masq',
        realServers: [
          { address: '192.168.6.2', weight: 1 },
          { address: '192.168.6.3', weight: 1 },
        ],
        healthCheck: { type: 'connect', port: 80, intervalSeconds: 10, timeoutSeconds: 3 },
      },
    ],
    groups: [
      { name: 'everything', mark: 1, matches: [{ range: 'services', protocol: 'any' }], scheduler: 'rr', pool: 'web' },
    ],
  };
}

function seedDirector(number: 1 | 2): TopologyDocument['directors'][number] {
  return {
    name: `director${number}`,
    external: { interface: 'eth0', address: `192.168.7.${3 + number}/24` },
    internal: { interface: 'eth1', address: `192.168.6.${3 + number}/24` },
    management: { address: '127.0.0.1', port: 2200 + number, user: 'root' },
  };
}
