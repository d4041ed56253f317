// Part B of the matrix: what is wrong with a host while a deploy runs. A script strikes, a script heals, and the deploy may end only as named.
import type { DeployState } from '../core/views/deploy';
import type { Half, Point } from './cells';

export type HostCell = {
  id: string;
  half: Half;
  /** Absent: before the deploy is asked for. */
  at?: Point['step'];
  strike: string;
  heal: string;
  /** The worker stands still while the script strikes, which takes longer than the point lasts. */
  holdsWorker?: boolean;
  /** How the deploy may end; the invariants hold whichever it is. */
  ends: DeployState[];
};

/** Exit code of what heals, when what a deploy had to leave alone, or must have met, is not there. */
export const GONE = 77;
const NOTHING_DONE: DeployState[] = ['refused', 'failed', 'rolled-back'];
const BASHRC = (line: string) => ({
  strike: `cp -p /root/.bashrc /root/.bashrc.lvs 2> /dev/null || :; { echo '${line}'; cat /root/.bashrc 2> /dev/null; } > /root/b && mv /root/b /root/.bashrc`,
  heal: 'rm -f /root/.bashrc; mv /root/.bashrc.lvs /root/.bashrc 2> /dev/null || :',
});
/** Its name of the pid file differs by version; it may be just writing it. */
const KILL_LDIRECTORD = `n=0
while [ "$n" -lt 50 ]; do
  pid=$(cat /run/ldirectord.ldirectord.cf.pid /run/ldirectord.ldirectord.pid 2> /dev/null | head -n 1)
  [ -z "$pid" ] || { kill -9 "$pid"; exit; }
  sleep 0.1; n=$((n + 1))
done
echo 'ldirectord has no pid file' >&2; exit 1`;
/** Heartbeat does not look after it: the console shows that it is dead, and somebody starts it. */
const START_LDIRECTORD =
  'cd /etc/ha.d/resource.d && ./ldirectord ldirectord.cf status || ./ldirectord ldirectord.cf start';
const FILL = 'dd if=/dev/zero bs=1M 2> /dev/null of=';
const NO_INODES = {
  strike: `mkdir /var/lib/fill && cd /var/lib/fill && seq "$(stat -f -c %d .)" | xargs touch 2> /dev/null
! touch one-more 2> /dev/null`,
  heal: 'rm -rf /var/lib/fill',
};
/** A scheduler of the group that changes; a standby under heartbeat has no service that holds it. */
const MODULE = '"$(modinfo -n ip_vs_wrr)"';
const MODULE_GONE = {
  strike: `ko=${MODULE} && modprobe -r ip_vs_wrr && echo "$ko" > /run/module.lvs && mv "$ko" "$ko.lvs" && ! modprobe ip_vs_wrr 2> /dev/null`,
  heal: 'read -r ko < /run/module.lvs && mv "$ko.lvs" "$ko" && modprobe ip_vs_wrr',
};
/** Everything that the console starts runs in the group of the SSH server; perl is the first to die there. */
const SSH_GROUP = '/sys/fs/cgroup/system.slice/ssh.service';
const OUT_OF_MEMORY = {
  strike: `echo 16M > ${SSH_GROUP}/memory.max && sed -n 's/^oom_kill //p' ${SSH_GROUP}/memory.events > /run/killed.lvs`,
  heal: `echo max > ${SSH_GROUP}/memory.max; [ "$(sed -n 's/^oom_kill //p' ${SSH_GROUP}/memory.events)" -gt "$(cat /run/killed.lvs)" ] || exit ${GONE}`,
};
/** What a program asks to know whether systemd runs. Without it the timer is a sleeper, which the transaction names. */
const NO_SYSTEMD = {
  strike: 'mv /run/systemd/system /run/systemd/system.lvs',
  heal: `mv /run/systemd/system.lvs /run/systemd/system; grep -q '^timer=sleeper-' /var/lib/lvs-console/tx || exit ${GONE}`,
};

const cell = (
  name: string,
  half: Half,
  { strike, heal, holdsWorker }: Pick<HostCell, 'strike' | 'heal' | 'holdsWorker'>,
  ends: DeployState[],
  at?: Point['step'],
): HostCell => ({
  id: `B/${name}@${half}`,
  half,
  strike,
  heal,
  ends,
  ...(holdsWorker && { holdsWorker }),
  ...(at !== undefined && { at }),
});

