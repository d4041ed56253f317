// The proof names every flow that the pair lives on, and holds exactly where no rule marks it.
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '../document';
import { invariant } from '../errors';
import { resolveTopology } from '../resolve';
import { seedDocument } from '../seed';
import { tracePacket } from '../trace';
import { proveLockout } from './prove-lockout';

function prove(change: (document: TopologyDocument) => void) {
  const document = seedDocument();
  change(document);
  const { topology } = resolveTopology(document);
  invariant(topology, 'the document resolves');
  return { topology, ...proveLockout(topology) };
}
const kindsOf = (flows: { kind: string; director: string }[]) =>
  [...new Set(flows.filter(({ director }) => director === 'director1').map(({ kind }) => kind))].sort();

describe('proveLockout', () => {
  it('proves the seed', () => {
    const { holds, flows } = prove(() => undefined);
    expect(holds).toBe(true);
    expect(
      flows.filter(({ director }) => director === 'director1').map(({ text, verdict }) => `${verdict}: ${text}`),
    ).toEqual([
      'safe: SSH to director1 at 192.168.7.4:22',
      'safe: SSH to director1 at 192.168.7.4:2201',
      'safe: SSH to director1 at 192.168.6.4:22',
      'safe: SSH to director1 at 192.168.6.4:2201',
      'safe: SSH to director1 at 127.0.0.1:2201',
      'safe: Heartbeats to director1 at 192.168.7.4:694',
      'safe: Heartbeats to director1 at 192.168.6.4:694',
      'safe: Connection synchronisation to 224.0.0.81:8848 on eth1 of director1',
      'safe: Ping replies of gateway 192.168.7.1 to director1 at 192.168.7.4',
      'safe: Ping replies of gateway 192.168.7.1 to director1 at 192.168.6.4',
      'safe: Replies of 192.168.6.2 to health checks of director1 at 192.168.7.4',
      'safe: Replies of 192.168.6.2 to health checks of director1 at 192.168.6.4',
      'safe: Replies of 192.168.6.2 to clients through director1',
      'safe: Replies of 192.168.6.3 to health checks of director1 at 192.168.7.4',
      'safe: Replies of 192.168.6.3 to health checks of director1 at 192.168.6.4',
      'safe: Replies of 192.168.6.3 to clients through director1',
    ]);
  });

  it.each([
    ['heartbeat', ['gateway', 'health-check', 'heartbeat', 'management', 'real-server', 'sync-daemon']],
    ['keepalived', ['gateway', 'health-check', 'management', 'real-server', 'sync-daemon', 'vrrp']],
    ['single', ['gateway', 'health-check', 'management', 'real-server']],
  ] as const)('guards what stack %s lives on', (stack, kinds) => {
    expect(kindsOf(prove((document) => (document.stack = stack)).flows)).toEqual(kinds);
  });

  it.each([
    ["a director's address", '192.168.7.4', { kind: 'management', director: 'director1' }],
    ['the whole external network', '192.168.7.0/24', { kind: 'heartbeat', director: 'director2' }],
    ['the internal addresses', '192.168.6.4-192.168.6.5', { kind: 'management', director: 'director2' }],
    ['everything', '0.0.0.0/0', { kind: 'vrrp', director: 'director1' }],
    ['all of multicast', '224.0.0.0/4', { kind: 'vrrp', director: 'director2' }],
  ])('shows the packet that a range over %s catches', (_what, addresses, wanted) => {
    const { topology, holds, flows } = prove((document) => {
      document.ranges[0]!.addresses = addresses;
      if (wanted.kind === 'vrrp') document.stack = 'keepalived';
    });
    expect(holds).toBe(false);
    const caught = flows.filter(({ verdict }) => verdict === 'caught');
    expect(caught).toContainEqual(expect.objectContaining(wanted));
    for (const { caughtBy } of caught) {
      invariant(caughtBy, 'a caught flow has a packet');
      expect(tracePacket(topology, caughtBy.packet)).toMatchObject({ mark: caughtBy.mark, group: caughtBy.group });
    }
  });

  it.each([
    ['of another port', { protocol: 'tcp' as const, ports: [80] }, true],
    ['of SSH', { protocol: 'tcp' as const, ports: ['20-30'] }, false],
    ["of heartbeat's port over TCP", { protocol: 'tcp' as const, ports: [694] }, true],
    ['of heartbeat', { protocol: 'udp' as const, ports: [694] }, false],
    ['of ports that the kernel chooses', { protocol: 'udp' as const, ports: [40_000] }, false],
    ['of clients only', { protocol: 'udp' as const, ports: [40_000], source: '203.0.113.0/24' }, true],
    ['on another interface', { protocol: 'udp' as const, ports: [694], interface: 'eth1' }, true],
  ])("says of a rule for a director's address %s whether it catches anything", (_what, match, holds) => {
    const proof = prove((document) => {
      document.ranges[0]!.addresses = '192.168.7.4';
      document.groups[0]!.matches = [{ range: 'services', ...match }];
    });
    expect(proof.holds).toBe(holds);
  });

  it.each([
    ['a real server', '192.168.6.2', 'health-check'],
    ['the gateway', '192.168.7.1', 'gateway'],
    ['a management address elsewhere', '198.51.100.7', 'management'],
  ])('says that the unreachable route of a range over %s cuts it off', (_what, addresses, kind) => {
    const { holds, flows } = prove((document) => {
      document.ranges[0]!.addresses = `${addresses}`;
      document.directors[0]!.management!.address = '198.51.100.7';
      document.groups[0]!.matches = [{ range: 'services', protocol: 'tcp', ports: [80] }];
      // A single address of the external network is plain and gets no route; the whole of it cannot be.
      if (kind === 'gateway') document.ranges[0]!.addresses = '192.168.7.0-192.168.8.0';
    });
    expect(holds).toBe(false);
    expect(flows.filter(({ verdict }) => verdict === 'cut').map((flow) => flow.kind)).toContain(kind);
  });

  it('proves both families of a pair that serves both', () => {
    const { holds, flows } = prove((document) => {
      document.stack = 'keepalived';
      document.directors.forEach((director, at) => {
        director.external.address6 = `2001:db8:7::${at + 4}/64`;
        director.internal.address6 = `2001:db8:6::${at + 4}/64`;
      });
    });
    expect(holds).toBe(true);
    const texts = flows.map(({ text }) => text);
    expect(texts).toContain('SSH to director1 at [2001:db8:7::4]:22');
    expect(texts).toContain('VRRP adverts to ff02::12 on eth0 of director2');
  });
});
