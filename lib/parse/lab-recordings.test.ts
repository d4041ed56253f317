// What lab directors of every stack, forwarding method and family printed under traffic (testdata/lab, made by
// lib/worker/stacks.lab.test.ts with LVS_RECORD): every line is read, and read as the goldens beside it say.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IpvsService } from '../core/kernel-state';
import { parseGuardFrames, type GuardFrame } from './guard-frames';
import { parseGuardStatus } from './guard-status';
import { parseHostClock } from './host-clock';
import { parseIpAddresses, parseIpRoutes, parseIpRules } from './ip-json';
import { parseIpSetMaps } from './ip-set-save';
import { parseIptablesSave } from './iptables-save';
import { parseIpVsConn } from './ip-vs-conn';
import { parseIpvsadmDaemon } from './ipvsadm-daemon';
import { parseIpvsadmList } from './ipvsadm-list';
import { parseIpvsadmSave } from './ipvsadm-save';
import { parseIpvsadmStatistics } from './ipvsadm-statistics';
import { parseManagedFiles } from './managed-files';
import { parseNftablesJson } from './nftables-json';
import type { Parsed } from './parsed';
import { parseSysctls } from './sysctl';

const FOLDER = path.join(import.meta.dirname, 'testdata/lab');
const READERS: Record<string, (text: string) => Parsed<unknown>> = {
  status: parseGuardStatus,
  addresses: parseIpAddresses,
  'policy-rules': (text) => parseIpRules(text),
  'policy-rules6': (text) => parseIpRules(text, 6),
  routes: parseIpRoutes,
  routes6: parseIpRoutes,
  ipvs: parseIpvsadmSave,
  'ipvs-list': parseIpvsadmList,
  'ipvs-stats': parseIpvsadmStatistics,
  'ipvs-rate': parseIpvsadmStatistics,
  'ipvs-daemon': parseIpvsadmDaemon,
  firewall: parseIptablesSave,
  firewall6: parseIptablesSave,
  sets: parseIpSetMaps,
  nftables: parseNftablesJson,
  sysctls: parseSysctls,
  files: parseManagedFiles,
  clock: parseHostClock,
  connections: parseIpVsConn,
};

const recordings = fs
  .readdirSync(FOLDER)
  .flatMap((name) => fs.readdirSync(path.join(FOLDER, name)).map((file) => [name, file] as const))
  .filter(([, file]) => file.endsWith('.frames'))
  .map(([name, file]) => [name, path.parse(file).name] as const);

function framesOf(name: string, role: string): Map<string, GuardFrame> {
  const { value, diagnostics } = parseGuardFrames(fs.readFileSync(path.join(FOLDER, name, `${role}.frames`), 'utf8'));
  expect(diagnostics).toEqual([]);
  return value;
}
/** What a director could not do has no text: nft that is not there, a table that no module has made. */
const textOf = (frames: Map<string, GuardFrame>, section: string) =>
  frames.get(section)?.status === 0 ? frames.get(section)?.text : undefined;

describe.each(recordings)('the recording of %s, %s', (name, role) => {
  const frames = framesOf(name, role);
  const [stack, forwarding, ...families] = name.split('-') as [string, string, ...string[]];

  it('is read without a line left over, as its golden says', async () => {
    const found: Record<string, unknown> = {};
    for (const [section, parse] of Object.entries(READERS)) {
      const text = textOf(frames, section);
      if (text === undefined) continue;
      const { value, diagnostics } = parse(text);
      expect(diagnostics, section).toEqual([]);
      found[section] = value;
    }
    await expect(`${JSON.stringify(found, undefined, 1)}\n`).toMatchFileSnapshot(
      path.join(FOLDER, name, `${role}.json`),
    );
  });

  it('says what was deployed', () => {
    const services: IpvsService[] = parseIpvsadmSave(textOf(frames, 'ipvs') ?? '').value;
    // Under heartbeat and a lone ldirectord only the active director has services; keepalived keeps them on both.
    const isServed = role === 'active' || stack === 'keepalived';
    const realServers = services.flatMap((service) => service.realServers);
    expect(realServers.length > 0).toBe(isServed);
    expect(new Set(realServers.map((each) => each.forwarding))).toEqual(new Set(isServed ? [forwarding] : []));
    expect(new Set(services.map(({ family }) => String(family)))).toEqual(new Set(isServed ? families : []));
    const rows = parseIpVsConn(textOf(frames, 'connections') ?? '').value;
    expect(rows.length > 0).toBe(role === 'active' || stack !== 'single');
    expect(rows.every(({ client }) => !client.startsWith('0.'))).toBe(true);
  });
});

it('the recordings cover every stack, every forwarding method and both families', () => {
  const words = new Set(recordings.flatMap(([name]) => name.split('-')));
  expect([...words].sort()).toEqual(['4', '6', 'gate', 'heartbeat', 'ipip', 'keepalived', 'masq', 'single']);
});
