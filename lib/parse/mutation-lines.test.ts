// Damaged lines of every tool that says one thing a line: refused with their number, or read as exactly what they say.
//
// The printers here are the tests' own and print every fact: an accepted line that does not come back word for word was misread.
import { describe, expect, it } from 'vitest';
import type { Connection } from '../core/views/connections';
import { randomFrom } from '../testing/bench/random-marks';
import { parseIpSetSave } from './ip-set-save';
import { parseIpVsConn } from './ip-vs-conn';
import { parseIptablesSave } from './iptables-save';
import { parseIpvsadmDaemon, type SyncDaemon } from './ipvsadm-daemon';
import { parseIpvsadmList } from './ipvsadm-list';
import { parseIpvsadmSave } from './ipvsadm-save';
import { parseIpvsadmStatistics } from './ipvsadm-statistics';
import { parseManagedFiles } from './managed-files';
import type { Parsed } from './parsed';
import { parseSysctls } from './sysctl';
import { connectionRows, ROW_KINDS } from './test-connection-rows';
import { mutated, oddNumbers, timed } from './test-mutations';
import { printConnections, printList, printSave, printStatistics, sameSave, tidy, words } from './test-printers';
import { recorded } from './test-recorded';
import { tallyConnections } from './tally-connections';

type Case = {
  lines: number;
  /** What the tool prints before; never damaged here. */
  head?: readonly string[];
  /** Lines of the head that are no fact. */
  unsaid?: number;
  /** A line that would say something of those after it, not of itself. */
  leaves?: RegExp;
  foot?: readonly string[];
  goldens: readonly string[];
  parse: (text: string) => Parsed<unknown>;
  /** Every line that the value stands for, in words parted by one blank. */
  print: (value: never) => string[];
  /** The same words for another spelling that means the same to the tool itself; each is explained where it is. */
  same?: (line: string) => string;
  isOrdered?: boolean;
  /** Of lines with the same of this the last holds, as for the kernel. */
  lastOf?: (line: string) => string;
};

const BATCH = 60;
const linesOf = (name: string) =>
  recorded(name)
    .split('\n')
    .filter((line) => line !== '');
const HEAD = linesOf('ipvsadm-Ln').slice(0, 3);
const STATISTICS_HEAD = linesOf('ipvsadm-Ln-stats-exact').slice(0, 3);
const CASES: Record<string, Case> = {
  'ipvsadm -Ln': {
    lines: 130_000,
    unsaid: 3,
    head: [...HEAD, 'FWM  77 rr'],
    goldens: [
      ...linesOf('ipvsadm-Ln').slice(3),
      'FWM  3 sh (sh-fallback,sh-port)',
      'FWM  4 IPv6 rr persistent 600 mask 64 pe sip ops',
      'TCP  192.0.2.1:80 wlc persistent 360 mask 255.255.255.0',
      '  -> 192.0.2.9:8080               Route   1      12         7         ',
    ],
    parse: parseIpvsadmList,
    print: printList,
  },
  'ipvsadm -Ln --stats and --rate': {
    lines: 130_000,
    unsaid: 3,
    head: [...STATISTICS_HEAD, 'FWM  77   1 2 3 4 5'],
    goldens: [...linesOf('ipvsadm-Ln-stats-exact').slice(3), ...linesOf('ipvsadm-Ln-rate-exact').slice(3)],
    parse: parseIpvsadmStatistics,
    print: printStatistics,
    same: (line) =>
      line.replace(/\b\d+[KMGT](?= |$)/g, (text) =>
        String(Number(text.slice(0, -1)) * { K: 1e3, M: 1e6, G: 1e9, T: 1e12 }[text.slice(-1)]!),
      ), // told as rounded
  },
  'ipvsadm -Sn': {
    lines: 130_000,
    goldens: [
      ...linesOf('ipvsadm-Sn'),
      '-A -f 9 -s sh -b sh-port,sh-fallback -p 60 -M 255.255.255.0',
      '-a -f 1 -r 192.0.2.9:80 -g -w 5 -x 100 -y 50',
    ],
    parse: parseIpvsadmSave,
    print: printSave,
    same: sameSave,
    isOrdered: false,
  },
  'ipvsadm -Ln --daemon': {
    lines: 40_000,
    goldens: linesOf('ipvsadm-Ln-daemon'),
    parse: parseIpvsadmDaemon,
    print: (daemons: readonly SyncDaemon[]) =>
      daemons.map(({ role, interface: device, syncId }) => `${role} sync daemon (mcast=${device}, syncid=${syncId}`),
    same: (line) => line.replace(/(, [a-z]+=[^,)]*)*\)$/, (rest) => /^(, syncid=\d+)?/.exec(rest)?.[0] ?? ''), // what comes after the id is not asked for
  },
  'iptables-save -c': {
    lines: 100_000,
    head: ['*mangle'],
    leaves: /^\s*(\*\S+|COMMIT)\s*$/,
    foot: ['COMMIT'],
    goldens: linesOf('iptables-legacy-save-c').filter((line) => /^[:[]/.test(line)),
    parse: parseIptablesSave,
    print: ([table]: ReturnType<typeof parseIptablesSave>['value']) => [
      '*mangle',
      ...(table?.chains ?? []).map(
        ({ name, policy = '-', packets, bytes }) => `:${name} ${policy} [${packets}:${bytes}]`,
      ),
      ...(table?.rules ?? []).map(({ text, packets, bytes }) =>
        words(packets === undefined ? text : `[${packets}:${bytes}] ${text}`),
      ),
      'COMMIT',
    ],
    same: (line) => (/^:\S+ \S+$/.test(line) ? `${line} [0:0]` : line), // a save without -c
    isOrdered: false,
  },
  'ipset save': {
    lines: 60_000,
    head: ['create s hash:net family inet maxelem 65536 skbinfo'],
    goldens: [
      'add s 10.0.0.0/30 skbmark 0x1',
      'add s 10.0.0.4 skbmark 0x2/0xffffffff',
      'create t hash:net family inet hashsize 1024 maxelem 65536 skbinfo',
    ],
    parse: parseIpSetSave,
    print: (sets: ReturnType<typeof parseIpSetSave>['value']) =>
      sets.flatMap(({ name, type, options, entries }) => [
        words(`create ${name} ${type} ${options}`),
        ...entries.map((entry) => words(`add ${name} ${entry}`)),
      ]),
    same: (line) =>
      line.replace('/0xffffffff', '').replace(/ (?:(?:hashsize|bucketsize) \d+|initval 0x[0-9a-f]+)(?= |$)/g, ''), // what the kernel chooses
    isOrdered: false,
  },
  sysctl: {
    lines: 60_000,
    goldens: linesOf('sysctl-vs'),
    parse: parseSysctls,
    print: (settings: Record<string, string>) =>
      Object.entries(settings).map(([key, value]) => words(`${key} = ${value}`)),
    same: (line) => line.replace(/\s*=\s*/, ' = ').trim(), // `a=1` and `a = 1`
    isOrdered: false,
    lastOf: (line) => line.replace(/ =.*/, ''),
  },
  'managed files': {
    lines: 40_000,
    goldens: ['changed /etc/ha.d/ldirectord.cf', 'replaced /etc/ha.d/ha.cf', 'changed intent/rules.v4'],
    parse: parseManagedFiles,
    print: (files: ReturnType<typeof parseManagedFiles>['value']) =>
      files.map(({ kind, path }) => words(`${kind} ${path}`)),
  },
  ip_vs_conn: {
    lines: 200_000,
    goldens: [...linesOf('proc-net-ip_vs_conn'), ...connectionRows(1, 200, false, ROW_KINDS)],
    parse: parseConnections,
    print: printConnections,
    same: sameConnection,
  },
  ip_vs_conn_sync: {
    lines: 60_000,
    goldens: [...linesOf('proc-net-ip_vs_conn_sync'), ...connectionRows(2, 200, true, ROW_KINDS)],
    parse: parseConnections,
    print: printConnections,
    same: sameConnection,
  },
};

