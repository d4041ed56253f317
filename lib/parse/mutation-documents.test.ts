// Damaged documents, of which one line alone says little: no reader throws, takes long, or makes a number of what is none.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../testing/bench/random-marks';
import { parseGuardFrames } from './guard-frames';
import { parseGuardStatus } from './guard-status';
import { parseHostClock } from './host-clock';
import { parseAuthKeys, parseHaCf, parseHaResources } from './heartbeat-config';
import { parseIpAddresses, parseIpRoutes, parseIpRules } from './ip-json';
import { parseIpSetMaps, parseIpSetSave, parseIpSetMap } from './ip-set-save';
import { parseKeepalivedConfig } from './keepalived-config';
import { parseLdirectordConfig } from './ldirectord-config';
import { parseNftablesJson } from './nftables-json';
import { parseNftablesText } from './nftables-text';
import type { Parsed } from './parsed';
import { parseMarkChain } from './rules-v4';
import { mutated, oddNumbers, timed } from './test-mutations';
import { recorded } from './test-recorded';

type Case = { lines: number; goldens: readonly string[]; parse: (text: string) => Parsed<unknown> };

const FOLDER = path.join(import.meta.dirname, '../render/testdata');
/** What the console generates for a director, of every kind that there is. */
function generated(name: string, most = 12): string[] {
  const files = fs
    .readdirSync(FOLDER)
    .flatMap((each) =>
      ['director1', 'director2'].map((director) => path.join(FOLDER, each, 'expected', director, name)),
    );
  const texts = new Set(files.filter((file) => fs.existsSync(file)).map((file) => fs.readFileSync(file, 'utf8')));
  return [...texts].filter((text) => text.length < 20_000).slice(0, most);
}

const STATUS =
  'version=1\nstate=armed\nstep=armed\ntx=12-0a1b2c3d\ngeneration=7\nseconds_left=118\nlive=11-00000000\nconfirmed=11-00000000\nboot_id=b\n';
const CLOCK = 'epoch=1795464000\nuptime=93784\nboot_id=b\nkernel=6.1.0-41-amd64\nheartbeat=all\n';
const FRAMES = `@@ begin ipvs\n${recorded('ipvsadm-Sn')}@@ end ipvs 0\n@@ begin routes\n@@ end routes 1\n@@ begin clock\nepoch=1\n@@ end clock 0\n`;
const NFT_OBJECTS = [
  { metainfo: { version: '1.0.6', json_schema_version: 1 } },
  { table: { family: 'inet', name: 'lvs-console', handle: 1 } },
  {
    map: {
      family: 'inet',
      name: 'v4',
      table: 'lvs-console',
      type: 'ipv4_addr',
      handle: 2,
      map: 'mark',
      flags: ['interval'],
      elem: [
        [{ prefix: { addr: '10.0.0.0', len: 30 } }, 1],
        ['10.0.0.4', 42],
        [{ range: ['10.0.0.9', '10.0.0.12'] }, 7],
      ],
    },
  },
  {
    chain: {
      family: 'inet',
      table: 'lvs-console',
      name: 'prerouting',
      handle: 3,
      type: 'filter',
      hook: 'prerouting',
      prio: -150,
      policy: 'accept',
    },
  },
  {
    rule: {
      family: 'inet',
      table: 'lvs-console',
      chain: 'prerouting',
      handle: 4,
      comment: 'lvs:web',
      expr: [
        { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'eth0' } },
        {
          match: {
            op: '==',
            left: { payload: { protocol: 'tcp', field: 'dport' } },
            right: { set: [80, { range: [443, 450] }] },
          },
        },
        { mangle: { key: { meta: { key: 'mark' } }, value: 2 } },
      ],
    },
  },
];
const NFT_JSON = `{"nftables": [\n${NFT_OBJECTS.map((object) => JSON.stringify(object)).join(',\n')}\n]}`;

/** JSON as the tool would write it, an object a line, so that a line is damaged and not the whole. */
const spread = (text: string) => text.replaceAll('},{', '},\n{');
const joined = (parse: Case['parse']) => (text: string) => parse(text.replaceAll('\n', ''));

const CASES: Record<string, Case> = {
  'guard frames': { lines: 30_000, goldens: [FRAMES], parse: parseGuardFrames },
  'host clock': { lines: 20_000, goldens: [CLOCK], parse: parseHostClock },
  'guard status': { lines: 30_000, goldens: [STATUS], parse: parseGuardStatus },
  'ip -j addr': { lines: 6_000, goldens: [spread(recorded('ip-j-addr'))], parse: joined(parseIpAddresses) },
  'ip -j rule': { lines: 6_000, goldens: [spread(recorded('ip-j-rule'))], parse: joined(parseIpRules) },
  'ip -j route': { lines: 12_000, goldens: [spread(recorded('ip-j-route-table-all'))], parse: joined(parseIpRoutes) },
  'nft -j list': { lines: 6_000, goldens: [NFT_JSON], parse: joined(parseNftablesJson) },
  'nft of our own': { lines: 15_000, goldens: generated('intent/rules.nft'), parse: parseNftablesText },
  'mark rules': { lines: 20_000, goldens: generated('intent/rules.v4'), parse: parseMarkChain },
  'ipset of our own': { lines: 20_000, goldens: generated('intent/sets'), parse: parseSets },
  'ha.cf': { lines: 15_000, goldens: generated('etc/ha.d/ha.cf'), parse: parseHaCf },
  haresources: { lines: 10_000, goldens: generated('etc/ha.d/haresources'), parse: parseHaResources },
  authkeys: { lines: 10_000, goldens: ['auth 1\n1 sha1 an-old-key\n'], parse: parseAuthKeys },
  'ldirectord.cf': { lines: 20_000, goldens: generated('etc/ha.d/ldirectord.cf'), parse: parseLdirectordConfig },
  'keepalived.conf': {
    lines: 20_000,
    goldens: generated('etc/keepalived/keepalived.conf'),
    parse: parseKeepalivedConfig,
  },
};

/** Both ways to read a map must say the same. */
function parseSets(text: string): Parsed<unknown> {
  const quick = parseIpSetMaps(text);
  const sets = parseIpSetSave(text);
  return {
    value: [quick.value, sets.value.map(parseIpSetMap)],
    diagnostics: [...quick.diagnostics, ...sets.diagnostics],
  };
}

describe.each(Object.entries(CASES))('a damaged text of %s', (_name, { lines, goldens, parse }) => {
  it('is read whole without its damage', () => {
    expect(goldens.length).toBeGreaterThan(0);
    for (const golden of goldens) {
      const { value, diagnostics } = parse(golden);
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(oddNumbers(value)).toEqual([]);
    }
  });

  it(`is read or refused in time, with its numbers as they are (${lines} lines)`, { timeout: 120_000 }, () => {
    const random = randomFrom(lines);
    let refused = 0;
    for (let done = 0; done < lines;) {
      const share = random.pick([0.02, 0.1, 0.5]);
      const text = random
        .pick(goldens)
        .split('\n')
        .map((line) => {
          if (!random.chance(share)) return line;
          done += 1;
          return mutated(line, random);
        });
      const { value, diagnostics } = timed(parse, text.join('\n'));
      const odd = oddNumbers(value);
      if (odd.length > 0) expect({ odd, text: text.join('\n').slice(0, 3000) }).toEqual({ odd: [], text: '' });
      expect(diagnostics.every(({ line = 0 }) => line <= text.length)).toBe(true);
      refused += diagnostics.length > 0 ? 1 : 0;
    }
    expect(refused).toBeGreaterThan(0);
  });
});
