// The script that puts the guard on a director: pasted by root, or piped to `sh -s` over ssh. Running it again repairs.
import { createHash } from 'node:crypto';
import { printAccessScript, type Access } from './access-script';

const END_OF_GUARD = 'LVS_CONSOLE_GUARD_ENDS_HERE';

/** Root's own limits: written only where none is, so that an administrator's edits stay. */
const DEFAULT_POLICY = `# What the LVS console may put on this director. Only root changes this file; the guard obeys it at every check.
# A line that is not understood allows nothing. Without a line, that kind is not limited.
# marks=1-65535
# interfaces=eth0 eth1
# ranges=192.168.0.0/16 2001:db8::/32
# Addresses that this director itself may hold: virtual and fixed ones.
# addresses=192.168.7.240/32 192.168.6.240/32
# targets=MARK MASQUERADE SNAT RETURN ACCEPT
# Heartbeat resources beside IPaddr, IPaddr2, IPv6addr, ldirectord and LVSSyncDaemonSwap; without this line, none.
# resources=MailTo
# Programs that a health check may start; without this line, none.
# check-scripts=/usr/local/lib/lvs-checks/app /usr/local/lib/lvs-checks/database
`;

/** Before anything that reads a managed file: modules-load.d and sysctl.d are read ahead of sysinit.target. */
export const BOOT_UNIT = `[Unit]
Description=LVS Console: start from the last confirmed release
DefaultDependencies=no
RequiresMountsFor=/var/lib/lvs-console
After=local-fs.target
Before=sysinit.target systemd-modules-load.service systemd-sysctl.service
Conflicts=shutdown.target
Before=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/lvs-console/guard boot
TimeoutStartSec=60

[Install]
WantedBy=sysinit.target
`;

/**
 * A POSIX sh script without parameters; needs root and nothing but coreutils. Prints `guard <version> installed`.
 * Refuses while a deploy is armed on the host, because its timer runs the guard that is there.
 * With `access` it also sets who may log in, and prints that in a line before; without, logins stay as they are.
 */
export function guardInstallScript(guardText: string, access?: Access): string {
  if (guardText.includes(END_OF_GUARD)) throw new Error('the guard must not contain the end mark of its installer');
  const sha256 = createHash('sha256').update(guardText).digest('hex');
  return `#!/bin/sh
# Installs the LVS Console guard on this director. Read it, then run it as root. It may be run again at any time.
install_guard() {
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
fail() { echo "not installed: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail 'run this as root'
if [ -x /usr/lib/lvs-console/guard ]; then
  case $(/usr/lib/lvs-console/guard status 2>/dev/null | grep '^state=' || :) in
    state=armed | state=switched) fail 'a deploy is open on this host; try again when it has ended' ;;
  esac
fi
mkdir -p /usr/lib/lvs-console /etc/lvs-console /var/lib/lvs-console/releases
chmod 0755 /usr/lib/lvs-console /etc/lvs-console /var/lib/lvs-console /var/lib/lvs-console/releases
chown root:root /usr/lib/lvs-console /etc/lvs-console /var/lib/lvs-console /var/lib/lvs-console/releases
cat > /usr/lib/lvs-console/.guard.new <<'${END_OF_GUARD}'
${guardText.replace(/\n$/, '')}
${END_OF_GUARD}
[ "$(sha256sum < /usr/lib/lvs-console/.guard.new | cut -c1-64)" = ${sha256} ] || fail 'the guard did not arrive whole'
chmod 0755 /usr/lib/lvs-console/.guard.new
sync /usr/lib/lvs-console/.guard.new 2>/dev/null || sync
chown root:root /usr/lib/lvs-console/.guard.new
mv -f /usr/lib/lvs-console/.guard.new /usr/lib/lvs-console/guard
if [ ! -e /etc/lvs-console/policy ]; then
  cat > /etc/lvs-console/policy <<'LVS_CONSOLE_POLICY_END'
${DEFAULT_POLICY}LVS_CONSOLE_POLICY_END
fi
chown root:root /etc/lvs-console/policy
chmod go-w /etc/lvs-console/policy
cat > /usr/lib/lvs-console/.boot.new <<'LVS_CONSOLE_UNIT_END'
${BOOT_UNIT}LVS_CONSOLE_UNIT_END
if [ -d /etc/systemd/system ]; then
  cmp -s /usr/lib/lvs-console/.boot.new /etc/systemd/system/lvs-console-boot.service || {
    cat /usr/lib/lvs-console/.boot.new > /etc/systemd/system/.lvs-console-boot.new
    mv -f /etc/systemd/system/.lvs-console-boot.new /etc/systemd/system/lvs-console-boot.service
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
  }
  mkdir -p /etc/systemd/system/sysinit.target.wants
  ln -sfn /etc/systemd/system/lvs-console-boot.service /etc/systemd/system/sysinit.target.wants/lvs-console-boot.service
else
  echo 'no systemd here: have your init run "/usr/lib/lvs-console/guard boot" before sysctl and modules are loaded' >&2
fi
rm -f /usr/lib/lvs-console/.boot.new
${access ? printAccessScript(access) : ''}sync -f /usr/lib/lvs-console /etc /var/lib/lvs-console 2>/dev/null || sync
echo "guard $(/usr/lib/lvs-console/guard version) installed"
}
install_guard
`;
}
