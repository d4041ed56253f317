// What ip, iptables-save, sysctl and /proc say of a host: recorded output, then one row per construct.
import { describe, expect, it } from 'vitest';
import { parseIpAddresses, parseIpRoutes, parseIpRules } from './ip-json';
import { parseIpVsConn } from './ip-vs-conn';
import { parseIptablesSave } from './iptables-save';
import { parseSysctls } from './sysctl';
import { recorded, told } from './test-recorded';

describe('parseIptablesSave', () => {
  it('reads the recorded tables', () => {
    const { value, diagnostics } = parseIptablesSave(recorded('iptables-legacy-save-c'));
    expect(diagnostics).toEqual([]);
    expect(value.map(({ name, chains }) => [name, chains.length])).toEqual([
      ['nat', 4],
      ['mangle', 5],
    ]);
    expect(value[1]?.chains[0]).toEqual({ name: 'PREROUTING', policy: 'ACCEPT', packets: 50, bytes: 2737 });
    expect(value[1]?.rules).toEqual([
      {
        chain: 'PREROUTING',
        text: '-A PREROUTING -d 192.168.0.0/28 -p tcp -m multiport --dports 80,443 -j MARK --set-xmark 0x1/0xffffffff',
        packets: 24,
        bytes: 1296,
        line: 17,
      },
    ]);
  });

  it('reads a chain of our own and a rule without counters', () => {
    const text = '*mangle\n:LVS-CONSOLE - [0:0]\n-A LVS-CONSOLE -j RETURN\nCOMMIT\n';
    expect(parseIptablesSave(text)).toEqual({
      value: [
        {
          name: 'mangle',
          chains: [{ name: 'LVS-CONSOLE', packets: 0, bytes: 0 }],
          rules: [{ chain: 'LVS-CONSOLE', text: '-A LVS-CONSOLE -j RETURN', line: 3 }],
        },
      ],
      diagnostics: [],
    });
  });

  it('reads no table from empty text', () => {
    expect(parseIptablesSave('')).toEqual({ value: [], diagnostics: [] });
  });

  it.each([
    ['*nat\n:POSTROUTING ACCEPT [0:0]\n', ['1: iptables-save.cut-off']],
    ['*nat\n*mangle\nCOMMIT\n', ['1: iptables-save.cut-off']],
    ['-A INPUT -j ACCEPT\n', ['1: iptables-save.unreadable']],
    ['*nat\nsomething else\nCOMMIT\n', ['2: iptables-save.unreadable']],
    ['iptables-save: Permission denied\n', ['1: iptables-save.unreadable']],
  ])('tells what is wrong with %j', (text, expected) => {
    expect(told(parseIptablesSave(text).diagnostics)).toEqual(expected);
  });
});

describe('parseIpAddresses', () => {
  it('reads the recorded addresses', () => {
    const { value, diagnostics } = parseIpAddresses(recorded('ip-j-addr'));
    expect(diagnostics).toEqual([]);
    expect(value.map(({ interface: device, address, prefixLength }) => `${device} ${address}/${prefixLength}`)).toEqual(
      [
        'lo 127.0.0.1/8',
        'lo ::1/128',
        'eth0 192.168.7.4/24',
        'eth0 fd07::4/64',
        'eth0 fe80::1cef:27ff:fe0f:b134/64',
        'eth1 192.168.6.4/24',
        'eth1 fd06::4/64',
        'eth1 fe80::583b:11ff:fe77:c84f/64',
      ],
    );
  });

  it.each([
    ['[]', []],
    ['', ['1: ip-addr.unreadable']],
    ['Object "foo" is unknown', ['1: ip-addr.unreadable']],
    ['[{"ifname":"eth0","addr_info":[{"family":"mpls"}]}]', ['1: ip-addr.unreadable']],
    ['[{"ifname":"eth0"', ['1: ip-addr.unreadable']],
  ])('tells about %j', (text, expected) => {
    expect(told(parseIpAddresses(text).diagnostics)).toEqual(expected);
  });
});

describe('parseIpRules', () => {
  it('reads the recorded rules', () => {
    expect(parseIpRules(recorded('ip-j-rule'))).toEqual({
      value: [
        { family: 4, priority: 0, source: 'all', destination: 'all', table: 'local' },
        { family: 4, priority: 100, interface: 'eth0', mark: 1, source: 'all', destination: 'all', table: '100' },
        { family: 4, priority: 32766, source: 'all', destination: 'all', table: 'main' },
        { family: 4, priority: 32767, source: 'all', destination: 'all', table: 'default' },
      ],
      diagnostics: [],
    });
  });

  it.each([
    [
      '{"priority":100,"src":"all","fwmark":"0x10","fwmask":"0xff","table":"100","protocol":"76"}',
      { mark: 16, mask: 255, protocol: '76' },
    ],
    [
      '{"priority":100,"src":"10.0.0.0","srclen":8,"table":100,"protocol":76}',
      { source: '10.0.0.0/8', table: '100', protocol: '76' },
    ],
    ['{"priority":0,"src":"all","table":"local","protocol":"kernel"}', { protocol: 'kernel' }],
  ])('reads %s', (rule, expected) => {
    expect(parseIpRules(`[${rule}]\n`).value[0]).toMatchObject(expected);
  });
});

