// FTP by firewall mark: a group of the control and the passive ports, the helper module under masq, persistence under gate and ipip.
import { intersectIntervals, parseInterval } from '@/lib/core/address';
import { checkTopology } from '@/lib/core/check';
import type { GroupDocument, TopologyDocument } from '@/lib/core/document';
import { allocateMark } from '@/lib/core/mark-registry';
import { freeName } from '../document-edits';

/** `ranges`: virtual addresses under which FTP is served. Ports are the real servers' passive ones. */
export type FtpChoice = {
  ranges: string[];
  pool: string;
  passiveFirst: number;
  passiveLast: number;
  /** gate and ipip only: nothing else leads a data connection to the real server of its session. */
  persistenceSeconds: number;
};
export type FtpPlan = { document: TopologyDocument; group: GroupDocument; takesFrom: string[] };

export const CONTROL_PORT = 21;
const FIRST_FREE_PORT = 1024;
const LAST_PORT = 65_535;
/** The kernel's helper rewrites addresses under masq only (ipvsadm(8)). */
export function needsPersistence({ pools }: TopologyDocument, pool: string): boolean {
  return pools.find(({ name }) => name === pool)?.forwarding !== 'masq';
}

/** Why the passive range cannot be so; undefined = it can. */
export function refusePassiveRange({ passiveFirst, passiveLast }: FtpChoice): string | undefined {
  if (passiveFirst < FIRST_FREE_PORT || passiveLast > LAST_PORT)
    return `Passive ports lie between ${FIRST_FREE_PORT} and ${LAST_PORT}.`;
  return passiveFirst > passiveLast ? 'The first passive port is above the last.' : undefined;
}

export function planFtp(document: TopologyDocument, choice: FtpChoice): FtpPlan {
  const isPersistent = needsPersistence(document, choice.pool);
  const ports = [CONTROL_PORT, `${choice.passiveFirst}-${choice.passiveLast}`];
  const group: GroupDocument = {
    name: freeName('ftp', document.groups),
    mark: allocateMark(document),
    matches: choice.ranges.map((range) => ({ range, protocol: 'tcp', ports })),
    scheduler: 'wlc',
    pool: choice.pool,
    ...(isPersistent && {
      persistence: { timeoutSeconds: choice.persistenceSeconds, netmask: netmaskOf(document, choice) },
    }),
  };
  const takesFrom = sharedWith(document, group);
  const complete = takesFrom.length > 0 ? { ...group, overrides: takesFrom } : group;
  const ftp = document.ftp || !isPersistent;
  return { document: { ...document, ftp, groups: [...document.groups, complete] }, group: complete, takesFrom };
}

function netmaskOf({ ranges }: TopologyDocument, choice: FtpChoice): string {
  const isIpv6 = ranges.find(({ name }) => name === choice.ranges[0])?.addresses.includes(':') === true;
  return isIpv6 ? '128' : '255.255.255.255';
}

/** Earlier groups that had these packets, as the checks say. */
function sharedWith(document: TopologyDocument, group: GroupDocument): string[] {
  const near = nearby(document, group);
  const overlaps = checkTopology({ ...near, groups: [...near.groups, group] }).filter(
    ({ code, path }) => code === 'match.overlap' && path[1] === near.groups.length,
  );
  return near.groups
    .map(({ name }) => name)
    .filter((name) => overlaps.some(({ message }) => message.includes(`"${name}"`)));
}

/** The document with only those groups whose ranges touch the new one's: checking a thousand others at every key would be felt. */
function nearby(document: TopologyDocument, group: GroupDocument): TopologyDocument {
  const intervals = new Map(
    document.ranges.flatMap(({ name, addresses }) => {
      const parsed = parseInterval(addresses);
      return parsed.ok ? [[name, parsed.value.interval] as const] : [];
    }),
  );
  const intervalsOf = ({ matches }: GroupDocument) => matches.flatMap(({ range }) => intervals.get(range) ?? []);
  const own = intervalsOf(group);
  const groups = document.groups.filter((each) =>
    intervalsOf(each).some((interval) => own.some((mine) => intersectIntervals(mine, interval))),
  );
  const used = new Set([...groups, group].flatMap(({ matches }) => matches.map(({ range }) => range)));
  return { ...document, groups, ranges: document.ranges.filter(({ name }) => used.has(name)) };
}

export type FtpSetting = { daemon: string; file: string; lines: string[] };

/** What the FTP service on each real server must be told, so that it uses the marked ports. */
export function ftpSettings({ passiveFirst, passiveLast }: FtpChoice): FtpSetting[] {
  return [
    {
      daemon: 'vsftpd',
      file: '/etc/vsftpd.conf',
      lines: ['pasv_enable=YES', `pasv_min_port=${passiveFirst}`, `pasv_max_port=${passiveLast}`],
    },
    { daemon: 'ProFTPD', file: '/etc/proftpd/proftpd.conf', lines: [`PassivePorts ${passiveFirst} ${passiveLast}`] },
    { daemon: 'Pure-FTPd', file: '/etc/pure-ftpd/conf/PassivePortRange', lines: [`${passiveFirst} ${passiveLast}`] },
  ];
}

/** What a person must know besides, by forwarding method. */
export function ftpNotes(document: TopologyDocument, { pool }: FtpChoice): string[] {
  if (needsPersistence(document, pool))
    return [
      'The service answers with its own address for passive transfers, which is the range’s: real servers hold it. Tell it the virtual address when it names another one (vsftpd: pasv_address, ProFTPD: MasqueradeAddress).',
      'Active transfers (PORT) leave from port 20 of the real server and do not pass the director.',
    ];
  return [
    'The helper reads the control connection to put the virtual address in: leave pasv_address and MasqueradeAddress unset.',
    'FTP over TLS hides the control connection from the helper: then set the virtual address in the service, with persistence in this group.',
  ];
}
