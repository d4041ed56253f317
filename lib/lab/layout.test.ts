import { describe, expect, it } from 'vitest';
import { findDirector, findHost, layoutLab, listHosts } from './layout';
import { listNamespaces, planNetwork } from './namespaces';

describe('layoutLab', () => {
  it("gives the default instance the seed's addresses and SSH ports", () => {
    expect(layoutLab().directors).toEqual([
      {
        kind: 'director',
        name: 'director1',
        number: 1,
        external: '192.168.7.4',
        internal: '192.168.6.4',
        management: '10.99.0.11',
        sshPort: 2201,
      },
      {
        kind: 'director',
        name: 'director2',
        number: 2,
        external: '192.168.7.5',
        internal: '192.168.6.5',
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
    const hosts = listHosts(layoutLab({ realServers: 5 }));
    const addresses = hosts.flatMap((host) =>
      host.kind === 'director' ? [host.external, host.internal, host.management] : host.addresses,
    );
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(addresses.filter((address) => address.startsWith('192.168.6.'))).toEqual([
      '192.168.6.4',
      '192.168.6.5',
      '192.168.6.2',
      '192.168.6.3',
      '192.168.6.20',
      '192.168.6.21',
      '192.168.6.22',
    ]);
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
  it('lets the client reach the services only through the gateway, and real servers answer through the floating address', () => {
    const plan = Object.fromEntries(
      planNetwork(layoutLab({ name: 'x' })).map(({ namespace, lines }) => [namespace, lines]),
    );
    expect(plan['x-client']).toEqual([
      'link set lo up',
      'address add 203.0.113.9/24 brd + dev eth0',
      'link set eth0 up',
      'route add default via 203.0.113.1',
    ]);
    expect(plan['x-gw']).toEqual([
      'link add eth1 type veth peer name eth0 netns x-client',
      'link set lo up',
      'address add 192.168.7.1/24 brd + dev eth0',
      'link set eth0 up',
      'link set lo up',
      'address add 203.0.113.1/24 brd + dev eth1',
      'link set eth1 up',
      'route add 192.168.0.0/24 via 192.168.7.240',
    ]);
    expect(plan['x-rs2']).toEqual([
      'link set lo up',
      'address add 192.168.6.3/24 brd + dev eth0',
      'link set eth0 up',
      'route add default via 192.168.6.240',
    ]);
  });
});
