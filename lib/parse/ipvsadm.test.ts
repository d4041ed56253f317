// The views of ipvsadm: recorded output of real tools, then one row per construct.
import { describe, expect, it } from 'vitest';
import { parseIpvsadmDaemon } from './ipvsadm-daemon';
import { parseIpvsadmList } from './ipvsadm-list';
import { parseIpvsadmSave } from './ipvsadm-save';
import { parseIpvsadmStatistics } from './ipvsadm-statistics';
import { recorded, told } from './test-recorded';

const masq = (address: string, weight = 1) => ({ address, port: 0, forwarding: 'masq', weight });
const HEADER =
  'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n';
const STATISTICS_HEADER =
  'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n  -> RemoteAddress:Port\n';

describe('parseIpvsadmSave', () => {
  it('reads the recorded services, the negative mark put right and told', () => {
    const { value, diagnostics } = parseIpvsadmSave(recorded('ipvsadm-Sn'));
    expect(value).toEqual([
      { key: 'fwm:3000000000', mark: 3000000000, family: 4, scheduler: 'rr', flags: [], realServers: [] },
      { key: 'udp:192.168.7.240:53', family: 4, scheduler: 'rr', flags: ['ops'], realServers: [] },
      {
        key: 'fwm:1',
        mark: 1,
        family: 4,
        scheduler: 'rr',
        persistenceSeconds: 600,
        flags: [],
        realServers: [masq('192.168.6.2'), masq('192.168.6.3')],
      },
      { key: 'fwm6:1', mark: 1, family: 6, scheduler: 'wlc', flags: [], realServers: [masq('fd06::2')] },
    ]);
    expect(told(diagnostics)).toEqual(['1: ipvsadm-save.negative-mark']);
  });

  it('reads an empty table as no service', () => {
    expect(parseIpvsadmSave('')).toEqual({ value: [], diagnostics: [] });
  });

  it.each([
    ['-A -f 1 -s rr -p 600 -M 255.255.255.0', { persistenceSeconds: 600, persistenceNetmask: '255.255.255.0' }],
    ['-A -f 1 -6 -s rr -p 600 -M 64', { key: 'fwm6:1', persistenceNetmask: '64' }],
    ['-A -t 192.0.2.1:80 -s wlc', { key: 'tcp:192.0.2.1:80', family: 4 }],
    ['-A -t [2001:db8::1]:80 -s wlc', { key: 'tcp:[2001:db8::1]:80', family: 6 }],
    ['-A --sctp-service 192.0.2.1:80 -s wlc', { key: 'sctp:192.0.2.1:80' }],
    ['-A -f 1 -s sh -b sh-fallback,sh-port', { flags: ['sh-fallback', 'sh-port'] }],
    ['-A -f 1 -s rr --pe sip -o', { flags: ['pe sip', 'ops'] }],
  ])('reads %s', (line, expected) => {
    const { value, diagnostics } = parseIpvsadmSave(`${line}\n`);
    expect(value[0]).toMatchObject(expected);
    expect(diagnostics).toEqual([]);
  });

  it.each([
    ['-r 192.0.2.9:0 -g -w 1', { address: '192.0.2.9', forwarding: 'gate', weight: 1 }],
    ['-r 192.0.2.9:0 -i -w 0 --tun-type ipip', { forwarding: 'ipip', weight: 0 }],
    ['-r 192.0.2.9:8080 -m -w 65535 -x 100 -y 50', { port: 8080, forwarding: 'masq', weight: 65535 }],
  ])('reads the real server %s', (words, expected) => {
    const { value, diagnostics } = parseIpvsadmSave(`-A -f 1 -s rr\n-a -f 1 ${words}\n`);
    expect(value[0]?.realServers[0]).toMatchObject(expected);
    expect(diagnostics).toEqual([]);
  });

  it.each([
    '-A -f x -s rr',
    '-A -f 99999999999 -s rr',
    '-A -f 1',
    '-A -f 1 -s rr --new-option 1',
    '-A -t 192.0.2.1 -s rr',
    '-a -f 7 -r 192.0.2.9:0 -m -w 1',
    '-D -f 1',
    "Can't initialize ipvs: Protocol not available",
  ])('tells that it cannot read %s', (line) => {
    expect(told(parseIpvsadmSave(`-A -f 1 -6 -s rr\n\n${line}\n`).diagnostics)).toEqual(['3: ipvsadm-save.unreadable']);
  });
});

