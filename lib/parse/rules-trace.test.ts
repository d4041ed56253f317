// The explanation is the rules: for every packet, tracing says the mark that the generated rules, read back, would set.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt, containsAddress } from '../core/address';
import { invariant } from '../core/errors';
import { OWNED } from '../core/kernel-state';
import { resolveTopology } from '../core/resolve';
import { seedDocument } from '../core/seed';
import type { Packet, Topology } from '../core/topology';
import { tracePacket } from '../core/trace';
import { markRulesOf } from '../render/mark-rules';
import { printMarkRule } from '../render/print-mark-rule';
import { parseMarkRules, type MarkRule } from './rules-v4';

const BASE = 0xc0a80000n;
const pair = (max: number) =>
  fc
    .tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const match = fc.record({
  addresses: pair(15),
  protocol: fc.constantFrom('any' as const, 'tcp' as const, 'udp' as const, 'sctp' as const),
  ports: fc.option(fc.array(pair(40), { minLength: 1, maxLength: 12 }), { nil: undefined }),
});
const topologies = fc
  .array(fc.array(match, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
  .map((groups) => {
    const document = seedDocument();
    document.ranges = groups.flatMap((matches, at) =>
      matches.map(({ addresses: [first, last] }, index) => ({
        name: `r${at}-${index}`,
        addresses: `192.168.0.${first}-192.168.0.${last}`,
      })),
    );
    document.groups = groups.map((matches, at) => ({
      ...seedDocument().groups[0]!,
      name: `g${at}`,
      mark: at + 1,
      matches: matches.map(({ protocol, ports }, index) => ({
        range: `r${at}-${index}`,
        protocol,
        ...(ports && protocol !== 'any' && { ports: ports.map(([first, last]) => `${first}-${last}`) }),
      })),
    }));
    const { topology } = resolveTopology(document);
    invariant(topology, 'the document resolves');
    return topology;
  });
const packets: fc.Arbitrary<Packet> = fc
  .record({
    host: fc.integer({ min: 0, max: 17 }),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const, 'icmp' as const),
    port: fc.integer({ min: 1, max: 42 }),
    icmpType: fc.constantFrom(0, 3, 8, 11, 12),
    interface: fc.constantFrom('eth0', 'eth1'),
  })
  .map(({ host, protocol, port, icmpType, interface: device }) => ({
    destination: addressAt(4, BASE + BigInt(host)),
    protocol,
    interface: device,
    ...(protocol === 'icmp' ? { icmpType } : { destinationPort: port }),
  }));

function rulesReadBack(topology: Topology): MarkRule[] {
  const lines = markRulesOf(topology, topology.directors[0]!, 4).map(printMarkRule);
  const { value, diagnostics } = parseMarkRules(
    ['*mangle', `:${OWNED.mangleChain} - [0:0]`, ...lines, 'COMMIT', ''].join('\n'),
  );
  expect(diagnostics).toEqual([]);
  expect(value).toHaveLength(lines.length);
  return value;
}

function takes(
  rule: MarkRule,
  { destination, protocol, destinationPort = 0, icmpType, interface: device }: Packet,
): boolean {
  const { ports } = rule;
  return (
    rule.interface === device &&
    containsAddress(rule.destination, destination) &&
    (rule.protocol === 'any' || rule.protocol === protocol) &&
    (rule.icmpType === undefined || rule.icmpType === icmpType) &&
    (ports === 'all' || ports.some(({ first, last }) => first <= destinationPort && destinationPort <= last))
  );
}

describe('tracePacket and the generated mark rules', () => {
  it('agree on the mark of every packet', () => {
    fc.assert(
      fc.property(topologies, fc.array(packets, { minLength: 1, maxLength: 30 }), (topology, all) => {
        const rules = rulesReadBack(topology);
        for (const packet of all) {
          const last = rules.findLast((rule) => takes(rule, packet));
          expect(tracePacket(topology, packet).mark).toBe(last?.mark ?? null);
          expect(tracePacket(topology, packet).group).toBe(last?.group ?? null);
        }
      }),
      { numRuns: 200 },
    );
  });
});
