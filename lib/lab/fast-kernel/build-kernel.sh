#!/bin/bash
# build-kernel.sh SOURCE TARGET: makes TARGET/linux.uml and TARGET/modules from Debian's own kernel sources (package linux-source-7.2), with
# SOURCE/uml.config and SOURCE/one-event-at-a-time.patch. Since 6.16 user-mode Linux can take system calls by seccomp instead of ptrace, which
# makes programs inside start three to five times as fast; Debian's own build of it lacks the tables of iptables. TARGET appears by one
# rename, so it is either whole or absent.
set -euo pipefail
source=$1 target=$2
work=$(mktemp -d "${TMPDIR:-/var/tmp}/lvs-kernel.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

echo 'sources from Debian'
# apt with lists of its own: nothing of another release of Debian gets into this machine's package database.
mkdir -p lists/partial cache/archives/partial empty
url=$(awk '/^(deb|URIs:)/ { for (i = 1; i <= NF; i++) if ($i ~ /^https?:.*\/debian\/?$/) { print $i; exit } }' /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2> /dev/null || :)
url=${url:-http://deb.debian.org/debian}
for suite in trixie-backports forky sid; do
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $url $suite main" > sources.list
  apt=(-o "Dir::Etc::sourcelist=$work/sources.list" -o "Dir::Etc::sourceparts=$work/empty" -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3)
  apt-get "${apt[@]}" -qq update && apt-get "${apt[@]}" -qq download linux-source-7.2 && break || rm -f ./*.deb
done
ls linux-source-*.deb > /dev/null
dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xO ./usr/src/linux-source-7.2.tar.xz | tar -xJ
cd linux-source-7.2
patch -s -p1 < "$source/one-event-at-a-time.patch"

echo 'compiling'
cp "$source/uml.config" arch/um/configs/lvs_lab_defconfig
make -s ARCH=um lvs_lab_defconfig
grep -qx CONFIG_NETFILTER_XTABLES_LEGACY=y .config && grep -qx CONFIG_IP_VS=m .config
make -s ARCH=um -j"$(nproc)" linux modules
make -s ARCH=um INSTALL_MOD_PATH="$work/out" modules_install

rm -rf "$target.partial"
mkdir -p "$target.partial/modules"
cp linux "$target.partial/linux.uml"
cp -r "$work"/out/lib/modules/* "$target.partial/modules/"
rm -f "$target.partial"/modules/*/build "$target.partial"/modules/*/source
mv "$target.partial" "$target"
