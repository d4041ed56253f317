import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schedulerSchema } from '../core/document';
import { printKeepalivedConfig } from '../render/print-keepalived-config';
import { parseKeepalivedConfig, type KeepalivedConfig } from './keepalived-config';

const problems = (text: string) =>
  parseKeepalivedConfig(text).diagnostics.map(({ line, message }) => `${line ?? ''}: ${message}`);
const server = (inside: string) => `virtual_server fwmark 1 {\n    lvs_sched rr\n    lvs_method NAT\n${inside}}\n`;
const real = (inside: string) => server(`    real_server 192.168.6.2 {\n        weight 1\n${inside}    }\n`);

describe('parseKeepalivedConfig', () => {
  it('reads a pair with a virtual server, comments and quotes', () => {
    const text = `# of the console
global_defs {
    router_id director1 ! the first
    enable_script_security
    lvs_sync_daemon eth1 EXTERNAL id 240
}
vrrp_instance EXTERNAL {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    unicast_src_ip 192.168.7.4
    unicast_peer {
        192.168.7.5
    }
    virtual_ipaddress {
        192.168.7.240/24 dev eth0
    }
}
virtual_server fwmark 1 {
    lvs_sched rr
    lvs_method DR
    delay_loop 10
    connect_timeout 3
    real_server 192.168.6.2 {
        weight 1
        HTTP_GET {
            connect_port 80
            retry 0
            url {
                path "/a b"
                regex "^\\\\d+ #!$"
            }
        }
    }
}
`;
    const { value, diagnostics } = parseKeepalivedConfig(text);
    expect(diagnostics).toEqual([]);
    expect(value.syncDaemon).toEqual({ interface: 'eth1', instance: 'EXTERNAL', id: 240 });
    expect(value.instances[0]).toMatchObject({ peers: ['192.168.7.5'], excluded: [], priority: 150 });
    expect(value.virtualServers[0]?.realServers).toEqual([
      {
        address: '192.168.6.2',
        weight: 1,
        checks: [{ kind: 'http', port: 80, retries: 0, path: '/a b', receive: '^\\d+ #!$' }],
      },
    ]);
  });

  it.each([
    ['protocol, which keepalived refuses for a mark', server('    protocol TCP\n'), 'protocol is not a keyword'],
    ['an address and a port as a service', 'virtual_server 192.0.2.1 80 {\n}\n', 'not fwmark'],
    ['a mark of 2^31', 'virtual_server fwmark 2147483648 {\n}\n', 'not fwmark'],
    ['a mark in hexadecimal', 'virtual_server fwmark 0x1 {\n}\n', 'not fwmark'],
    [
      'a mark twice, which keepalived takes without a word',
      `${server('')}${server('')}`,
      'has a virtual server of this family already',
    ],
    ['a brace in the middle of a line', 'global_defs { router_id x }\n', 'a brace in the middle'],
    ['a block that is never closed', 'global_defs {\n', 'never closed'],
    ['a brace that closes nothing', '}\n', 'closes nothing'],
    ['a quote that is never closed', 'global_defs {\n    router_id "x\n}\n', 'a quote'],
    ['a brace alone in quotes', 'global_defs {\n    router_id "}"\n}\n', 'a brace alone'],
    ['a parameter, replaced even in quotes', 'global_defs {\n    router_id "$NAME"\n}\n', 'a parameter'],
    ['a condition', '@main global_defs {\n}\n', 'a parameter or a condition'],
    ['a keyword twice', 'global_defs {\n    router_id a\n    router_id b\n}\n', 'is there twice'],
    ['a script', real('        notify_up "/bin/x"\n'), 'notify_up is not a keyword'],
    ['state MASTER', 'vrrp_instance A {\n    state MASTER\n}\n', 'is no value of state'],
    ['router id 0', 'vrrp_instance A {\n    virtual_router_id 0\n}\n', 'is no value of virtual_router_id'],
    [
      'an address without a device',
      'vrrp_instance A {\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n',
      'not ADDRESS/LENGTH',
    ],
    [
      'an address without a length',
      'vrrp_instance A {\n    virtual_ipaddress {\n        192.0.2.1 dev eth0\n    }\n}\n',
      'not ADDRESS/LENGTH',
    ],
    ['an impossible real server', server('    real_server 192.168.6.340 {\n    }\n'), 'not real_server'],
    ['port 0', server('    real_server 192.168.6.2 0 {\n    }\n'), 'not real_server'],
    ['a scheduler that is none', server('').replace('rr', 'fastest'), 'is no value of lvs_sched'],
    ['a check without a port', real('        TCP_CHECK {\n            retry 0\n        }\n'), 'lacks something'],
    [
      'a regex that would be a script',
      real('        MISC_CHECK {\n            misc_path "/x"\n            retry 0\n        }\n'),
      'lacks something',
    ],
    ['a user of a script', real('        MISC_CHECK {\n            user nobody\n        }\n'), 'user is not a keyword'],
    ['a sync group of one', 'vrrp_sync_group A {\n    group {\n        B\n    }\n}\n', 'fewer than two'],
    [
      'real servers of both families',
      server('    real_server 192.168.6.2 {\n    }\n    real_server fd06::2 {\n    }\n'),
      'both families',
    ],
  ])('refuses %s and names the line', (_name, text, why) => {
    const found = problems(text);
    expect(found[0]).toContain(why);
    expect(found[0]).toMatch(/^\d+: Cannot read line \d+ of keepalived\.conf/);
  });

  it('answers with diagnostics and never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseKeepalivedConfig(text)));
    const words = fc.constantFrom(
      'virtual_server',
      'fwmark',
      '1',
      '{',
      '}',
      '\n',
      'real_server',
      '192.168.6.2',
      '"a"',
      '#',
    );
    fc.assert(fc.property(fc.array(words, { maxLength: 30 }), (all) => void parseKeepalivedConfig(all.join(' '))));
  });
});

