import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printLdirectordConfig } from '../render/print-ldirectord-config';
import { parseLdirectordConfig, type LdirectordConfig } from './ldirectord-config';

const SEED = 'quiescent=no\n\n# web\nvirtual=1\n\treal=192.168.6.2 masq 1\n\tchecktype=connect\n\tcheckport=80\n';

const problems = (text: string) =>
  parseLdirectordConfig(text).diagnostics.map(({ line, message }) => `${line}: ${message}`);

describe('parseLdirectordConfig', () => {
  it('reads globals, sections, real servers and directives', () => {
    expect(parseLdirectordConfig(SEED)).toEqual({
      value: {
        globals: [{ name: 'quiescent', value: 'no' }],
        virtuals: [
          {
            mark: 1,
            family: 4,
            realServers: [{ address: '192.168.6.2', forwarding: 'masq', weight: 1 }],
            directives: [
              { name: 'checktype', value: 'connect' },
              { name: 'checkport', value: '80' },
            ],
          },
        ],
      },
      diagnostics: [],
    });
  });

  it.each([
    ['a trailing comment on a global', 'quiescent=no # x\n', 'a # begins a comment'],
    ['a trailing blank', 'quiescent=no \n', 'a blank at the end'],
    ['a carriage return', 'quiescent=no\r\n', 'a control character'],
    ['a blank line inside a section', 'virtual=1\n\n\treal=192.168.6.2 masq\n', 'outside of a section'],
    ['an indent of two blanks', 'virtual=1\n  real=192.168.6.2 masq\n', 'not name=value'],
    ['an address taken for a mark', 'virtual=192.168.6.240\n', 'is not a firewall mark'],
    ['a hexadecimal mark', 'virtual=0x1\n', 'is not a firewall mark'],
    ['mark 0', 'virtual=0\n', 'is not a firewall mark'],
    ['a mark that ipvsadm prints negative', 'virtual=2147483648\n', 'is not a firewall mark'],
    ['a mark twice', 'virtual=1\n\nvirtual=1\n', 'has a section of IPv4 already'],
    ['a real server without a method', 'virtual=1\n\treal=192.168.6.2\n', 'must be gate, masq or ipip'],
    ['an impossible address', 'virtual=1\n\treal=192.168.6.340 masq\n', 'is not an IPv4 address'],
    ['an IPv6 real server of an IPv4 service', 'virtual=1\n\treal=[fd06::2] masq\n', 'is not an IPv4 address'],
    ['an IPv6 address without brackets', 'virtual6=1\n\treal6=fd06::2 masq\n', 'is not an IPv6 address'],
    ['real in a virtual6', 'virtual6=1\n\treal=192.168.6.2 masq\n', 'real is not a virtual directive'],
    ['thresholds in the other order', 'virtual=1\n\treal=192.168.6.2 masq 1 u:5 l:3\n', 'only a weight, l: and u:'],
    ['a second fallback', 'virtual=1\n\tfallback=127.0.0.1 gate\n\tfallback=127.0.0.1 gate\n', 'a second fallback'],
    ['a check command that is no path', 'virtual=1\n\tcheckcommand=/bin/sh -c reboot\n', 'is not a program'],
    ['port 0', 'virtual=1\n\treal=192.168.6.2:0 masq\n', 'is no port'],
    ['a # in quotes', 'virtual=1\n\treceive="a#b"\n', 'a # begins a comment'],
    ['a quote in quotes', 'virtual=1\n\treceive="a"b"\n', 'double quotes without a quote'],
    ['a text without quotes', 'virtual=1\n\trequest=index.html\n', 'double quotes'],
    ['protocol tcp for a mark', 'virtual=1\n\tprotocol=tcp\n', 'not one of fwm'],
    ['a per-virtual checkinterval', 'virtual=1\n\tcheckinterval=3\n', 'not a virtual directive'],
    ['an unknown directive', 'timeout=3\n', 'not a global directive'],
    ['a directive twice', 'quiescent=no\nquiescent=yes\n', 'there twice'],
    ['a global after a section', 'virtual=1\n\nquiescent=no\n', 'after a section'],
  ])('refuses %s and names the line', (_name, text, why) => {
    const found = problems(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(why);
    expect(found[0]).toMatch(/^\d+: Cannot read line \d+ of ldirectord\.cf/);
  });

  it('never quotes a password', () => {
    expect(problems('virtual=1\n\tpasswd="hunter2#"\n').join()).not.toContain('hunter2');
  });
});

const quotedText = fc.stringMatching(/^[^"#\p{Cc}]{1,40}$/u);
const forwarding = fc.constantFrom('masq' as const, 'gate' as const, 'ipip' as const);
const number = fc.integer({ min: 0, max: 65535 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** Keys without a value are absent, as the parser leaves them out. */
const withoutUndefined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
const address = (family: 4 | 6) => (family === 4 ? fc.ipV4() : fc.constantFrom('2001:db8::2', '::1', 'fd06::7'));
const endpoint = (family: 4 | 6) => ({ address: address(family), port: optional(number.filter(Boolean)), forwarding });
const virtual = fc.constantFrom(4 as const, 6 as const).chain((family) =>
  fc.record({
    mark: fc.integer({ min: 1, max: 0x7fff_ffff }),
    family: fc.constant(family),
    realServers: fc.array(
      fc
        .record({
          ...endpoint(family),
          weight: number,
          lowerThreshold: optional(number),
          upperThreshold: optional(number),
        })
        .map(withoutUndefined),
      { maxLength: 4 },
    ),
    fallback: optional(fc.record(endpoint(family)).map(withoutUndefined)),
    directives: fc
      .record({
        request: quotedText,
        receive: quotedText,
        scheduler: fc.constantFrom('rr', 'wlc'),
        schedflags: fc.constant('sh-port,flag-3'),
      })
      .map((values) => Object.entries(values).map(([name, value]) => ({ name, value }))),
  }),
);
const config = fc.record({
  globals: fc.constant([
    { name: 'quiescent', value: 'no' },
    { name: 'logfile', value: '/var/log/x y.log' },
  ]),
  virtuals: fc.uniqueArray(virtual.map(withoutUndefined), {
    selector: ({ mark, family }) => `${mark} ${family}`,
    maxLength: 4,
  }),
}) as fc.Arbitrary<LdirectordConfig>;

it('reads back every model that can be printed', () => {
  fc.assert(
    fc.property(config, (model) => {
      expect(parseLdirectordConfig(printLdirectordConfig(model, []))).toEqual({ value: model, diagnostics: [] });
    }),
  );
});

it('answers with diagnostics and never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseLdirectordConfig(text)));
});