export const MATRIX_B: HostCell[] = [
  cell('disk-full', 'standby', { strike: `${FILL}/var/lib/fill || :`, heal: 'rm -f /var/lib/fill' }, NOTHING_DONE),
  cell('disk-full', 'active', { strike: `${FILL}/var/lib/fill || :`, heal: 'rm -f /var/lib/fill' }, NOTHING_DONE),
  cell(
    'disk-full-in-switch',
    'standby',
    { strike: `${FILL}/var/lib/fill || :`, heal: 'rm -f /var/lib/fill' },
    ['verified', ...NOTHING_DONE],
    'switch',
  ),
  cell('no-inodes', 'standby', NO_INODES, NOTHING_DONE),
  cell('no-inodes-in-switch', 'active', { ...NO_INODES, holdsWorker: true }, ['verified', ...NOTHING_DONE], 'arm'),
  cell('run-full', 'active', { strike: `${FILL}/run/fill || :`, heal: 'rm -f /run/fill' }, [
    'verified',
    ...NOTHING_DONE,
  ]),
  cell(
    'read-only',
    'active',
    { strike: 'mount -f -o remount,ro / && sync && echo u > /proc/sysrq-trigger', heal: 'mount -o remount,rw /' },
    NOTHING_DONE,
  ),
  cell(
    'immutable-releases',
    'standby',
    { strike: 'chattr +i /var/lib/lvs-console/releases', heal: 'chattr -i /var/lib/lvs-console/releases' },
    NOTHING_DONE,
  ),
  cell(
    'immutable-target',
    'active',
    { strike: 'chattr +i /var/lib/lvs-console', heal: 'chattr -i /var/lib/lvs-console' },
    NOTHING_DONE,
  ),
  cell(
    'tool-missing',
    'standby',
    {
      strike: 'mv /usr/sbin/iptables-restore /usr/sbin/iptables-restore.lvs',
      heal: 'mv /usr/sbin/iptables-restore.lvs /usr/sbin/iptables-restore',
    },
    NOTHING_DONE,
  ),
  cell(
    'tool-taken-away',
    'active',
    {
      strike: 'mv /usr/sbin/iptables-restore /usr/sbin/iptables-restore.lvs',
      heal: 'mv /usr/sbin/iptables-restore.lvs /usr/sbin/iptables-restore',
    },
    NOTHING_DONE,
    'arm',
  ),
  // Found before anything is staged: depmod still names the file.
  cell('module-not-loadable', 'standby', MODULE_GONE, ['refused']),
  cell('module-taken-away', 'standby', { ...MODULE_GONE, holdsWorker: true }, NOTHING_DONE, 'arm'),
  cell('out-of-memory', 'active', OUT_OF_MEMORY, NOTHING_DONE),
  cell('no-systemd', 'active', NO_SYSTEMD, ['verified']),
  cell(
    'xtables-lock-held',
    'active',
    { strike: '(flock /run/xtables.lock sleep 8 > /dev/null 2>&1 < /dev/null &)', heal: ':' },
    ['verified', ...NOTHING_DONE],
    'arm',
  ),
  // Whoever flushed the table puts back what was not the console's: the console must not.
  cell(
    'mangle-flushed',
    'standby',
    {
      strike: 'iptables-save -t mangle | grep -v LVS-CONSOLE > /run/others.mangle; iptables -w -t mangle -F',
      heal: 'iptables-restore -w -n < /run/others.mangle; rm /run/others.mangle',
    },
    NOTHING_DONE,
    'verify',
  ),
  cell(
    'rule-added-by-others',
    'active',
    {
      strike: 'iptables -w -I INPUT -s 192.0.2.99 -j DROP',
      heal: `iptables -w -D INPUT -s 192.0.2.99 -j DROP || exit ${GONE}`,
    },
    ['verified'],
    'switch',
  ),
  cell(
    'clock-10-years-on',
    'standby',
    { strike: 'date -s "+10 years"', heal: 'date -s "-10 years"' },
    ['verified', ...NOTHING_DONE],
    'arm',
  ),
  cell(
    'clock-10-years-back',
    'active',
    { strike: 'date -s "-10 years"', heal: 'date -s "+10 years"' },
    ['verified', ...NOTHING_DONE],
    'arm',
  ),
  cell(
    'host-name-changed',
    'standby',
    { strike: 'uname -n > /run/name.lvs; hostname elsewhere', heal: 'hostname "$(cat /run/name.lvs)"' },
    NOTHING_DONE,
  ),
  cell('tmp-noexec', 'active', { strike: 'mount -t tmpfs -o noexec,nosuid tmpfs /tmp', heal: 'umount /tmp' }, [
    'verified',
  ]),
  cell('umask-077', 'active', BASHRC('umask 077'), ['verified']),
  cell('odd-locale', 'standby', BASHRC('export LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 LANGUAGE=tr'), ['verified']),
  cell('noise-of-bashrc', 'active', BASHRC('echo Welcome to this director; echo mind the gap >&2'), ['verified']),
  cell('odd-path', 'standby', BASHRC('export PATH=/nowhere IFS=: ENV=/nowhere'), ['verified', ...NOTHING_DONE]),
  cell(
    'policy-forbids',
    'standby',
    {
      strike:
        'cp -p /etc/lvs-console/policy /run/policy.lvs 2> /dev/null || :; echo marks=1-1 > /etc/lvs-console/policy',
      heal: 'rm -f /etc/lvs-console/policy; cp -p /run/policy.lvs /etc/lvs-console/policy 2> /dev/null || :',
    },
    NOTHING_DONE,
  ),
  cell(
    'left-over-release',
    'active',
    {
      strike:
        'mkdir -p /var/lib/lvs-console/releases/.new-999-dead && echo half > /var/lib/lvs-console/releases/.new-999-dead/MANIFEST',
      heal: 'rm -rf /var/lib/lvs-console/releases/.new-999-dead',
    },
    ['verified'],
  ),
  cell(
    'dbus-stopped',
    'active',
    { strike: 'systemctl stop dbus.socket dbus.service', heal: 'systemctl start dbus.socket dbus.service' },
    ['verified', ...NOTHING_DONE],
  ),
  cell(
    'ldirectord-killed',
    'active',
    { strike: KILL_LDIRECTORD, heal: START_LDIRECTORD },
    ['verified', ...NOTHING_DONE],
    'verify',
  ),
];
