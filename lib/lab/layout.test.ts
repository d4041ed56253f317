import { describe, expect, it } from 'vitest';
import { findDirector, findHost, findMachine, isMachine, layoutLab, listHosts } from './layout';
import { listNamespaces, planNetwork } from './namespaces';

describe('layoutLab', () => {
  it("gives the default instance the seed's addresses and SSH ports", () => {
    expect(layoutLab().directors).toEqual([
      {
        kind: 'director',
        name: 'director1',
        number: 1,
        external: '192.168.7.4',
        external6: '2001:db8:7::4',
        internal: '192.168.6.4',
        internal6: '2001:db8:6::4',
        management: '10.99.0.11',
        sshPort: 2201,
      },
      {
        kind: 'director',
        name: 'director2',
        number: 2,
        external: '192.168.7.5',
        external6: '2001:db8:7::5',
        internal: '192.168.6.5',
        internal6: '2001:db8:6::5',
        management: '10.99.0.12',
        sshPort: 2202,
      },
    ]);
  });

  it('keeps two instances apart in namespaces, folders and ports', () => {
    const [one, two] = [layoutLab(), layoutLab({ name: 'other', portBase: 2300 })];
    expect(listNamespaces(one).filter((namespace) => listNamespaces(two).includes(namespace))).toEqual([]);
    expect(one.runFolder).not.toBe(two.runFolder);
    expect(two.directors.map((director) => director.sshPort)).toEqual([2301, 2302]);
  });

  it('gives every host of a large lab an address of its own', () => {
    const hosts = listHosts(layoutLab({ realServers: 4, umlRealServers: 1, directReturn: true }));
    const addresses = hosts.flatMap((host) => {
      if (!isMachine(host)) return host.addresses;
      const external = host.kind === 'director' ? [host.external, host.external6] : [];
      return [...external, host.internal, host.internal6, host.management];
    });
    expect(new Set(addresses).size).toBe(addresses.length);
    const lasts = (network: string) =>
      addresses.filter((text) => text.startsWith(network)).map((text) => text.slice(network.length));
    expect(lasts('192.168.6.')).toEqual(['4', '5', '2', '3', '20', '21', '22', '1']);
    expect(lasts('2001:db8:6::')).toEqual(lasts('192.168.6.'));
  });

  it('names real servers that are machines after the others, with a power switch and a port for SSH', () => {
    const layout = layoutLab({ umlRealServers: 2 });
    expect(layout.realServers.map(({ name }) => name)).toEqual(['rs1', 'rs2']);
    expect(layout.umlRealServers.map(({ name, number, sshPort }) => [name, number, sshPort])).toEqual([
      ['rs3', 3, 2203],
      ['rs4', 4, 2204],
    ]);
    expect(findMachine(layout, 'rs4').internal).toBe('192.168.6.21');
    expect(() => findMachine(layout, 'rs1')).toThrow('no power switch');
    expect(() => layoutLab({ umlRealServers: 8 })).toThrow('at most 7');
  });

  it.each(['', 'Lab', '../x', 'a b', '-x', 'a'.repeat(32)])('refuses the name %j', (name) => {
    expect(() => layoutLab({ name })).toThrow('small letters');
  });

  it('says which hosts there are when asked for another', () => {
    expect(() => findHost(layoutLab(), 'rs9')).toThrow('director1, director2, rs1, rs2, client, gateway');
    expect(() => findDirector(layoutLab(), 'rs1')).toThrow('no director "rs1"');
  });
});

describe('planNetwork', () => {
  const planOf = (options: Parameters<typeof layoutLab>[0]) =>
    Object.fromEntries(
      planNetwork(layoutLab({ name: 'x', ...options })).map(({ namespace, lines }) => [namespace, lines]),
    );

  it('lets the client reach the services only through the gateway, and real servers answer through the floating address', () => {
    const plan = planOf({});
    expect(plan['x-client']).toEqual([
      'link set lo up',
      'address add 203.0.113.9/24 brd + dev eth0',
      'address add 2001:db8:cb::9/64 dev eth0 nodad',
      'link set eth0 up',
      'route add default via 203.0.113.1',
      'route add default via 2001:db8:cb::1',
    ]);
    expect(plan['x-gw']).toEqual([
      'link add eth1 type veth peer name eth0 netns x-client',
      'link set lo up',
      'address add 192.168.7.1/24 brd + dev eth0',
      'address add 2001:db8:7::1/64 dev eth0 nodad',
      'link set eth0 up',
      'link set lo up',
      'address add 203.0.113.1/24 brd + dev eth1',
      'address add 2001:db8:cb::1/64 dev eth1 nodad',
      'link set eth1 up',
      'route add 192.168.0.0/24 via 192.168.7.240',
      'route add 2001:db8:1::/64 via 2001:db8:7::240',
    ]);
    expect(plan['x-rs2']).toEqual([
      'link set lo up',
      'address add 192.168.6.3/24 brd + dev eth0',
      'address add 2001:db8:6::3/64 dev eth0 nodad',
      'link set eth0 up',
      'route add default via 192.168.6.240',
      'route add default via 2001:db8:6::240',
    ]);
  });

  it('puts the gateway on the internal network only when it is asked to', () => {
    const leg = ['address add 192.168.6.1/24 brd + dev eth2', 'address add 2001:db8:6::1/64 dev eth2 nodad'];
    expect(planOf({})['x-gw']).not.toEqual(expect.arrayContaining([leg[0]]));
    expect(planOf({ directReturn: true })['x-gw']).toEqual(expect.arrayContaining(leg));
    expect(planOf({ directReturn: true })['x']).toContain('link set v-gw-int master br-int up');
  });

  it('makes a tap for each card of each machine', () => {
    const taps = (planOf({ umlRealServers: 1 })['x'] ?? []).filter((line) => line.startsWith('tuntap'));
    expect(taps.map((line) => line.split(' ')[2])).toEqual([
      'mgmt1',
      'ext1',
      'int1',
      'mgmt2',
      'ext2',
      'int2',
      'mgmt3',
      'int3',
    ]);
  });
});
