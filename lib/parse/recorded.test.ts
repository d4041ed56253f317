// Every recorded output of a director's tools, held against every reader: its own reads it whole, no other one takes it for its own.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseGuardFrames } from './guard-frames';
import { parseGuardStatus } from './guard-status';
import { parseIpAddresses, parseIpRoutes, parseIpRules } from './ip-json';
import { parseIpSetSave } from './ip-set-save';
import { parseIpVsConn } from './ip-vs-conn';
import { parseIptablesSave } from './iptables-save';
import { parseIpvsadmDaemon } from './ipvsadm-daemon';
import { parseIpvsadmList } from './ipvsadm-list';
import { parseIpvsadmSave } from './ipvsadm-save';
import { parseIpvsadmStatistics } from './ipvsadm-statistics';
import { parseManagedFiles } from './managed-files';
import { parseNftablesJson } from './nftables-json';
import { parseNftablesText } from './nftables-text';
import type { Parsed } from './parsed';
import { parseSysctls } from './sysctl';
import { recorded } from './test-recorded';

/** The files of each reader. */
const READERS: Record<string, { parse: (text: string) => Parsed<unknown>; own: readonly string[] }> = {
  'ipvsadm -Ln': { parse: parseIpvsadmList, own: ['ipvsadm-Ln'] },
  'ipvsadm --stats': { parse: parseIpvsadmStatistics, own: ['ipvsadm-Ln-stats-exact', 'ipvsadm-Ln-rate-exact'] },
  'ipvsadm -Sn': { parse: parseIpvsadmSave, own: ['ipvsadm-Sn'] },
  'ipvsadm --daemon': { parse: parseIpvsadmDaemon, own: ['ipvsadm-Ln-daemon'] },
  ip_vs_conn: { parse: parseIpVsConn, own: ['proc-net-ip_vs_conn', 'proc-net-ip_vs_conn_sync'] },
  'iptables-save': { parse: parseIptablesSave, own: ['iptables-legacy-save-c'] },
  'ipset save': { parse: parseIpSetSave, own: [] },
  'nft -j': { parse: parseNftablesJson, own: [] },
  nft: { parse: parseNftablesText, own: [] },
  sysctl: { parse: parseSysctls, own: ['sysctl-vs'] },
  'ip addr': { parse: parseIpAddresses, own: ['ip-j-addr'] },
  'ip rule': { parse: (text) => parseIpRules(text), own: ['ip-j-rule'] },
  'ip route': { parse: parseIpRoutes, own: ['ip-j-route-table-all', 'ip-route-get-marked'] },
  'managed files': { parse: parseManagedFiles, own: [] },
  'guard frames': { parse: parseGuardFrames, own: [] },
  'guard status': { parse: parseGuardStatus, own: [] },
};
const FILES = fs
  .readdirSync(path.join(import.meta.dirname, 'testdata/kernel-6.1-ipvsadm-1.31'))
  .map((name) => name.replace(/\.out$/, ''));
const errorsOf = (parse: (text: string) => Parsed<unknown>, name: string) =>
  parse(recorded(name)).diagnostics.filter(({ severity }) => severity === 'error');

describe.each(Object.entries(READERS))('the reader of %s', (_name, { parse, own }) => {
  it('reads its own recorded output without an error', () => {
    for (const name of own) expect([name, errorsOf(parse, name)]).toEqual([name, []]);
  });

  it.each(FILES.filter((name) => !own.includes(name)))('does not take %s for its own', (name) => {
    expect(errorsOf(parse, name).length).toBeGreaterThan(0);
  });
});

it('knows every recorded file that a reader is named for', () => {
  expect(Object.values(READERS).flatMap(({ own }) => own.filter((name) => !FILES.includes(name)))).toEqual([]);
});
