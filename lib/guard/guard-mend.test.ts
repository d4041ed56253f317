// What the guard puts right in an IPVS table that hands changed, from its own awk program and with each awk that a director may have.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadGuardProgram } from './guard-program';

const programOf = (name: string) => new RegExp(`^${name}='\\n([^']*)'$`, 'm').exec(loadGuardProgram().text)?.[1] ?? '';
const folder = mkdtempSync(path.join(tmpdir(), 'guard-mend-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RELEASE = `-A -f 1 -s rr
-a -f 1 -r 192.168.6.2:0 -m -w 1
-a -f 1 -r 192.168.6.3:0 -m -w 2
-A -f 1 -6 -s wlc -p 300
-a -f 1 -6 -r [2001:db8:6::2]:0 -g -w 1
`;

/** `ipvsadm -Ln --thresholds`, then `ipvsadm -Sn`, of ipvsadm 1.31; the last real server was added in between. */
const LISTED = `IP Virtual Server version 1.2.1 (size=256)
Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn 
  -> RemoteAddress:Port
TCP  192.168.7.240:80 rr
  -> 192.168.6.2:80               9          3          0          0         
SCTP 192.168.7.240:80 rr
  -> 192.168.6.2:80               8          2          0          0         
UDP  192.168.7.240:53 rr ops
TCP  [2001:db8:7::240]:80 rr
  -> [2001:db8:6::2]:80           7          1          0          0         
FWM  1 rr persistent 600
  -> 192.168.6.2:0                0          0          0          0         
  -> 192.168.6.3:0                100        50         0          0         
FWM  1 IPv6 wlc
  -> [2001:db8:6:0:1111:2222:3333:4444]:0 7          0          0          0         
-A -t 192.168.7.240:80 -s rr
-a -t 192.168.7.240:80 -r 192.168.6.2:80 -m -w 1
-A --sctp-service 192.168.7.240:80 -s rr
-a --sctp-service 192.168.7.240:80 -r 192.168.6.2:80 -m -w 1
-A -u 192.168.7.240:53 -s rr -o
-A -t [2001:db8:7::240]:80 -s rr
-a -t [2001:db8:7::240]:80 -r [2001:db8:6::2]:80 -m -w 1
-A -f 1 -s rr -p 600
-a -f 1 -r 192.168.6.2:0 -m -w 1
-a -f 1 -r 192.168.6.3:0 -m -w 1
-A -f 1 -6 -s wlc
-a -f 1 -6 -r [2001:db8:6:0:1111:2222:3333:4444]:0 -m -w 1
-a -f 1 -6 -r [2001:db8:6::3]:0 -m -w 1
`;
const TABLE = `-A -t 192.168.7.240:80 -s rr
-a -t 192.168.7.240:80 -r 192.168.6.2:80 -m -w 1 -x 9 -y 3
-A --sctp-service 192.168.7.240:80 -s rr
-a --sctp-service 192.168.7.240:80 -r 192.168.6.2:80 -m -w 1 -x 8 -y 2
-A -u 192.168.7.240:53 -s rr -o
-A -t [2001:db8:7::240]:80 -s rr
-a -t [2001:db8:7::240]:80 -r [2001:db8:6::2]:80 -m -w 1 -x 7 -y 1
-A -f 1 -s rr -p 600
-a -f 1 -r 192.168.6.2:0 -m -w 1 -x 0 -y 0
-a -f 1 -r 192.168.6.3:0 -m -w 1 -x 100 -y 50
-A -f 1 -6 -s wlc
-a -f 1 -6 -r [2001:db8:6:0:1111:2222:3333:4444]:0 -m -w 1 -x 7 -y 0
-a -f 1 -6 -r [2001:db8:6::3]:0 -m -w 1
`;

const add = (awk: string[], now: string, releases = {}) => run(programOf('MEND_AWK'), awk, now, releases);
const takeAway = (awk: string[], now: string, releases = {}) =>
  run(programOf('MEND_AWK'), [...awk, '-v', 'stale=1'], now, releases);
const mend = (awk: string[], now: string) => [...add(awk, now), ...takeAway(awk, now)].toSorted();

/** `old`: the table before the switch. */
function settle(awk: string[], now: string, { runs = true, ...releases }: { runs?: boolean } & Releases): string[] {
  return run(programOf('IPVS_AWK'), [...awk, '-v', `runs=${runs ? '1' : ''}`], now, releases);
}

type Releases = { from?: string; to?: string; old?: string };
function run(program: string, awk: string[], now: string, { from = RELEASE, to = RELEASE, old = '' }: Releases = {}) {
  return runParts(program, awk, { from, to, old, now });
}

function runParts(program: string, awk: string[], texts: Record<string, string>): string[] {
  const parts = Object.entries(texts).flatMap(([part, text]) => {
    const file = path.join(folder, part);
    writeFileSync(file, text);
    return [`part=${part}`, file];
  });
  const [tool = '', ...first] = awk;
  return execFileSync(tool, [...first, program, ...parts], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
    .toSorted();
}

describe.each([['awk'], ['busybox', 'awk']])('with %s %s', (...awk) => {
  const tool = awk.filter((word) => word !== undefined);

  it.each<[string, string, string[]]>([
    ['nothing of a table that is as released', RELEASE, []],
    ['a weight', RELEASE.replace('-w 2', '-w 7'), ['-e -f 1 -r 192.168.6.3:0 -m -w 2']],
    ['a forwarding method', RELEASE.replace('-g -w 1', '-i -w 1'), ['-e -f 1 -6 -r [2001:db8:6::2]:0 -g -w 1']],
    ['a scheduler', RELEASE.replace('-s rr', '-s wlc -p 60'), ['-E -f 1 -s rr']],
    ['persistence', RELEASE.replace(' -p 300', ''), ['-E -f 1 -6 -s wlc -p 300']],
    [
      'a service that is gone, whole',
      RELEASE.split('\n').slice(0, 3).join('\n'),
      ['-A -f 1 -6 -s wlc -p 300', '-a -f 1 -6 -r [2001:db8:6::2]:0 -g -w 1'],
    ],
    ['a real server of somebody', `${RELEASE}-a -f 1 -r 192.168.6.9:0 -m -w 1\n`, ['-d -f 1 -r 192.168.6.9:0']],
    ['no service of somebody', `${RELEASE}-A -f 9 -s rr\n-A -t 192.0.2.1:80 -s rr\n`, []],
    ['no dead real server', RELEASE.replace('-w 2', '-w 0'), []],
    ['no real server that a check took out', RELEASE.replace(/^.*6\.3:0.*\n/m, ''), []],
    ['no fallback that serves alone', RELEASE.replace('[2001:db8:6::2]:0 -g', '[::1]:0 -l'), []],
    ['no fallback beside dead ones', `${RELEASE.replace(/-w [12]/g, '-w 0')}-a -f 1 -r 127.0.0.1:0 -l -w 1\n`, []],
    [
      'a forwarding method of a dead real server, which stays dead',
      RELEASE.replace('-m -w 2', '-g -w 0'),
      ['-e -f 1 -r 192.168.6.3:0 -m -w 0'],
    ],
    ['thresholds', RELEASE.replace('-w 2', '-w 2 -x 9 -y 3'), ['-e -f 1 -r 192.168.6.3:0 -m -w 2']],
    ['no thresholds that are told to be none', RELEASE.replace('-w 2', '-w 2 -x 0 -y 0'), []],
    ['no real server on the director itself', RELEASE.replace('-m -w 2', '-l -w 2'), []],
  ])('mends %s', (_what, now, lines) => {
    expect(mend(tool, now)).toEqual(lines);
  });

  const limited = RELEASE.replace('-w 2', '-w 2 -x 30 -y 20');
  const limit = (now: string, releases: object) => run(programOf('LIMITS_AWK'), tool, now, releases);

  it.each<[string, string, object, string[]]>([
    ['new ones', RELEASE, { to: limited }, ['-e -f 1 -r 192.168.6.3:0 -m -w 2 -x 30 -y 20']],
    ['none where there were some', limited, { from: limited }, ['-e -f 1 -r 192.168.6.3:0 -m -w 2']],
    [
      'those of a dead real server, which stays dead',
      limited.replace('-w 2', '-w 0'),
      { from: limited },
      ['-e -f 1 -r 192.168.6.3:0 -m -w 0'],
    ],
    ['nothing where they are as they should be', limited, { to: limited }, []],
    ['nothing where the release changes none', limited, {}, []],
    [
      'nothing of a real server whose weight keepalived is about to set',
      RELEASE,
      { to: limited.replace('-w 2', '-w 5') },
      [],
    ],
    ['nothing of a real server that is not there', RELEASE.replace(/^.*6\.3:0.*\n/m, ''), { to: limited }, []],
  ])('sets thresholds that keepalived leaves: %s', (_what, now, releases, lines) => {
    expect(limit(now, releases)).toEqual(lines);
  });

  it('tells a table with the thresholds of each real server, as the tools of a lab director printed it', () => {
    const told = execFileSync(tool[0]!, [...tool.slice(1), programOf('TABLE_AWK')], {
      ...{ encoding: 'utf8' as const, input: LISTED },
    });
    expect(told).toBe(TABLE);
  });

  const changed = RELEASE.replace('-s rr', '-s wlc').replace('-w 2', '-w 5');
  it.each<[string, string, object, string[]]>([
    ['a service, whole', '', { from: '' }, RELEASE.trim().split('\n')],
    [
      'a real server beside those that serve',
      RELEASE,
      { to: `${RELEASE}-a -f 1 -r 192.168.6.9:0 -m -w 3\n` },
      ['-a -f 1 -r 192.168.6.9:0 -m -w 3'],
    ],
    ['a scheduler and a weight', RELEASE, { to: changed }, ['-E -f 1 -s wlc', '-e -f 1 -r 192.168.6.3:0 -m -w 5']],
    [
      'no real server that a check took out',
      RELEASE.replace(/^.*6\.3:0.*\n/m, ''),
      { to: changed },
      ['-E -f 1 -s wlc'],
    ],
    ['no weight of a dead real server', RELEASE.replace('-w 2', '-w 0'), { to: changed }, ['-E -f 1 -s wlc']],
  ])('adds or edits %s before the rules', (_what, now, releases, lines) => {
    expect(add(tool, now, releases)).toEqual(lines.toSorted());
  });

  it('leaves it to the daemon to take away what this release does not have any more', () => {
    const to = RELEASE.replace(/^.*6\.3:0.*\n/m, '');
    expect(add(tool, RELEASE, { to })).toEqual([]);
    expect(takeAway(tool, RELEASE, { to })).toEqual([]);
    expect(takeAway(tool, RELEASE, { to: '' })).toEqual([]);
  });

  const own = '-A -f 1 -s rr\n-a -f 1 -r 192.168.6.2:0 -m -w 1\n';
  const before = '-A -f 1 -s wlc\n-a -f 1 -r 192.168.6.8:0 -g -w 5\n';
  const back = before.trim().split('\n').toSorted();

  it.each<[string, string, { runs?: boolean } & Releases, string[]]>([
    ['takes away what the release brought', own, { from: own, to: '' }, ['-D -f 1']],
    ['leaves what stood there before the release came', before, { from: own, to: '', old: before }, []],
    ['brings that back', '', { from: own, to: '', old: before, runs: false }, back],
    ['brings that back as it was', own, { from: own, to: '', old: before }, ['-D -f 1', ...back].toSorted()],
    ['leaves the services of both releases', own, { from: own, to: own, old: before }, []],
    ['brings those of both back where their daemon runs', '', { from: own, to: own, old: own }, own.trim().split('\n')],
    ['and does not where none runs', '', { from: own, to: own, old: own, runs: false }, []],
    ['touches no service of somebody', before, { from: '', to: '' }, []],
  ])('a rollback %s', (_what, now, releases, lines) => {
    expect(settle(tool, now, releases)).toEqual(lines.toSorted());
  });

  const heavier = RELEASE.replace('-w 2', '-w 5');
  const weightless = RELEASE.replace('-w 2', '-w 0');
  const ninth = '-a -f 1 -r 192.168.6.9:0 -m -w 3\n';
  const goBack = (now: string, { tx, old = RELEASE, base = RELEASE }: { tx: string; old?: string; base?: string }) =>
    runParts(programOf('BACK_AWK'), tool, { tx, base, old, now });

  it.each<[string, string, { tx: string; old?: string; base?: string }, string[]]>([
    ['a real server that it added', RELEASE + ninth, { tx: RELEASE + ninth }, ['-d -f 1 -r 192.168.6.9:0']],
    ['a weight', heavier, { tx: heavier }, ['-e -f 1 -r 192.168.6.3:0 -m -w 2']],
    ['a drain', weightless, { tx: weightless }, ['-e -f 1 -r 192.168.6.3:0 -m -w 2']],
    ['a scheduler', RELEASE.replace('-s rr', '-s wlc'), { tx: RELEASE.replace('-s rr', '-s wlc') }, ['-E -f 1 -s rr']],
    [
      'thresholds, of the other family too',
      RELEASE.replace('-g -w 1', '-g -w 1 -x 9 -y 3'),
      { tx: RELEASE.replace('-g -w 1', '-g -w 1 -x 9 -y 3') },
      ['-e -f 1 -6 -r [2001:db8:6::2]:0 -g -w 1'],
    ],
    [
      'a weight to what hands had made it before the switch',
      heavier,
      { tx: heavier, old: RELEASE.replace('-w 2', '-w 7') },
      ['-e -f 1 -r 192.168.6.3:0 -m -w 7'],
    ],
    [
      'the weight of a real server that was dead and serves now to that of its file',
      heavier,
      { tx: heavier, old: weightless },
      ['-e -f 1 -r 192.168.6.3:0 -m -w 2'],
    ],
    ['nothing that keepalived has taken back', RELEASE, { tx: heavier + ninth }, []],
    ['nothing that the release does not change', RELEASE, { tx: RELEASE, old: weightless }, []],
    ['nothing that a check has made of it since', weightless, { tx: heavier }, []],
    ['no real server that a check took out', RELEASE.replace(/^.*6\.3:0.*\n/m, ''), { tx: heavier }, []],
    [
      'no real server that stood there before by hand',
      RELEASE + ninth,
      { tx: RELEASE + ninth, old: RELEASE + ninth },
      [],
    ],
    ['no service that the other release has not', RELEASE + ninth, { tx: RELEASE + ninth, base: '' }, []],
  ])('a rollback takes back what the switch itself changed: %s', (_what, now, releases, lines) => {
    expect(goBack(now, releases)).toEqual(lines);
  });

  it('a rollback brings missing services back before its rules, and takes none away then', () => {
    const releases = { from: own, to: RELEASE, old: RELEASE };
    expect(settle([...tool, '-v', 'missing=1'], '', releases)).toEqual(RELEASE.trim().split('\n').toSorted());
    expect(settle([...tool, '-v', 'missing=1'], own, { from: own, to: '', old: before })).toEqual([]);
    expect(settle([...tool, '-v', 'missing=1'], '', { ...releases, runs: false })).toEqual([]);
  });

  const drained = RELEASE.replace('-m -w 2', '-m -w 0').replace('-g -w 1', '-g -w 0');
  const raise = (now: string, releases: object) => run(programOf('RAISE_AWK'), tool, now, releases);

  it('raises what was drained by intent before ldirectord reads its file, each family by itself', () => {
    expect(raise(drained, { from: drained })).toEqual([
      '-e -f 1 -6 -r [2001:db8:6::2]:0 -g -w 1',
      '-e -f 1 -r 192.168.6.3:0 -m -w 2',
    ]);
  });

  it.each<[string, string, object]>([
    ['a real server that a check found dead', drained, {}],
    ['one that stays drained', drained, { from: drained, to: drained }],
    ['one that is drained now', RELEASE, { to: drained }],
    ['one that has its weight', RELEASE, { from: drained }],
    ['one that is not in the table', '-A -f 1 -s rr\n', { from: drained }],
    ['one of another forwarding', drained.replace('-m -w 0', '-g -w 0').replace('-g -w 0', '-m -w 0'), {}],
  ])('raises no weight of %s', (_what, now, releases) => {
    expect(raise(now, releases)).toEqual([]);
  });
});
