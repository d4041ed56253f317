// /usr/lib/lvs-console/real-server: makes a real server take packets for the virtual ranges under gate and ipip, checks it, undoes it.
import type { RealServerNeeds, TunnelDevice } from './real-server-needs';
import type { Family } from '../core/topology';

const MODULES: Record<TunnelDevice, string> = { tunl0: 'ipip', sit0: 'sit', ip6tnl0: 'ip6_tunnel' };

/**
 * The ranges are routes of type local: no address on an interface, so none is used as a source, and IPv6 does not announce
 * it. IPv4 would answer ARP for them: `arp_ignore` keeps it silent where the range is on the same wire (lvs.md 6.2).
 */
export function printRealServerScript({ address, prefixes, tunnels }: RealServerNeeds): string {
  const families = ([4, 6] as const).filter((family) => prefixes.some((each) => each.family === family));
  return [
    head(address.text),
    values(families, tunnels),
    ...families.map((family) => routes(family, prefixes)),
    tunnels.map(tunnel).join(''),
    main(families, tunnels),
  ].join('');
}

function head(address: string): string {
  return `#!/bin/sh
# Made by LVS Console for the real server ${address}; copy it to /usr/lib/lvs-console/real-server there.
# Takes packets for the virtual ranges as they come from the director, and answers past it.
# Usage: real-server start|stop|check. Every verb may be repeated; check says what is missing and changes nothing.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
FAILED=0

problem() {
  echo "lvs-console: $*" >&2
  FAILED=1
}

expect() { # what must stand in \`present\` at the beginning of a line
  case "
$present
" in *"
$1 "*) ;; *) problem "missing: $1" ;; esac
}
`;
}

/** Kernel settings with what they were before, which stop gives back. */
function values(families: readonly Family[], tunnels: readonly TunnelDevice[]): string {
  const wanted = [
    ...(families.includes(4) ? ['arp_ignore 1', 'arp_announce 2'] : []),
    ...(tunnels.includes('tunl0') ? ['rp_filter 0'] : []),
  ];
  if (wanted.length === 0) return '';
  const names = wanted.map((each) => each.split(' ')[0] ?? '');
  const set = wanted.map((each) => `  set_value ${each}\n`).join('');
  const check = wanted.map((each) => `  check_value ${each}\n`).join('');
  return `
BEFORE=/run/lvs-console-real-server.before
CONF=/proc/sys/net/ipv4/conf

set_value() { # NAME VALUE
  [ "$(cat "$CONF/all/$1")" = "$2" ] || echo "$2" > "$CONF/all/$1" || problem "$1 cannot be set"
}

check_value() { # NAME VALUE
  [ "$(cat "$CONF/all/$1")" = "$2" ] || problem "net.ipv4.conf.all.$1 is not $2"
}

start_values() {
  [ -e "$BEFORE" ] || for name in ${names.join(' ')}; do
    echo "$name $(cat "$CONF/all/$name")"
  done > "$BEFORE"
${tunnels.includes('tunl0') ? KEEP_FILTERS : ''}${set}}

check_values() {
${check}}

stop_values() {
  [ -e "$BEFORE" ] || return 0
  while read -r name value; do
    echo "$value" > "$CONF/all/$name" || problem "$name cannot be given back"
  done < "$BEFORE"
  rm -f "$BEFORE"
}
`;
}

/**
 * The kernel takes the larger of \`all\` and the interface, and tunl0 has no address by which a filter could let packets
 * in: \`all\` must be 0. What it meant for the other interfaces goes to each of them first.
 */
const KEEP_FILTERS = `  all=$(cat "$CONF/all/rp_filter")
  for file in "$CONF"/*/rp_filter; do
    case $file in */all/* | */tunl0/*) continue ;; esac
    [ "$(cat "$file")" -ge "$all" ] || echo "$all" > "$file"
  done
`;

/** Ranges may be many: one process sets them all, and what came of it is read back. */
function routes(family: Family, prefixes: RealServerNeeds['prefixes']): string {
  const own = prefixes.filter((each) => each.family === family).map(({ prefix }) => prefix);
  return `
start_routes${family}() {
  ip -${family} -force -batch - > /dev/null 2>&1 << 'END'
${own.map((prefix) => `route replace local ${prefix} dev lo table local proto 76`).join('\n')}
END
  check_routes${family}
}

check_routes${family}() {
  present=$(ip -${family} route show table local proto 76) || { problem "ip cannot read routes"; return; }
  while read -r prefix; do
    expect "local $prefix"
  done << 'END'
${own.join('\n')}
END
}

stop_routes${family}() {
  ip -${family} route flush table local proto 76
}
`;
}

/** The device of the module itself opens packets from every director; one of its own would be for one sender. */
function tunnel(device: TunnelDevice): string {
  const filter =
    device === 'tunl0' ? `  echo 0 > "$CONF/tunl0/rp_filter" || problem "rp_filter of tunl0 cannot be set"\n` : '';
  const checkFilter =
    device === 'tunl0'
      ? `  [ "$(cat "$CONF/tunl0/rp_filter" 2> /dev/null)" = 0 ] || problem "rp_filter of tunl0 is not 0"\n`
      : '';
  return `
start_${device}() {
  ip link show ${device} > /dev/null 2>&1 || modprobe ${MODULES[device]} || problem "module ${MODULES[device]} does not load"
  ip link set ${device} up || problem "${device} does not come up"
${filter}}

check_${device}() {
  present=$(ip -o link show ${device} up 2> /dev/null)
  [ -n "$present" ] || problem "${device} is not up"
${checkFilter}}

stop_${device}() {
  ! ip link show ${device} > /dev/null 2>&1 || ip link set ${device} down
}
`;
}

function main(families: readonly Family[], tunnels: readonly TunnelDevice[]): string {
  const hasValues = families.includes(4) || tunnels.includes('tunl0');
  const parts = [...tunnels, ...(hasValues ? ['values'] : []), ...families.map((family) => `routes${family}`)];
  const verb = (name: string, order: readonly string[]) => order.map((part) => `${name}_${part}`).join('; ');
  return `
case \${1:-} in
  start) ${verb('start', parts)} ;;
  stop) ${verb('stop', parts.toReversed())} ;;
  check) ${verb('check', parts)} ;;
  *) echo "usage: real-server start|stop|check" >&2; exit 2 ;;
esac
exit "$FAILED"
`;
}

export function printRealServerUnit(): string {
  return `# Made by LVS Console for this real server; copy it to /etc/systemd/system there, and enable it.
[Unit]
Description=LVS Console: takes packets for the virtual ranges of the directors
After=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/lvs-console/real-server start
ExecStop=/usr/lib/lvs-console/real-server stop

[Install]
WantedBy=multi-user.target
`;
}
