// Every rule has a bad topology of its own, discovered here, and every code of a rule has such a topology.
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTopologyDocument } from '../parse/topology-document';
import { checkTopology } from './check';
import { hasErrors, printPath } from './diagnostic';
import type { TopologyDocument } from './document';
import { seedDocument } from './seed';

const folder = path.join(import.meta.dirname, 'testdata');
const cases = fs.readdirSync(folder).filter((name) => name.endsWith('.yaml'));
/** The seed's own warning is in nearly every case, because every case is made from the seed. */
const SEED_WARNING = 'health-check.one-port-of-many';

function readCase(file: string) {
  const text = fs.readFileSync(path.join(folder, file), 'utf8');
  const expected = [...text.matchAll(/^# expects: (.*)$/gm)].map(([, line]) => line);
  return { text, expected, code: file.replace(/\.yaml$/, '') };
}

function codesOfRules(): string[] {
  const files = fs.readdirSync(path.join(import.meta.dirname, 'checks')).map((name) => `checks/${name}`);
  const sources = [...files, 'resolve.ts'].map((name) => fs.readFileSync(path.join(import.meta.dirname, name), 'utf8'));
  const literals = sources.flatMap((source) => [...source.matchAll(/'([a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*)'/g)]);
  return [...new Set(literals.map(([, code]) => code ?? ''))].filter((code) => code !== 'ipaddr.js').sort();
}

describe('checkTopology', () => {
  it.each(cases)('finds in %s exactly what the file says', (file) => {
    const { text, expected, code } = readCase(file);
    const { diagnostics } = parseTopologyDocument(text, { check: true });
    const found = diagnostics
      .filter((each) => each.code !== SEED_WARNING || code === SEED_WARNING)
      .map((each) => `${each.severity} ${each.code} ${printPath(each.path)}`);
    expect(found).toEqual(expected);
    expect(found.some((line) => line.split(' ')[1] === code)).toBe(true);
  });

  it.each(cases)('says in %s what is wrong, where, and what to do', (file) => {
    const { diagnostics } = parseTopologyDocument(readCase(file).text, { check: true });
    for (const { message, hint = '', line = 0 } of diagnostics) {
      expect(message.length).toBeGreaterThan(20);
      expect(message.endsWith('.')).toBe(true);
      expect(hint.endsWith('.')).toBe(true);
      expect(line).toBeGreaterThan(0);
    }
  });

  it('has a bad topology for every code', () => {
    expect(cases.map((file) => file.replace(/\.yaml$/, '')).sort()).toEqual(codesOfRules());
  });

  it('finds no error in the seed', () => {
    expect(hasErrors(checkTopology(seedDocument()))).toBe(false);
  });

  it('names the octet of the misprint', () => {
    const document = seedDocument();
    document.virtualAddresses.external = '192.168.7.340/24';
    expect(checkTopology(document)[0]?.message).toBe(
      'Invalid address: the fourth octet of "192.168.7.340" is 340, more than 255.',
    );
  });

  it('reports what did not resolve without hiding other faults', () => {
    const document = seedDocument();
    document.gateways = ['nowhere'];
    document.groups.push({ ...seedDocument().groups[0]!, name: 'second', mark: 2 });
    const codes = checkTopology(document).map(({ code }) => code);
    expect(codes).toEqual(['address.invalid', 'match.overlap', 'group.dead', SEED_WARNING]);
  });

  it('lets a later group take packets that it says it overrides', () => {
    const document = seedDocument();
    const web = { range: 'services', protocol: 'tcp' as const, ports: [80] };
    document.groups.push({
      ...seedDocument().groups[0]!,
      name: 'web',
      mark: 2,
      matches: [web],
      overrides: ['everything'],
    });
    expect(hasErrors(checkTopology(document))).toBe(false);
  });

  it('keeps a group that is overridden whole an error', () => {
    const document = seedDocument();
    document.groups.push({ ...seedDocument().groups[0]!, name: 'second', mark: 2, overrides: ['everything'] });
    expect(checkTopology(document).map(({ code }) => code)).toEqual(['group.dead', SEED_WARNING]);
  });

  it('allows one mark for an IPv4 and an IPv6 group', () => {
    const document = seedDocument();
    document.virtualAddresses.external6 = '2001:db8:7::240/64';
    document.directors.forEach((director, at) => (director.external.address6 = `2001:db8:7::${4 + at}/64`));
    document.stack = 'keepalived';
    document.ranges.push({ name: 'six', addresses: '2001:db8::/64' });
    document.pools.push({ ...seedDocument().pools[0]!, name: 'web6', forwarding: 'ipip' });
    const matches = [{ range: 'six', protocol: 'any' as const }];
    document.groups.push({ ...seedDocument().groups[0]!, name: 'six', matches, pool: 'web6' });
    expect(hasErrors(checkTopology(document))).toBe(false);
  });

  it('accepts the port of a real server for a group of that one port', () => {
    const document = seedDocument();
    document.groups[0]!.matches = [{ range: 'services', protocol: 'tcp', ports: [80] }];
    document.pools[0]!.realServers[0]!.port = 8080;
    expect(checkTopology(document).filter(({ code }) => code.startsWith('real-server'))).toEqual([]);
  });

  it.each([
    ['of a plain range', '192.168.7.48/29', '192.168.7.50', 'gate', ['lockout.fallback']],
    ['beside a plain range', '192.168.7.48/29', '192.168.7.56', 'gate', []],
    ['of a routed range', '192.168.0.0/24', '192.168.0.9', 'ipip', ['lockout.fallback']],
    ['that is the director itself', '127.0.0.0/8', '127.0.0.1', 'gate', []],
  ] as const)('finds a fallback %s', (_what, addresses, address, forwarding, expected) => {
    const document = seedDocument();
    document.ranges[0]!.addresses = addresses;
    document.pools[0]!.fallback = { address, forwarding };
    expect(checkTopology(document).flatMap(({ code }) => (code === 'lockout.fallback' ? [code] : []))).toEqual(
      expected,
    );
  });

  it.each([
    ['sip', ['health-check.tcp-for-udp']],
    ['dns', []],
  ] as const)('knows over what ldirectord speaks %s when the group is one of UDP', (service, expected) => {
    const document = seedDocument();
    document.groups[0]!.matches = [{ range: 'services', protocol: 'udp', ports: [5060] }];
    const texts = { request: 'www.example.org', receive: '192.0.2.1' };
    const times = { intervalSeconds: 10, timeoutSeconds: 3 };
    document.pools[0]!.healthCheck = { type: 'negotiate', service, port: 5060, ...texts, ...times };
    expect(checkTopology(document).filter(({ severity }) => severity !== 'info')).toEqual(
      expected.map((code) => expect.objectContaining({ code, severity: 'warning' }) as unknown),
    );
  });

  it.each([
    ['heartbeat', '192.168.6.240/24', undefined],
    ['heartbeat', '192.168.6.240/23', 'use id 240, the last byte of the internal virtual address 192.168.6.240'],
    ['keepalived', '10.1.2.0/16', 'ends in the byte 255 or 0'],
    ['keepalived', 'fd06::1:f0/64', 'use id 240, the last byte of the internal virtual address fd06::1:f0'],
    ['keepalived', 'fd06::1:f0/120', undefined],
    ['single', '10.1.2.240/16', undefined],
  ] as const)('says of stack %s with %s whether its sync id is its own', (stack, internal, told) => {
    const document = seedDocument();
    Object.assign(document, { stack });
    document.virtualAddresses.internal = internal;
    const found = checkTopology(document).find(({ code }) => code === 'sync-id.not-unique');
    expect(found?.message ?? '').toContain(told ?? '');
    expect(found?.severity).toBe(told === undefined ? undefined : 'warning');
  });

  it.each<[TopologyDocument['stack'], { port?: number; ports?: number[] }, string[]]>([
    ['heartbeat', { port: 80 }, ['pools.0.healthCheck.port']],
    ['keepalived', { port: 80 }, ['pools.0.healthCheck.port']],
    ['keepalived', { ports: [80, 443] }, ['pools.0.healthCheck.ports']],
    ['keepalived', {}, []],
  ])('says that no program of %s is given %j', (stack, ports, expected) => {
    const document = seedDocument();
    Object.assign(document, { stack });
    const check = { command: '/usr/local/lib/check-shop', intervalSeconds: 10, timeoutSeconds: 3 };
    document.pools[0]!.healthCheck = { type: 'external', ...check, ...ports };
    const unused = checkTopology(document).filter(({ code }) => code === 'health-check.field-unused');
    expect(unused.map(({ path: place }) => place.join('.'))).toEqual(expected);
  });

  it('wants no fallback under masq for single packets either', () => {
    const document = seedDocument();
    document.stack = 'keepalived';
    Object.assign(document.groups[0]!, { onePacket: true, matches: [{ range: 'services', protocol: 'udp' }] });
    const [pool] = document.pools;
    pool!.forwarding = 'gate';
    const codesWith = (forwarding: 'gate' | 'masq') => {
      pool!.fallback = { address: '192.168.6.9', forwarding };
      return checkTopology(document).flatMap(({ code }) => (code.startsWith('one-packet') ? [code] : []));
    };
    expect([codesWith('gate'), codesWith('masq')]).toEqual([[], ['one-packet.under-masq']]);
  });

  it('answers for whatever texts and numbers a draft holds, with paths that are in the document or beside it', () => {
    const address = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom('192.168.0.0/24', '0.0.0.0/0', '::/0', '192.168.7.0/24', '192.168.6.3', '-', '/'),
    );
    const number = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 2 ** 31, 2 ** 32, 65536, Number.MAX_SAFE_INTEGER));
    fc.assert(
      fc.property(fc.array(address, { minLength: 8, maxLength: 8 }), number, number, (texts, first, second) => {
        const document = seedDocument();
        const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = ''] = texts;
        document.virtualAddresses = { external: a, internal: b };
        document.directors[0]!.external = { interface: h, address: c };
        document.directors[1]!.management!.address = d;
        document.gateways = [e, f];
        document.ranges.push({ name: 'other', addresses: f });
        document.pools[0]!.realServers.push({ address: g, weight: first, port: second });
        const matches = [{ range: 'other', protocol: 'tcp' as const, ports: [first, h] }];
        const persistence = { timeoutSeconds: second, netmask: h };
        document.groups.push({ ...seedDocument().groups[0]!, name: 'second', mark: second, matches, persistence });
        for (const { path: place } of checkTopology(document)) expect(Object.keys(document)).toContain(place[0]);
      }),
    );
  });
});