describe('parseIpRoutes', () => {
  it('reads the recorded routes of both families', () => {
    const { value, diagnostics } = parseIpRoutes(recorded('ip-j-route-table-all'));
    expect(diagnostics).toEqual([]);
    expect(value.filter(({ table }) => table === '100')).toEqual([
      { family: 4, type: 'local', destination: 'default', table: '100', device: 'lo' },
      { family: 6, type: 'local', destination: 'default', table: '100', device: 'lo' },
    ]);
    expect(value[1]).toEqual({
      family: 4,
      type: 'unicast',
      destination: '192.168.6.0/24',
      table: 'main',
      device: 'eth1',
      protocol: 'kernel',
    });
    expect(
      value
        .filter(({ family }) => family === 6)
        .every(
          ({ destination }) => destination === 'default' || destination.includes(':') || destination === 'multicast',
        ),
    ).toBe(true);
  });

  it('reads an unreachable route of ours', () => {
    const text = '[{"type":"unreachable","dst":"192.168.0.0/24","protocol":"76","scope":"global","flags":[]}]';
    expect(parseIpRoutes(text).value).toEqual([
      { family: 4, type: 'unreachable', destination: '192.168.0.0/24', table: 'main', protocol: '76' },
    ]);
  });
});

describe('parseIpVsConn', () => {
  it('reads the recorded table', () => {
    const { value, diagnostics } = parseIpVsConn(recorded('proc-net-ip_vs_conn'));
    expect(diagnostics).toEqual([]);
    expect(value).toHaveLength(8);
    expect(value[0]).toEqual({
      protocol: 'tcp',
      client: '[fd07::100]:36238',
      virtual: '[fd00::5]:80',
      realServer: '[fd06::2]:80',
      state: 'TIME_WAIT',
      expiresSeconds: 118,
      kind: 'connection',
    });
    expect(value[1]).toMatchObject({
      client: '192.168.7.100:40264',
      virtual: '192.168.0.2:443',
      realServer: '192.168.6.3:443',
    });
    expect(value[7]).toMatchObject({
      protocol: 'ip',
      client: '192.168.7.100:0',
      mark: 1,
      kind: 'template',
      expiresSeconds: 597,
    });
  });

  it.each([
    ['IP  CB007109 0000 00000100 0000 C0A80602 0000 NONE            598', { mark: 256, kind: 'template' }],
    ['IP  CB007109 0000 7FFFFFFF 0000 C0A80602 0000 ASSURED         598', { mark: 0x7fffffff }],
    [
      'IP  2001:0db8:0000:0000:0000:0000:0000:0001 0000 0000:0001:0000:0000:0000:0000:0000:0000 0000 fd06:0000:0000:0000:0000:0000:0000:0002 0000 ASSURED         5',
      { mark: 1, kind: 'template' },
    ],
    ['TCP CB007109 0000 C0A80001 0050 C0A80602 0050 NONE            598', { kind: 'template' }],
    [
      'UDP CB007109 D431 C0A80001 13C4 C0A80602 13C4 UDP             298 sip abc',
      { protocol: 'udp', virtual: '192.168.0.1:5060', kind: 'connection' },
    ],
  ])('reads %s', (row, expected) => {
    const { value, diagnostics } = parseIpVsConn(`${row}\n`);
    expect(value[0]).toMatchObject(expected);
    expect(diagnostics).toEqual([]);
  });

  it.each(['TCP CB007109 D431 C0A80001 01BB C0A8060', 'TCP CB00710 D431 C0A80001 01BB C0A80602 01BB ESTABLISHED 1'])(
    'tells that it cannot read the cut row %s',
    (row) =>
      expect(told(parseIpVsConn(`${recorded('proc-net-ip_vs_conn')}${row}`).diagnostics)).toEqual([
        '10: ip_vs_conn.unreadable',
      ]),
  );
});

describe('parseSysctls', () => {
  it('reads the recorded settings', () => {
    const { value, diagnostics } = parseSysctls(recorded('sysctl-vs'));
    expect(diagnostics).toEqual([]);
    expect(Object.keys(value)).toHaveLength(28);
    expect(value['net.ipv4.vs.sync_threshold']).toBe('3\t50');
  });

  it.each([
    ['net.ipv4.ip_forward=1', { 'net.ipv4.ip_forward': '1' }],
    ['net.ipv4.conf.eth0/100.rp_filter = 0', { 'net.ipv4.conf.eth0/100.rp_filter': '0' }],
    ['kernel.empty =', { 'kernel.empty': '' }],
  ])('reads %s', (line, expected) => expect(parseSysctls(line).value).toEqual(expected));

  it('tells that it cannot read an error', () => {
    expect(told(parseSysctls('sysctl: permission denied on key\n').diagnostics)).toEqual(['1: sysctl.unreadable']);
  });
});
