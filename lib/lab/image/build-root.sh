#!/bin/bash
# build-root.sh SOURCE TARGET MODULES...: makes TARGET/root.img (Debian 12 with systemd, sshd, heartbeat, ldirectord, keepalived and the UML kernel's modules) and TARGET/key.
# The caller holds the lock; TARGET appears by one rename, so it is either whole or absent.
set -euo pipefail
source=$1 target=$2
shift 2
[ ! -f "$target/root.img" ] || exit 0
rm -rf "$target" "$target".partial; mkdir -p "$target.partial"; cd "$target.partial"

ssh-keygen -q -t ed25519 -N '' -C lvs-console-lab -f key
chmod 600 key

echo "debootstrap of Debian 12 with $(wc -l < "$source/packages.txt") packages"
mmdebstrap --quiet --variant=minbase --include="$(paste -sd, "$source/packages.txt")" \
  --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  bookworm root.tar
rm -rf root; mkdir root; tar -C root -xf root.tar; rm root.tar

echo 'kernel modules, ssh, units'
# The modules must land in /lib/modules/<version>; the image tree has /lib as a link to usr/lib.
mkdir -p root/usr/lib/modules; for modules; do cp -r "$modules"/* root/usr/lib/modules/; done
install -D -m 600 key.pub root/root/.ssh/authorized_keys; chmod 700 root/root/.ssh
: > root/etc/machine-id
# The building machine's resolver must not be in the image: the lab has no name server.
rm -f root/etc/resolv.conf; : > root/etc/resolv.conf
printf '127.0.0.1 localhost\n192.168.6.4 director1\n192.168.6.5 director2\n::1 localhost ip6-localhost\n' > root/etc/hosts
rm -f root/etc/ssh/ssh_host_*
cat > root/etc/ssh/sshd_config.d/lab.conf <<'C'
UseDNS no
PermitRootLogin prohibit-password
PasswordAuthentication no
HostKey /etc/ssh/ssh_host_ed25519_key
MaxStartups 100:30:200
MaxSessions 100
# PAM and the motd cost forks at every login, and forks are slow here.
UsePAM no
PrintMotd no
PrintLastLog no
C
mkdir -p root/etc/systemd/journald.conf.d
printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=8M\nAudit=no\nForwardToSyslog=no\n' > root/etc/systemd/journald.conf.d/lab.conf
install -m 755 "$source/lab-init" root/usr/local/sbin/lab-init
install -m 644 "$source/lab-init.service" root/etc/systemd/system/lab-init.service
install -m 755 "$source/lab-real-server" root/usr/local/sbin/lab-real-server
install -m 644 "$source/lab-real-server.service" root/etc/systemd/system/lab-real-server.service
in_root() { chroot root "$@" >/dev/null 2>&1; }
in_root systemctl enable lab-init.service lab-real-server.service
for unit in heartbeat keepalived ldirectord ipvsadm nftables networking; do in_root systemctl disable "$unit" || true; done
in_root systemctl mask systemd-udevd.service systemd-udev-trigger.service systemd-udevd-control.socket systemd-udevd-kernel.socket \
  systemd-udev-settle.service systemd-timesyncd.service systemd-logind.service systemd-pstore.service getty@tty1.service \
  e2scrub_reap.service e2scrub_all.timer apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer \
  systemd-binfmt.service systemd-hwdb-update.service systemd-firstboot.service systemd-machine-id-commit.service dev-hugepages.mount \
  dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount
# User-mode Linux has no nftables families: the legacy tools are the ones that work.
in_root update-alternatives --set iptables /usr/sbin/iptables-legacy
in_root update-alternatives --set ip6tables /usr/sbin/ip6tables-legacy

echo 'disk image'
rm -rf root/var/cache/apt/archives/*.deb root/var/lib/apt/lists/*
mke2fs -q -t ext4 -E lazy_itable_init=0 -d root root.img 1200M; rm -rf root
mv "$target.partial" "$target"
