// What Prometheus reads: names, labels and values of a pair, bounded, and silent about what is not known.
import { describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import type { LiveHost, LivePair } from '@/lib/core/views/live';
import { emitPair, MOST_REAL_SERVERS } from './pair-metrics';
import { printMetrics } from './print-metrics';

const NOW = Date.parse('2026-11-23T12:00:00Z');

function hostOf(change: Partial<LiveHost> = {}): LiveHost {
  const counter = { connections: 15, inPackets: 90, outPackets: 80, inBytes: 9000, outBytes: 80000 };
  const realServer = { address: '192.168.6.2', port: 0, forwarding: 'masq', weight: 1 } as const;
  return {
    ...{ director: 'director1', readAt: new Date(NOW - 1_500).toISOString(), role: 'active', heldVirtualAddresses: [] },
    services: [
      {
        ...{ key: 'fwm:1', mark: 1, family: 4, scheduler: 'rr', flags: [] },
        realServers: [{ ...realServer, activeConnections: 3, inactiveConnections: 12 }],
      },
    ],
    statistics: [
      { key: 'fwm:1', ...counter },
      { key: 'fwm:1', realServer: '192.168.6.2:0', ...counter },
    ],
    ...{ rates: [], rules: [], syncDaemon: [], daemons: {}, pollMs: 40 },
    terminal: { ipvsadm: '', mangle: '', nat: '', daemon: '' },
    release: { live: '1-a', confirmed: '1-a', transaction: '' },
    drift: { state: 'none', items: [], more: 0 },
    ...change,
  };
}

function linesOf(host: LiveHost): string[] {
  const pair: LivePair = { topologyId: 't', hosts: [host], state: 'one-active', inSync: 'unknown', inSyncReason: '' };
  const lines: string[] = [];
  emitPair({ name: 'edge', pair, document: seedDocument() }, NOW, (name, labels, value) => {
    const [, , line = ''] = printMetrics([{ name, help: '', type: 'gauge', samples: [{ labels, value }] }]).split('\n');
    lines.push(line);
  });
  return lines;
}

describe('metrics of a pair', () => {
  it('name pair, director, mark, group, pool and real server', () => {
    const service = 'pair="edge",director="director1",service="fwm:1",mark="1",group="everything",pool="real"';
    const document = seedDocument();
    const named = service
      .replace('"everything"', `"${document.groups[0]?.name}"`)
      .replace('"real"', `"${document.groups[0]?.pool}"`);
    expect(linesOf(hostOf())).toEqual([
      'lvs_pair_state{pair="edge",state="one-active"} 1',
      'lvs_pair_state{pair="edge",state="none-active"} 0',
      'lvs_pair_state{pair="edge",state="both-active"} 0',
      'lvs_pair_state{pair="edge",state="unknown"} 0',
      'lvs_director_up{pair="edge",director="director1"} 1',
      'lvs_director_read_age_seconds{pair="edge",director="director1"} 1.5',
      'lvs_director_active{pair="edge",director="director1"} 1',
      'lvs_director_poll_seconds{pair="edge",director="director1"} 0.04',
      'lvs_director_drift_objects{pair="edge",director="director1"} 0',
      'lvs_sync_daemon{pair="edge",director="director1",role="master"} 0',
      'lvs_sync_daemon{pair="edge",director="director1",role="backup"} 0',
      `lvs_service_active_connections{${named}} 3`,
      `lvs_service_inactive_connections{${named}} 12`,
      `lvs_service_connections_total{${named}} 15`,
      `lvs_service_packets_total{${named},direction="in"} 90`,
      `lvs_service_packets_total{${named},direction="out"} 80`,
      `lvs_service_bytes_total{${named},direction="in"} 9000`,
      `lvs_service_bytes_total{${named},direction="out"} 80000`,
      `lvs_real_server_weight{${named},real_server="192.168.6.2:0"} 1`,
      `lvs_real_server_active_connections{${named},real_server="192.168.6.2:0"} 3`,
      `lvs_real_server_inactive_connections{${named},real_server="192.168.6.2:0"} 12`,
      `lvs_real_server_connections_total{${named},real_server="192.168.6.2:0"} 15`,
      `lvs_real_server_packets_total{${named},real_server="192.168.6.2:0",direction="in"} 90`,
      `lvs_real_server_packets_total{${named},real_server="192.168.6.2:0",direction="out"} 80`,
      `lvs_real_server_bytes_total{${named},real_server="192.168.6.2:0",direction="in"} 9000`,
      `lvs_real_server_bytes_total{${named},real_server="192.168.6.2:0",direction="out"} 80000`,
      'lvs_rows_left_out{pair="edge",director="director1"} 0',
    ]);
  });

  it.each([
    ['that was not read for long', { readAt: new Date(NOW - 60_000).toISOString() }],
    ['whose last reading failed', { problem: { code: 'unreachable', message: '', since: '' } }],
  ])('tell no role and no number of a director %s', (_what, change) => {
    expect(linesOf(hostOf(change)).filter((line) => !line.startsWith('lvs_pair_state'))).toEqual([
      'lvs_director_up{pair="edge",director="director1"} 0',
      expect.stringMatching(/^lvs_director_read_age_seconds\{.*\} (60|1\.5)$/),
    ]);
  });

  it('tell no drift while nothing could be compared', () => {
    const lines = linesOf(hostOf({ drift: { state: 'unknown', items: [], more: 0 } }));
    expect(lines.some((line) => line.startsWith('lvs_director_drift_objects'))).toBe(false);
  });

  it('are bounded whatever the size of the table, and say what is left out', () => {
    const many = Array.from({ length: MOST_REAL_SERVERS + 7 }, (_, at) => ({
      ...{ address: `10.0.${at >> 8}.${at & 255}`, port: 0, forwarding: 'masq' as const, weight: 1 },
    }));
    const [service] = hostOf().services;
    const lines = linesOf(hostOf({ services: [{ ...service!, realServers: many }] }));
    expect(lines.filter((line) => line.startsWith('lvs_real_server_weight'))).toHaveLength(MOST_REAL_SERVERS);
    expect(lines.at(-1)).toBe('lvs_rows_left_out{pair="edge",director="director1"} 7');
  });

  it('add the rules of one group up, and leave foreign rules out', () => {
    const rule = { table: 'mangle', chain: 'LVS-CONSOLE', rule: '', own: true, mark: 1, group: 'web' };
    const rules = [
      { ...rule, packets: 5, bytes: 50 },
      { ...rule, packets: 7, bytes: 70 },
      { ...rule, own: false, packets: 100, bytes: 100 },
    ];
    expect(linesOf(hostOf({ rules })).slice(-2)).toEqual([
      'lvs_mark_rule_packets_total{pair="edge",director="director1",group="web",mark="1"} 12',
      'lvs_mark_rule_bytes_total{pair="edge",director="director1",group="web",mark="1"} 120',
    ]);
  });
});

describe('the text format', () => {
  it('has one head per metric, escapes labels and help, and leaves a metric without samples out', () => {
    const head = { help: 'a \\ and\nb', type: 'counter' as const };
    const samples = [
      { labels: { pair: 'a"b\\c\nd' }, value: 0.5 },
      { labels: {}, value: 12e20 },
    ];
    expect(
      printMetrics([
        { name: 'x_total', ...head, samples },
        { name: 'y_total', ...head, samples: [] },
      ]),
    ).toBe(
      '# HELP x_total a \\\\ and\\nb\n# TYPE x_total counter\nx_total{pair="a\\"b\\\\c\\nd"} 0.5\nx_total 1.2e+21\n',
    );
  });
});
