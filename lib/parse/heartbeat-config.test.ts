import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printAuthKeys, printHaCf, printHaResources } from '../render/print-heartbeat-config';
import { parseAuthKeys, parseHaCf, parseHaResources, type AuthKeys, type HaResourceGroup } from './heartbeat-config';
import type { Parsed } from './parsed';

const HA_CF = `logfacility local0
udpport 694
keepalive 1
deadtime 1500ms # with its unit
ucast eth1 192.168.6.5
auto_failback off
node director1
node director2
ping 192.168.7.1
apiauth ipfail gid=haclient uid=hacluster
respawn hacluster /usr/libexec/heartbeat/ipfail
`;
const messages = ({ diagnostics }: Parsed<unknown>) => diagnostics.map(({ message }) => message).join('\n');

describe('parseHaCf', () => {
  it('reads directives in their order, without comments', () => {
    const { value, diagnostics } = parseHaCf(HA_CF);
    expect(diagnostics).toEqual([]);
    expect(value.directives.map(({ name }) => name).slice(0, 4)).toEqual([
      'logfacility',
      'udpport',
      'keepalive',
      'deadtime',
    ]);
    expect(value.directives.at(-1)).toEqual({ name: 'respawn', args: ['hacluster', '/usr/libexec/heartbeat/ipfail'] });
  });

  it.each([
    ['an unknown directive', `${HA_CF}heartbeats 3\n`, 'Cannot read line 12'],
    ['a time without sense', HA_CF.replace('keepalive 1', 'keepalive soon'), 'Cannot read line 3'],
    ['an impossible address', HA_CF.replace('192.168.6.5', '192.168.6.340'), 'Cannot read line 5'],
    [
      'a port after the media',
      HA_CF.replace('udpport 694\n', '').replace('auto_', 'udpport 694\nauto_'),
      'before the media',
    ],
    ['no medium', HA_CF.replace(/ucast.*\n/, ''), 'no medium'],
    ['no auto_failback', HA_CF.replace(/auto_failback.*\n/, ''), 'no auto_failback'],
    ['one node', HA_CF.replace('node director2\n', ''), 'two different nodes'],
    ['the same node twice', HA_CF.replace('director2', 'director1'), 'two different nodes'],
    ['a relative respawn', HA_CF.replace('/usr/libexec', 'usr/libexec'), 'Cannot read line 11'],
  ])('refuses %s', (_name, text, why) => {
    expect(messages(parseHaCf(text))).toContain(why);
  });
});

describe('parseHaResources', () => {
  it('reads the node and its resources with their arguments', () => {
    const text = 'director1 ldirectord::ldirectord.cf IPaddr2::192.168.7.240/24/eth0/192.168.7.255\n';
    expect(parseHaResources(text)).toEqual({
      value: [
        {
          node: 'director1',
          resources: [
            { script: 'ldirectord', args: ['ldirectord.cf'] },
            { script: 'IPaddr2', args: ['192.168.7.240/24/eth0/192.168.7.255'] },
          ],
        },
      ],
      diagnostics: [],
    });
  });

  it.each([
    ['a line without resources', 'director1\n', 'no resource'],
    ['a script with a path', 'director1 ../x::a\n', 'script::argument'],
    ['a command in an argument', 'director1 x::$(reboot)\n', 'script::argument'],
    ['the same first resource twice', 'a x::1 y\nb x::1 z\n', 'another line'],
    ['an empty file', '# nothing\n', 'names no resource'],
  ])('refuses %s', (_name, text, why) => {
    expect(messages(parseHaResources(text))).toContain(why);
  });
});

describe('parseAuthKeys', () => {
  it('reads the key in use', () => {
    const value = { use: 1, keys: [{ number: 1, method: 'sha1', secret: 's3cret' }] };
    expect(parseAuthKeys('auth 1\n1 sha1 s3cret\n')).toEqual({ value, diagnostics: [] });
  });

  it.each([
    ['a key that is not there', 'auth 2\n1 sha1 s3cret\n', 'no key of the number'],
    ['a number above 15', 'auth 16\n16 sha1 s3cret\n', 'Line 1'],
    ['a second word in the secret', 'auth 1\n1 sha1 s3cret more\n', 'Line 2'],
    ['an unknown method', 'auth 1\n1 sha256 s3cret\n', 'Line 2'],
    ['sha1 without a secret', 'auth 1\n1 sha1\n', 'Line 2'],
    ['auth twice', 'auth 1\nauth 1\n1 sha1 s3cret\n', 'Line 2'],
  ])('refuses %s without quoting a secret', (_name, text, why) => {
    const said = messages(parseAuthKeys(text));
    expect(said).toContain(why);
    expect(said).not.toContain('s3cret');
  });
});

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,11}$/);
const argument = fc.stringMatching(/^[\w./-]{1,20}$/);

it('reads back every haresources that can be printed', () => {
  const resources = fc.array(fc.record({ script: word, args: fc.array(argument, { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 5,
  });
  const groups: fc.Arbitrary<HaResourceGroup[]> = fc.uniqueArray(fc.record({ node: word, resources }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ resources: [first] }) => [first?.script, ...(first?.args ?? [])].join('::'),
  });
  fc.assert(
    fc.property(groups, (model) => {
      expect(parseHaResources(printHaResources(model))).toEqual({ value: model, diagnostics: [] });
    }),
  );
});

it('reads back every authkeys and ha.cf that can be printed', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9+/=]{1,64}$/);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 15 }), secret, word, (number, text, node) => {
      const keys: AuthKeys = { use: number, keys: [{ number, method: 'sha1', secret: text }] };
      expect(parseAuthKeys(printAuthKeys(keys))).toEqual({ value: keys, diagnostics: [] });
      const model = { ...parseHaCf(HA_CF).value };
      model.directives = [...model.directives, { name: 'node', args: [`${node}-third`] }];
      expect(parseHaCf(printHaCf(model))).toEqual({ value: model, diagnostics: [] });
    }),
  );
});
