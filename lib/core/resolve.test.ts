// A document resolves to a whole topology or says why not.
import { describe, expect, it } from 'vitest';
import { resolveTopology } from './resolve';
import { seedDocument } from './seed';

describe('resolveTopology', () => {
  it('resolves the seed', () => {
    const { topology, diagnostics } = resolveTopology(seedDocument());
    expect(diagnostics).toEqual([]);
    expect(topology?.ranges).toEqual([
      { name: 'services', interval: { family: 4, first: 0xc0a80000n, last: 0xc0a800ffn }, cidrs: ['192.168.0.0/24'] },
    ]);
    expect(topology?.groups[0]?.pool).toBe(topology?.pools[0]);
    expect(topology?.groups[0]?.matches).toEqual([{ range: topology?.ranges[0], protocol: 'any', ports: 'all' }]);
    expect(topology?.directors[1]?.external).toMatchObject({ interface: 'eth0', prefixLength: 24 });
    expect(topology?.directors[1]?.management).toEqual({ address: '127.0.0.1', port: 2202, user: 'root' });
  });

  it('gives no topology when a name is unknown', () => {
    const document = seedDocument();
    document.groups[0]!.pool = 'nowhere';
    const { topology, diagnostics } = resolveTopology(document);
    expect(topology).toBeUndefined();
    expect(diagnostics.map(({ code, path }) => [code, path])).toEqual([['pool.unknown', ['groups', 0, 'pool']]]);
  });

  it('takes a range with host bits as its network, with a warning', () => {
    const document = seedDocument();
    document.ranges[0]!.addresses = '192.168.0.5/24';
    const { topology, diagnostics } = resolveTopology(document);
    expect(topology?.ranges[0]?.cidrs).toEqual(['192.168.0.0/24']);
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([['range.host-bits', 'warning']]);
  });

  it("takes the default netmask of an IPv6 group as one client's prefix length", () => {
    const document = seedDocument();
    document.ranges[0]!.addresses = '2001:db8::/64';
    document.groups[0]!.persistence = { timeoutSeconds: 600, netmask: '255.255.255.255' };
    expect(resolveTopology(document).topology?.groups[0]?.persistence).toEqual({ timeoutSeconds: 600, netmask: '128' });
  });

  it.each(['director1.example', 'director1', '203.0.113.7', '2001:db8::7'])('manages a director at %s', (text) => {
    const document = seedDocument();
    document.directors[0]!.management!.address = text;
    expect(resolveTopology(document).diagnostics).toEqual([]);
  });

  it.each(['203.0.113.700', 'director 1', '', '-oProxyCommand=x', '203.0.113'])('manages no director at %j', (text) => {
    const document = seedDocument();
    document.directors[0]!.management!.address = text;
    expect(resolveTopology(document).diagnostics.map(({ code }) => code)).toEqual(['address.invalid']);
  });
});