const text = fc.stringMatching(/^[^"#$~@\p{Cc}\p{Zl}\p{Zp}]{1,30}$/u).filter((each) => !/^[{}]$/.test(each));
const name = fc.stringMatching(/^[A-Za-z][\w.-]{0,20}$/);
const ipv4 = fc.ipV4();
const ipv6 = fc.constantFrom('2001:db8::2', '::1', 'fd06::7');
const port = fc.integer({ min: 1, max: 65_535 });
const few = fc.integer({ min: 0, max: 65_535 });
const retries = fc.integer({ min: 0, max: 9 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const present = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;

const check = fc.oneof(
  fc.record({ kind: fc.constantFrom('tcp' as const, 'udp' as const, 'smtp' as const), port, retries }),
  fc.record({ kind: fc.constant('ping' as const), retries }),
  fc.record({ kind: fc.constant('dns' as const), port, retries, name: optional(text) }),
  fc.record({
    kind: fc.constantFrom('http' as const, 'https' as const),
    port,
    retries,
    path: text,
    statusCode: optional(fc.integer({ min: 100, max: 599 })),
    virtualHost: optional(text),
    receive: optional(text),
  }),
  fc.record({ kind: fc.constant('external' as const), command: text, timeoutSeconds: port, retries }),
  fc.record({ kind: fc.constant('file' as const), trackFile: name }),
  fc.record({ kind: fc.constant('bfd' as const), instance: name }),
);

const virtualServer = fc.constantFrom(4 as const, 6 as const).chain((family) => {
  const address = family === 4 ? ipv4 : ipv6;
  const forwarding = fc.constantFrom('masq' as const, 'gate' as const, 'ipip' as const);
  return fc.record({
    mark: fc.integer({ min: 1, max: 0x7fff_ffff }),
    family: fc.constant(family),
    scheduler: fc.constantFrom(...schedulerSchema.options),
    flags: fc.uniqueArray(fc.constantFrom('sh-port', 'mh-fallback', 'flag-3')),
    onePacket: fc.boolean(),
    forwarding,
    persistenceSeconds: optional(port),
    persistenceNetmask: optional(fc.constantFrom('255.255.255.0', '64')),
    isInhibited: fc.boolean(),
    delaySeconds: port,
    timeoutSeconds: port,
    realServers: fc.array(
      fc
        .record({
          address,
          port: optional(port),
          weight: few,
          upperThreshold: optional(few),
          lowerThreshold: optional(few),
          checks: fc.array(check.map(present), { maxLength: 3 }),
        })
        .map(present),
      { minLength: 1, maxLength: 3 },
    ),
    sorryServer: optional(fc.record({ address, port: optional(port), forwarding }).map(present)),
  });
});

const instance = fc.record({
  name,
  interface: fc.constantFrom('eth0', 'eno1.20'),
  routerId: fc.integer({ min: 1, max: 255 }),
  priority: fc.integer({ min: 1, max: 254 }),
  advertSeconds: fc.integer({ min: 1, max: 40 }),
  source: ipv4,
  peers: fc.array(ipv4, { maxLength: 2 }),
  addresses: fc.array(fc.record({ address: ipv4, prefixLength: fc.integer({ min: 0, max: 32 }), interface: name })),
  excluded: fc.array(fc.record({ address: ipv6, prefixLength: fc.integer({ min: 0, max: 128 }), interface: name })),
});

const config = fc
  .record({
    routerId: name,
    scriptUser: optional(fc.constant('root')),
    isScriptSecurityOn: fc.boolean(),
    garpRefreshSeconds: optional(few),
    syncDaemon: optional(
      fc
        .record({
          interface: name,
          instance: name,
          id: fc.integer({ min: 0, max: 255 }),
          group: optional(fc.constant('ff02::81')),
        })
        .map(present),
    ),
    trackFiles: fc.uniqueArray(fc.record({ name, file: text, weight: few }), {
      selector: (each) => each.name,
      maxLength: 2,
    }),
    bfdInstances: fc.uniqueArray(
      fc.record({ name, neighbor: ipv4, source: ipv4, intervalMs: port, multiplier: fc.integer({ min: 1, max: 255 }) }),
      { selector: (each) => each.name, maxLength: 2 },
    ),
    syncGroup: optional(fc.record({ name, instances: fc.array(name, { minLength: 2, maxLength: 3 }) })),
    instances: fc.uniqueArray(instance, { selector: (each) => each.routerId, maxLength: 2 }).filter(haveOwnNames),
    virtualServers: fc.uniqueArray(virtualServer.map(present), {
      selector: ({ mark, family }) => `${mark} ${family}`,
      maxLength: 3,
    }),
  })
  .map(present) as fc.Arbitrary<KeepalivedConfig>;

function haveOwnNames(all: readonly { name: string }[]): boolean {
  return new Set(all.map((each) => each.name)).size === all.length;
}

it('reads back every model that can be printed', () => {
  fc.assert(
    fc.property(config, (model) => {
      expect(parseKeepalivedConfig(printKeepalivedConfig(model, []))).toEqual({ value: model, diagnostics: [] });
    }),
    { numRuns: 300 },
  );
});