describe('parseIpvsadmList', () => {
  it('reads the recorded table with its counts', () => {
    const { value, diagnostics } = parseIpvsadmList(recorded('ipvsadm-Ln'));
    expect(
      value.map(({ key, scheduler, persistenceSeconds, flags }) => [key, scheduler, persistenceSeconds, flags]),
    ).toEqual([
      ['fwm:3000000000', 'rr', undefined, []],
      ['udp:192.168.7.240:53', 'rr', undefined, ['ops']],
      ['fwm:1', 'rr', 600, []],
      ['fwm6:1', 'wlc', undefined, []],
    ]);
    expect(value[2]?.realServers).toEqual([
      { ...masq('192.168.6.2'), activeConnections: 0, inactiveConnections: 0 },
      { ...masq('192.168.6.3'), activeConnections: 0, inactiveConnections: 6 },
    ]);
    expect(value[3]?.realServers).toEqual([{ ...masq('fd06::2'), activeConnections: 0, inactiveConnections: 1 }]);
    expect(told(diagnostics)).toEqual(['4: ipvsadm-list.negative-mark']);
  });

  it('agrees with the save view on everything that both show', () => {
    const listed = parseIpvsadmList(recorded('ipvsadm-Ln')).value;
    const bare = listed.map((service) => ({
      ...service,
      realServers: service.realServers.map(({ address, port, forwarding, weight }) => ({
        address,
        port,
        forwarding,
        weight,
      })),
    }));
    expect(bare).toEqual(parseIpvsadmSave(recorded('ipvsadm-Sn')).value);
  });

  it.each([
    ['Masq', 'masq'],
    ['Local', 'local'],
    ['Tunnel', 'ipip'],
    ['Route', 'gate'],
  ])('reads the forwarding method %s', (word, forwarding) => {
    const { value } = parseIpvsadmList(
      `${HEADER}FWM  1 rr\n  -> 192.168.6.2:80               ${word.padEnd(7)} 1      2          3         \n`,
    );
    expect(value[0]?.realServers[0]).toMatchObject({
      port: 80,
      forwarding,
      activeConnections: 2,
      inactiveConnections: 3,
    });
  });

  it.each([
    ['FWM  1 sh (sh-fallback,sh-port)', { scheduler: 'sh', flags: ['sh-fallback', 'sh-port'] }],
    ['FWM  1 rr persistent 600 mask 255.255.255.0', { persistenceSeconds: 600, persistenceNetmask: '255.255.255.0' }],
    ['FWM  1 IPv6 rr persistent 600 mask 64', { key: 'fwm6:1', persistenceNetmask: '64' }],
    ['UDP  192.0.2.1:5060 rr persistent 60 pe sip ops', { key: 'udp:192.0.2.1:5060', flags: ['pe sip', 'ops'] }],
    ['TCP  [2001:db8::1]:80 wlc', { key: 'tcp:[2001:db8::1]:80', family: 6 }],
  ])('reads %s', (line, expected) => {
    const { value, diagnostics } = parseIpvsadmList(`${HEADER}${line}\n`);
    expect(value[0]).toMatchObject(expected);
    expect(diagnostics).toEqual([]);
  });

  it('reads a table of headers only as empty', () => {
    expect(parseIpvsadmList(HEADER)).toEqual({ value: [], diagnostics: [] });
  });

  it.each(['', "Can't initialize ipvs: Protocol not available\n", 'FWM  1 rr\n'])(
    'does not read %j as an empty table',
    (text) => {
      expect(parseIpvsadmList(text).diagnostics.map(({ code }) => code)).toEqual(['ipvsadm-list.no-header']);
    },
  );

  it.each(['FWM  1 rr something new', 'AH  192.0.2.1:0 rr', '  -> 192.168.6.2:0 Bypass 1 0 0', 'FWM  x rr'])(
    'tells that it cannot read %s',
    (line) =>
      expect(told(parseIpvsadmList(`${HEADER}FWM  9 rr\n${line}\n`).diagnostics)).toEqual([
        '5: ipvsadm-list.unreadable',
      ]),
  );
});

