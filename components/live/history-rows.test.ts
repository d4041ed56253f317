import { describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import type { LiveHost } from '@/lib/core/views/live';
import { graphRealServers, graphServices } from './history-rows';

const server = (address: string) => ({ address, port: 0, forwarding: 'masq' as const, weight: 1 });
const host = (...services: LiveHost['services']): LiveHost => ({
  ...{ director: 'd', role: 'active', heldVirtualAddresses: [], services, statistics: [], rates: [], rules: [] },
  ...{ syncDaemon: [], daemons: {}, pollMs: 1 },
  terminal: { ipvsadm: '', mangle: '', nat: '', daemon: '' },
  release: { live: '', confirmed: '', transaction: '' },
  drift: { state: 'none', items: [], more: 0 },
});
const service = (mark: number, ...addresses: string[]) => ({
  ...{ key: `fwm:${mark}`, mark, family: 4 as const, scheduler: 'rr', flags: [] },
  realServers: addresses.map(server),
});

describe('rows of the graphs', () => {
  it('are the services of both directors once, by the name of their group, else as the kernel names them', () => {
    const document = seedDocument();
    const [group] = document.groups;
    const hosts = [host(service(group!.mark), service(99)), host(service(group!.mark))];
    expect(graphServices(hosts, document)).toEqual([
      { key: `fwm:${group!.mark}`, label: group!.name },
      { key: 'fwm:99', label: 'fwm:99' },
    ]);
  });

  it('of one service are its real servers on either director', () => {
    const hosts = [
      host(service(1, '192.0.2.1', '192.0.2.2')),
      host(service(1, '192.0.2.2', '2001:db8::1'), service(2, '192.0.2.9')),
    ];
    expect(graphRealServers(hosts, 'fwm:1').map(({ key }) => key)).toEqual([
      'fwm:1 192.0.2.1:0',
      'fwm:1 192.0.2.2:0',
      'fwm:1 [2001:db8::1]:0',
    ]);
  });
});
