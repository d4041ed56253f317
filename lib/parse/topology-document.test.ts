// The topology file: what is written reads back, and every fault has its line.
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printPath } from '../core/diagnostic';
import { topologyDocumentSchema, type TopologyDocument } from '../core/document';
import { seedDocument } from '../core/seed';
import { processorTime } from '../testing/processor-time';
import { parseTopologyDocument, printTopologyDocument } from './topology-document';

const seed = fs.readFileSync(path.join(import.meta.dirname, 'testdata/seed.yaml'), 'utf8');
const told = (text: string, check = false) =>
  parseTopologyDocument(text, { check }).diagnostics.map(({ line, code, path: place }) =>
    `${line} ${code} ${printPath(place)}`.trim(),
  );

describe('parseTopologyDocument', () => {
  it('reads the seed as the seed', () => {
    expect(parseTopologyDocument(seed)).toEqual({ document: seedDocument(), diagnostics: [] });
  });

  it.each([undefined, 2, '\t'])('reads JSON indented by %j', (indent) => {
    expect(parseTopologyDocument(JSON.stringify(seedDocument(), null, indent))).toEqual({
      document: seedDocument(),
      diagnostics: [],
    });
  });

  it('fills in what may be left out', () => {
    const { document } = parseTopologyDocument(
      seed
        .replace('protocol: any', '')
        .replace(/^ftp.*\n/m, '')
        .replace(/^gateways.*\n/m, ''),
    );
    expect(document).toEqual({ ...seedDocument(), gateways: [] });
  });

  it.each([
    [
      'an unknown key',
      seed.replace('mark: 1', 'mark: 1\n    colour: red'),
      ['35 document.unknown-key groups[0].colour'],
    ],
    ['an unknown key at the top', `${seed}colour: red\n`, ['39 document.unknown-key colour']],
    [
      'an unknown key in one line',
      seed.replace('port: 80', 'port: 80, prot: 81'),
      ['31 document.unknown-key pools[0].healthCheck.prot'],
    ],
    ['a missing key', seed.replace('    scheduler: rr\n', ''), ['33 document.missing-key groups[0].scheduler']],
    ['a wrong word', seed.replace('stack: heartbeat', 'stack: corosync'), ['5 document.invalid-value stack']],
    ['a wrong type', seed.replace('mark: 1', 'mark: one'), ['34 document.invalid-value groups[0].mark']],
    ['a number with a fraction', seed.replace('mark: 1', 'mark: 1.5'), ['34 document.invalid-value groups[0].mark']],
    ['a list that is none', seed.replace('[192.168.7.1]', '192.168.7.1'), ['22 document.invalid-value gateways']],
    ['a wrong item', seed.replace('[192.168.7.1]', '[192.168.7.1, 5]'), ['22 document.invalid-value gateways[1]']],
    ['a key written twice', seed.replace('mark: 1', 'mark: 1\n    mark: 2'), ['35 document.syntax']],
    ['a bracket left open', seed.replace('[192.168.7.1]', '[192.168.7.1'), ['23 document.syntax']],
    ['two documents', `${seed}---\na: 1\n`, ['39 document.syntax']],
    ['an unknown tag', seed.replace('mark: 1', 'mark: !!js/function 1'), ['34 document.syntax']],
    ['an empty file', '', ['1 document.invalid-value']],
    ['another file', '- a\n', ['1 document.invalid-value']],
    ['binary rubbish', '\u0000\u0001\u0002', ['1 document.invalid-value']],
  ])('tells the line of %s', (_what, text, expected) => {
    expect(told(text)).toEqual(expected);
    expect(parseTopologyDocument(text).document).toBeUndefined();
  });

  it('tells the lines of what the checks say, when asked', () => {
    const text = seed.replace('192.168.7.240/24', '192.168.7.340/24').replace('mark: 1', 'mark: 0');
    expect(told(text)).toEqual([]);
    expect(told(text, true)).toEqual([
      '20 address.invalid virtualAddresses.external',
      '34 mark.zero groups[0].mark',
      '31 health-check.one-port-of-many pools[0].healthCheck.port',
    ]);
  });

  it('finds lines behind an alias', () => {
    const text = seed
      .replace('    realServers:', '    realServers: &two')
      .replace(
        'groups:',
        '  - { name: mail, forwarding: masq, realServers: *two, healthCheck: { type: off } }\ngroups:',
      )
      .replace('192.168.6.3, weight: 1', '192.168.6.3, weight: 1, port: 0');
    expect(told(text, true)).toContain('30 port.invalid pools[1].realServers[1].port');
  });

  it.each([
    [
      'aliases',
      [
        'a: &a [x,x,x,x,x,x,x,x,x]',
        ...'bcdef'.split('').map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcde'[at]}`).join()}]`),
      ].join('\n'),
    ],
    ['nesting', '['.repeat(50_000)],
    ['size', `# ${'x'.repeat(8_000_000)}`],
  ])('refuses a bomb of %s with a few sentences', (_what, text) => {
    const { answer, ms } = processorTime(() => parseTopologyDocument(text));
    const { diagnostics } = answer;
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.length).toBeLessThanOrEqual(10);
    expect(ms).toBeLessThan(5_000);
  });
});

describe('printTopologyDocument', () => {
  it('prints the seed as people write it', () => {
    const written = seed.replace(/^#.*\n/, '').replace('[192.168.7.1]', '[ 192.168.7.1 ]');
    expect(printTopologyDocument(seedDocument())).toBe(written);
  });

  it('does not depend on the order of keys', () => {
    const reversed = Object.fromEntries(Object.entries(seedDocument()).reverse()) as TopologyDocument;
    expect(printTopologyDocument(reversed)).toBe(printTopologyDocument(seedDocument()));
  });

  it('prints what reads back as the same document, whatever the texts are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'yes',
        'null',
        '1',
        '0x10',
        '~',
        '- a',
        'a: b',
        '#',
        '"',
        "'",
        '',
        '\n',
        '2001:db8::/64',
        '=',
        '<<',
      ),
    );
    const name = text.filter((each) => each.length >= 1 && each.length <= 63);
    const document = fc
      .record({
        name,
        addresses: text,
        request: text,
        ports: fc.array(fc.oneof(fc.integer(), text)),
        persistence: fc.boolean(),
      })
      .map(({ name: chosen, addresses, request, ports, persistence }) => {
        const changed = seedDocument(chosen);
        changed.ranges[0] = { name: chosen, addresses };
        changed.pools[0]!.healthCheck.request = request;
        changed.groups[0]!.matches[0]!.ports = ports;
        changed.groups[0]!.overrides = [addresses];
        if (persistence) changed.groups[0]!.persistence = { timeoutSeconds: 60, netmask: addresses };
        return changed;
      });
    fc.assert(
      fc.property(document, (wanted) => {
        expect(topologyDocumentSchema.safeParse(wanted).success).toBe(true);
        expect(parseTopologyDocument(printTopologyDocument(wanted))).toEqual({ document: wanted, diagnostics: [] });
      }),
      { numRuns: 300 },
    );
  });
});