describe('parseIpvsadmStatistics', () => {
  it('reads the recorded totals', () => {
    const { value, diagnostics } = parseIpvsadmStatistics(recorded('ipvsadm-Ln-stats-exact'));
    expect(value).toHaveLength(7);
    expect(value[4]).toEqual({
      key: 'fwm:1',
      realServer: '192.168.6.3:0',
      connections: 6,
      inPackets: 24,
      outPackets: 24,
      inBytes: 1296,
      outBytes: 1341,
    });
    expect(value[6]).toMatchObject({ key: 'fwm6:1', realServer: '[fd06::2]:0', outBytes: 303 });
    expect(told(diagnostics)).toEqual(['4: ipvsadm-statistics.negative-mark']);
  });

  it('reads the recorded rates', () => {
    expect(parseIpvsadmStatistics(recorded('ipvsadm-Ln-rate-exact')).value[2]).toMatchObject({
      key: 'fwm:1',
      connections: 1,
      inPackets: 3,
      inBytes: 142,
      outBytes: 147,
    });
  });

  it('reads counters that fill their columns', () => {
    const line =
      'FWM  1                            12345678901 90213000000 88123000000 9812000000001 123000000000002\n';
    expect(parseIpvsadmStatistics(STATISTICS_HEADER + line).value[0]).toMatchObject({
      connections: 12345678901,
      outBytes: 123000000000002,
    });
  });

  it('reads rounded numbers and tells that they are', () => {
    const line = 'FWM  1                                1204    90213    88123    9812K     123M\n';
    const { value, diagnostics } = parseIpvsadmStatistics(STATISTICS_HEADER + line);
    expect(value[0]).toMatchObject({ inBytes: 9_812_000, outBytes: 123_000_000 });
    expect(told(diagnostics)).toEqual(['4: ipvsadm-statistics.rounded']);
  });

  it.each(['  -> 192.168.6.2:0   1 2 3 4 5', 'FWM  1 1 2 3', 'nonsense'])(
    'tells that it cannot read %s first',
    (line) => {
      expect(told(parseIpvsadmStatistics(`${STATISTICS_HEADER}${line}\n`).diagnostics)).toEqual([
        '4: ipvsadm-statistics.unreadable',
      ]);
    },
  );
});

describe('parseIpvsadmDaemon', () => {
  it('reads both recorded daemons', () => {
    expect(parseIpvsadmDaemon(recorded('ipvsadm-Ln-daemon'))).toEqual({
      value: [
        { role: 'master', interface: 'eth1', syncId: 10 },
        { role: 'backup', interface: 'eth1', syncId: 10 },
      ],
      diagnostics: [],
    });
  });

  it.each([
    ['', []],
    ['backup sync daemon (mcast=eth1, syncid=255)\n', [{ role: 'backup', interface: 'eth1', syncId: 255 }]],
  ])('reads %j', (text, daemons) => {
    expect(parseIpvsadmDaemon(text)).toEqual({ value: daemons, diagnostics: [] });
  });

  it('tells that it cannot read another line', () => {
    expect(told(parseIpvsadmDaemon('sync daemon (mcast=eth1)\n').diagnostics)).toEqual([
      '1: ipvsadm-daemon.unreadable',
    ]);
  });
});