/** The row parser, and the tally that must say the same of the same text. */
function parseConnections(text: string): Parsed<Connection[]> {
  const read = parseIpVsConn(text);
  const stream = tallyConnections();
  stream.push(new TextEncoder().encode(text));
  const tally = stream.end();
  const isShort = text.split('\n').every((line) => line.length < 2000); // the tally refuses what is longer
  if (isShort) expect([tally.rows, tally.unreadable]).toEqual([read.value.length, read.diagnostics.length]);
  return read;
}

/** A timer that has run out is no time; what a persistence engine adds is not kept. */
function sameConnection(line: string): string {
  const row = line.replace(/^((?:\S+ ){7}\S+ \d+) [a-z]\w* \S.*$/, '$1');
  return row.replace(/\d{10,}$/, (expires) => (Number(expires) < 2 ** 31 ? expires : '0'));
}

describe.each(Object.entries(CASES))('a damaged line of %s', (_name, given) => {
  it(`is refused with its number or read as what it says (${given.lines} lines)`, { timeout: 120_000 }, () => {
    const random = randomFrom(given.lines);
    const {
      leaves,
      unsaid = 0,
      head = [],
      foot = [],
      goldens,
      parse,
      print,
      same = (line: string) => line,
      isOrdered = true,
      lastOf,
    } = given;
    const inOrder = (lines: string[]) => (isOrdered ? lines : lines.toSorted()).map(words);
    let accepted = 0;
    for (let done = 0; done < given.lines; done += BATCH) {
      const body = Array.from({ length: BATCH }, () => mutated(random.pick(goldens), random)).map((line) =>
        leaves?.test(line) ? '' : line,
      );
      const lines = [...head, ...body, ...foot];
      const { value, diagnostics } = timed(parse, `${lines.join('\n')}\n`);
      const refused = new Set(diagnostics.flatMap(({ severity, line }) => (severity === 'error' ? [line ?? 0] : [])));
      expect([...refused].every((number) => number > head.length && number <= lines.length)).toBe(true);
      const kept = lines
        .filter((line, at) => at >= unsaid && !refused.has(at + 1) && isSaid(line))
        .map((line) => same(tidy(line)))
        .filter((line, at, all) => !lastOf || all.findLastIndex((other) => lastOf(other) === lastOf(line)) === at);
      accepted += kept.length;
      const printed = print(value as never).map(tidy);
      if (inOrder(printed).join('\n') !== inOrder(kept).join('\n')) expect(inOrder(printed)).toEqual(inOrder(kept));
      expect(oddNumbers(value)).toEqual([]);
    }
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(given.lines);
  });
});

/** Blank lines, comments and the header say nothing. */
function isSaid(line: string): boolean {
  return line.trim() !== '' && !line.trim().startsWith('#') && !/^Pro FromIP /.test(line);
}
