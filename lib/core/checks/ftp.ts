// FTP: the helper rewrites addresses under masq only, and every way needs the data connections to reach IPVS too (lvs.md S12).
import { error, warning, type Diagnostic } from '../diagnostic';
import type { Resolution } from '../resolution';
import type { Match } from '../topology';
import { poolOf, resolvedMatches, type Check } from './check';

const CONTROL_PORT = 21;
/** Passive data connections go to ports that are nobody's by number. */
const FIRST_DATA_PORT = 1024;

export const checkFtp: Check = ({ document: { ftp, pools } }) => {
  if (!ftp || pools.length === 0 || pools.some(({ forwarding }) => forwarding === 'masq')) return [];
  const message = 'ftp loads ip_vs_ftp, which helps with masq only, but no pool uses masq.';
  return [warning('ftp.without-masq', ['ftp'], message, 'Set ftp: false; for gate and ipip use persistence instead.')];
};

export const checkFtpControlPort: Check = ({ document, matches }) => {
  const all = resolvedMatches(matches.flat());
  if (!document.ftp || !all || all.some((match) => takesTcp(match, CONTROL_PORT, CONTROL_PORT))) return [];
  const message = `ftp is on, but no group marks tcp port ${CONTROL_PORT}, so no FTP connection reaches IPVS.`;
  return [warning('ftp.control-port-unmarked', ['ftp'], message, 'Add tcp port 21 to a group, or set ftp: false.')];
};

/** Groups that name port 21 mean FTP; those that take every port serve it by the way. */
export const checkFtpData: Check = (resolution) =>
  forEachFtpGroup(resolution, ({ name, index, matches }) => {
    if (matches.some((match) => takesTcp(match, FIRST_DATA_PORT, 65_535))) return [];
    const message = `Group "${name}" marks FTP's port ${CONTROL_PORT} but no port from ${FIRST_DATA_PORT} up: passive data connections get no mark and never reach IPVS.`;
    return [
      warning(
        'ftp.data-unmarked',
        ['groups', index, 'matches'],
        message,
        'Add the passive port range of the real servers, e.g. 50000-50999.',
      ),
    ];
  });

/** Without the helper nothing but persistence leads the data connection to the same real server. */
export const checkFtpPersistence: Check = (resolution) =>
  forEachFtpGroup(resolution, ({ name, index }): Diagnostic[] => {
    const forwarding = poolOf(resolution, index)?.forwarding;
    if (forwarding === undefined || resolution.document.groups[index]?.persistence) return [];
    const { ftp } = resolution.document;
    if (forwarding === 'masq') {
      if (ftp) return [];
      const message = `Group "${name}" marks FTP's port ${CONTROL_PORT} under masq, but ftp is off: without the helper module passive transfers name the real server's own address.`;
      return [warning('ftp.helper-off', ['groups', index, 'matches'], message, 'Set ftp: true.')];
    }
    const message = `Group "${name}" marks FTP's port ${CONTROL_PORT} under ${forwarding} without persistence: a data connection may go to another real server than its session.`;
    return [error('ftp.persistence-missing', ['groups', index], message, 'Add persistence, e.g. of 600 seconds.')];
  });

function forEachFtpGroup(
  { document, matches }: Resolution,
  check: (group: { name: string; index: number; matches: Match[] }) => Diagnostic[],
): Diagnostic[] {
  return document.groups.flatMap(({ name }, index) => {
    const own = resolvedMatches(matches[index] ?? []);
    const namesControl = own?.some(({ ports, ...match }) => ports !== 'all' && takesTcp({ ...match, ports }, 21, 21));
    return own && namesControl === true ? check({ name, index, matches: own }) : [];
  });
}

/** True when it takes any tcp port of the interval. */
function takesTcp({ protocol, ports }: Match, from: number, to: number): boolean {
  if (protocol !== 'tcp' && protocol !== 'any') return false;
  return ports === 'all' || ports.some(({ first, last }) => first <= to && from <= last);
}
