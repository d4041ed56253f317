#!/bin/sh
# LVS Console guard: changes one Linux director by whole releases, and puts the old state back by itself when nobody confirms.
# Runs as root, started by the console over ssh, by its own timer, by lvs-console-boot.service, or by you (status, list, apply, rollback).
# It changes only: the files named in a release's MANIFEST, the chains LVS-CONSOLE (mangle) and LVS-CONSOLE-NAT (nat) of both families with
# their jumps, ipsets called lvs-console*, the nftables table `inet lvs-console`, policy rules and routes with protocol 76, the addresses
# and sysctls named in the release, and the daemons heartbeat, ldirectord and keepalived. Everything else stays as it is.
# Exit: 0 done, 2 usage, 10 refused, 11 release damaged, 12 check failed, 13 apply failed, 14 no such transaction, 15 not for this key.
# shellcheck disable=SC2015,SC2016,SC2317,SC3013 # `a && b || die` is meant; awk programs stand in quotes; frame calls functions by name; -ef is in dash, bash and busybox
set -u
GUARD_VERSION=2.9.0
ROOT=''
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset IFS CDPATH ENV TMPDIR TAR_OPTIONS POSIXLY_CORRECT XTABLES_LIBDIR MODPROBE_OPTIONS PERL5LIB PERL5OPT
umask 077
cd / || exit 13

S=$ROOT/var/lib/lvs-console                    # all state of the guard
GUARD=$ROOT/usr/lib/lvs-console/guard          # this program, as timers call it
POLICY=$ROOT/etc/lvs-console/policy            # root's own limits; no release may touch it
RUN=$ROOT/run                                  # pid files, and the lock: must not depend on a disk
LOCK=$RUN/lvs-console.lock
MAX_BYTES=8388608                              # a release is a few hundred kilobytes at most
STAGE_SECONDS=120                              # as long as the console waits for it
MIN_FREE_KB=16384
MIN_FREE_INODES=256
KEEP_RELEASES=10
DAEMON_SECONDS=110                             # heartbeat may take a minute to stop its resources
ROLLBACK_SECONDS=600                           # one that stops and starts daemons takes a few minutes; one that takes longer hangs
LOOK_SECONDS=20                                # a program of two looks hangs: iptables waits five seconds for a lock, and none needs as long to work
WATCH=''
NL='
'

# ---- words -----------------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*" 2>/dev/null || :; }
warn() { printf 'guard: %s\n' "$*" >&2 2>/dev/null || :; }
die() { code=$1; shift; warn "$*"; exit "$code"; }

usage() {
  if person; then
    explain
    exit 2
  fi
  die 2 "usage: guard version | session | facts | read [SECTION...] | connections ROWS MILLISECONDS [COLUMN LOW HIGH]... | search MILLISECONDS [COLUMN LOW HIGH]... | delivery | status | list
  stage TX GENERATION | check TX | arm TX GENERATION SECONDS | switch TX GENERATION | confirm TX GENERATION
  rollback TX | abort TX GENERATION | handover PEER | apply RELEASE | boot
  one behind the other, until one fails: stage, check, arm, switch, confirm, read, delivery and status with the word \`then\` between them"
}

# The console reads lines of key=value from a pipe; somebody at a terminal of this host gets sentences.
person() { [ "${VIA:-direct}" = direct ] && { [ -t 1 ] || [ "${PLAIN:-no}" = yes ]; }; }

explain() {
  cat << END
This program changes an LVS director by whole releases. It needs neither network nor console.

  $GUARD status         what is in place, what is open, what to do next
  $GUARD list           the releases on this host
  $GUARD apply RELEASE  put an earlier release in place, now and for every start
  $GUARD apply origin   take everything of the console away; files from before it come back, virtual services do not
  $GUARD rollback       end an open deploy: back to the confirmed release

With \`help\` before it a command answers in sentences also into a file: $GUARD help status
The other commands are for the console: version session facts read connections search delivery stage check arm switch confirm abort handover boot
END
}

need_root() {
  while read -r key real effective _; do
    [ "$key" = Uid: ] || continue
    [ "$effective" = 0 ] || die 10 "must run as root (real user id $real)"
    return 0
  done < /proc/self/status
  die 10 "cannot tell which user this is"
}

need_number() { # VALUE DIGITS WORD
  case $1 in '' | *[!0-9]*) die 2 "$3 must be a number" ;; esac
  [ "${#1}" -le "$2" ] || die 2 "$3 is too large"
}

need_tx() { # <deploy number>-<8 hex>
  case $1 in *[!0-9a-f-]* | -* | *-*-*) die 2 "not a transaction id" ;; *-????????) ;; *) die 2 "not a transaction id" ;; esac
  case ${1%-*} in *[!0-9]*) die 2 "not a transaction id" ;; esac
  [ "${#1}" -le 40 ] || die 2 "transaction id is too long"
}

# ---- state: the transaction file, the fence, the links live and confirmed --------------------------------------------

read_clock() {
  read -r BOOT_ID < /proc/sys/kernel/random/boot_id
  read -r UPTIME _ < /proc/uptime
  UPTIME=${UPTIME%%.*}
}

load_tx() { # sets TX TX_GEN TX_STATE TX_STEP TX_BOOT TX_DEADLINE TX_TIMER; state `damaged` when the file is not whole
  TX='' TX_GEN='' TX_STATE=idle TX_STEP='' TX_BOOT='' TX_DEADLINE='' TX_TIMER=''
  [ -f "$S/tx" ] || return 0
  TX_STATE=damaged whole=no
  while IFS='=' read -r key value; do
    case $key in
      tx) TX=$value ;; generation) TX_GEN=$value ;; state) wanted_state=$value ;; step) TX_STEP=$value ;; boot_id) TX_BOOT=$value ;;
      deadline) TX_DEADLINE=$value ;; timer) TX_TIMER=$value ;; end) whole=yes ;;
    esac
  done < "$S/tx"
  [ "$whole" = no ] || TX_STATE=$wanted_state
}

load_fence() { # the newest generation that ever came, and whose it was: older ones are refused for ever
  FENCE=0 FENCE_TX=''
  [ ! -f "$S/generation" ] || read -r FENCE FENCE_TX < "$S/generation" || FENCE=999999999999999 # damaged: nothing new is taken, a rollback still works
}

release_name() { # live|confirmed -> NAME; `origin` before the first deploy
  NAME=origin
  [ -L "$S/$1" ] || return 0
  NAME=''
  { [ -f "$S/$1/name" ] && read -r NAME < "$S/$1/name"; } || NAME=$(readlink "$S/$1")
  NAME=${NAME##*/}
  [ -f "$S/releases/$NAME/MANIFEST" ]
}

# A guard was killed after it had renamed `confirmed`: the release holds, whatever the transaction file still says.
is_kept() {
  [ "$TX_STATE" = switched ] && [ -z "$TX_STEP" ] && [ "$TX_BOOT" = "$BOOT_ID" ] && [ -L "$S/confirmed" ] && release_name confirmed && [ "$NAME" = "$TX" ]
}

# ---- what reading stands on ------------------------------------------------------------------------------------------

has() { command -v "$1" > /dev/null; }
has_ipv6() { [ -d /proc/sys/net/ipv6 ]; }

can_load() { # MODULE: loaded, built in, or there to be loaded; asking a tool of it would load it
  [ ! -d "/sys/module/$1" ] || return 0
  read -r kernel < /proc/sys/kernel/osrelease
  [ -f "/lib/modules/$kernel/modules.dep" ] || return 0 # a kernel without modules: only asking tells
  ask_modules "$kernel" "$1" 2> /dev/null | grep -q '	yes$'
}

ask_modules() { # KERNEL NAMES: of each `NAME<TAB>yes|no`; not of modprobe, which would be one process for each
  depends=/lib/modules/$1/modules.dep builtin=/lib/modules/$1/modules.builtin loaded=/proc/modules
  [ -f "$depends" ] || depends=/dev/null
  [ -f "$builtin" ] || builtin=/dev/null
  [ -f "$loaded" ] || loaded=/dev/null
  awk -v asked="$2" -v folder="/lib/modules/$1" "$LOADABLE_AWK" "$depends" "$builtin" "$loaded"
}

# modules.dep, modules.builtin and what is loaded: of each that is asked for `NAME<TAB>yes|no`. depmod also names a file that has gone since.
LOADABLE_AWK='
FILENAME == "/proc/modules" { found[$1] = 1; next }
{ sub(/:.*/, ""); file = $0; sub(/.*\//, ""); sub(/\.ko.*/, ""); gsub(/-/, "_"); if (FILENAME ~ /builtin$/) found[$0] = 1; else path[$0] = file ~ /^\// ? file : folder "/" file }
END { n = split(asked, a, " "); for (i = 1; i <= n; i++) { m = a[i]; print m "\t" (m in found || m in path && (getline line < path[m]) >= 0 ? "yes" : "no") } }'

loaded() { # MODULE, one that has no folder in /sys/module when it is built in
  [ ! -d "/sys/module/$1" ] || return 0
  read -r kernel < /proc/sys/kernel/osrelease
  [ -d "/lib/modules/$kernel" ] || return 0
  set -- "$1" "/lib/modules/$kernel/modules.builtin"
  [ -f "$2" ] && awk -v asked="$1" '{ sub(/.*\//, ""); sub(/\.ko.*/, ""); gsub(/-/, "_"); if ($0 == asked) { found = 1; exit } } END { exit !found }' "$2"
}

# Whether the kernel does what a tool asks for: by a question that changes nothing, and none where asking would load a module.
iptables_works() { iptables-save > /dev/null 2>&1; }

ip6tables_works() { has_ipv6 && ip6tables-save > /dev/null 2>&1; }
has_ipset() { has ipset && can_load ip_set; }
ipset_works() { has_ipset && { [ ! -d /sys/module/ip_set ] || ipset list -n > /dev/null 2>&1; }; }
has_nft() { has nft && can_load nf_tables && can_load nft_chain_nat; }
nft_works() { has_nft && { ! loaded nf_tables || printf 'add table inet lvs-console-probe\n' | nft -c -f - > /dev/null 2>&1; }; }

read_sets() { # own sets only
  [ -d /sys/module/ip_set ] || return 0
  names=$(ipset list -n) || return 1
  for name in $names; do case $name in lvs-console*) ipset save "$name" || return 1 ;; esac; done
}

# Not with the shell's read: it reads byte by byte, and of a number the kernel gives only the first byte that way.
read_sysctls() { # FILE... -> key=value lines
  awk '{ key = substr(FILENAME, 11); gsub("/", ".", key); $1 = $1; print key "=" $0 }' "$@"
}

managed_paths() { # RELEASE -> PATHS, one a line
  PATHS=''
  while read -r _ _ name; do case $name in files/*) PATHS="$PATHS${name#files}$NL" ;; esac; done < "$S/releases/$1/MANIFEST"
}

link_is_ours() { # PATH
  [ -L "$ROOT$1" ] || return 1
  [ "$ROOT$1" -ef "$S/live/files$1" ] || [ "$(readlink "$ROOT$1")" = "$S/live/files$1" ]
}

alive() { # PIDFILE WORD -> PID, when that process runs that program
  PID=''
  read -r PID 2>/dev/null < "$1" || [ -n "$PID" ] || return 1
  case $PID in '' | *[!0-9]*) return 1 ;; esac
  command_line=''
  { read -r command_line < "/proc/$PID/cmdline"; } 2>/dev/null || :
  case $command_line in *"$2"*) return 0 ;; *) return 1 ;; esac
}

ldirectord_pid() { alive "$RUN/ldirectord.ldirectord.cf.pid" ldirectord || alive "$RUN/ldirectord.ldirectord.pid" ldirectord; }
heartbeat_pid() { alive "$RUN/heartbeat.pid" heartbeat; }
keepalived_pid() { alive "$RUN/keepalived.pid" keepalived; }
daemon_pid() { case $1 in heartbeat) heartbeat_pid ;; keepalived) keepalived_pid ;; *) ldirectord_pid ;; esac; }

# ---- reading ---------------------------------------------------------------------------------------------------------

find_holder() { # sets HOLDER, HOLDER_VERB and HOLDER_SINCE: who holds the lock now, or was the last; 1 when it is not there any more
  HOLDER='' HOLDER_VERB='' HOLDER_SINCE=''
  { read -r HOLDER HOLDER_VERB HOLDER_SINCE _ < "$LOCK.holder"; } 2> /dev/null || return 1
  case ${HOLDER_SINCE#-} in *[!0-9]*) HOLDER_SINCE='' ;; esac
  case $HOLDER in '' | *[!0-9]*) return 1 ;; esac
  has_lock "$HOLDER"
}

# The lock is descriptor 9, but a shell that waits for a program which it has started without it keeps it under one of the next numbers meanwhile
# (dash 0.5.12 sets redirections itself and not in the child). Never `-ef` first: of a file on a server that does not answer it would wait for
# ever, and any program's descriptor may be one. Without a program.
has_lock() { # PROCESS
  for fd in 9 10 11 12 13 14; do
    { while read -r word _; do [ "$word" != lock: ] || [ ! "/proc/$1/fd/$fd" -ef "$LOCK" ] || return 0; done < "/proc/$1/fdinfo/$fd"; } 2> /dev/null
  done
  return 1
}

verb_status() {
  read_clock
  load_tx
  load_fence
  ! is_kept || TX_STATE=confirmed
  left=''
  case $TX_STATE in armed | switched)
    left=0
    [ "$TX_BOOT" != "$BOOT_ID" ] || [ -z "$TX_DEADLINE" ] || [ "$TX_DEADLINE" -le "$UPTIME" ] || left=$((TX_DEADLINE - UPTIME)) ;;
  esac
  release_name live || NAME=damaged
  live=$NAME
  release_name confirmed || NAME=damaged
  find_holder || HOLDER_VERB=''
  printf 'version=%s\nstate=%s\nstep=%s\nbusy=%s\ntx=%s\ngeneration=%s\nseconds_left=%s\nlive=%s\nconfirmed=%s\nboot_id=%s\n' \
    "$GUARD_VERSION" "$TX_STATE" "$TX_STEP" "$HOLDER_VERB" "$TX" "$FENCE" "$left" "$live" "$NAME" "$BOOT_ID"
}

# Sets PROBE: another number once a managed file, its link in /etc or a member of the live release was touched (what stat says, ctime among it, which
# nobody puts back). One process, where proving the sums takes several.
probe_files() {
  set -- "$S/live/MANIFEST" "$S"/live/intent/*
  level=$S/live/files deeper=yes PROBE=0
  while [ "$deeper" = yes ]; do
    level="$level/*" deeper=no
    for f in $level; do
      if [ -d "$f" ]; then deeper=yes; elif [ -e "$f" ]; then set -- "$@" "$f" "$ROOT${f#"$S/live/files"}"; fi
    done
  done
  for word in $(stat -c '%i %s %Y %Z %z' "$@" 2> /dev/null); do
    case $word in *.*) word=1${word##*.} ;; *[!0-9]*) continue ;; esac # of %z what is behind the second
    PROBE=$(((PROBE * 31 + word) % 2147483647))
  done
}

read_status() { # what a poller asks every time: when `files` is another number it reads everything again
  verb_status
  [ ! -L "$S/live" ] || { probe_files; printf 'files=%s\n' "$PROBE"; }
}

frame() { # SECTION COMMAND...: the command's own bytes, then its exit status, so that could not read differs from is empty
  section=$1
  shift
  printf '@@ begin %s\n' "$section"
  "$@"
  printf '@@ end %s %s\n' "$section" "$?"
}

text_of() { # FILE: status 2 when there is none
  [ -e "$1" ] || return 2
  awk 1 "$1"
}

print_daemons() {
  for d in heartbeat ldirectord keepalived; do
    daemon_pid "$d" && word=running || word=stopped
    printf '%s\t%s\n' "$d" "$word"
  done
}

print_sysctls() {
  set -- /proc/sys/net/ipv4/ip_forward
  for FILE in /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/send_redirects /proc/sys/net/ipv4/conf/*/src_valid_mark \
    /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv4/conf/*/arp_announce /proc/sys/net/ipv4/vs/* \
    /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/*/accept_ra; do
    [ ! -r "$FILE" ] || set -- "$@" "$FILE"
  done
  read_sysctls "$@"
}

print_modules() { while read -r module _; do printf '%s\n' "$module"; done < /proc/modules; }

print_files() { # managed files that are not as the live release has them: `changed PATH` or `replaced PATH`
  release_name live || return 1
  [ -L "$S/live" ] || return 0
  managed_paths "$NAME"
  for path in $PATHS; do link_is_ours "$path" || printf 'replaced %s\n' "$path"; done
  [ -z "$PATHS" ] || (cd "$S/releases/$NAME" && awk '{ print $1 "  " $3 }' MANIFEST | sha256sum -c 2> /dev/null) |
    while read -r name word; do [ "$word" = OK ] || printf 'changed %s\n' "${name#files}"; done | sed 's/:$//'
}

print_changed_files() { # what stands in the files that print_files names: `PATH<TAB>line`; nothing of a secret, and nothing that a strange link leads to
  changed=$(print_files) && release_name live || return 1
  printf '%s\n' "$changed" | while read -r _ path; do
    [ -f "$ROOT$path" ] && { [ ! -L "$ROOT$path" ] || link_is_ours "$path"; } || continue
    awk -v name="files$path" '$3 == name && $2 != "0600" { found = 1 } END { exit !found }' "$S/releases/$NAME/MANIFEST" || continue
    head -c 65536 "$ROOT$path" | awk -v path="$path" '{ print path "\t" $0 }'
  done
}

print_clock() {
  read_clock
  printf 'epoch='
  date +%s || return 1
  printf 'uptime=%s\nboot_id=%s\n' "$UPTIME" "$BOOT_ID"
  read -r kernel < /proc/sys/kernel/osrelease
  printf 'kernel=%s\n' "$kernel"
  print_cluster
}

print_cluster() { # what the daemon that moves the addresses says of this host: it may believe other than the addresses show
  if heartbeat_pid && has cl_status; then
    ! word=$(timeout 2 cl_status rscstatus 2> /dev/null) || printf 'heartbeat=%s\n' "$word"
  elif keepalived_pid && has journalctl; then # it has no other way to ask that costs nothing
    timeout 2 journalctl -q --no-pager -o cat -n 50 -t Keepalived_vrrp 2> /dev/null |
      awk '/Entering [A-Z]+ STATE/ { sub(/.*Entering /, ""); state = $1 } END { if (state != "") print "vrrp=" state }'
  fi
  return 0
}

read_ipvs() { [ -f /proc/net/ip_vs ] && ipvsadm "$@"; } # status 1 without the module: asking ipvsadm would load it

# `ipvsadm -Ln --thresholds`, then `ipvsadm -Sn`: the latter with -x and -y behind each real server, also 0, so that not told differs from none.
TABLE_AWK='
BEGIN { kind["-f"] = "FWM"; kind["-t"] = "TCP"; kind["-u"] = "UDP"; kind["--sctp-service"] = "SCTP" }
/^(IP Virtual |Prot |$)/ { next }
/^(FWM|TCP|UDP|SCTP) / { service = $1 " " $2 ($3 == "IPv6" ? " -6" : ""); next }
/^ +-> / { if (NF == 6) told[service, $2] = " -x " $3 " -y " $4; next }
{ six = $4 == "-6"; server = kind[$2] " " $3 (six ? " -6" : "") SUBSEP $(5 + six); sub(/ +$/, "") }
$1 == "-a" && (server in told) { $0 = $0 told[server] }
{ print }'

read_table() { # what `ipvsadm -R` would make of it; `-S` leaves the thresholds out (ipvsadm 1.31)
  limits=$(read_ipvs -Ln --thresholds) && table=$(read_ipvs -Sn) || return 1
  printf '%s\n%s\n' "$limits" "$table" | awk "$TABLE_AWK"
}

print_conn_list() { # the first rows in ipvsadm's own words: it ends when nobody reads on, and the whole would cost the square of the table
  [ -f /proc/net/ip_vs ] || return 1
  timeout 1 ipvsadm -Lnc | head -n 200
}

list_table() { # iptables-legacy would load the table (and with nat the connection tracking) only to show that it is empty
  if [ "$(command -v iptables)" -ef /usr/sbin/xtables-legacy-multi ]; then
    [ -f /proc/net/ip_tables_names ] || return 0
    names=' '
    while read -r name; do names="$names$name "; done < /proc/net/ip_tables_names
    case $names in *" $1 "*) ;; *) return 0 ;; esac
  fi
  iptables -t "$1" -L -n -v
}

# Status 127: this host cannot have any of it, which is not the same as having none.
read_firewall() { has iptables-save || return 127; iptables-save -c; }

read_firewall6() { has_ipv6 && has ip6tables-save || return 127; ip6tables-save -c; }
read_ip6() { has_ipv6 || return 127; ip -6 -j -d "$@"; }
print_sets() { has_ipset || return 127; read_sets; }

print_nftables() {
  has_nft || return 127
  if loaded nf_tables; then
    tables=$(nft list tables 2> /dev/null) || { nft_works || return 127; return 1; }
    case $NL$tables$NL in *"${NL}table inet lvs-console$NL"*) nft -j list table inet lvs-console; return ;; esac
  fi
  printf '{"nftables": []}\n'
}

print_section() {
  case $1 in
    status) frame "$1" read_status ;;
    addresses) frame "$1" ip -j addr ;;
    policy-rules) frame "$1" ip -j -d rule ;;
    policy-rules6) frame "$1" read_ip6 rule ;;
    routes6) frame "$1" read_ip6 route show table all ;;
    routes) frame "$1" ip -j -d route show table all ;;
    ipvs) frame "$1" read_table ;;
    ipvs-list) frame "$1" read_ipvs -Ln ;;
    ipvs-stats) frame "$1" read_ipvs -Ln --stats --exact ;;
    ipvs-rate) frame "$1" read_ipvs -Ln --rate --exact ;;
    ipvs-daemon) frame "$1" read_ipvs -Ln --daemon ;;
    firewall) frame "$1" read_firewall ;;
    firewall6) frame "$1" read_firewall6 ;;
    sets) frame "$1" print_sets ;;
    nftables) frame "$1" print_nftables ;;
    mangle-list) frame "$1" list_table mangle ;;
    nat-list) frame "$1" list_table nat ;;
    sysctls) frame "$1" print_sysctls ;;
    modules) frame "$1" print_modules ;;
    daemons) frame "$1" print_daemons ;;
    clock) frame "$1" print_clock ;;
    files) frame "$1" print_files ;;
    changed-files) frame "$1" print_changed_files ;;
    conn-list) frame "$1" print_conn_list ;;
    *) return 1 ;;
  esac
}

ALL_SECTIONS='status addresses policy-rules policy-rules6 routes routes6 ipvs ipvs-list ipvs-stats ipvs-rate ipvs-daemon firewall firewall6 sets nftables mangle-list nat-list sysctls modules daemons clock files'
ASKED_SECTIONS='changed-files conn-list' # not among all of them: read when `files` names some, and when a person looks at it

verb_read() { # [SECTION...]
  for section; do case " $ALL_SECTIONS $ASKED_SECTIONS " in *" $section "*) ;; *) die 2 "no section $section" ;; esac; done
  # shellcheck disable=SC2086
  [ "$#" -gt 0 ] || set -- $ALL_SECTIONS
  for name; do print_section "$name"; done
}

print_tools() {
  for tool in ip iptables iptables-save iptables-restore iptables-legacy ip6tables ip6tables-save ip6tables-restore ipset nft ipvsadm ldirectord \
    keepalived systemctl systemd-run flock setsid unshare timeout sha256sum tar awk sync readlink modprobe sudo conntrack tcpdump; do
    path=$(command -v "$tool") && printf '%s\t%s\n' "$tool" "$path"
  done
  for path in /usr/libexec/heartbeat/heartbeat /usr/lib/heartbeat/heartbeat /usr/share/heartbeat/hb_takeover; do
    [ ! -x "$ROOT$path" ] || printf '%s\t%s\n' "${path##*/}" "$path"
  done
  return 0
}

print_loadable() {
  read -r kernel < /proc/sys/kernel/osrelease
  [ -f "/lib/modules/$kernel/modules.dep" ] || return 1
  ask_modules "$kernel" 'ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc ip_vs_wlc ip_vs_lblc ip_vs_lblcr ip_vs_dh ip_vs_sh ip_vs_sed ip_vs_nq ip_vs_fo ip_vs_ovf ip_vs_mh ip_vs_twos ip_vs_ftp iptable_mangle iptable_nat ip6table_mangle ip6table_nat ip_set ip_set_hash_net ip_set_hash_netport xt_set nf_tables xt_mark xt_comment xt_multiport xt_MASQUERADE nf_conntrack ipip ip6_tunnel'
}

print_disk() { df -Pk "$ROOT/var/lib" && df -Pi "$ROOT/var/lib"; }

print_writable() { # by writing where the guard may write, by asking elsewhere
  word=no
  ! { true > "$S/.probe"; } 2> /dev/null || word=yes
  printf '%s\t%s\n' /var/lib/lvs-console "$word"
  for path in /etc /usr/lib /run; do
    if [ -w "$ROOT$path" ]; then word=yes; else word=no; fi
    printf '%s\t%s\n' "$path" "$word"
  done
}

print_policy() { # name<TAB>value; a line that the check would not understand has the name `?`
  [ -e "$POLICY" ] || return 2
  awk '/^[ \t]*(#.*)?$/ { next } { key = $0; sub(/=.*/, "", key); value = $0; sub(/[^=]*=[ \t]*/, "", value) } key ~ /^(marks|interfaces|ranges|addresses|targets|resources|check-scripts)$/ { print key "\t" value; next } { print "?\t" $0 }' "$POLICY"
}

print_capabilities() { # name<TAB>yes|no: the tool is there and the kernel does what it asks for
  for name in iptables ip6tables ipset nft; do
    word=no
    ! has "$name" || ! "${name}_works" || word=yes
    printf '%s\t%s\n' "$name" "$word"
  done
  if has_ipv6; then printf 'ipv6\tyes\n'; else printf 'ipv6\tno\n'; fi
}

print_boot() { # whether a start of this host runs `guard boot`: where it does not, a power cut before a confirmation leaves the new release in force
  [ -d "$RUN/systemd/system" ] || { printf 'fallback\tunknown\n'; return 0; } # another init: nobody can see what it runs
  word=no
  ! grep -qs '^ExecStart=.*/guard boot$' "$ROOT/etc/systemd/system/sysinit.target.wants/lvs-console-boot.service" || word=yes
  printf 'fallback\t%s\n' "$word"
}

verb_list() {
  release_name live; live=$NAME
  release_name confirmed; confirmed=$NAME
  load_tx
  for d in "$S"/releases/*; do
    [ -f "$d/name" ] || continue
    name=${d##*/} words=''
    [ "$name" != "$live" ] || words="$words live"
    if [ "$name" = "$confirmed" ]; then words="$words confirmed"; elif [ -f "$d/was-confirmed" ]; then words="$words earlier"; fi
    [ "$name" != "$TX" ] || [ "$TX_STATE" = confirmed ] || words="$words $TX_STATE"
    [ "$name" != origin ] || words="$words before-the-first-deploy"
    printf '%s%s\n' "$name" "$words"
  done
}

print_guard() { printf 'version=%s\n' "$GUARD_VERSION" && sha256sum "$GUARD"; }

verb_facts() {
  frame uname uname -a
  frame os-release text_of "$ROOT/etc/os-release"
  frame tools print_tools
  frame iptables-version iptables -V
  frame modules print_loadable
  frame disk print_disk
  frame writable print_writable
  frame addresses ip -j addr
  frame clock print_clock
  frame status verb_status
  frame guard print_guard
  frame policy print_policy
  frame capabilities print_capabilities
  frame boot print_boot
  frame releases verb_list
  frame interfaces text_of "$ROOT/etc/network/interfaces"
  frame sysconfig-iptables text_of "$ROOT/etc/sysconfig/iptables"
  frame session verb_session
}

# Rows that hold TEXT when addresses and ports are written in decimal. Never more than `max` rows: reading the table is quadratic.
CONN=/proc/net/ip_vs_conn_sync # says more than ip_vs_conn: who made an entry, this host or the other one

# Columns of a row: 1 protocol 2 client 3 its port 4 virtual 5 its port 6 real server 7 its port 8 state 9 origin 10 seconds.
# `terms`: COLUMN LOW HIGH, again and again; words of one length in the kernel's own spelling compare as their numbers do. Terms of one
# column are ways to meet it, and every column that is named must be met.
CONN_AWK='
BEGIN { n = split(terms, t, " "); for (i = 1; i + 2 <= n; i += 3) { k++; col[k] = t[i]; low[k] = toupper(t[i + 1]); high[k] = toupper(t[i + 2]); asked[t[i]] = 1 } }
function fits(v, i) { return length(v) == length(low[i]) && (v "") >= (low[i] "") && (v "") <= (high[i] "") }
function holds(  c, i, ok, v) { for (c in asked) { v = toupper($c); ok = 0; for (i = 1; i <= k && !ok; i++) ok = col[i] == c && fits(v, i); if (!ok) return 0 } return 1 }
$1 == "Pro" { next }
$1 == "@whole" { whole = "yes"; next }
NF != 10 { odd++; next }
{ seen++ }
search && seen % 2000 == 0 { print "@@ seen " seen; fflush() }
k && !holds() { next }
{ found++ }
search { print; next }
found <= rows { print }
{ cell = $1 " " $4 " " $5 " " $6 " " $7 " " $8 " " $9; net = length($2) == 8 ? substr($2, 1, 6) : substr($2, 1, 19)
  if (cell in cells) cells[cell]++; else if (ncells < 2000) { ncells++; cells[cell] = 1 } else more++
  if (net in nets) nets[net]++; else if (nnets < 2000) { nnets++; nets[net] = 1 } else morenets++ }
END { whole = whole == "" ? "no" : whole
  if (search) { printf "@@ end seen=%d found=%d odd=%d whole=%s\n", seen, found, odd, whole; exit }
  print "@@ end rows 0\n@@ begin cells"; for (c in cells) print cells[c], c
  print "@@ end cells 0\n@@ begin nets"; for (c in nets) print nets[c], c
  printf "@@ end nets 0\n@@ begin seen\nseen=%d\nfound=%d\nodd=%d\nmore_cells=%d\nmore_nets=%d\nwhole=%s\n@@ end seen 0\n", seen, found, odd, more, morenets, whole }'

# The kernel walks its table from the start again for every few rows, so that a whole listing costs the square of its length: it is bounded
# by time, and cut off where it is then. The first rows cost nothing and come in any case: a machine can take longer to start `cat` than a look may last.
list_connections() { # MILLISECONDS
  seconds=$(($1 / 1000)).$(printf %03d $(($1 % 1000)))
  exec 4< "$CONN"
  dd bs=4096 count=4 <&4
  if IFS= read -r line <&4; then # what dd began or the next one: so there is more
    printf '%s\n' "$line"
    timeout -s KILL "$seconds" cat <&4 2>&3 || return
  fi
  echo @whole
}

read_terms() { # [COLUMN LOW HIGH]...: sets TERMS
  [ $(($# % 3)) -eq 0 ] && [ "$#" -le 48 ] || die 2 "a filter is COLUMN LOW HIGH, at most 16 times"
  TERMS="$*"
  case $TERMS in *[!0-9A-Za-z:._\ -]*) die 2 "a filter holds letters, digits, colons, dots and lines only" ;; esac
  while [ "$#" -gt 0 ]; do
    case $1 in [1-9]) ;; *) die 2 "a column is a number from 1 to 9" ;; esac
    [ "${#2}" -eq "${#3}" ] && [ "${#2}" -le 39 ] || die 2 "the ends of a range have one length"
    shift 3
  done
}

verb_connections() { # ROWS MILLISECONDS [COLUMN LOW HIGH]...
  need_number "$1" 5 rows
  need_number "$2" 4 milliseconds
  case $2 in 0*) die 2 "milliseconds must be 1 to 9999" ;; esac # 0 would be without an end
  rows=$1 milliseconds=$2
  shift 2
  read_terms "$@"
  frame count awk '/^  ->/ && $5 ~ /^[0-9]+$/ { n += $5 + $6 } END { print n + 0 }' /proc/net/ip_vs
  if [ ! -r "$CONN" ]; then
    frame rows cat "$CONN"
    return 0
  fi
  frame began cat /proc/uptime
  echo '@@ begin rows'
  { list_connections "$milliseconds" 3>&2 2> /dev/null; } | awk -v terms="$TERMS" -v rows="$rows" "$CONN_AWK"
  frame ended cat /proc/uptime
  frame cpu times
}

verb_search() { # MILLISECONDS [COLUMN LOW HIGH]...: all rows that hold the terms as they are found; ends when nobody listens
  need_number "$1" 7 milliseconds
  milliseconds=$1
  shift
  read_terms "$@"
  [ -r "$CONN" ] || die 10 "this host has no connection table: IPVS is not loaded"
  { list_connections "$milliseconds" 3>&2 2> /dev/null; } | awk -v terms="$TERMS" -v search=1 "$CONN_AWK"
  frame cpu times
}

verb_session() { # who is at the other end, and by which way: what the console shows of a login
  client=''
  case ${SSH_CONNECTION:-} in *[!0-9A-Za-z.:%\ ]*) ;; *) client=${SSH_CONNECTION:-} ;; esac
  printf 'user=%s\nvia=%s\nread_only=%s\nclient=%s\n' "${SUDO_USER:-root}" "$VIA" "$READ_ONLY" "$client"
}

QUESTION_AWK='
NF != 4 || $1 !~ /^[0-9a-f.:]+$/ || $2 !~ /^[0-9a-f.:]+$/ || $3 !~ /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/ || length($3) > 15 || $4 !~ /^[0-9]+$/ || NR > 1024 { exit 2 }
{ print "route get " $1 " from " $2 " iif " $3 " mark " $4 }'

verb_delivery() { # < lines `ADDRESS SOURCE INTERFACE MARK` of either family: where the kernel would send such a packet, a line each in a frame of its family
  questions=$(head -c 131072 | awk "$QUESTION_AWK") || die 2 "not at most 1024 lines <address> <source> <interface> <mark>"
  for six in '' 6; do frame "delivery${six:-4}" ask_routes; done
}

ask_routes() { # of one family: status 127 when nobody asked about it
  case $six in 6) asked=$(printf '%s\n' "$questions" | grep '^route get [^ ]*:') ;; *) asked=$(printf '%s\n' "$questions" | grep -v '^route get [^ ]*:') ;; esac
  [ -n "$asked" ] || return 127
  printf '%s\n' "$asked" | ip "-${six:-4}" -o -batch - 2>&1
}

# ---- main ------------------------------------------------------------------------------------------------------------

NOT_THIS='this key may run the guard only, with words of letters, digits and .:/_-'

# What a forced command in authorized_keys starts: the words that the client sent are data, never handed to a shell. Sets WORDS.
read_client() {
  case ${SSH_ORIGINAL_COMMAND:-} in '' | *[!A-Za-z0-9_.:/\ -]*) die 15 "$NOT_THIS" ;; esac
  WORDS=${SSH_ORIGINAL_COMMAND#sudo -n }
  case "$WORDS " in "guard "* | "$GUARD "*) WORDS=${WORDS#"${WORDS%% *}"} ;; *) die 15 "$NOT_THIS" ;; esac
  case $WORDS in *' --ssh'*) die 15 "$NOT_THIS" ;; esac
}

need_permission() { # VERB
  case $READ_ONLY:$1 in
    no:* | yes:version | yes:facts | yes:read | yes:connections | yes:search | yes:status | yes:list | yes:session | yes:delivery) ;;
    *) die 15 "this key may only read, $1 changes something" ;;
  esac
  case $VIA:$1 in ssh:apply | ssh:boot) die 15 "$1 is for root on this host, not for the console's key" ;; esac
}

# Steps that the console sends together, because over a long line each answer that is waited for costs a round trip: `VERB WORD... then VERB WORD...`.
# The first that fails ends the sequence with its own status; after each that is done a line says so.
run_sequence() {
  for word; do
    case $word in '' | *[!A-Za-z0-9_.:/-]*) die 2 "odd word in a sequence" ;; esac
  done
  verb=''
  for word; do
    if [ -z "$verb" ]; then
      verb=$word
      case $verb in stage | check | arm | switch | confirm | read | delivery | status) need_permission "$verb" ;; *) die 2 "$verb cannot be part of a sequence" ;; esac
    fi
    [ "$word" != 'then' ] || verb=''
  done
  [ -n "$verb" ] || usage
  sequence_step=''
  for sequence_word in "$@" 'then'; do
    if [ "$sequence_word" != 'then' ]; then sequence_step="$sequence_step $sequence_word"; continue; fi
    # shellcheck disable=SC2086 # its words are plain, that was checked
    run_verb $sequence_step || return
    exec 9>&- # the step's lock: a roll back must not wait for what only reads
    sequence_step=${sequence_step# }
    say "@@ done ${sequence_step%% *}"
    sequence_step=''
  done
}

run_verb() { # VERB WORD...
  verb=$1
  shift
  case $verb:$# in
    version:0) printf '%s\n' "$GUARD_VERSION" ;;
    session:0) verb_session ;;
    delivery:0) verb_delivery ;;
    facts:0) need_root; verb_facts ;;
    read:*) need_root; verb_read "$@" ;;
    connections:[1-9]*) need_root; [ "$#" -ge 2 ] || usage; verb_connections "$@" ;;
    search:[1-9]*) need_root; verb_search "$@" ;;
    status:0) need_root; verb_status ;;
    list:0) need_root; verb_list ;;
    stage:2) verb_stage "$@" ;;
    check:1) verb_check "$@" ;;
    arm:3) verb_arm "$@" ;;
    switch:2) verb_switch "$@" ;;
    confirm:2) verb_confirm "$@" ;;
    rollback:1) verb_rollback "$@" ;;
    abort:2) verb_abort "$@" ;;
    handover:1) verb_handover "$@" ;;
    apply:1) verb_apply "$@" ;;
    boot:0) verb_boot ;;
    *) usage ;;
  esac
}

run() { # VERB WORD...
  case " $* " in *' then '*) run_sequence "$@"; return ;; esac
  need_permission "$1"
  if person; then
    case $1:$# in
      status:1) need_root; explain_status; return ;;
      list:1) need_root; explain_list; return ;;
      rollback:[12]) need_root; shift; person_rollback "$@"; return ;;
      apply:2) need_root; person_apply "$2"; return ;;
    esac
  fi
  run_verb "$@"
}

VIA=direct READ_ONLY=no
if [ "${1:-}" = --ssh ]; then
  VIA=ssh
  case $#:${2:-} in 1:) ;; 2:--read-only) READ_ONLY=yes ;; *) usage ;; esac
  read_client
  set -f
  # shellcheck disable=SC2086 # the words are wanted one by one
  set -- $WORDS
  set +f
fi
if [ "${1:-}" = --read-only ]; then READ_ONLY=yes; shift; fi
if [ "$VIA:${1:-}" = direct:help ]; then PLAIN=yes; shift; [ "$#" -gt 0 ] || { explain; exit 0; }; fi
[ "$#" -ge 1 ] || usage

# A shell reads a program as it runs it, and what it has read it must hold: a poller that only reads need not carry the two thirds below.
READING='version session delivery facts read connections search status'
CHANGING='list arm switch confirm rollback abort handover apply boot'
only() { # "VERB..." WORD...: whether nothing but these verbs is asked for
  verbs=$1 next=verb
  shift
  for word; do
    if [ "$next" = verb ]; then case " $verbs " in *" $word "*) ;; *) return 1 ;; esac; fi
    next=word
    [ "$word" != 'then' ] || next=verb
  done
}

if ! person && only "$READING" "$@"; then
  run "$@"
  exit $?
fi

# ---- changing the state: one at a time, whole or not at all ----------------------------------------------------------

print_tx() { # STATE STEP
  printf 'tx=%s\ngeneration=%s\nstate=%s\nstep=%s\nboot_id=%s\ndeadline=%s\ntimer=%s\nend=1\n' \
    "$TX" "$TX_GEN" "$1" "$2" "$TX_BOOT" "$TX_DEADLINE" "$TX_TIMER"
}

save_tx() { # STATE [STEP]: whole or not at all, also after a power cut
  print_tx "$1" "${2:-}" > "$S/tx.new" && sync_file "$S/tx.new" && mv -f "$S/tx.new" "$S/tx" || return 1
  TX_STATE=$1 TX_STEP=${2:-}
}

point() { # live|confirmed RELEASE, by one rename
  ln -sfn "releases/$2" "$S/$1.new" && mv -fT "$S/$1.new" "$S/$1"
}

is_open() { case $TX_STATE in staged | checked | armed | switched | damaged) true ;; *) false ;; esac; }

# Without our lock: a disk that does not answer holds its program also against SIGKILL, and a rollback must not wait for that.
sync_file() { sync "$1" 2>/dev/null 9>&- || sync 9>&-; }
sync_all() { sync -f "$S" "$ROOT/etc" 2>/dev/null 9>&- || sync 9>&-; }

sync_soon() { # what is done holds without it too, because a host starts from `confirmed`: so nobody waits longer than ten seconds
  (exec < /dev/null > /dev/null 2>&1; sync_all) &
  syncing=$! tries=0
  while kill -0 "$syncing" 2> /dev/null; do
    [ "$tries" -lt 100 ] || { warn "the disk has not taken everything within ten seconds"; return 0; }
    tries=$((tries + 1))
    sleep 0.1
  done
}

take_lock() { # VERB [TX]: one state change at a time; a rollback of the open transaction breaks the lock of what belongs to it after two seconds
  [ -d "$RUN" ] || die 13 "$RUN is missing"
  { true >> "$LOCK"; } 2> /dev/null || die 13 "cannot write $LOCK"
  exec 9>> "$LOCK"
  tries=0 left_by='' said_names=''
  until flock -n 9; do
    tries=$((tries + 1))
    if [ "$1" = rollback ]; then
      [ $((tries % 10)) -ne 0 ] || break_lock "$2"
      [ "$tries" -lt 700 ] || refuse_lock
    else
      [ "$tries" -lt 50 ] || die 10 "another guard command is at work, try again"
    fi
    sleep 0.2
  done
  read -r UPTIME _ < /proc/uptime
  printf '%s %s %s\n' "$$" "$1" "${UPTIME%%.*}" > "$LOCK.holder"
}

break_lock() { # TX: one that has ended long ago stops nobody, and what a person at the console does is not cut short
  load_tx
  [ "$TX_STATE" = damaged ] || { [ "$TX" = "$1" ] && is_open; } || return 0
  find_holder && is_gone=no || is_gone=yes
  case $is_gone:$HOLDER_VERB in
    *: | no:boot | no:apply) return 0 ;;
    no:rollback) read -r UPTIME _ < /proc/uptime
      [ -n "$HOLDER_SINCE" ] && [ $((${UPTIME%%.*} - HOLDER_SINCE)) -gt "$ROLLBACK_SECONDS" ] || return 0 ;;
  esac
  if [ "$is_gone" = yes ]; then # what it started goes on without it; or somebody has taken the lock just now and not written so yet
    [ "$left_by" = "$HOLDER $HOLDER_SINCE" ] || { left_by="$HOLDER $HOLDER_SINCE"; return 0; }
    HOLDER=''
  fi
  lock_keepers
  [ -n "$KEEPERS" ] || return 0
  name_keepers
  [ "$NAMES" = "$said_names" ] || warn "stopping guard $HOLDER_VERB${HOLDER:+ (process $HOLDER)} and what it started, which still has the lock: $NAMES"
  said_names=$NAMES # what waits in the kernel comes again every two seconds
  # shellcheck disable=SC2086 # the guard before its programs: it would go on when one ends
  kill -KILL $HOLDER $KEEPERS 2> /dev/null || :
}

# Sets KEEPERS: all that keep the lock taken. What a guard starts has its descriptor, and so the lock, also when that guard has ended.
lock_keepers() {
  KEEPERS=''
  for process in /proc/[0-9]*; do ! has_lock "${process#/proc/}" || KEEPERS="$KEEPERS ${process#/proc/}"; done
}

name_keepers() { # KEEPERS -> NAMES, with what each waits for: D and an own word are the kernel's affair
  NAMES=''
  for process in $KEEPERS; do
    name='' state='' place=''
    { read -r name < "/proc/$process/comm"
      while read -r key value; do [ "$key" != State: ] || state=$value; done < "/proc/$process/status"
      read -r place < "/proc/$process/wchan"; } 2> /dev/null || : # wchan is a line without an end
    NAMES="$NAMES${NAMES:+, }$name (process $process, $state${place:+ in $place})"
  done
}

refuse_lock() { # after more than two minutes: what does not end even when it is killed waits in the kernel, and then nothing here can help
  lock_keepers
  name_keepers
  die 13 "the lock is held for more than two minutes${NAMES:+: $NAMES}. What cannot be killed waits for the kernel: restart this host, at its start it puts the confirmed release in place"
}

begin() { # VERB [TX]: what every state change starts with; neither a lost connection nor a slip of the fingers may stop it half way
  need_root
  trap '' PIPE HUP INT QUIT TSTP
  take_lock "$@"
  begin_watch
  read_clock
  load_tx
  load_fence
  ! is_kept || finish_confirmed "$1"
}

# ---- what hangs is ended, or a rollback would hang with it ------------------------------------------------------------

begin_watch() { # one for all steps of a sequence; it has neither our lock nor our output, so nobody waits for it
  [ -z "$WATCH" ] || return 0
  (exec < /dev/null > /dev/null 2>&1 9>&-; watch_guard) & # by exec: a shell keeps what it redirects for a function
  WATCH=$!
  trap end_watch EXIT
}

end_watch() {
  kill "$WATCH" 2> /dev/null
  [ ! -s "$LOCK.hung" ] || { cat "$LOCK.hung" >&2; rm -f "$LOCK.hung"; }
}

watch_guard() {
  set +u
  trap 'kill "$!"; exit' TERM # never by a variable: between the start of the pause and its setting the guard may end
  kept='' stood=''
  while :; do
    sleep "$LOOK_SECONDS" &
    wait "$!"
    read -r myself _ _ parent _ < /proc/self/stat
    [ "$parent" = "$$" ] || exit
    if has_lock "$$"; then look_for_hung; else kept='' stood=''; fi
  done
}

# What asks the kernel has our lock and no `timeout` of its own, which would be one more program for each. One that is there at two looks
# is killed, and its step fails or comes again as after any failure of that program. A disk that takes its time is left alone.
look_for_hung() {
  lock_keepers
  hung=''
  for process in $KEEPERS; do
    case " $kept " in *" $process "*) ;; *) continue ;; esac
    name=''
    read -r name < "/proc/$process/comm"
    case $name in iptables-* | ip6tables-* | ipset | ipvsadm | nft | ip) hung="$hung $process"; note_hung "$name (process $process)" ;; esac
  done
  kept=$KEEPERS was=$stood
  read -r stood < "/proc/$$/stat" # all that it ever does is counted there
  # shellcheck disable=SC2086
  if [ -n "$hung" ]; then kill -KILL $hung
  elif [ "$stood" = "$was" ] && ! has_living_child; then
    note_hung "this guard (process $$), which waited for programs that had ended"
    kill -KILL "$$"
  fi
}

has_living_child() { # besides this watch; a kernel that keeps no such list is believed to have one
  [ -r "/proc/$$/task/$$/children" ] || return 0
  read -r children < "/proc/$$/task/$$/children"
  for child in $children; do
    command_line=''
    [ "$child" = "$myself" ] || read -r command_line < "/proc/$child/cmdline"
    [ -z "$command_line" ] || return 0
  done
  return 1
}

note_hung() { printf 'guard: killed after it had hung for more than %s seconds: %s\n' "$LOOK_SECONDS" "$1" >> "$LOCK.hung"; }

finish_confirmed() { # VERB
  save_tx confirmed || return 0
  sync_all
  [ "$1" != rollback ] || TX_TIMER='' # it may be this very process
  UNITS_CHANGED=yes
  end_confirmed "$TX"
}

need_open() { # TX GENERATION: this transaction, this generation, this boot
  [ "$TX" = "$1" ] || die 14 "transaction $1 is not open here (open: ${TX:-none})"
  [ "$TX_STATE" != damaged ] || die 10 "the transaction file is damaged: roll back"
  [ -z "${2:-}" ] || [ "$TX_GEN" = "$2" ] || die 10 "transaction $1 has generation $TX_GEN, not $2"
  [ "$TX_BOOT" = "$BOOT_ID" ] || [ "$TX_STATE" = confirmed ] || die 10 "the host was restarted since transaction $1 began: roll back"
}

make_state() { # folders, and the release `origin`: what was here before the console came
  mkdir -p "$S/releases" && chmod 0755 "$S" "$S/releases" || die 13 "cannot write $S"
  if [ ! -L "$S/confirmed" ]; then
    o=$S/releases/origin
    mkdir -p "$o/intent" "$o/files" && chmod 0755 "$o" "$o/files" || die 13 "cannot write $o"
    read_kernel && save_kernel "$o/intent" || die 13 "cannot read the kernel's present state"
    true > "$o/MANIFEST" && true > "$o/intent/modules" && true > "$o/intent/sysctl" && true > "$o/intent/ipvs" && true > "$o/intent/meta" &&
      printf 'none\n' > "$o/intent/daemon" && printf 'origin\n' > "$o/name" || die 13 "cannot write $o"
    sync_all
    [ -L "$S/live" ] || point live origin || die 13 "cannot write $S/live"
    point confirmed origin || die 13 "cannot write $S/confirmed"
  fi
}

# Addresses of both families as text of a fixed width (4 or 6, then hexadecimal digits), which compares as the numbers do.
ADDRESS_AWK='
function hex(n, width,   s, d) { for (s = ""; width > 0; width--) { d = n % 16; s = substr("0123456789abcdef", d + 1, 1) s; n = (n - d) / 16 } return s }
function quad(s,   p, i, out) {
  if (split(s, p, ".") != 4) return ""
  for (i = 1; i <= 4; i++) { if (p[i] !~ /^[0-9]+$/ || length(p[i]) > 3 || p[i] > 255 || p[i] ~ /^0./) return ""; out = out hex(p[i], 2) }
  return "4" out
}
function groups(s, into,   n, i) {
  n = s == "" ? 0 : split(s, into, ":")
  for (i = 1; i <= n; i++) { if (into[i] !~ /^[0-9a-f]+$/ || length(into[i]) > 4) return -1; into[i] = substr("0000" into[i], length(into[i]) + 1) }
  return n
}
function address(s,   at, head, tail, h, t, i, out) { # "" when it is none
  if (s ~ /^[0-9.]+$/) return quad(s)
  if (s !~ /^[0-9a-f:]+$/ || s !~ /:/) return ""
  at = index(s, "::")
  h = groups(at ? substr(s, 1, at - 1) : s, head); t = at ? groups(substr(s, at + 2), tail) : 0
  if (h < 0 || t < 0 || (at ? h + t > 7 : h != 8)) return ""
  for (i = 1; i <= h; i++) out = out head[i]
  for (i = h + t; i < 8; i++) out = out "0000"
  for (i = 1; i <= t; i++) out = out tail[i]
  return "6" out
}
function cidr(s,   p, n, base, bits, keep, size, d, low) { # sets first, last, family, plen and aligned (no host bits)
  n = split(s, p, "/"); base = address(p[1])
  if (base == "") return 0
  family = substr(base, 1, 1) + 0; bits = family == 4 ? 32 : 128; plen = bits
  if (n > 1) { if (n > 2 || p[2] !~ /^[0-9]+$/ || length(p[2]) > 3 || p[2] + 0 > bits) return 0; plen = p[2] + 0 }
  keep = int(plen / 4); size = 1
  for (d = plen % 4; d < 4; d++) size *= 2 # no power: a busybox may be without mathematics
  first = last = substr(base, 1, keep + 1)
  if (keep < bits / 4) {
    d = index("0123456789abcdef", substr(base, keep + 2, 1)) - 1; low = d - d % size
    first = first hex(low, 1); last = last hex(low + size - 1, 1)
    while (length(first) <= bits / 4) { first = first "0"; last = last "f" }
  }
  aligned = first == base
  return 1
}
function exact(s,   t) { # one address, prefix or part of a rule in one spelling
  if (!cidr(s)) return s
  t = first; return t "/" plen
}'

# sha256sum passes over a line that holds no sum, so such a line gets one that no file has.
SUMS_AWK='{ print (length($1) == 64 && $1 !~ /[^0-9a-f]/ ? $1 : sprintf("%064d", 0)) "  " $NF }'

verify_release() { # FOLDER: every member has the hash of its MANIFEST line, and the MANIFEST the one that was taken when it came
  if [ ! -s "$1/MANIFEST" ]; then
    [ "${1##*/}" != origin ] || [ ! -f "$1/MANIFEST" ] || return 0
    warn "$1/MANIFEST is missing or empty"
    return 1
  fi
  sum='' # releases that an older guard took have none
  if [ -e "$1/MANIFEST.sum" ]; then
    [ -s "$1/MANIFEST.sum" ] || { warn "$1/MANIFEST.sum is empty"; return 1; }
    sum=MANIFEST.sum
  fi
  # shellcheck disable=SC2086 # one word or none
  words=$(cd "$1" && awk "$SUMS_AWK" $sum MANIFEST | sha256sum -c 2>&1) || {
    warn "damaged: $(printf '%s\n' "$words" | grep -v ': OK$')"
    return 1
  }
}

# ---- the kernel: read once, then only the difference -----------------------------------------------------------------

NFT_HEAD='table inet lvs-console
delete table inet lvs-console'

# Sets NOW_RULES, NOW_IP (both families: 6 behind), NOW_SETS, NOW_NFT and NOW_ADDRESSES, or fails: could not read is not the same as empty.
# A tool that is not installed has made nothing here; a kernel module that is not loaded holds nothing, and reading must not load it.
read_kernel() {
  NOW_RULES='' NOW_RULES6='' NOW_IP6='' NOW_SETS='' NOW_NFT=''
  ! has iptables-save || NOW_RULES=$(iptables-save) || { warn "iptables-save failed"; return 1; }
  NOW_IP=$(read_ip -4) || { warn "ip failed"; return 1; }
  NOW_ADDRESSES=$(ip -o addr show) || { warn "ip failed"; return 1; }
  if has_ipv6; then
    NOW_IP6=$(read_ip -6) || { warn "ip -6 failed"; return 1; }
    ! has ip6tables-save || NOW_RULES6=$(ip6tables-save) || { warn "ip6tables-save failed"; return 1; }
  fi
  ! has ipset || NOW_SETS=$(read_sets) || { warn "ipset failed"; return 1; }
  ! has nft || NOW_NFT=$(read_nft) || { warn "nft failed"; return 1; }
}

read_ip() { # -4|-6
  ip "$1" -N -batch - << END
rule show
route show table all proto 76
link show lo
END
}

read_nft() { # nothing when there is no own table
  loaded nf_tables || return 0
  tables=$(nft list tables 2> /dev/null) || { ! nft_works; return; }
  case $NL$tables$NL in *"${NL}table inet lvs-console$NL"*) nft -s list table inet lvs-console ;; esac
}

# Own chains, jumps with their place, policy rules and routes, in the form of intent/*. Reads NOW_IP (part=ip), then NOW_RULES (part=rules).
SAVE_AWK='
function after(word,   i) { for (i = 1; i < NF; i++) if ($i == word) return $(i + 1); return "" }
BEGIN { own["mangle"] = "LVS-CONSOLE"; own["nat"] = "LVS-CONSOLE-NAT"; types[2] = "local"; types[7] = "unreachable" }
part == "ip" && /^1: lo: / { part = "rules"; next }
part == "ip" && /^[0-9]+:/ {
  mark = after("fwmark"); dest = after("to")
  if (after("proto") == "76" && after("iif") != "" && mark dest != "") { sub(/:/, "", $1); print $1, after("iif"), (mark == "" ? "-" : mark), after("lookup") (dest == "" ? "" : " " dest) > (to "/policy-rules" six) }
  next
}
part == "ip" && $1 in types { t = after("table"); print types[$1], $2, (t == "" || t == 254 ? "main" : t) ($1 == 2 ? " " after("dev") : "") > (to "/routes" six); next }
part == "ip" { next }
{ sub(/ +$/, "") }
/^\*/ { table = substr($0, 2); next }
/^:/ { if (table in own && substr($1, 2) == own[table]) made[table] = 1; next }
/^-A / && table in own {
  if ($2 == own[table]) { line[table, ++rules[table]] = $0; next }
  place[table, $2]++
  if ($NF == own[table] && $0 ~ /--comment "?lvs-console"? /) print table, $2, $NF, place[table, $2] > (to "/jumps" six)
}
END {
  file = to "/rules.v" (six == "" ? 4 : 6)
  for (table in made) {
    print "*" table "\n:" own[table] " - [0:0]" > file
    for (i = 1; i <= rules[table]; i++) print line[table, i] > file
    print "COMMIT" > file
  }
}'

save_kernel() { # FOLDER
  for f in policy-rules routes jumps rules.v4 policy-rules6 routes6 jumps6 rules.v6 sets rules.nft; do true > "$1/$f" || return 1; done
  printf '%s\n' "$NOW_IP" "$NOW_RULES" | awk -v to="$1" "$SAVE_AWK" part=ip - || return 1
  [ -z "$NOW_IP6" ] || printf '%s\n' "$NOW_IP6" "$NOW_RULES6" | awk -v to="$1" -v six=6 "$SAVE_AWK" part=ip - || return 1
  [ -z "$NOW_SETS" ] || printf '%s\n' "$NOW_SETS" | awk '$2 != "lvs-console-new"' > "$1/sets" || return 1
  [ -z "$NOW_NFT" ] || printf '%s\n%s\n' "$NFT_HEAD" "$NOW_NFT" > "$1/rules.nft"
}

part_of() { # FOLDER NAME -> PART: a file that an older release does not have is an empty list
  PART=$1/$2
  [ -f "$PART" ] || PART=/dev/null
}

# A release may keep its rules in another form than the one before: the new form stands before the old one is taken away.
set_firewall() { # FOLDER, of a release or of a snapshot; NOW_* as read_kernel left them
  change_sets "$1" && load_nft "$1" || return 1
  set_rules "$1" '' && set_rules "$1" 6 || return 1
  drop_nft "$1" && drop_sets "$1"
}

# What `ipset restore` must read to turn the own sets from now into want: a new set is made, a changed one is filled beside it and swapped in.
SETS_AWK='
function flags(   i, out) { # what of a header must be equal: size and seed are the affair of the kernel
  for (i = 4; i <= NF; i++) { if ($i ~ /^(hashsize|bucketsize|initval|family)$/) i++; else if ($i == "maxelem") { i++; if ($i != 65536) out = out " maxelem " $i } else out = out " " $i }
  return out
}
$1 == "create" { header[part, $2] = flags(); if (part == "want") { order[++sets] = $2; made[$2] = substr($0, length("create " $2 " ") + 1) } else now[$2] = 1; next }
$1 == "add" { sub(/\/0xffffffff/, "", $0); entry = substr($0, length("add " $2 " ") + 1); if (part == "now") { has[$2, entry] = 1; count[$2]++ } else { list[$2, ++total[$2]] = entry; if (($2, entry) in has) same[$2]++ } }
function fill(name, from,   i) { for (i = 1; i <= total[from]; i++) print "add", name, list[from, i] }
END {
  if (now["lvs-console-new"]) print "destroy lvs-console-new"
  for (s = 1; s <= sets; s++) {
    name = order[s]
    if (!now[name]) { print "create", name, made[name]; fill(name, name); continue }
    if (header["now", name] == header["want", name] && count[name] + 0 == total[name] + 0 && same[name] + 0 == total[name] + 0) continue
    print "create lvs-console-new", made[name]; fill("lvs-console-new", name)
    print "swap lvs-console-new", name; print "destroy lvs-console-new"
  }
}'

change_sets() { # FOLDER
  part_of "$1" sets
  [ -s "$PART" ] || return 0
  text=$(printf '%s\n' "$NOW_SETS" | awk "$SETS_AWK" part=now - part=want "$PART") || return 1
  [ -n "$text" ] || { say "sets: unchanged"; return 0; }
  printf '%s\n' "$text" | ipset restore || { warn "ipset refused the sets"; return 1; }
  say "sets: changed"
}

drop_sets() { # FOLDER: sets that it does not have any more, after the last rule that looked into them
  [ -n "$NOW_SETS" ] || [ -s "$1/sets" ] || return 0
  now=$(read_sets) || return 1
  part_of "$1" sets
  gone=$(printf '%s\n' "$now" | awk '$1 != "create" { next } part == "want" { keep[$2] = 1; next } !($2 in keep) { print $2 }' part=want "$PART" part=now -) || return 1
  for set in $gone; do
    tries=0
    until words=$(ipset destroy "$set" 2>&1); do # iptables over nf_tables lets go of a set a moment after its rule
      tries=$((tries + 1))
      [ "$tries" -lt 25 ] || { warn "set $set cannot be removed: $words"; return 1; }
      sleep 0.2
    done
    say "sets: $set removed"
  done
}

load_nft() { # FOLDER: the whole own table in one transaction; nothing when the kernel has it already, so counters stay
  part_of "$1" rules.nft
  [ -s "$PART" ] || return 0
  listed=$PART
  [ "${1##*/}" != intent ] || listed=${1%/intent}/rehearsal/listed.nft
  if [ -n "$NOW_NFT" ] && [ -f "$listed" ] && [ "$NFT_HEAD$NL$NOW_NFT" = "$(cat "$listed")" ]; then say "nftables: unchanged"; return 0; fi
  nft -f "$PART" || { warn "nft refused the rules"; return 1; }
  say "nftables: changed"
}

drop_nft() { # FOLDER
  part_of "$1" rules.nft
  [ -n "$NOW_NFT" ] && [ ! -s "$PART" ] || return 0
  nft delete table inet lvs-console || { warn "nft cannot remove the own table"; return 1; }
  say "nftables: removed"
}

# What iptables-restore -n must read to turn the own chains and jumps from now into want; nothing when they are equal, so counters stay.
RULES_AWK='
BEGIN { own["mangle"] = "LVS-CONSOLE"; own["nat"] = "LVS-CONSOLE-NAT"; spec = " -m comment --comment \"lvs-console\" -j " }
{ sub(/ +$/, "") }
part == "jumps" { if (NF >= 3) { jumps++; table_of[jumps] = $1; from[jumps] = $2; place[jumps] = $4; wanted[$1, $2] = 1 } next }
/^\*/ { table = substr($0, 2); next }
!(table in own) { next }
/^:/ { if (substr($1, 2) == own[table]) chain[part, table] = 1; next }
!/^-A / { next }
$2 == own[table] { line[part, table, ++rules[part, table]] = $0; next } # by the line: a text that grows is copied each time
part == "now" { count[table, $2]++ }
part == "now" && $NF == own[table] && $0 ~ /--comment "?lvs-console"? / {
  if (wanted[table, $2] && chain["want", table] && !present[table, $2]++) next
  drop[table] = drop[table] "-D" substr($0, 3) "\n"
}
function same(t,   i) {
  if (!chain["now", t] || rules["want", t] != rules["now", t]) return 0
  for (i = 1; i <= rules["want", t]; i++) if (line["want", t, i] != line["now", t, i]) return 0
  return 1
}
# Rules that stay keep their counters: only the others are deleted, by number from the last one, and then put in where they belong.
function delta(t,   i, j, last, at, kept, stays) { # -> edit, edits
  for (j = 1; j <= rules["now", t]; j++) if (!((t, line["now", t, j]) in at)) at[t, line["now", t, j]] = j
  for (i = 1; i <= rules["want", t]; i++) {
    if (!((t, line["want", t, i]) in at)) continue
    j = at[t, line["want", t, i]]
    if (j > last) { last = j; stays[j] = 1; kept[i] = 1 }
  }
  for (j = rules["now", t]; j > 0; j--) if (!(j in stays)) edit[++edits] = "-D " own[t] " " j
  for (i = 1; i <= rules["want", t]; i++) if (!(i in kept)) edit[++edits] = "-I " own[t] " " i substr(line["want", t, i], length("-A " own[t]) + 1)
}
END {
  for (n = split("mangle nat", tables, " "); n; n--) {
    t = tables[n]; out = ""; fill = edits = 0
    if (chain["want", t]) {
      if (chain["now", t]) { if (!same(t)) delta(t) } else fill = 1
      for (j = 1; j <= jumps; j++) if (table_of[j] == t && !present[t, from[j]]++) {
        at = place[j] != "" && place[j] <= count[t, from[j]] + 1
        out = out (at ? "-I " from[j] " " place[j] : "-A " from[j]) spec own[t] "\n"
      }
      out = out drop[t]
    } else if (chain["now", t]) out = drop[t] "-F " own[t] "\n-X " own[t] "\n"
    if (!fill && !edits && out == "") continue
    print "*" t
    for (i = 1; i <= edits; i++) print edit[i]
    if (fill) { print ":" own[t] " - [0:0]"; for (i = 1; i <= rules["want", t]; i++) print line["want", t, i] }
    print out "COMMIT"
  }
}'

set_rules() { # FOLDER with rules.v4 and jumps, or of IPv6 when $2 is 6: one transaction over both tables
  part_of "$1" "jumps$2"
  jumps=$PART
  part_of "$1" "rules.v${2:-4}"
  if [ -z "$2" ]; then now=$NOW_RULES; else now=$NOW_RULES6; fi
  text=$(printf '%s\n' "$now" | awk "$RULES_AWK" part=jumps "$jumps" part=want "$PART" part=now -) || return 1
  [ -n "$text" ] || { say "rules$2: unchanged"; return 0; }
  printf '%s\n' "$text" | "ip${2}tables-restore" -n -w 5 || { warn "ip${2}tables-restore refused the rules"; return 1; }
  say "rules$2: changed"
}

# Lines for ip -batch that turn NOW_IP into want: first what is added, routes before the rules that use them, then the reverse.
DELIVERY_AWK=$ADDRESS_AWK'
function after(word,   i) { for (i = 1; i < NF; i++) if ($i == word) return $(i + 1); return "" }
function rule(priority, iface, mark, table, dest,   key) {
  key = "rule %s priority " priority " iif " iface (mark == "" || mark == "-" ? "" : " fwmark " mark) (dest == "" ? "" : " to " exact(dest)) " lookup " table " protocol 76"
  text[key] = key; if (dest != "") sub(/ to [^ ]+/, " to " dest, text[key])
  return key
}
function route(type, dest, table, dev,   key) {
  key = "route %s " type " " exact(dest) (dev == "" ? "" : " dev " dev) " table " table " proto 76"
  text[key] = "route %s " type " " dest (dev == "" ? "" : " dev " dev) " table " table " proto 76"
  return key
}
BEGIN { types[2] = "local"; types[7] = "unreachable" } # ip -N prints route types as numbers
part == "rules" { if (NF) want_rule[rule($1, $2, $3, $4, $5)] = 1; next }
part == "routes" { if (NF) want_route[route($1, $2, $3, $4)] = 1; next }
/^1: lo: / { whole = 1; exit }
/^[0-9]+:/ { if (after("proto") == "76" && after("iif") != "" && after("fwmark") after("to") != "") { sub(/:/, "", $1); now_rule[rule($1, after("iif"), after("fwmark"), after("lookup"), after("to"))] = 1 } next }
$1 in types { t = after("table"); now_route[route(types[$1], $2, t == "" || t == 254 ? "main" : t, $1 == 2 ? after("dev") : "")] = 1 }
END {
  if (!whole) exit 1
  for (x in want_route) if (!(x in now_route)) printf text[x] "\n", "add"
  for (x in want_rule) if (!(x in now_rule)) printf text[x] "\n", "add"
  for (x in now_rule) if (!(x in want_rule)) printf text[x] "\n", "del"
  for (x in now_route) if (!(x in want_route)) printf text[x] "\n", "del"
}'

set_delivery() { # FOLDER with policy-rules and routes of both families
  set_family "$1" -4 '' "$NOW_IP" || return 1
  if [ -n "$NOW_IP6" ]; then set_family "$1" -6 6 "$NOW_IP6"; return; fi
  [ ! -s "$1/policy-rules6" ] && [ ! -s "$1/routes6" ] || { warn "this host has no IPv6"; return 1; }
}

set_family() { # FOLDER -4|-6 SUFFIX NOW
  part_of "$1" "policy-rules$3"
  rules=$PART
  part_of "$1" "routes$3"
  text=$(printf '%s\n' "$4" | awk "$DELIVERY_AWK" part=rules "$rules" part=routes "$PART" part=now -) || return 1
  [ -n "$text" ] || { say "delivery$3: unchanged"; return 0; }
  printf '%s\n' "$text" | ip "$2" -batch - || { warn "ip $2 refused: $text"; return 1; }
  say "delivery$3: changed"
}

# Lines for ip -batch: addresses of want that are not there are added, those of leave that want does not have go. Or the list itself.
ADDRESSES_AWK=$ADDRESS_AWK'
function key(s, dev,   p) { split(s, p, "/"); sub(/@.*/, "", dev); return address(p[1]) "/" p[2] " " dev }
part == "now" { if ($3 ~ /^inet6?$/ && $4 ~ /\//) now[key($4, $2)] = 1; next }
NF != 2 { next }
{ k = key($1, $2); text[k] = $1 " dev " $2; line[k] = $0; in_part[part, k] = 1 }
END {
  for (k in text) {
    if (save) { if (k in now) print line[k] }
    else if (in_part["want", k]) { if (!(k in now)) print "addr replace " text[k] (k ~ /^6/ ? " nodad" : text[k] ~ /\/3[12] / ? "" : " brd +") }
    else if (in_part["leave", k] && !in_part["kept", k] && k in now) print "addr del " text[k]
  }
}'

set_addresses() { # WANT LEAVE KEPT: files with `<address>/<prefix> <interface>` lines
  [ -s "$1" ] || [ -s "$2" ] || return 0
  text=$(printf '%s\n' "$NOW_ADDRESSES" | awk "$ADDRESSES_AWK" part=want "$1" part=leave "$2" part=kept "$3" part=now -) || return 1
  [ -n "$text" ] || { say "addresses: unchanged"; return 0; }
  printf '%s\n' "$text" | ip -batch - || { warn "ip refused: $text"; return 1; }
  say "addresses: changed"
}

save_addresses() { # RELEASE BASE: which of the addresses of both stand now
  part_of "$S/releases/$1/intent" addresses
  new_part=$PART
  part_of "$S/releases/$2/intent" addresses
  printf '%s\n' "$NOW_ADDRESSES" | awk -v save=1 "$ADDRESSES_AWK" part=want "$new_part" part=leave "$PART" part=now - > "$S/releases/$1/snapshot/addresses"
}

keep_addresses() { # RELEASE BASE, at confirm: addresses that stood before a release first named them are the owner's and never removed
  part_of "$S/releases/$1/intent" addresses
  [ -s "$PART" ] || return 0
  new_part=$PART
  part_of "$S/releases/$2/intent" addresses
  true >> "$S/kept-addresses" || return 1
  awk 'part == "new" { new[$0] = 1; next } part == "old" { old[$0] = 1; next } part == "kept" { print; next } ($0 in new) && !($0 in old)' \
    part=new "$new_part" part=old "$PART" part=kept "$S/kept-addresses" part=stood "$S/releases/$1/snapshot/addresses" | sort -u > "$S/kept-addresses.new" &&
    mv -f "$S/kept-addresses.new" "$S/kept-addresses"
}

forget_addresses() { # RELEASE: of those that it does not name any more
  [ -s "$S/kept-addresses" ] || return 0
  part_of "$S/releases/$1/intent" addresses
  awk 'part == "new" { new[$0] = 1; next } $0 in new' part=new "$PART" part=kept "$S/kept-addresses" > "$S/kept-addresses.new" && mv -f "$S/kept-addresses.new" "$S/kept-addresses"
}

load_modules() { # FILE
  missing=''
  while read -r module; do [ -z "$module" ] || [ -d "/sys/module/$module" ] || missing="$missing $module"; done < "$1"
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086
  timeout 30 modprobe -a $missing 9>&- || { warn "modprobe failed:$missing"; return 1; }
  say "modules: loaded$missing"
}

find_sysctl() { # KEY -> FILE; an interface name may hold dots
  case $1 in
    net.ipv[46].conf.*) FILE=${1#net.ipv?.conf.}; FILE=/proc/sys/net/ipv${1#net.ipv}; FILE=${FILE%%.*}/conf/${1#net.ipv?.conf.}; FILE=${FILE%.*}/${1##*.} ;;
    net.ipv4.vs.*) FILE=/proc/sys/net/ipv4/vs/${1#net.ipv4.vs.} ;;
    *) FILE=/proc/sys/net/ipv4/${1##*.} ;;
  esac
}

sysctl_files() { # FILE with key=value -> FILES that exist, MISSING keys
  FILES='' MISSING=''
  while IFS='=' read -r key _; do
    [ -n "$key" ] || continue
    find_sysctl "$key"
    if [ -f "$FILE" ]; then FILES="$FILES $FILE"; else MISSING="$MISSING $key"; fi
  done < "$1"
}

set_sysctls() { # FILE with key=value [there]: with it, keys of an interface that has gone are left out
  sysctl_files "$1"
  [ -z "$MISSING" ] || [ -n "${2:-}" ] || { warn "no sysctl$MISSING here"; return 1; }
  [ -n "$FILES" ] || return 0
  for round in write write verify; do # one may change others: `all.forwarding` sets it of every interface
    # shellcheck disable=SC2086
    now=$(read_sysctls $FILES) || return 1
    differ=''
    while IFS='=' read -r key value; do
      case $NL$now$NL in *"$NL$key=$value$NL"*) continue ;; esac
      case "$MISSING " in *" $key "*) continue ;; esac
      differ="$differ $key"
      find_sysctl "$key"
      [ "$round" = verify ] || printf '%s\n' "$value" > "$FILE" || return 1
    done < "$1"
    say "sysctls:${differ:- as wanted}"
    [ -n "$differ" ] || return 0
  done
  warn "the kernel does not take:$differ"
  return 1
}

save_sysctls() { # INTENT SNAPSHOT: after the modules are loaded, before any is written
  [ ! -f "$2" ] || return 0
  sysctl_files "$1"
  case $FILES in */net/ipv6/conf/all/forwarding*) for FILE in /proc/sys/net/ipv6/conf/*/forwarding; do case "$FILES " in *" $FILE "*) ;; *) FILES="$FILES $FILE" ;; esac; done ;; esac
  # shellcheck disable=SC2086
  { [ -z "$FILES" ] || read_sysctls $FILES; } > "$2.new" && sync_file "$2.new" && mv -f "$2.new" "$2"
}

# ---- IPVS: ldirectord keeps the table on the active director, keepalived on both; the guard only removes and returns whole services of own marks 

# part=from and part=to: intent/ipvs of two releases, part=old: the table in the snapshot (may be absent), part=now: read_table. With missing=1 only what is to come back.
IPVS_AWK='
$1 !~ /^-[Aa]$/ || $2 != "-f" { next }
{ key = $3 ($4 == "-6" ? " -6" : "") }
part == "from" { own[key] = 1 }
part == "to" { keep[key] = 1 }
part == "old" { lines[key] = lines[key] $0 "\n" }
part == "now" { now[key] = now[key] $0 "\n" }
END {
  for (key in own) if (!missing && key in now && !(key in keep) && now[key] != lines[key]) print "-D -f " key
  for (key in lines) if (key in keep ? runs && !(key in now) : !missing && key in own && now[key] != lines[key]) printf "%s", lines[key]
}'

# Services of FROM that TO has no more are deleted, unless OLD had them: then nobody of ours made them, and they are as OLD says again.
# Where their daemon runs, those of OLD and TO that are missing come back.
change_table() { # LINES for `ipvsadm -R`, which may be none, and what is said of them
  [ -n "$1" ] || return 0
  printf '%s\n' "$1" | ipvsadm -R || { warn "ipvsadm -R failed"; return 1; }
  say "ipvs: $2"
}

settle_ipvs() { # FROM TO [OLD [missing]]
  [ -f /proc/net/ip_vs ] || return 0
  runs=''
  ! table_daemon_runs || runs=1
  now=$(read_table) || return 1
  text=$(printf '%s\n' "$now" | awk -v runs="$runs" -v missing="${4:+1}" "$IPVS_AWK" part=from "$1" part=to "$2" part=old "${3:-/dev/null}" part=now -) || return 1
  change_table "$text" "services settled"
}

# part=tx and part=base: intent/ipvs of the release that goes and of the one that comes back, part=old: the table in the snapshot, part=now: read_table.
# Prints what the switch has changed by itself, of services that both have. A real server that was dead and serves now keeps what its checks found.
BACK_AWK='
function after(name,   i) { for (i = 1; i < NF; i++) if ($i == name) return $(i + 1) }
function way(   i) { for (i = 1; i <= NF; i++) if ($i ~ /^-[mgil]$/) return $i }
function alike(a, b) { return (ways[a, server] == ways[b, server] || ways[a, server] == "-l" || ways[b, server] == "-l") && rest[a, server] == rest[b, server] }
$1 !~ /^-[Aa]$/ || $2 != "-f" { next }
{ $1 = $1; key = $3 ($4 == "-6" ? " -6" : "") }
$1 == "-A" { head[part, key] = $0; keys[key]; next }
{ server = key " -r " after("-r"); of[server] = key; line[part, server] = $0; ways[part, server] = way(); weight[part, server] = after("-w") + 0
  rest[part, server] = weight[part, server] " " after("-x") + 0 " " after("-y") + 0 }
END {
  for (key in keys) {
    if (!(("tx", key) in head && ("base", key) in head && ("old", key) in head && ("now", key) in head)) { delete keys[key]; continue }
    if (head["tx", key] != head["base", key] && head["now", key] == head["tx", key] && head["now", key] != head["old", key]) print "-E" substr(head["old", key], 3)
  }
  for (server in of) {
    if (!(of[server] in keys) || !(("tx", server) in line) || !(("now", server) in line) || !alike("now", "tx")) continue
    if (!(("base", server) in line)) { if (!(("old", server) in line)) { print "-d -f " server; continue } }
    else if (alike("tx", "base")) continue
    if (!(("old", server) in line) || alike("now", "old")) continue
    from = weight["old", server] == 0 && weight["now", server] > 0 && ("base", server) in line ? "base" : "old"
    print "-e" substr(line[from, server], 3)
  }
}'

# A reload of keepalived compares its files only: what the switch had edited before keepalived read the new one, nobody would take back; nor would a daemon that is not
# told to read. keepalived may be doing the same meanwhile, and ipvsadm fails when it was quicker: then what is left is read again.
return_edits() { # BASE OLD
  [ "$STACK" = keepalived ] || [ -n "$UNTOLD" ] || return 0
  [ -n "$2" ] && [ -f /proc/net/ip_vs ] && table_daemon_runs || return 0
  for round in 1 2 3; do
    now=$(read_table) && text=$(printf '%s\n' "$now" | awk "$BACK_AWK" part=tx "$R/intent/ipvs" part=base "$S/releases/$1/intent/ipvs" part=old "$2" part=now -) || return 1
    [ "$round" -lt 3 ] || { change_table "$text" "services and real servers as before"; return; }
    [ -n "$text" ] || return 0
    ! printf '%s\n' "$text" | ipvsadm -R 2> /dev/null || { say "ipvs: services and real servers as before"; return 0; }
    sleep 0.1
  done
}

# part=from and part=to: intent/ipvs of two releases, part=now: read_table. What is to be added and edited; with stale=1 instead what is to go, only of
# services that are alike in both: from the others the daemon takes it. Weight 0, a missing real server and a single other one while none serves are what its checks do.
MEND_AWK='
function after(name,   i) { for (i = 1; i < NF; i++) if ($i == name) return $(i + 1) }
function way(   i) { for (i = 1; i <= NF; i++) if ($i ~ /^-[mgil]$/) return $i }
$1 !~ /^-[Aa]$/ || $2 != "-f" { next }
{ $1 = $1; key = $3 ($4 == "-6" ? " -6" : "") }
part == "from" { from[key] = from[key] $0 "\n"; had[key " -r " after("-r")] = 1; next }
part == "to" { to[key] = to[key] $0 "\n" }
$1 == "-A" { head[part, key] = $0; next }
{ server = key " -r " after("-r"); of[server] = key; line[part, server] = $0; ways[part, server] = way(); weight[part, server] = after("-w") + 0; limits[part, server] = after("-x") + 0 " " after("-y") + 0 }
END {
  for (server in of) if (("now", server) in line) {
    if (!(("to", server) in line)) others[of[server]]++
    else if (weight["now", server] > 0) serves[of[server]] = 1
  }
  if (!stale) for (key in to) {
    if (!(("now", key) in head)) printf "%s", to[key]
    else if (head["now", key] != head["to", key]) print "-E" substr(head["to", key], 3)
  }
  for (server in of) {
    key = of[server]
    if (!(key in to) || !(("now", key) in head)) continue
    if (!(("now", server) in line)) { if (!stale && ("to", server) in line && !(server in had)) print line["to", server]; continue }
    if (!(("to", server) in line)) { if (stale && from[key] == to[key] && (serves[key] || others[key] > 1)) print "-d -f " server; continue }
    if (stale) continue
    there = weight["now", server]
    if ((ways["now", server] == ways["to", server] || ways["now", server] == "-l") && (there == weight["to", server] || there == 0) && limits["now", server] == limits["to", server]) continue
    text = "-e" substr(line["to", server], 3)
    if (there == 0) sub(/ -w [0-9]+/, " -w 0", text)
    print text
  }
}'

# part=from and part=to: intent/ipvs of the release whose file ldirectord has read and of the one that it reads now, part=now: ipvsadm -Sn.
RAISE_AWK='
function after(name,   i) { for (i = 1; i < NF; i++) if ($i == name) return $(i + 1) }
function way(   i) { for (i = 1; i <= NF; i++) if ($i ~ /^-[mgil]$/) return $i }
$1 != "-a" || $2 != "-f" { next }
{ $1 = $1; server = $3 ($4 == "-6" ? " -6" : "") " " after("-r") " " way(); weight[part, server] = after("-w") + 0; line[part, server] = $0 }
END { for (each in line) { split(each, name, SUBSEP); if (name[1] != "to") continue; server = name[2]
  if (weight["to", server] > 0 && ("from", server) in line && weight["from", server] == 0 && ("now", server) in line && weight["now", server] == 0) print "-e" substr(line["to", server], 3) } }'

# ldirectord takes weight 0 in the table for dead when it reads its file again: it removes such a real server, with its connections, until the next check.
raise_weights() { # FROM TO: real servers that were drained by intent and are not any more
  [ -f /proc/net/ip_vs ] && [ -s "$1" ] && [ -s "$2" ] && ldirectord_pid || return 0
  now=$(ipvsadm -Sn) && text=$(printf '%s\n' "$now" | awk "$RAISE_AWK" part=from "$1" part=to "$2" part=now -) || { warn "the IPVS table cannot be read"; return 0; }
  [ -n "$text" ] || return 0
  printf '%s\n' "$text" | ipvsadm -R || { warn "ipvsadm -R failed: what drained real servers still hold may be reset"; return 0; }
  say "ipvs: weights raised"
}

add_services() { # BASE RELEASE ACTION: before the rules that send packets there, for one whose mark has no service is refused; not where a daemon is about to make the table
  [ -f /proc/net/ip_vs ] || return 0
  table_daemon_runs || { [ "$3" = start-ldirectord ] && may_run_ldirectord "$2"; } || return 0
  now=$(read_table) && text=$(printf '%s\n' "$now" | awk "$MEND_AWK" part=from "$S/releases/$1/intent/ipvs" part=to "$S/releases/$2/intent/ipvs" part=now -) || return 1
  change_table "$text" "services added or edited"
}

mend_ipvs() { # BASE RELEASE ACTION, when no daemon starts anew: what hands changed and no daemon puts right. A reload of ldirectord sets every service; keepalived compares its files only; nobody looks at the table of a standby
  case $3 in none | reload-*) ;; *) return 0 ;; esac
  [ -f /proc/net/ip_vs ] || return 0
  stack_of "$2"
  read_role "$2" && now=$(read_table) || return 1
  text=''
  case $STACK:$ROLE in
    keepalived:*) ! keepalived_pid || text=$(printf '%s\n' "$now" | awk -v stale=1 "$MEND_AWK" part=from "$S/releases/$1/intent/ipvs" part=to "$S/releases/$2/intent/ipvs" part=now -) || return 1 ;;
    heartbeat:standby) ldirectord_pid || text=$(printf '%s\n' "$now" | awk "$IPVS_AWK" part=from "$S/releases/$2/intent/ipvs" part=now -) || return 1 ;;
  esac
  change_table "$text" mended || return 1
  case $STACK in keepalived) keepalived_pid ;; heartbeat) heartbeat_pid ;; *) false ;; esac || return 0
  # shellcheck disable=SC2086
  [ -z "$SYNC" ] || mend_sync $SYNC
}

# part=from and part=to: intent/ipvs of two releases, part=now: ipvsadm -Sn. Prints real servers that the change names and that are not as it says yet.
PENDING_AWK='
function after(name,   i) { for (i = 1; i < NF; i++) if ($i == name) return $(i + 1) }
$1 != "-a" || $2 != "-f" { next }
{ $1 = $1; key = $3 ($4 == "-6" ? " -6" : ""); server = key " " after("-r"); weight[part, server] = after("-w"); line[part, server] = $0; service[part, key] = 1; of[server] = key }
END {
  for (server in of) {
    if (!(("to", of[server]) in service)) continue
    was = ("from", server) in line; wanted = ("to", server) in line; is = ("now", server) in line
    if (was && wanted && line["from", server] == line["to", server]) continue
    if (wanted ? !is || weight["now", server] != weight["to", server] : was && is) print server
  }
}'

wait_for_table() { # BASE RELEASE ACTION: what a reloaded daemon is about to do anyway, so that who reads the table next finds it done; two seconds, a dead real server never comes
  case $3 in reload-*) ;; *) return 0 ;; esac
  stack_of "$2"
  [ -f /proc/net/ip_vs ] && table_daemon_runs || return 0
  waits=0
  while [ "$waits" -lt 20 ]; do
    now=$(ipvsadm -Sn) || return 0
    pending=$(printf '%s\n' "$now" | awk "$PENDING_AWK" part=from "$S/releases/$1/intent/ipvs" part=to "$S/releases/$2/intent/ipvs" part=now -) || return 0
    [ -n "$pending" ] || return 0
    waits=$((waits + 1))
    sleep 0.1
  done
}

# part=from and part=to: intent/ipvs of two releases, part=now: read_table. Prints real servers that keep what thresholds they had in FROM.
LIMITS_AWK='
function after(name,   i) { for (i = 1; i < NF; i++) if ($i == name) return $(i + 1) }
$1 != "-a" || $2 != "-f" { next }
{ server = $3 ($4 == "-6" ? " -6" : "") " " after("-r"); line[part, server] = $0; weight[part, server] = after("-w"); limits[part, server] = after("-x") + 0 " " after("-y") + 0; if (part == "to") wanted[server] = 1 }
END {
  for (server in wanted) {
    if (!(("from", server) in line && ("now", server) in line)) continue
    if (limits["from", server] == limits["to", server] || limits["now", server] == limits["to", server]) continue
    if (weight["now", server] != weight["to", server] && weight["now", server] != 0) continue
    text = "-e" substr(line["to", server], 3)
    if (weight["now", server] == 0) sub(/ -w [0-9]+/, " -w 0", text)
    print text
  }
}'

# A reload of keepalived (2.2.7) leaves the thresholds of real servers that stay as they are; it sets them with the next change of a weight only.
set_limits() { # FROM TO ACTION
  [ "$3" = reload-keepalived ] && [ -f /proc/net/ip_vs ] && keepalived_pid || return 0
  now=$(read_table) && text=$(printf '%s\n' "$now" | awk "$LIMITS_AWK" part=from "$S/releases/$1/intent/ipvs" part=to "$S/releases/$2/intent/ipvs" part=now -) || return 1
  change_table "$text" "thresholds set"
}

mend_sync() { # ROLE INTERFACE ID
  now=$(ipvsadm -Ln --daemon) || return 1
  case $now in *"$1 sync daemon (mcast=$2, syncid=$3)"* | *"$1 sync daemon (mcast=$2, syncid=$3,"*) return 0 ;; *"$1 sync daemon"*) ipvsadm --stop-daemon "$1" || return 1 ;; esac
  ipvsadm --start-daemon "$1" --mcast-interface "$2" --syncid "$3" && say "ipvs: sync daemon started"
}

read_role() { # RELEASE -> ROLE by the virtual addresses that stand here now, empty for some without the others; SYNC: `<role> <interface> <id>`
  ROLE='' SYNC='' held='' missing='' active='' standby=''
  addresses=$(ip -o addr) || return 1
  while IFS='=' read -r key value; do
    case $key in
      vip) case $addresses in *" ${value%% *} "*) held=yes ;; *) missing=yes ;; esac ;;
      sync-active) active=$value ;;
      sync-standby) standby=$value ;;
    esac
  done < "$S/releases/$1/intent/meta"
  case $held:$missing in yes:) ROLE=active SYNC=$active ;; :yes) ROLE=standby SYNC=$standby ;; esac
}

# ---- files: links in /etc that lead through `live`, and what stood there before --------------------------------------

put_link() { # PATH, by rename when something stands there
  f=$ROOT$1 t=${ROOT}${1%/*}/.lvs-console.new
  if [ -L "$f" ] || [ -e "$f" ]; then ln -sfn "$S/live/files$1" "$t" && mv -fT "$t" "$f"; else ln -s "$S/live/files$1" "$f"; fi
}

put_file() { # COPY PATH, by rename; the copy is the very file when both are on one file system
  t=${ROOT}${2%/*}/.lvs-console.new
  rm -f "$t"
  ln "$1" "$t" 2>/dev/null || cp -pP "$1" "$t" && mv -fT "$t" "$ROOT$2"
}

flat() { # PATH -> FLAT: a name without slashes (paths hold no %)
  FLAT='' rest=$1
  while :; do case $rest in */*) FLAT="$FLAT${rest%%/*}%"; rest=${rest#*/} ;; *) FLAT=$FLAT$rest; return 0 ;; esac; done
}

save_paths() { # RELEASE: snapshot/paths, one line for each path that the release or the live release manages
  managed_paths "$1"; new=$PATHS
  release_name live || return 1
  managed_paths "$NAME"; old=$PATHS
  made=''
  {
    for path in $new; do save_path "$path" || return 1; done
    for path in $old; do
      case $NL$new in *"$NL$path$NL"*) continue ;; esac
      save_path "$path" && flat "$path" && ln -s "$S/live/files$path" "$R/snapshot/links/$FLAT" || return 1
    done
    printf 'end\n'
  } > "$R/snapshot/paths"
}

save_path() { # PATH
  f=$ROOT$1
  if link_is_ours "$1"; then
    printf 'link %s\n' "$1"
  elif [ -d "$f" ] && [ ! -L "$f" ]; then
    warn "$1 is a folder"
    return 1
  elif [ -L "$f" ] || [ -e "$f" ]; then
    flat "$1"
    ln "$f" "$R/snapshot/files/$FLAT" 2>/dev/null || cp -pP "$f" "$R/snapshot/files/$FLAT" || return 1
    printf 'file %s\n' "$1"
  else
    dir=${1%/*} dirs=''
    while [ -n "$dir" ] && [ ! -d "$ROOT$dir" ]; do
      case " $made " in *" $dir "*) ;; *) dirs="dir $dir$NL$dirs" made="$made $dir" ;; esac
      dir=${dir%/*}
    done
    printf '%sabsent %s\n' "$dirs" "$1"
  fi
}

place_paths() { # RELEASE: links for new paths, then `live` in one rename, then links over old files, then what is not managed any more
  folders='' replace='' leave=''
  while read -r kind path; do
    case $kind in
      dir) folders="$folders $ROOT$path" ;;
      end) break ;;
      *) case $NL$new in *"$NL$path$NL"*) replace="$replace$path$NL" ;; *) leave="$leave$path$NL" ;; esac ;;
    esac
  done < "$R/snapshot/paths"
  # shellcheck disable=SC2086
  [ -z "$folders" ] || (umask 022; exec mkdir -p $folders) || return 1
  for path in $replace; do [ -L "$ROOT$path" ] || [ -e "$ROOT$path" ] || put_link "$path" || return 1; done
  release_name live && [ "$NAME" = "$1" ] || point live "$1" || return 1
  for path in $replace; do link_is_ours "$path" || put_link "$path" || return 1; done
  for path in $leave; do leave_path "$path" || return 1; done
}

leave_path() { # PATH: what the host's owner had there before the console came returns
  flat "$1"
  if [ -e "$S/originals/$FLAT" ] || [ -L "$S/originals/$FLAT" ]; then put_file "$S/originals/$FLAT" "$1"
  elif [ -L "$ROOT$1" ]; then rm -f "$ROOT$1"; fi
}

restore_paths() { # the reverse of place_paths, from snapshot/paths; safe to run again
  remove='' folders='' undone=''
  while read -r kind path; do
    case $kind in dir) folders="$ROOT$path $folders"; continue ;; end) break ;; esac
    f=$ROOT$path t=${ROOT}${path%/*}/.lvs-console.new
    [ ! -L "$t" ] && [ ! -e "$t" ] || remove="$remove $t"
    flat "$path"
    case $kind in
      absent) [ ! -L "$f" ] || remove="$remove $f" ;;
      file) [ "$f" -ef "$R/snapshot/files/$FLAT" ] && [ ! -L "$f" ] || same_link "$f" "$R/snapshot/files/$FLAT" || put_file "$R/snapshot/files/$FLAT" "$path" || undone="$undone $path" ;;
      link) link_is_ours "$path" || { [ -L "$R/snapshot/links/$FLAT" ] && mv -fT "$R/snapshot/links/$FLAT" "$f"; } || put_link "$path" || undone="$undone $path" ;;
    esac
  done < "$R/snapshot/paths"
  # shellcheck disable=SC2086
  [ -z "$remove" ] || rm -f $remove || undone="$undone$remove"
  # shellcheck disable=SC2086
  [ -z "$folders" ] || rmdir $folders 2>/dev/null || :
  [ -z "$undone" ] || { warn "not restored:$undone"; return 1; }
}

same_link() { [ -L "$1" ] && [ -L "$2" ] && [ "$(readlink "$1")" = "$(readlink "$2")" ]; }

keep_originals() { # at confirm: files that the release replaced are kept as long as the path is managed
  mkdir -p "$S/originals" || return 1
  managed_paths "$1"
  while read -r kind path; do
    [ "$kind" = file ] || continue
    flat "$path"
    [ -e "$S/originals/$FLAT" ] || [ -L "$S/originals/$FLAT" ] || ln "$R/snapshot/files/$FLAT" "$S/originals/$FLAT" || return 1
  done < "$R/snapshot/paths"
}

drop_originals() { # originals of paths that no release manages any more are back in their place
  managed_paths "$1"; kept='' gone=''
  for path in $PATHS; do flat "$path"; kept="$kept $FLAT"; done
  for f in "$S"/originals/*; do
    [ -e "$f" ] || [ -L "$f" ] || continue
    case " $kept " in *" ${f##*/} "*) ;; *) gone="$gone $f" ;; esac
  done
  # shellcheck disable=SC2086
  [ -z "$gone" ] || rm -f $gone
}

# ---- daemons ---------------------------------------------------------------------------------------------------------

stack_of() { # RELEASE -> STACK; nothing for what was here before the first deploy
  STACK=''
  while IFS='=' read -r key value; do [ "$key" != stack ] || STACK=$value; done < "$S/releases/$1/intent/meta"
  [ -n "$STACK" ] || [ "$1" = origin ] || STACK=heartbeat
}

table_daemon_runs() { # of STACK: the one that keeps the IPVS table on this director
  case $STACK in keepalived) keepalived_pid ;; *) ldirectord_pid ;; esac
}

find_strangers() { # RELEASE BASE -> STRANGERS: daemons that run here and may not run beside the stack of the release; STACK is the release's
  stack_of "$2"
  base_stack=$STACK STRANGERS=''
  stack_of "$1"
  case $STACK in keepalived | single) ! heartbeat_pid || STRANGERS="$STRANGERS heartbeat" ;; esac
  case $STACK:$base_stack in heartbeat:keepalived | single:keepalived) ! keepalived_pid || STRANGERS="$STRANGERS keepalived" ;; esac
  case $STACK:$base_stack in heartbeat:single | keepalived:single) ! ldirectord_pid || STRANGERS="$STRANGERS ldirectord" ;; esac
}

unit_of() { # DAEMON -> UNIT
  case $1 in ldirectord) UNIT=lvs-console-ldirectord.service ;; *) UNIT=$1.service ;; esac
}

heartbeat_program() {
  for f in "$ROOT/lib/systemd/system/heartbeat.service" "$ROOT/usr/lib/systemd/system/heartbeat.service" "$ROOT/etc/init.d/heartbeat"; do
    [ ! -e "$f" ] || { printf '%s\n' "$f"; return 0; }
  done
}

may_run_ldirectord() { # RELEASE of the stack STACK: under heartbeat it is a resource, which the active director alone has
  [ "$STACK" != heartbeat ] || { heartbeat_pid && read_role "$1" && [ "$ROLE" = active ]; }
}

resource_ldirectord() { # start|stop, as heartbeat does it; in a scope of its own, or it would end with the login or the timer that we run in
  set -- ldirectord ldirectord.cf "$1"
  [ ! -d "$RUN/systemd/system" ] || set -- systemd-run --quiet --scope --collect "$@"
  timeout -k 5 "$DAEMON_SECONDS" "$@" < /dev/null > /dev/null 2>&1 9>&-
}

daemon() { # heartbeat|keepalived|ldirectord start|stop, with a time limit; without our lock and our output, so that nobody waits for the daemon who waits for us
  say "$1: $2"
  unit_of "$1"
  words='' # what an init script starts may keep our output open for ever
  if [ "$1" = ldirectord ] && { heartbeat_pid || [ ! -d "$RUN/systemd/system" ]; }; then
    resource_ldirectord "$2"
  elif [ -d "$RUN/systemd/system" ]; then
    [ "$1:$2" != ldirectord:start ] || timeout 60 systemctl daemon-reload < /dev/null > /dev/null 2>&1 9>&- # the unit is new
    words=$(exec 9>&- < /dev/null; timeout -k 5 "$DAEMON_SECONDS" systemctl "$2" "$UNIT" 2>&1)
  else
    timeout -k 5 "$DAEMON_SECONDS" "$ROOT/etc/init.d/$1" "$2" < /dev/null > /dev/null 2>&1 9>&-
  fi || { warn "$1: $2 failed or took more than $DAEMON_SECONDS s: $words"; return 1; }
}

ask_ldirectord() { # FILE SECONDS -> 1 and words; never under the live base name: a bad file would delete the running daemon's pid file
  probe=$S/lvs-console-check-$TX.cf
  words='it cannot be tried'
  ln -f "$1" "$probe" 2> /dev/null || cp -p "$1" "$probe" || return 1
  words=$(timeout "$2" ldirectord "$probe" status 2>&1 9>&-)
  code=$?
  rm -f "$probe"
  [ "$code" -ne 3 ] || return 0
  case $words in *passwd* | *secret*) words='(not shown, it quotes a secret)' ;; esac
  words="ldirectord says ($code, not 3): $words"
  return 1
}

ask_keepalived() { # FILE SECONDS -> 1 and words; it says 5 to a warning with which it would run, and 0 to a file that is not there
  words=$(timeout "$2" keepalived -t -e -f "$1" 2>&1 9>&- < /dev/null)
  code=$?
  [ "$code" -ne 0 ] || [ -n "$words" ] || return 0
  case $words in *pass* | *secret*) words='(not shown, it quotes a secret)' ;; esac
  words="keepalived says ($code, not 0 and nothing): $words"
  return 1
}

# For the way back: a file of a release may have been changed by hand through its link since it was checked, and one that its daemon cannot read ends its health
# checks, or the daemon. What stood there before the console the daemon ran by, perhaps with warnings.
may_read() { # DAEMON FILE RELEASE
  [ -f "$ROOT$2" ] && [ "$3" != origin ] || return 0
  sum=$(sha256sum < "$ROOT$2") || sum=unknown
  [ -n "$(awk -v sum="${sum%% *}" -v name="files$2" '$1 == sum && $3 == name' "$S/releases/$3/MANIFEST")" ] && return 0
  "ask_$1" "$ROOT$2" 20 && return 0
  UNTOLD=yes
  warn "$2 is not as it was checked, so $1 is not told to read it and goes on by the file of $TX; mend it, then reload $1: $words"
  return 1
}

reload_ldirectord() { # only ever a file that passed the check; on the standby nothing runs and nothing is to do
  ldirectord_pid || { say "ldirectord: does not run here"; return 0; }
  [ -f "$ROOT/etc/ha.d/ldirectord.cf" ] || { say "ldirectord: has no file any more, left alone"; return 0; }
  said=$(wc -c 2> /dev/null < "$LDIRECTORD_LOG") || said=''
  kill -HUP "$PID" || return 1
  say "ldirectord: reloaded"
  read_reload "$PID" "$said" || { warn "ldirectord could not read its new file: it is started again"; renew_ldirectord; }
}

LDIRECTORD_LOG=$ROOT/var/log/ldirectord.log # the renderer's, and what ldirectord falls back to while it reads

RELOAD_AWK='
!index($0, "|" pid "] ") { next }
/\] Reloading Linux Director Daemon/ { state = "reading" }
state == "reading" && /\] (Changed|Added) virtual server: / { state = "read" }
state == "reading" && /\] Error \[[0-9]+\]/ { state = "failed" }
END { print state }'

# ldirectord goes on by its old file when it cannot read the new one, but removes no dead real server any more (its reread_config). Only its log tells.
read_reload() { # PID BYTES: what the log held before; 1 when the file was not read. Ten seconds: a signal waits for the check that runs
  [ -n "$2" ] && grep -q '^virtual' "$ROOT/etc/ha.d/ldirectord.cf" || { say "ldirectord: nothing in its log can tell whether it read the file"; return 0; }
  waits=0
  while [ "$waits" -lt 50 ]; do
    state=$(tail -c "+$(($2 + 1))" "$LDIRECTORD_LOG" | awk -v pid="$1" "$RELOAD_AWK") || state=''
    case $state in read) return 0 ;; failed) return 1 ;; esac
    waits=$((waits + 1))
    sleep 0.2
  done
  [ "$state" != reading ] || return 1
  warn "ldirectord has not said in ten seconds that it reads its new file"
}

renew_ldirectord() { # killed, because one that is told to stop takes the table with it, and every connection
  heartbeat_pid || [ ! -d "$RUN/systemd/system" ] || [ -e "$ROOT/etc/systemd/system/lvs-console-ldirectord.service" ] || { warn "nothing here says how to start it"; return 1; }
  ldirectord_pid && kill -KILL "$PID" || return 1
  waits=0
  while ldirectord_pid && [ "$waits" -lt 20 ]; do waits=$((waits + 1)); sleep 0.1; done
  daemon ldirectord start
}

reload_keepalived() { # only ever a file that passed the check: a bad one can kill it
  keepalived_pid || { warn "keepalived does not run here"; return 1; }
  [ -f "$ROOT/etc/keepalived/keepalived.conf" ] || { say "keepalived: has no file any more, left alone"; return 0; }
  kill -HUP "$PID" || return 1
  say "keepalived: reloaded"
}

act_late() { # ACTION RELEASE BASE, after the rules: a start takes the virtual addresses, and a reload removes the services that no rule leads to any more
  case $1 in
    reload-ldirectord) raise_weights "$S/releases/$3/intent/ipvs" "$S/releases/$2/intent/ipvs"; reload_ldirectord ;;
    reload-keepalived) reload_keepalived ;;
    start-heartbeat | restart-heartbeat) heartbeat_pid || daemon heartbeat start ;;
    start-ldirectord) ldirectord_pid || ! may_run_ldirectord "$2" || daemon ldirectord start ;;
    start-*) daemon_pid "${1#*-}" || daemon "${1#*-}" start ;;
    restart-*) ! daemon_pid "${1#*-}" || daemon "${1#*-}" stop && daemon "${1#*-}" start ;;
    *) return 0 ;;
  esac || return 1
  case $1 in *-heartbeat) ;; *) wait_for_services "$S/releases/$2/intent/ipvs" ;; esac
  [ "$1" != reload-keepalived ] || keepalived_pid || { warn "keepalived ended when it was told to read its new file"; return 1; }
}

# heartbeat gives its resources up by the haresources that it finds then, so it must stop under the files that it was started with.
act_before() { # ACTION, before the files change; a daemon of another stack stops under its own files too
  for d in $STRANGERS; do daemon "$d" stop || return 1; done
  [ "$1" = restart-heartbeat ] && heartbeat_pid || return 0
  daemon heartbeat stop
}

wait_for_services() { # FILE with ipvsadm lines; at most ten seconds
  table_daemon_runs || return 0
  waits=0
  while [ "$waits" -lt 40 ]; do
    now=$(ipvsadm -Sn) || return 1
    missing=''
    while read -r command _ mark six _; do
      [ "$command" = -A ] || continue
      case $six in -6) mark="$mark -6" ;; *) six=-s ;; esac
      case $now in *"-A -f ${mark% -6} $six "*) ;; *) missing="$missing $mark" ;; esac
    done < "$1"
    [ -n "$missing" ] || return 0
    waits=$((waits + 1))
    sleep 0.2
  done
  warn "the daemon has not made the services of these marks yet:$missing"
}

changed_files() { # RELEASE RELEASE -> CHANGED: words heartbeat, ldirectord, keepalived, units
  CHANGED=$(awk 'part == "a" { a[$3] = $0; next } { b[$3] = $0 }
    END {
      for (p in b) if (a[p] == b[p]) delete a[p]; else a[p] = ""
      for (p in a) print p ~ /\/ha\.d\/ldirectord\.cf$/ ? "ldirectord" : p ~ /\/ha\.d\// ? "heartbeat" : p ~ /\/keepalived\// ? "keepalived" : p ~ /\/systemd\// ? "units" : ""
    }' part=a "$S/releases/$1/MANIFEST" part=b "$S/releases/$2/MANIFEST") || CHANGED='heartbeat ldirectord keepalived units'
}

daemons_then() { # BASE -> ACTED and STOPPED: what the switch began to do, WAS: the daemons that ran before it, CHANGED
  ACTED=none WAS='' STOPPED=''
  [ ! -s "$R/snapshot/daemons" ] || read -r WAS < "$R/snapshot/daemons" || :
  [ ! -s "$R/snapshot/acted" ] || read -r ACTED < "$R/snapshot/acted" || :
  [ ! -s "$R/snapshot/stopped" ] || read -r STOPPED < "$R/snapshot/stopped" || :
  changed_files "$TX" "$1"
  ACTOR=${ACTED#*-}
}

was_running() { case " $WAS " in *" $1 "*) true ;; *) false ;; esac; }

undo_before() { # before the files go back: what the switch started stops, and heartbeat gives up what it took by the files of the switch
  case $ACTED in
    none | reload-*) return 0 ;;
    restart-heartbeat) if was_running heartbeat; then case $CHANGED in *heartbeat*) ;; *) return 0 ;; esac; fi ;;
    start-ldirectord) heartbeat_pid || was_running ldirectord && return 0 ;; # a resource of heartbeat stays: a stop would take the table with it
    *) ! was_running "$ACTOR" || return 0 ;;
  esac
  # A start that systemd has only just begun has no process yet: its stop ends it too.
  if [ -d "$RUN/systemd/system" ] || daemon_pid "$ACTOR"; then daemon "$ACTOR" stop; fi
}

undo_after() { # BASE -> UNTOLD: the daemons as they were before the switch; STACK is that of the base
  UNTOLD=''
  [ "$ACTED" != none ] || [ -n "$STOPPED" ] || return 0
  for d in $ACTOR $STOPPED; do
    was_running "$d" && ! daemon_pid "$d" || continue
    [ "$d" != ldirectord ] || ! was_running heartbeat || continue # it comes with heartbeat
    daemon "$d" start || return 1
  done
  case $CHANGED:$ACTED in
    *ldirectord*:restart-ldirectord) ! ldirectord_pid || { daemon ldirectord stop && daemon ldirectord start; } || return 1 ;;
    *ldirectord*)
      if ldirectord_pid; then
        ! may_read ldirectord /etc/ha.d/ldirectord.cf "$1" || { raise_weights "$R/intent/ipvs" "$S/releases/$1/intent/ipvs"; reload_ldirectord || return 1; }
      elif [ "$ACTED" = reload-ldirectord ] && was_running ldirectord && may_run_ldirectord "$1"; then daemon ldirectord start || return 1; fi ;; # a reload that failed has ended it
  esac
  case $CHANGED:$ACTED in
    *keepalived*:restart-keepalived) ! keepalived_pid || { daemon keepalived stop && daemon keepalived start; } || return 1 ;;
    *keepalived*) ! keepalived_pid || ! may_read keepalived /etc/keepalived/keepalived.conf "$1" || reload_keepalived || return 1 ;;
  esac
  case $ACTED in *-heartbeat | *-keepalived) was_running "$ACTOR" || stop_sync_daemons || return 1 ;; esac
}

stop_sync_daemons() { # those that came with heartbeat or keepalived
  [ -f /proc/net/ip_vs ] && [ -f "$R/snapshot/sync" ] || return 0
  now=$(ipvsadm -Ln --daemon) && was=$(cat "$R/snapshot/sync") || return 1
  for role in master backup; do
    case $was:$now in *"$role sync"*:*) ;; *:*"$role sync"*) ipvsadm --stop-daemon "$role" || return 1 ;; esac
  done
}

read_units() { # RELEASE -> UNITS
  UNITS=''
  [ -f "$S/releases/$1/intent/meta" ] || return 0
  while IFS='=' read -r key value; do [ "$key" != unit ] || UNITS="$UNITS ${value%.service}.service"; done < "$S/releases/$1/intent/meta"
}

set_units() { # RELEASE: links that start its `unit=` lines at boot; links made earlier for other units go
  links='' record='' UNITS_CHANGED=no
  read_units "$1"
  for unit in $UNITS; do unit_links "$unit"; done
  if [ -f "$S/units" ]; then
    while read -r link; do case " $links " in *" $link "*) record="$record $link" ;; *) rm -f "$ROOT$link" && UNITS_CHANGED=yes ;; esac; done < "$S/units"
  fi
  for link in $links; do
    [ ! -L "$ROOT$link" ] || continue
    record="$record $link"
    find_unit "${link##*/}" && mkdir -p "$ROOT${link%/*}" && chmod 0755 "$ROOT${link%/*}" && ln -s "$UNIT" "$ROOT$link" && UNITS_CHANGED=yes || return 1
  done
  [ "$UNITS_CHANGED" = no ] || { for link in $record; do printf '%s\n' "$link"; done > "$S/units.new" && mv -f "$S/units.new" "$S/units"; }
}

# A daemon of another stack that the switch stopped must not come back with the host; its links return with its own stack, or with the origin.
hold_units() { # RELEASE
  stack_of "$1"
  case $STACK in heartbeat) UNIT=heartbeat.service ;; keepalived) UNIT=keepalived.service ;; *) UNIT=none ;; esac
  held=''
  if [ -f "$S/held-units" ]; then
    while read -r link target; do
      case $1:$UNIT in
        origin:* | *:"${link##*/}") [ -L "$ROOT$link" ] || { ln -s "$target" "$ROOT$link" && UNITS_CHANGED=yes; } || return 1 ;;
        *) held="$held$link $target$NL" ;;
      esac
    done < "$S/held-units"
  fi
  links=''
  STOPPED=''
  [ ! -s "$S/releases/$1/snapshot/stopped" ] || read -r STOPPED < "$S/releases/$1/snapshot/stopped" || :
  for d in $STOPPED; do
    unit_of "$d"
    for f in "$ROOT"/etc/systemd/system/*.wants/"$UNIT"; do
      [ -L "$f" ] || continue
      links="$links $f" held="$held${f#"$ROOT"} $(readlink "$f")$NL"
    done
  done
  was=''
  [ ! -f "$S/held-units" ] || was=$(cat "$S/held-units")$NL
  [ "${held:-$NL}" != "${was:-$NL}" ] || return 0
  printf '%s' "$held" > "$S/held-units.new" && sync_file "$S/held-units.new" && mv -f "$S/held-units.new" "$S/held-units" || return 1
  [ -n "$links" ] || return 0
  # shellcheck disable=SC2086
  rm -f $links && UNITS_CHANGED=yes
}

find_unit() { # NAME -> UNIT
  for UNIT in "/etc/systemd/system/$1" "/lib/systemd/system/$1" "/usr/lib/systemd/system/$1"; do [ ! -f "$ROOT$UNIT" ] || return 0; done
  warn "no unit $1 on this host"
  return 1
}

unit_links() { # NAME: appends to links what `systemctl enable` would make; by hand, because systemctl would also remove our link to the file
  find_unit "$1" || return 0
  while IFS='=' read -r key value; do
    [ "$key" != WantedBy ] || for target in $value; do links="$links /etc/systemd/system/$target.wants/$1"; done
  done < "$ROOT$UNIT"
}

# ---- arm: the dead-man timer, before the first change ----------------------------------------------------------------

verb_arm() { # TX GENERATION SECONDS
  need_tx "$1"; need_number "$2" 15 generation; need_number "$3" 5 seconds
  [ "$3" -ge 5 ] && [ "$3" -le 3600 ] || die 2 "seconds must be 5 to 3600"
  begin arm
  need_open "$1" "$2"
  case $TX_STATE in checked | armed) ;; *) die 10 "transaction $1 is $TX_STATE, not checked" ;; esac
  [ -z "$TX_STEP" ] || die 10 "transaction $1 is $TX_STEP"
  release_name confirmed || die 10 "the confirmed release is damaged"
  old_timer=$TX_TIMER
  next_timer "$1"
  TX_DEADLINE=$((UPTIME + $3))
  make_reserve "$NAME" || { rm -rf "$S/undo"; die 13 "cannot set aside what a rollback needs: is the disk full?"; }
  start_timer "$1" "$3" || die 13 "the timer did not start, so nothing may be changed"
  save_tx armed || { stop_timer "$TX_TIMER"; die 13 "cannot write $S/tx"; }
  [ -z "$old_timer" ] || stop_timer "$old_timer"
  say "armed $1 $3"
}

next_timer() { # TX: a name of its own for each arming, so that the new timer runs before the old one stops
  TX_TIMER=lvs-console-rollback-$1
  case $old_timer in "$TX_TIMER") TX_TIMER=$TX_TIMER-2 ;; "$TX_TIMER"-*) TX_TIMER=$TX_TIMER-$((${old_timer##*-} + 1)) ;; esac
  [ -d "$RUN/systemd/system" ] || TX_TIMER=sleeper
}

make_reserve() { # CONFIRMED: a rollback on a full disk renames these instead of writing
  rm -rf "$S/undo"
  mkdir "$S/undo" && ln -s "releases/$1" "$S/undo/live" && head -c 262144 /dev/zero > "$S/undo/space" &&
    print_tx switched rolling-back > "$S/undo/tx.rolling" && print_tx rolled-back '' > "$S/undo/tx.ended" && sync_all
}

start_timer() { # TX SECONDS
  if [ "$TX_TIMER" != sleeper ]; then
    # a rollback that is killed or hangs is started again; one that is refused is not
    timeout 20 systemd-run --quiet --collect --unit="$TX_TIMER" --on-active="$2" --timer-property=AccuracySec=100ms \
      --property=Restart=on-failure --property=RestartSec=3 --property=RestartPreventExitStatus='2 10 14' \
      --property=OOMScoreAdjust=-1000 timeout -s KILL "$ROLLBACK_SECONDS" "$GUARD" rollback "$1" < /dev/null 9>&-
    return
  fi
  # shellcheck disable=SC2016 # the inner shell expands
  setsid sh -c 'echo -1000 > /proc/self/oom_score_adj; sleep "$3"; until timeout -s KILL "$4" "$1" rollback "$2"; do case $? in 2|10|14) exit ;; esac; sleep 3; done' \
    guard-timer "$GUARD" "$1" "$2" "$ROLLBACK_SECONDS" < /dev/null > /dev/null 2>&1 9>&- &
  TX_TIMER=sleeper-$!
}

timer_runs() {
  case $TX_TIMER in
    sleeper-*) command_line=''; { read -r command_line < "/proc/${TX_TIMER#sleeper-}/cmdline"; } 2>/dev/null || :
      case $command_line in *guard-timer*) true ;; *) false ;; esac ;;
    *) [ -e "$RUN/systemd/transient/$TX_TIMER.timer" ] ;;
  esac
}

stop_timer() { # TIMER
  case $1 in
    '') ;;
    sleeper-*) saved=$TX_TIMER; TX_TIMER=$1; ! timer_runs || kill -- "-${1#sleeper-}" 2>/dev/null || kill "${1#sleeper-}" 2>/dev/null || :; TX_TIMER=$saved ;;
    *) timeout 10 systemctl --no-block stop "$1.timer" < /dev/null > /dev/null 2>&1 9>&- || : ;;
  esac
}

# ---- switch, confirm, rollback, abort --------------------------------------------------------------------------------

verb_switch() { # TX GENERATION
  need_tx "$1"; need_number "$2" 15 generation
  begin switch
  need_open "$1" "$2"
  if [ "$TX_STATE" = switched ] && [ -z "$TX_STEP" ]; then say "switched $1"; return 0; fi
  [ "$TX_STATE" = armed ] || die 10 "transaction $1 is $TX_STATE, not armed"
  timer_runs || die 10 "the timer of transaction $1 does not run"
  verify_release "$S/releases/$1" || exit 11
  read -r action < "$S/releases/$1/intent/daemon" || :
  do_switch "$action"
  say "switched $1"
}

do_switch() { # ACTION, on transaction TX; dies with 13, and then the console or the timer rolls back
  R=$S/releases/$TX
  release_name live || die 10 "the live release is damaged"
  [ "$NAME" != "$TX" ] || release_name confirmed || die 10 "the confirmed release is damaged" # a switch that was cut short comes again
  before=$NAME
  take_snapshot || die 13 "cannot take the snapshot: nothing was changed"
  save_tx armed switching || die 13 "cannot write $S/tx: nothing was changed"
  managed_paths "$TX"; new=$PATHS
  find_strangers "$TX" "$before"
  STOPPED='' # by a switch that was cut short
  [ ! -s "$R/snapshot/stopped" ] || read -r STOPPED < "$R/snapshot/stopped" || :
  printf '%s\n' "$STOPPED$STRANGERS" > "$R/snapshot/stopped" && printf '%s\n' "$1" > "$R/snapshot/acted" && act_before "$1" || die 13 "daemon action $1 failed: files and kernel were not changed"
  place_paths "$TX" || die 13 "cannot put the files in place"
  load_modules "$R/intent/modules" && save_sysctls "$R/intent/sysctl" "$R/snapshot/sysctl" && set_sysctls "$R/intent/sysctl" || die 13 "modules or sysctls failed"
  part_of "$S/releases/$before/intent" addresses
  leave=$PART
  part_of "$R/intent" addresses
  kept=$S/kept-addresses
  [ -f "$kept" ] || kept=/dev/null
  set_addresses "$PART" "$leave" "$kept" || die 13 "addresses failed"
  add_services "$before" "$TX" "$1" || die 13 "IPVS services failed"
  set_delivery "$R/intent" || die 13 "local delivery failed"
  set_firewall "$R/intent" || die 13 "rules failed"
  act_late "$1" "$TX" "$before" || die 13 "daemon action $1 failed"
  settle_ipvs "$S/releases/$before/intent/ipvs" "$R/intent/ipvs" || warn "stale IPVS services may be left"
  mend_ipvs "$before" "$TX" "$1" || warn "what was changed by hand in the IPVS table may be left"
  wait_for_table "$before" "$TX" "$1"
  set_limits "$before" "$TX" "$1" || warn "thresholds of real servers may be those of $before"
  save_tx switched || die 13 "cannot write $S/tx"
}

take_snapshot() { # everything that the switch may change, on disk before the first change; a second switch keeps the first one's
  read_kernel || return 1
  [ ! -f "$R/snapshot/complete" ] || { sync_all; return; } # the one that made it may have been killed before it was on the disk
  rm -rf "$R/snapshot"
  mkdir -p "$R/snapshot/files" "$R/snapshot/links" && save_kernel "$R/snapshot" && save_addresses "$TX" "$before" && save_paths "$TX" || return 1
  save_ipvs
  running=''
  for d in heartbeat keepalived ldirectord; do ! daemon_pid "$d" || running="$running $d"; done
  printf '%s\n' "$running" > "$R/snapshot/daemons" || return 1
  true > "$R/snapshot/complete" && sync_all
}

save_ipvs() { # asking ipvsadm would load the module; without it there is nothing
  true > "$R/snapshot/ipvs" && true > "$R/snapshot/sync" || return 1
  [ -f /proc/net/ip_vs ] || return 0
  read_table > "$R/snapshot/ipvs" || rm -f "$R/snapshot/ipvs"
  ipvsadm -Ln --daemon > "$R/snapshot/sync" || rm -f "$R/snapshot/sync"
}

verb_confirm() { # TX GENERATION
  need_tx "$1"; need_number "$2" 15 generation
  begin confirm
  need_open "$1" "$2"
  if [ "$TX_STATE" = confirmed ]; then say "confirmed $1"; return 0; fi
  [ "$TX_STATE" = switched ] && [ -z "$TX_STEP" ] || die 10 "transaction $1 is $TX_STATE${TX_STEP:+, $TX_STEP}"
  verify_release "$S/releases/$1" || exit 11 # somebody may have written through a link in /etc since the switch
  do_confirm
  say "confirmed $1"
}

do_confirm() { # the rename of `confirmed` decides; what comes after may be repeated by a rollback or at boot
  R=$S/releases/$TX
  release_name live && [ "$NAME" = "$TX" ] || die 10 "live is $NAME, not $TX"
  release_name confirmed || die 10 "the confirmed release is damaged"
  base=$NAME
  keep_originals "$TX" && keep_addresses "$TX" "$base" && set_units "$TX" && hold_units "$TX" || die 13 "cannot prepare the confirmation"
  sync_all
  point confirmed "$TX" || die 13 "cannot write $S/confirmed"
  save_tx confirmed || :
  sync_all
  end_confirmed "$base"
}

end_confirmed() { # BASE: tidying, none of it needed for the release to hold
  note_confirmed
  drop_originals "$TX"
  forget_addresses "$TX"
  rm -rf "$S/undo"
  stop_timer "$TX_TIMER"
  changed_files "$1" "$TX"
  case ${UNITS_CHANGED:-no}$CHANGED in *yes* | *units*) reload_units ;; esac
  prune
}

note_confirmed() { # of TX: else it could not be applied again, and the next confirmation would take it away
  printf '%s\n' "$FENCE" > "$S/releases/$TX/was-confirmed" || :
}

reload_units() {
  [ -d "$RUN/systemd/system" ] || return 0
  (timeout 60 systemctl daemon-reload &) < /dev/null > /dev/null 2>&1 9>&-
}

prune() { # the last confirmed releases stay, in the order of their generations (the clock may lie); live, confirmed, the open one and origin always
  release_name confirmed || return 0
  holds=$NAME
  release_name live || return 0
  for d in "$S"/releases/*; do
    name=${d##*/} age=0
    case $name in origin | "$NAME" | "$holds" | "$TX") continue ;; esac
    [ ! -s "$d/was-confirmed" ] || read -r age < "$d/was-confirmed"
    printf '%s %s\n' "$age" "$name"
  done | sort -rn | {
    count=1 old=''
    while read -r age name; do
      count=$((count + 1))
      [ "$count" -le "$KEEP_RELEASES" ] && [ "$age" != 0 ] || old="$old $S/releases/$name"
    done
    # shellcheck disable=SC2086 # names were checked at stage
    [ -z "$old" ] || rm -rf $old
  }
}

verb_rollback() { # TX
  need_tx "$1"
  begin rollback "$1"
  [ "$TX_STATE" != damaged ] || name_damaged "$1"
  [ "$TX" = "$1" ] || die 14 "transaction $1 is not open here (last: ${TX:-none})"
  case $TX_STATE in
    rolled-back) say "rolled-back $1"; return 0 ;;
    confirmed) die 10 "transaction $1 is confirmed" ;;
  esac
  release_name confirmed || die 13 "the confirmed release is damaged"
  if [ "$NAME" = "$1" ]; then save_tx confirmed && note_confirmed; die 10 "transaction $1 is confirmed"; fi
  do_rollback "$NAME" || die 13 "rollback of $1 is not complete, run it again"
  stop_timer "$TX_TIMER"
  exec 9>&-
  sync_soon
  say "rolled-back $1"
}

do_rollback() { # BASE, of transaction TX: every part is tried, also when another one fails; needs no new space on the disk
  R=$S/releases/$TX failed=''
  [ "$TX_STEP" = rolling-back ] || mv -f "$S/undo/tx.rolling" "$S/tx" 2> /dev/null || save_tx switched rolling-back || :
  rm -f "$S/undo/space"
  if [ -f "$R/snapshot/complete" ]; then
    old=$R/snapshot/ipvs
    [ -f "$old" ] || old=''
    daemons_then "$1"
    stack_of "$1"
    # Before the rules that send packets there; a daemon would make them, later. Not where one is about to stop, which would leave them.
    case $ACTED in none | reload-*) settle_ipvs "$R/intent/ipvs" "$S/releases/$1/intent/ipvs" "$old" missing || : ;; esac
    if read_kernel; then
      set_firewall "$R/snapshot" || failed="$failed rules"
      set_delivery "$R/snapshot" || failed="$failed delivery"
      part_of "$R/snapshot" addresses
      stood=$PART
      part_of "$R/intent" addresses
      set_addresses "$stood" "$PART" /dev/null || failed="$failed addresses"
    else failed="$failed kernel"; fi
    [ ! -f "$R/snapshot/sysctl" ] || set_sysctls "$R/snapshot/sysctl" there || failed="$failed sysctls"
    undo_before || failed="$failed daemons"
    set_live "$1" || failed="$failed live"
    restore_paths || failed="$failed files"
    undo_after "$1" || failed="$failed daemons"
    settle_ipvs "$R/intent/ipvs" "$S/releases/$1/intent/ipvs" "$old" || failed="$failed ipvs"
    return_edits "$1" "$old" || failed="$failed ipvs"
    [ "$ACTED" != reload-keepalived ] || { wait_for_table "$TX" "$1" "$ACTED"; set_limits "$TX" "$1" "$ACTED"; } || failed="$failed thresholds"
    set_units "$1" && hold_units "$1" || warn "what starts at boot may not be as before" # a confirmation that was cut short may have begun it
  fi
  [ -z "$failed" ] || { warn "not restored:$failed"; return 1; }
  mv -f "$S/undo/tx.ended" "$S/tx" 2> /dev/null || save_tx rolled-back || return 1
  rm -rf "$S/undo" "$S/incoming"
}

set_live() { # RELEASE; the link made at arm time first, it needs no inode
  release_name live && [ "$NAME" = "$1" ] && return 0
  { [ -L "$S/undo/live" ] && [ -f "$S/undo/live/../releases/$1/name" ] && mv -fT "$S/undo/live" "$S/live"; } || point live "$1"
}

verb_abort() { # TX GENERATION
  need_tx "$1"; need_number "$2" 15 generation
  begin abort
  if [ "$TX" != "$1" ]; then
    [ "$FENCE_TX" = "$1" ] && [ ! -e "$S/releases/$1" ] || die 14 "transaction $1 is not open here (open: ${TX:-none})"
    say "aborted $1"
    return 0
  fi
  case $TX_STATE in staged | checked) ;; *) die 10 "transaction $1 is $TX_STATE: roll back instead" ;; esac
  [ "$2" -ge "$TX_GEN" ] || die 10 "generation $2 is stale: $TX_GEN"
  rm -f "$S/tx" && rm -rf "$S/releases/$1" "$S/incoming" || die 13 "cannot write $S"
  sync_all
  say "aborted $1"
}

# ---- break-glass, and the start of the host --------------------------------------------------------------------------

verb_apply() { # RELEASE
  [ "$1" = origin ] || need_tx "$1"
  begin apply
  [ -f "$S/releases/$1/name" ] || die 14 "no release $1 here, see: guard list"
  [ "$1" = origin ] || [ -f "$S/releases/$1/was-confirmed" ] || die 10 "release $1 was never confirmed"
  verify_release "$S/releases/$1" || exit 11
  release_name confirmed || die 10 "the confirmed release is damaged"
  if is_open; then
    [ "$NAME" = "$TX" ] || do_rollback "$NAME" || die 13 "transaction $TX could not be rolled back"
    stop_timer "$TX_TIMER"
  fi
  base=$NAME
  TX=$1 TX_GEN=${TX_GEN:-0} TX_BOOT=$BOOT_ID TX_DEADLINE='' TX_TIMER='' TX_STEP=''
  rm -rf "$S/undo" "$S/releases/$1/snapshot"
  save_tx armed || die 13 "cannot write $S/tx"
  changed_files "$base" "$1"
  action=none
  case $CHANGED in *ldirectord*) action=reload-ldirectord ;; esac
  case $CHANGED in *keepalived*) ! keepalived_pid || [ "$1" = origin ] || action=reload-keepalived ;; esac
  case $CHANGED in *heartbeat*) ! heartbeat_pid || [ "$1" = origin ] || action=restart-heartbeat ;; esac
  find_strangers "$1" "$base" # of another stack: they stop, and the daemon of this one starts
  case $STACK:$base_stack in :* | *:"$STACK") ;; heartbeat:* | keepalived:*) action=start-$STACK ;; single:*) action=start-ldirectord ;; esac
  (do_switch "$action") || { do_rollback "$base"; sync_soon; die 13 "release $1 could not be applied, $base is back"; }
  do_confirm
  for d in heartbeat keepalived; do [ "$1" != origin ] || ! daemon_pid "$d" || warn "$d still runs: stop it with systemctl stop $d"; done
  say "applied $1"
}

# ---- planned failover ------------------------------------------------------------------------------------------------

HANDOVER_SECONDS=60 # between two of one director, so that nobody can swing the addresses to and fro without end

verb_handover() { # PEER: this director, which is active, gives its role to the other one; files and releases stay as they are
  case $1 in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) die 2 "not a name of a director" ;; esac
  [ "${#1}" -le 63 ] || die 2 "the name is too long"
  begin handover
  ! is_open || die 10 "transaction $TX is open ($TX_STATE): it ends first"
  release_name confirmed || die 10 "the confirmed release is damaged"
  release=$NAME
  [ "$release" != origin ] || die 10 "nothing was deployed here yet"
  release_name live && [ "$NAME" = "$release" ] || die 10 "the live release is not the confirmed one"
  read_role "$release" || die 13 "the addresses of this host cannot be read"
  [ "$ROLE" = active ] || die 10 "this director does not hold the virtual addresses, so it has nothing to hand over"
  stack_of "$release"
  last=''
  { read -r last < "$RUN/lvs-console.handover"; } 2>/dev/null || :
  case $last in '' | *[!0-9]*) last=-$HANDOVER_SECONDS ;; esac
  [ $((UPTIME - last)) -ge "$HANDOVER_SECONDS" ] || die 10 "this director handed over $((UPTIME - last)) s ago: wait until $HANDOVER_SECONDS s have passed"
  case $STACK in
    heartbeat) ask_heartbeat "$1" ;;
    keepalived) step_down ;;
    *) die 10 "stack $STACK has no second director" ;;
  esac || exit
  say "handed over to $1"
}

note_handover() { printf '%s\n' "$UPTIME" > "$RUN/lvs-console.handover" || die 13 "cannot write $RUN"; }

# heartbeat's own way: it stops the resources here and tells the peer, which starts them. It takes no answer, so what would make it refuse is asked first.
ask_heartbeat() { # PEER
  heartbeat_pid || die 10 "heartbeat does not run here"
  program=''
  for f in "$ROOT/usr/share/heartbeat/hb_standby" "$ROOT/usr/lib/heartbeat/hb_standby"; do [ ! -x "$f" ] || program=$f; done
  [ -n "$program" ] || die 13 "hb_standby is not installed"
  has cl_status || die 13 "cl_status is not installed"
  peer=$(exec 9>&-; timeout 10 cl_status nodestatus "$1" 2>/dev/null) || peer=unknown
  [ "$peer" = active ] || die 10 "heartbeat does not see $1 as active ($peer), so it would hand over to nobody"
  held=$(exec 9>&-; timeout 10 cl_status rscstatus 2>/dev/null) || held=unknown
  case $held in all | local | foreign) ;; *) die 10 "heartbeat is not at rest (resources: $held): wait until it is" ;; esac
  note_handover
  words=$(exec 9>&-; timeout 30 "$program" all 2>&1 < /dev/null) || die 13 "hb_standby failed: $words"
}

# keepalived has no command for it. One that stops says so to its peer (priority 0), which takes over at once; started again it is backup (nopreempt).
# systemd does both halves, also when this guard is killed in between.
step_down() {
  keepalived_pid || die 10 "keepalived does not run here"
  note_handover
  daemon keepalived restart || die 13 "keepalived could not be started again: start it, or this director cannot take over"
}

verb_boot() { # before anything reads the managed files; no kernel work: nothing of an unconfirmed release is in this kernel
  [ -L "$S/confirmed" ] || return 0
  begin boot
  release_name confirmed || die 13 "the confirmed release is damaged"
  confirmed=$NAME UNITS_CHANGED=no
  [ "$TX_STATE" != damaged ] || name_damaged
  if is_open && [ "$TX" != "$confirmed" ]; then fallback=$TX
  elif release_name live && [ "$NAME" = "$confirmed" ]; then fallback=''
  else fallback=${NAME:-$TX}; fi
  if [ -n "$fallback" ]; then
    warn "release $fallback was not confirmed, going back to $confirmed"
    R=$S/releases/$fallback
    set_live "$confirmed" || die 13 "cannot set live to $confirmed"
    [ ! -f "$R/snapshot/paths" ] || restore_paths || :
    set_units "$confirmed" && hold_units "$confirmed" || :
  fi
  if [ "$TX" = "$confirmed" ] && is_open; then save_tx confirmed && note_confirmed || :; elif is_open; then save_tx rolled-back || :; fi
  rm -rf "$S/undo" "$S/incoming"
  sync_all
  start_units
}

# systemd has read its units before this ran: those of a release that has just gone back, and none at all where /var was not mounted yet.
# They are queued only; what is ordered before heartbeat or keepalived is still started before it.
start_units() {
  [ -d "$RUN/systemd/system" ] || return 0
  [ -n "$fallback" ] || [ "$UNITS_CHANGED" = yes ] || [ "$(stat -c %d "$S" 2> /dev/null)" != "$(stat -c %d "$ROOT/etc" 2> /dev/null)" ] || return 0
  read_units "$confirmed"
  wanted=$UNITS gone=''
  [ -z "$fallback" ] || read_units "$fallback"
  for unit in $UNITS; do case " $wanted " in *" $unit "*) ;; *) gone="$gone $unit" ;; esac; done
  # shellcheck disable=SC2086
  {
    timeout 30 systemctl daemon-reload
    [ -z "$gone" ] || timeout 20 systemctl --no-block stop $gone
    [ -z "$wanted" ] || timeout 20 systemctl --no-block start $wanted
  } < /dev/null > /dev/null 2>&1 9>&- || warn "systemd did not take the units that start here:$wanted"
}

name_damaged() { # [TX]: whose transaction file cannot be read: whose release is in place, or the newest one that came; none is known: the one that is named
  TX=$FENCE_TX
  [ "$S/live" -ef "$S/confirmed" ] || ! release_name live || TX=$NAME
  [ -n "$TX" ] || TX=${1:-}
}

next_command() { printf '  %-58s %s\n' "$GUARD $1" "$2"; }

# What stands, in sentences; every state ends with the commands that lead on.
explain_status() {
  read_clock
  load_tx
  load_fence
  read -r host < /proc/sys/kernel/hostname
  release_name live || NAME='(damaged)'
  live=$NAME
  release_name confirmed || NAME='(damaged)'
  confirmed=$NAME
  say "LVS Console guard $GUARD_VERSION on $host"
  say ""
  say "Confirmed: $(describe "$confirmed"). The host starts from it."
  if [ "$live" = "$confirmed" ]; then say "In place:  the same."; else say "In place:  $(describe "$live"). It is NOT confirmed."; fi
  explain_open
  running=''
  for d in heartbeat ldirectord keepalived; do ! daemon_pid "$d" || running="$running $d"; done
  say "Daemons:  ${running:- none} running."
  say ""
  say "What you can type:"
  ! is_open || [ "$TX" = "$confirmed" ] || next_command rollback "back to $confirmed, now"
  next_command list "the releases on this host"
  [ "$confirmed" = origin ] || next_command "apply origin" "take everything of the console away"
}

describe() { # RELEASE
  case $1 in origin) printf 'no release of the console (origin)' ;; '(damaged)') printf 'DAMAGED, it cannot be read' ;; *) printf 'release %s' "$1" ;; esac
}

explain_open() { # uses TX*, confirmed
  case $TX_STATE in
    idle) say "Open:      nothing."; return ;;
    confirmed | rolled-back) say "Open:      nothing. The last deploy, $TX, was $([ "$TX_STATE" = confirmed ] && echo confirmed || echo 'rolled back')."; return ;;
    damaged) say "Open:      a deploy whose file is DAMAGED. Roll back."; return ;;
    staged | checked) say "Open:      deploy $TX. It has only been brought here: nothing was changed."; return ;;
    armed)
      if [ -n "$TX_STEP" ]; then say "Open:      deploy $TX. It is being put in place, or was cut short while that was done."
      else say "Open:      deploy $TX. It is about to begin; nothing was changed."; fi ;;
    switched) say "Open:      deploy $TX. It is in place and waits to be confirmed by the console${TX_STEP:+ ($TX_STEP)}." ;;
  esac
  if [ "$TX_BOOT" != "$BOOT_ID" ]; then say "Timer:     none, because the host was restarted since. Roll back."
  elif ! timer_runs; then say "Timer:     NOT running. Nothing goes back by itself: roll back."
  elif [ "$TX_DEADLINE" -le "$UPTIME" ]; then say "Timer:     due now: the host goes back to $confirmed."
  else say "Timer:     in $((TX_DEADLINE - UPTIME)) seconds the host goes back to $confirmed by itself."; fi
}

explain_list() {
  verb_list | awk -v guard="$GUARD" '
    { name = $1; words = " " substr($0, length(name) + 1) " " }
    name == "origin" { said = "the host without anything of the console"; can = 1 }
    name != "origin" { can = words ~ / (confirmed|earlier) /; said = can ? "was confirmed earlier" : "was never confirmed, so it cannot be applied" }
    words ~ / confirmed / { said = said (name == "origin" ? ", CONFIRMED" : ""); if (name != "origin") said = "CONFIRMED: the host starts from it" }
    words ~ / live / { said = said ", in place now" }
    words ~ / (staged|checked|armed|switched) / { said = said ", its deploy is open" }
    { printf "  %-24s %s\n", name, said; if (can && words !~ / live /) { other = 1; example = example == "" || name != "origin" ? name : example } }
    BEGIN { print "Releases on this host:" }
    END { if (!NR) print "  none: the console has never deployed here"; print ""; if (other) print "To put one in place, for example:  " guard " apply " example; print "What is open now:                  " guard " status" }'
}

person_rollback() { # [TX]: the open one
  read_clock
  load_tx
  load_fence
  is_open || { say "Nothing is open here, so there is nothing to roll back. An earlier release:  $GUARD list"; exit 10; }
  TX=${1:-${TX:-$FENCE_TX}}
  say "Rolling $TX back; daemons may need a minute or two to stop and start ..."
  # A process of its own: it holds the lock under its own number, and answers into a pipe.
  if said=$("$GUARD" rollback "$TX" < /dev/null); then say "Done: the host is as before that deploy."; else
    code=$?
    [ -z "$said" ] || say "$said"
    say "Not complete. Read what is written above, then type it again:  $GUARD rollback"
    exit "$code"
  fi
  say ""
  explain_status
}

person_apply() { # RELEASE
  [ "$1" != origin ] || say "origin takes away every file, rule, route and address of the console."
  say "Putting $1 in place; daemons may need a minute or two to stop and start ..."
  if said=$("$GUARD" apply "$1" < /dev/null); then say "Done: $1 is in place, and the host starts from it. The console shows this as drift until the next deploy."; else
    code=$?
    [ -z "$said" ] || say "$said"
    case $code in
      2 | 14) say "There is no such release.  $GUARD list" ;;
      10) say "Refused, nothing was changed.  $GUARD list" ;;
      11) say "The release is damaged on the disk, so it was not used. Nothing was changed." ;;
      *) say "It could not be put in place. What stands now:  $GUARD status" ;;
    esac
    exit "$code"
  fi
  say ""
  explain_status
}

if only "$READING $CHANGING" "$@"; then
  run "$@"
  exit $?
fi

# ---- stage: a tar from the console becomes a release, or nothing -----------------------------------------------------

# Names and types of a `tar -tv` listing, before anything is unpacked. $1 mode, $3 size, $6 name.
LISTING_AWK='
function bad(why) { print "tar member refused: " why ": " $0; failed = 1 }
{ total += $3 }
substr($0, 1, 1) != "-" { bad("not a regular file"); next }
NF != 6 { bad("odd name or owner"); next }
$6 != "MANIFEST" && $6 !~ /^(files\/[A-Za-z0-9._\/@+:-]+|intent\/[a-z0-9.-]+)$/ { bad("name not allowed"); next }
$6 ~ /\.\./ || $6 ~ /\/\// || $6 ~ /\/\.?$/ || $6 ~ /\/\.\// { bad("name not plain"); next }
seen[$6]++ { bad("name twice") }
total > max { bad("more than " max " bytes"); exit }
NR > 300 { bad("more than 300 members"); exit }
END { exit failed }'

# MANIFEST against the listing; prints `<mode> <name>...` for chmod. part=list, then part=manifest.
MANIFEST_AWK='
function bad(why) { print "MANIFEST:" FNR ": " why ": " $0; failed = 1 }
part == "list" { if ($6 != "MANIFEST") left[$6] = 1; next }
NF != 3 || $0 != $1 " " $2 " " $3 { bad("not <sha256> <mode> <path>"); next }
length($1) != 64 || $1 ~ /[^0-9a-f]/ { bad("not a sha256"); next }
$2 !~ /^0[0-7][0145][0145]$/ { bad("mode not allowed"); next }
!($3 in left) { bad("not in the tar, or twice"); next }
{
  delete left[$3]
  names[$2] = names[$2] " " $3
  n = split($3, step, "/")
  dir = step[1]
  for (i = 2; i <= n; i++) {
    if (!(dir in dirs)) { dirs[dir] = 1; folders = folders " " dir }
    dir = dir "/" step[i]
  }
}
END {
  for (name in left) { print "not in MANIFEST: " name; failed = 1 }
  if (failed) exit 1
  for (mode in names) print mode names[mode]
  if (folders != "") print "0755" folders
}'

verb_stage() { # TX GENERATION < tar
  need_tx "$1"; need_number "$2" 15 generation
  begin stage
  fence "$1" "$2"
  make_state
  prune # also what was staged, rolled back and never confirmed: a disk has an end
  need_space
  printf '%s %s\n' "$2" "$1" > "$S/generation.new" && sync_file "$S/generation.new" && mv -f "$S/generation.new" "$S/generation" ||
    die 13 "cannot write $S/generation"
  rm -rf "$S/incoming"
  if ! receive "$1"; then rm -rf "$S/incoming"; exit "$RECEIVE_CODE"; fi
  TX=$1 TX_GEN=$2 TX_BOOT=$BOOT_ID TX_DEADLINE='' TX_TIMER=''
  # A guard that is killed behind the exchange must not leave `checked` beside what was never checked.
  [ "$TX_STATE" != checked ] || save_tx staged || die 13 "cannot write $S/tx"
  rm -rf "$S/releases/$1"
  mv "$S/incoming/tree" "$S/releases/$1" && rm -rf "$S/incoming" && save_tx staged && sync_all || die 13 "cannot write $S/releases/$1"
  say "staged $1"
}

fence() { # TX GENERATION
  if [ "$2" -lt "$FENCE" ] || { [ "$2" -eq "$FENCE" ] && [ "$1" != "$FENCE_TX" ]; }; then
    die 10 "generation $2 is stale: generation $FENCE belongs to ${FENCE_TX:-nobody}"
  fi
  if [ "$TX" = "$1" ]; then
    case $TX_STATE in staged | checked) ;; *) die 10 "transaction $1 is already $TX_STATE" ;; esac
  elif is_open; then
    die 10 "transaction $TX is open ($TX_STATE)"
  elif [ -e "$S/releases/$1" ]; then
    die 10 "release $1 is already on this host"
  fi
}

need_space() {
  # shellcheck disable=SC2046 # the words of df are wanted one by one
  set -- $(df -Pk "$S")
  case ${11:-} in '' | *[!0-9]*) ;; *) [ "${11}" -ge "$MIN_FREE_KB" ] || die 13 "only ${11} kB free for $S, $MIN_FREE_KB needed" ;; esac
  # shellcheck disable=SC2046
  set -- $(df -Pi "$S" 2>/dev/null)
  case ${9:-0} in 0 | *[!0-9]*) return 0 ;; esac
  case ${11:-} in '' | *[!0-9]*) ;; *) [ "${11}" -ge "$MIN_FREE_INODES" ] || die 13 "only ${11} inodes free for $S, $MIN_FREE_INODES needed" ;; esac
}

receive() { # TX: stdin -> $S/incoming/tree, proved against its MANIFEST
  RECEIVE_CODE=13
  mkdir -p "$S/incoming/tree" || return 1
  # A line that died says nothing: without an end to it the lock would be held for hours. The reader holds no lock and no output of ours,
  # for it may outlive a guard that is killed; what it then reads goes into a file that the next stage has taken away.
  timeout "$STAGE_SECONDS" head -c "$((MAX_BYTES + 1))" > "$S/incoming/tar" 2> /dev/null 9>&- || {
    case $? in
      124 | 143) warn "the release did not come whole within $STAGE_SECONDS s" ;;
      *) warn "cannot keep the release: is the disk full?" ;;
    esac
    return 1
  }
  RECEIVE_CODE=11
  tar -tvf "$S/incoming/tar" > "$S/incoming/list" 2> "$S/incoming/words" || { warn "not a complete tar: $(head -n 3 "$S/incoming/words")"; return 1; }
  awk -v max="$MAX_BYTES" "$LISTING_AWK" "$S/incoming/list" >&2 || return 1
  (ulimit -f 16384; cd "$S/incoming/tree" && tar -xomf ../tar) || { warn "cannot unpack the release: cut short, or the disk is full"; return 1; }
  [ -f "$S/incoming/tree/MANIFEST" ] || { warn "MANIFEST is missing"; return 1; }
  modes=$(awk "$MANIFEST_AWK" part=list "$S/incoming/list" part=manifest "$S/incoming/tree/MANIFEST") || { warn "$modes"; return 1; }
  verify_release "$S/incoming/tree" || return 1
  # awk ends a line at a NUL or drops it, a shell reads on behind it: what the check saw would not be what runs.
  [ "$(tar -xOf "$S/incoming/tar" | tr -cd '\000' | head -c 1 | wc -c)" -eq 0 ] || { warn "a file of the release holds a NUL byte"; return 1; }
  RECEIVE_CODE=13
  (cd "$S/incoming/tree" && sha256sum MANIFEST > MANIFEST.sum) || return 1
  set_modes "$modes" && mkdir -p "$S/incoming/tree/files" "$S/incoming/tree/intent" && chmod 0755 "$S/incoming/tree" "$S/incoming/tree/files" || return 1
  printf '%s\n' "$1" > "$S/incoming/tree/name" && sync_all
}

set_modes() { # lines `<mode> <name>...`; names hold no blank and no pattern character, that was checked
  set -f
  while read -r mode names; do
    # shellcheck disable=SC2086
    [ -z "$mode" ] || (cd "$S/incoming/tree" && exec chmod "$mode" $names) || return 1
  done << END
$1
END
  set +f
}

# ---- check: own grammar, then the real binaries, on the staged files -------------------------------------------------

# Grammar of intent/*, limits of the policy, sanity of the daemons' files. Prints faults as file:line: why: text; secrets are never quoted.
# In: node (uname -n), links (interfaces here), scripts (resource scripts that will exist).
CHECK_AWK=$ADDRESS_AWK'
function fault(why) { print FILENAME ":" FNR ": " why; failed = 1 }
function bad(why) { fault(why ": " $0) }
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
function number(s,   i, n) {
  if (s ~ /^0[0-9]/) return -1 # octal to some, decimal to others
  if (s ~ /^[0-9]+$/) return s + 0
  if (s !~ /^0[xX][0-9a-fA-F]+$/) return -1
  for (i = 3; i <= length(s); i++) n = n * 16 + index("0123456789abcdef", tolower(substr(s, i, 1))) - 1
  return n + 0
}
function mark(s,   n) {
  n = number(s)
  if (n < 0 || n > 2147483647) bad("mark must be 1 to 2147483647")
  else if (n > 0 && top && (n < low || n > top)) bad("policy allows marks " low "-" top " only")
}
function link(name) {
  if (name !~ /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/ || length(name) > 15) bad("odd interface name")
  else if (interfaces != "" && !has(interfaces, name)) bad("policy does not allow interface " name)
}
function within(   i) { for (i = 1; i <= ranges; i++) if (first >= from[i] && last <= to[i]) return 1; return !ranges }
function range(s) {
  if (!cidr(s)) bad("not an address or prefix: " s)
  else if (!within()) bad("policy does not allow range " s)
}
function span(s,   p, begin) { # first-last
  if (split(s, p, "-") != 2 || address(p[1]) == "" || address(p[2]) == "" || address(p[1]) > address(p[2])) { bad("not a range of addresses: " s); return }
  begin = address(p[1]); cidr(p[2]); first = begin; last = address(p[2])
  if (!within()) bad("policy does not allow range " s)
}
function own_address(s,   i) { # one that this host would hold; any spelling that cidr() knows
  if (!cidr(s)) { bad("not an address: " s); return }
  first = address(substr(s, 1, index(s "/", "/") - 1))
  for (i = 1; i <= owns; i++) if (first >= own_from[i] && first <= own_to[i]) return
  if (owns) bad("policy does not allow the address " s)
}
function module(name) { if (name !~ /^(ip_vs[a-z0-9_]*|ip_set[a-z0-9_]*|xt_[A-Za-z0-9_]+|ip6?_tables|ip6?table_(mangle|nat|filter)|nf_(conntrack|nat|tables)[a-z0-9_]*|nft_[a-z0-9_]+|nfnetlink|ipip|ip6_tunnel|tunnel[46]|dummy)$/) bad("module not allowed") }
function sysctl(line,   name) {
  if ((line !~ /^net\.ipv4\.(ip_forward|vs\.[a-z_]+|conf\.[A-Za-z0-9_.+-]+\.(rp_filter|send_redirects|src_valid_mark|accept_local|forwarding|arp_[a-z]+))=[0-9][0-9 ,-]*$/ &&
    line !~ /^net\.ipv6\.conf\.[A-Za-z0-9_.+-]+\.(forwarding|accept_ra|accept_redirects|accept_dad|dad_transmits)=[0-9]+$/) || line ~ /\.\./) { bad("sysctl not allowed"); return }
  name = line
  if (sub(/^net\.ipv[46]\.conf\./, "", name)) { sub(/\.[a-z_]+=.*/, "", name); if (name !~ /^(all|default|lo)$/) link(name) }
}
function target_allowed(name) { if (targets != "" && !has(targets, name)) bad("policy does not allow target " name) }
function program(s) { # the first word of a command
  gsub(/^["\047]+|["\047]+$/, "", s)
  if (s ~ /[^A-Za-z0-9 \t._:\/=,@%+-]/) { bad("a command holds letters, digits and ._:/=,@%+- only: a shell may read it"); return }
  sub(/[ \t].*/, "", s)
  if (s !~ /^\// || s ~ /\.\./ || !has(programs, s)) bad("policy (check-scripts=) does not allow the program " (s == "" ? "(none)" : s))
}
function medium(name) { known(name); if (name != "lo") link(name) }
function known(name) { if (!has(links, name)) bad("this host has no interface " name) }
function own_set(name, flags) {
  if (name in type_of_set) {
    if (family_of_set[name] != six) bad("set " name " is of the other family")
    if (flags !~ /^(dst|src)(,(dst|src))*$/ || split(flags, p, ",") != split(type_of_set[name], q, ",")) bad("directions do not fit the type of set " name)
    else if (ranges && flags !~ /^dst/) bad("policy limits ranges, so a set must begin with the destination")
  } else bad("not a set of this release: " name)
}
{ sub(/\r$/, "\\r") }
# keepalived and heartbeat read lines of 1,023 bytes, iptables-restore of 10,239, and take the rest for a line of its own.
length($0) > 1000 && part !~ /^(policy|manifest|known|nft)$/ { fault("line of more than 1000 bytes"); next }
part == "policy" {
  if ($0 ~ /^[ \t]*(#.*)?$/) next
  key = $0; sub(/=.*/, "", key); value = $0; sub(/[^=]*=[ \t]*/, "", value)
  if (key == "marks" && value ~ /^[0-9]+-[0-9]+$/) { split(value, p, "-"); low = p[1] + 0; top = p[2] + 0 }
  else if (value == "") bad("policy line without a value, so nothing is allowed")
  else if (key == "interfaces") interfaces = value
  else if (key == "targets") targets = value
  else if (key == "ranges") { n = split(value, p, " "); for (i = 1; i <= n; i++) if (cidr(p[i])) { from[++ranges] = first; to[ranges] = last } else bad("not an IPv4 or IPv6 prefix") }
  else if (key == "addresses") { n = split(value, p, " "); for (i = 1; i <= n; i++) if (cidr(p[i])) { own_from[++owns] = first; own_to[owns] = last } else bad("not an IPv4 or IPv6 prefix") }
  else if (key == "resources") resources = resources " " value
  else if (key == "check-scripts") programs = programs " " value
  else bad("policy line not understood, so nothing is allowed")
  next
}
part == "manifest" {
  if ($3 ~ /^intent\//) {
    if ($3 !~ /^intent\/(modules|sysctl|rules\.v[46]|jumps6?|sets|rules\.nft|addresses|policy-rules6?|routes6?|ipvs|daemon|meta)$/)
      bad("this guard does not know this part of a release, it is older than the console: install the guard again")
    next
  }
  if ($3 !~ /^files/) next
  path = substr($3, 6); mode[path] = $2
  if (path ~ /^\/etc\/ha\.d\/(ha\.cf|haresources|authkeys|ldirectord\.cf|resource\.d\/[A-Za-z0-9][A-Za-z0-9_.-]*)$/ || path == "/etc/sysctl.d/90-lvs-console.conf" || path == "/etc/modules-load.d/lvs-console.conf" || path == "/etc/network/interfaces.d/lvs-console") next
  if (path == "/etc/sysconfig/iptables" || path == "/etc/keepalived/keepalived.conf" || path ~ /^\/usr\/lib\/lvs-console\/rules[^\/]*$/) next
  if (path ~ /^\/etc\/systemd\/system\/lvs-console-[^\/]+$/ && path !~ /lvs-console-(boot|rollback)/) next
  if (path ~ /^\/etc\/lvs-console\/.+/ && path !~ /^\/etc\/lvs-console\/policy(\/|$)/) {
    if ($2 ~ /[1357]/ && path != "/etc/lvs-console/check-real-servers") bad("only check-real-servers may be a program there")
    next
  }
  bad("this path is not for the console to manage"); next
}
$0 ~ /[\001-\010\013-\037\177]/ && part != "authkeys" { fault("control character"); next }
part == "modules" || part == "modules-load" { if ($0 != "" && (part == "modules" || $0 !~ /^#/)) module($0); next }
part == "sysctl" { if ($0 != "") sysctl($0); next }
part == "sysctl.d" {
  if ($0 ~ /^[ \t]*([#;].*)?$/) next
  line = $0; sub(/[ \t]*=[ \t]*/, "=", line)
  if (line ~ /^net\//) { at = index(line, "="); key = substr(line, 1, at - 1); gsub(/\./, "?", key); gsub(/\//, ".", key); gsub(/\?/, ".", key); line = key substr(line, at) }
  sysctl(line); next
}
part == "known" { if ($1 == "@@@") kind = $2; else known_line[kind, $0] = 1; next }
part == "script" { # programs, units and stanzas that root runs: every line is one that the console is known to write
  kind = FILENAME ~ /\/resource\.d\// ? "resource" : FILENAME ~ /\/systemd\// ? "unit" : FILENAME ~ /\/interfaces\.d\// ? "interfaces" : FILENAME ~ /check-real-servers$/ ? "asker" : "rules"
  if ($0 == "" || $0 == "#!/bin/sh") next
  line = $0
  if (kind == "rules" && line ~ /^(rule|route) / || line ~ /^[0-9a-f.:]+\/[0-9]+ [A-Za-z0-9]/ && NF == 2) { if (!(("data", line) in known_line)) bad("not in the release: intent/ says otherwise"); next }
  if (kind == "interfaces" && $1 == "iface" && NF == 4) link($2)
  if (match(line, /--mcast-interface [^ ]+ --syncid [0-9]+/)) { split(substr(line, RSTART, RLENGTH), w, " "); link(w[2]); line = substr(line, 1, RSTART - 1) "--mcast-interface % --syncid %" substr(line, RSTART + RLENGTH) }
  if (match(line, /mcast=[A-Za-z0-9][A-Za-z0-9_.+-]*, syncid=[0-9]+/)) line = substr(line, 1, RSTART - 1) "mcast=%, syncid=%" substr(line, RSTART + RLENGTH)
  if (line ~ /^  modprobe -a [A-Za-z0-9_ ]+ \|\|/) { n = split(line, w, " "); for (i = 3; w[i] != "||"; i++) module(w[i]); sub(/-a [A-Za-z0-9_ ]+ \|\|/, "-a % ||", line) }
  if (line ~ /^iface [A-Za-z0-9][A-Za-z0-9_.+-]* inet manual$/) line = "iface % inet manual"
  if (line ~ /^ask [46] [0-9a-f.:]+ [0-9a-f.:]+( type (ipip|sit|ip6tnl mode ip6ip6))?$/) line = "ask %"
  if (line ~ /^  (check|stop)\)( (check|stop)_[a-z0-9]+;?)+ ;;$/) line = "  %) %;;"
  if (!((kind, line) in known_line)) bad("not a line that the console writes into such a file; install the guard again if the console is newer")
  next
}
part == "sets" {
  if ($0 ~ /^(#.*)?$/) next
  if ($2 !~ /^lvs-console[a-z0-9_.-]*$/ || length($2) > 31 || $2 == "lvs-console-new") { bad("only sets called lvs-console*"); next }
  if ($1 == "create") {
    if ($2 in type_of_set) { bad("set made twice"); next }
    if ($3 !~ /^hash:(net|ip)(,(net|ip|port|iface))*$/ && $3 !~ /^bitmap:port$/) bad("type of set not allowed")
    type_of_set[$2] = substr($3, index($3, ":") + 1); family_of_set[$2] = ""
    for (i = 4; i <= NF; i++) {
      if ($i == "family" && $(i + 1) ~ /^inet6?$/) family_of_set[$2] = $(++i) == "inet6" ? 6 : ""
      else if ($i ~ /^(hashsize|maxelem|bucketsize)$/ && $(i + 1) ~ /^[0-9]+$/) i++
      else if ($i == "range" && $(i + 1) ~ /^[0-9]+-[0-9]+$/) i++
      else if ($i !~ /^(skbinfo|counters|comment)$/) bad("option of set not allowed: " $i)
    }
    next
  }
  if ($1 != "add" || !($2 in type_of_set)) { bad("only `create` and `add`, in this order"); next }
  n = split($3, p, ","); if (n != split(type_of_set[$2], q, ",")) { bad("entry does not fit the type of its set"); next }
  for (i = 1; i <= n; i++) {
    if (q[i] == "iface") link(p[i])
    else if (q[i] == "port") { if (p[i] !~ /^(([a-z0-9-]+:)?[0-9]+(-[0-9]+)?|icmp(v6)?:[a-z0-9\/-]+)$/) bad("not a port: " p[i]) }
    else if (!cidr(p[i])) bad("not an address or prefix: " p[i])
    else if (family != (family_of_set[$2] == "" ? 4 : 6)) bad("address of the other family: " p[i])
    else if (i == 1 && !within()) bad("policy does not allow range " p[i])
  }
  for (i = 4; i <= NF; i++) {
    if ($i == "skbmark") { n = split($(++i), p, "/"); if (n > 1 && p[2] != "0xffffffff") bad("only whole marks"); mark(p[1]) }
    else if ($i == "comment" && $(i + 1) ~ /^"[^"\\]*"$/) i++
    else if ($i != "nomatch") bad("option of entry not allowed: " $i)
  }
  next
}
part == "rules" {
  if ($0 ~ /^(#.*)?$/) next
  if ($0 ~ /^\*/) { table = substr($0, 2); if (!(table in own) || (table six) in opened || inside) bad("only the tables mangle and nat, once each"); opened[table six] = 1; inside = FILENAME; next }
  if (!inside) { bad("outside of a table"); next }
  if ($0 == "COMMIT") { inside = ""; next }
  if ($0 == ":" own[table] " - [0:0]") { declared[table six]++; next }
  if ($1 != "-A" || $2 != own[table] || !declared[table six]) { bad("only rules of the declared chain " own[table]); next }
  line = $0; target = ""; marks = named = 0
  gsub(/ --(comment|log-prefix) "([^"\\]|\\.)*"/, " --comment Q", line)
  if (line ~ /"/) { bad("quote in an odd place"); next }
  n = split(line, w, " ")
  for (i = 3; i <= n; i++) {
    if (w[i] ~ /^--(comment|log-prefix)$/) { i++; continue }
    if (w[i] ~ /^-[^-]/ && w[i] !~ /^-[sdiopmjg]$/) bad("option not allowed: " w[i])
    if (w[i] ~ /^--/ && !has(options, substr(w[i], 3))) bad("option not allowed: " w[i])
    if (w[i] == "-i" || w[i] == "-o" || w[i] == "--in-interface" || w[i] == "--out-interface") link(w[i + 1])
    if (w[i] == "-j" || w[i] == "-g" || w[i] == "--jump" || w[i] == "--goto") target = w[i + 1]
    if (w[i] ~ /^--set-x?mark$/) { if (split(w[i + 1], p, "/") > 1 && tolower(p[2]) != "0xffffffff") bad("only whole marks"); mark(p[1]); marks = 1 }
    if (w[i] == "--map-mark") marks = 1
    if (w[i] ~ /^--(match|map)-set$/) { own_set(w[i + 1], w[i + 2]); if (w[i - 1] != "!" && type_of_set[w[i + 1]] ~ /^(net|ip)/) named = 1 }
    if (table == "mangle" && w[i - 1] != "!") {
      if (w[i] == "-d" || w[i] == "--destination") { range(w[i + 1]); named = 1 }
      if (w[i] == "--dst-range") { span(w[i + 1]); named = 1 }
    }
  }
  if (ranges && marks && !named) bad("policy limits ranges, so a mark rule must name its destination")
  if (target == "") bad("rule without a target")
  else target_allowed(target == "SET" ? "MARK" : target)
  next
}
part == "jumps" {
  if ($0 == "") next
  if (NF != 3 || !($1 in own) || $3 != own[$1] || $2 !~ /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/) bad("a jump must lead to the own chain of its table")
  else if (!declared[$1 six]) bad("jump to a chain that rules.v" (six == "" ? 4 : 6) " does not declare")
  next
}
part == "nft" {
  if ($0 ~ /^[ \t]*(#.*)?$/) next
  if (++statements <= 3) { if ($0 != nft_head[statements]) bad("must be `" nft_head[statements] "`"); depth = statements == 3; next }
  if (!depth) { bad("after the end of the own table"); next }
  nft_line($0); next
}
function nft_line(text,   strings, k, w, n, i) {
  while (match(text, /"[^"\\]*"/)) { strings[++k] = substr(text, RSTART + 1, RLENGTH - 2); text = substr(text, 1, RSTART - 1) " $" k " " substr(text, RSTART + RLENGTH) }
  if (text ~ /["\\]/ || (text ~ /\$/ && !k)) { bad("quote in an odd place"); return }
  gsub(/[{};,]/, " & ", text)
  n = split(text, w, " ")
  if (depth == 2) { nft_rule(); value = 0 }
  for (i = 1; i <= n; i++) { if (w[i] ~ /^\$/) nft_string(strings[substr(w[i], 2)], w[i - 1]); else nft_word(w[i], w[i - 1], w[i - 2]); if (!depth && i < n) { bad("after the end of the own table"); return } }
  if (depth == 2) nft_rule()
}
function nft_string(s, before) { if (before != "comment" && before != "prefix") link(s) }
function nft_rule() { # the end of one rule: what it marks without naming a destination
  if (bare && !aimed) marks_bare[chain] = 1
  if (leads != "" && !aimed) edges[chain] = edges[chain] " " leads
  side = leads = wholly = ""; against = aimed = bare = joined = 0
}
function nft_word(x, b, bb) {
  if (x == "{") { if (depth == 1 && !(b ~ /^[a-z][A-Za-z0-9_-]*$/ && bb ~ /^(chain|set|map)$/)) bad("only chains, sets and maps"); depth++; keyed = 0; value = 0; return }
  if (x == "}") { depth--; if (depth == 1) { object = "" } ; return }
  if (depth == 1) { if (x ~ /^(chain|set|map)$/) object = x; else if (object == "" || b != object || x !~ /^[a-z][A-Za-z0-9_-]*$/) bad("only chains, sets and maps"); else { chain = x; nat = 0 } return }
  if (x == ",") { keyed = 0; value = 0; return }
  if (x == ";") { if (depth == 2 && object == "chain") nft_rule(); return }
  if (x == ":") { value = 1; return }
  if (x ~ /^@/) { if (x !~ /^@[a-z][A-Za-z0-9_-]*$/) bad("odd name: " x); if (side == "d") aimed = 1; else if (ranges && side == "s") bad("policy limits ranges, so a set must begin with the destination"); return }
  if (b ~ /^(jump|goto)$/) { if (x !~ /^[a-z][A-Za-z0-9_-]*$/) bad("odd name: " x); if (depth == 2) leads = leads " " x; return }
  if (b == "set" && bb == "mark" && number(x) >= 0) { mark(x); bare = 1; target_allowed("MARK"); return }
  if (b == "set" && bb == "mark") { bare = 1; target_allowed("MARK") }
  if (value && number(x) >= 0) { mark(x); return }
  if (x ~ /^[0-9]+(-[0-9]+)?$/ || x ~ /^0x[0-9a-f]+$/ || x ~ /^[0-9]+\/(second|minute|hour|day)$/) return
  if (x ~ /[.:]/ && x ~ /^[0-9a-f.:\/-]+$/ && x !~ /^[.:]$/) { nft_address(x); return }
  if (!has(nft_words, x)) { bad("word not allowed: " x); return }
  if (b == "type" && object == "chain" && x == "nat") nat = 1
  if (b == "hook") hooked[chain] = 1
  if (x == ".") joined = 1
  if (x == "map" || x == "set") joined = 0
  if (x == "saddr" || x == "daddr") { if (!joined) side = substr(x, 1, 1); wholly = x; against = 0 }
  if (x == "!=") against = 1
  if ((b != "policy" || x != "accept") && (x in nft_targets)) target_allowed(nft_targets[x])
}
function nft_address(x) {
  if (nat) { if (x ~ /-/) return; if (!cidr(x)) bad("not an address or prefix: " x); return }
  if (depth > 2 && object != "chain") { if (keyed++) { if (!cidr(x) && x !~ /-/) bad("not an address or prefix: " x); return } }
  else if (wholly != "daddr" || against) { if (x !~ /-/ && !cidr(x)) bad("not an address or prefix: " x); return }
  else aimed = 1
  if (x ~ /-/) span(x); else range(x)
}
part ~ /^policy-rules/ {
  if ($0 == "") next
  if (NF < 4 || NF > 5 || $1 !~ /^[0-9]+$/ || $1 < 1 || $1 > 32765 || $3 !~ /^(0x[0-9a-f]+|-)$/ || $4 !~ /^[0-9]+$/ || $4 < 1 || $4 > 252) { bad("not <priority> <interface> <mark> <table> [<destination>]"); next }
  if ($3 == "-" && NF == 4) bad("without mark and destination it is every packet")
  if ($3 != "-") { if (number($3) < 1) bad("mark 0 is every packet"); mark($3) }
  if (NF == 5) { if (!cidr($5) || !plen || family != (six == "" ? 4 : 6) || !aligned) bad("not a prefix of this family, or with host bits: " $5); else if (!within()) bad("policy does not allow range " $5) }
  known_line["data", "rule add priority " $1 (NF == 5 ? " to " $5 : "") ($3 == "-" ? "" : " fwmark " $3) " iif " $2 " lookup " $4 " protocol 76"] = 1
  link($2); known($2); next
}
part ~ /^routes/ {
  if ($0 == "") next
  known_line["data", "route add " $1 " " $2 (NF == 4 ? " dev " $4 : "") " table " $3 " proto 76"] = 1
  fits = $2 == "default" || (cidr($2) && family == (six == "" ? 4 : 6) && aligned)
  if (fits && $1 == "local" && NF == 4 && $4 == "lo" && $3 ~ /^[0-9]+$/ && $3 >= 1 && $3 <= 252) next
  if (fits && $1 == "unreachable" && NF == 3 && ($3 == "main" || ($3 ~ /^[0-9]+$/ && $3 >= 1 && $3 <= 252)) && $2 != "default" && plen) { range($2); next }
  bad("route not allowed"); next
}
part == "addresses" {
  if ($0 == "") next
  if (NF != 2 || $1 !~ /\// || !cidr($1) || !plen) { bad("not <address>/<prefix> <interface>"); next }
  known_line["data", $1 " " $2] = 1
  own_address($1); link($2); known($2); fixed++; next
}
part == "ipvs" {
  if ($0 == "") next
  if ($0 !~ /^-[Aa] (-f [0-9]+( -6)?|-[tu] [][0-9a-fA-F.:]+) -[rs] [][A-Za-z0-9.:]+[A-Za-z0-9 .:,-]*$/) { bad("not a line of ipvsadm -Sn"); next }
  if ($2 == "-f") mark($3)
  else { line = $3; sub(/:[0-9]+$/, "", line); gsub(/[][]/, "", line); range(line) }
  next
}
part == "daemon" { words++; action = $0; if (words > 1 || $0 !~ /^(none|reload-(ldirectord|keepalived)|(re)?start-(heartbeat|ldirectord|keepalived))$/) bad("not a daemon action"); next }
part == "meta" {
  if ($0 != "" && $0 !~ /^[a-zA-Z][a-zA-Z0-9_.-]*=/) bad("not key=value")
  if ($0 ~ /^stack=/) { stack = substr($0, 7); if (stack !~ /^(heartbeat|keepalived|single)$/) bad("unknown stack") }
  if ($0 ~ /^stop=/ && $0 !~ /^stop=(heartbeat|keepalived|ldirectord)$/) bad("not a daemon that can be stopped")
  if ($0 ~ /^sync-/) {
    if ($0 !~ /^sync-(active|standby)=(master|backup) [^ ]+ [0-9]+$/ || $3 > 255) bad("not <role> <interface> <sync id>")
    else { link($2); known($2) }
  }
  if ($0 ~ /^unit=/ && $0 !~ /^unit=(heartbeat|keepalived|lvs-console-[a-z0-9-]+)(\.service)?$/) bad("unit not allowed")
  next
}
part == "authkeys" {
  if ($0 ~ /^[ \t]*(#.*)?$/) next
  if ($1 == "auth" && NF == 2 && $2 ~ /^[0-9]+$/) use = $2
  else if ($1 ~ /^[0-9]+$/ && (($2 == "crc" && NF == 2) || ($2 ~ /^(md5|sha1)$/ && NF == 3))) keys[$1] = 1
  else fault("not `auth N` or `N method secret` (the line is not shown)")
  next
}
part == "keepalived" { # the line is never shown: it may hold auth_pass
  line = text = $0; $0 = shown = $1
  while (match(line, /"[^"]*"/)) line = substr(line, 1, RSTART - 1) "Q" substr(line, RSTART + RLENGTH)
  quoted = line ~ /"/; sub(/[#!].*/, "", line)
  n = split(line, w, " ")
  if (!n) next
  if (quoted || line ~ /[\\$@~]/) { fault("quote, backslash, $, @ or ~ in an odd place, after: " shown); next }
  if (w[1] == "}") { if (!level || n > 1) fault("odd closing brace"); else level--; if (level < free) free = 0; next }
  if (free && level >= free) { if (line ~ /[{}]/) fault("brace in a list"); if (held) { $0 = w[1]; own_address(w[1]) } for (i = 1; i < n; i++) if (w[i] == "dev") { $0 = w[i] " " w[i + 1]; link(w[i + 1]); known(w[i + 1]) } next }
  sub(/[{}]$/, "", w[1])
  if (!has(keepalived_words, w[1])) { if (has(keepalived_programs, w[1])) { value = text; sub(/^[ \t]*[a-z_]+[ \t]+/, "", value); program(value) } else fault("keyword not allowed: " w[1]) }
  if (w[1] == "interface" || w[1] == "bind_if" || w[1] == "lvs_sync_daemon") { $0 = w[1] " " w[2]; link(w[2]); known(w[2]) }
  if (w[1] == "virtual_server") { if (w[2] != "fwmark") fault("only virtual_server fwmark N"); else { if (w[3] !~ /^[0-9]+$/) fault("not a mark: " w[3]); $0 = "fwmark " w[3]; mark(w[3]) } }
  if (line ~ /\{[ \t]*$/) { level++; if (has("group virtual_ipaddress virtual_ipaddress_excluded unicast_peer track_interface track_file_list", w[1])) { free = level; held = w[1] ~ /^virtual_ipaddress/ } }
  else if (line ~ /[{}]/) fault("a brace must end its line, after: " w[1])
  next
}
part == "ldirectord" {
  if ($0 ~ /^[ \t]*(#.*)?$/) next
  key = $0; sub(/^[ \t]+/, "", key); sub(/[ \t]*=.*/, "", key); value = $0; sub(/^[^=]*=[ \t]*/, "", value)
  # what ldirectord hands to a shell or opens as root is checked by its letters; a line is never shown, it may hold a password
  if (key == "execute") { $0 = key; bad("would start another ldirectord") }
  else if (key ~ /^(checkcommand|fallbackcommand|callback)$/) { $0 = key; program(value) }
  else if (key == "logfile") { if (value !~ /^"?(local[0-7]|daemon|user|syslog|\/dev\/null|\/var\/log\/[A-Za-z0-9_][A-Za-z0-9_.-]*)"?$/) fault("logfile is a facility, /dev/null or a file in /var/log") }
  else if (key ~ /^(request|receive|virtualhost|database|login|passwd|secret)$/) { if (value ~ /[`]/) fault("a backquote is not allowed in " key) }
  else if (!has(ldirectord_words, key)) { $0 = key; bad("keyword not allowed: " (key ~ /^[a-z0-9]+$/ ? key : "(odd)")) }
  # ldirectord builds the words of ipvsadm from them, and gives these to a shell; `->` stands between the ends of a range of real servers
  else if (value !~ (key ~ /^(real|fallback)6?$/ ? "^[A-Za-z0-9.:,_ \t>[-]*[]A-Za-z0-9.:,_ \t>[-]*$" : "^\"?[A-Za-z0-9.:,_[-]*[]A-Za-z0-9.:,_[-]*\"?$") || value ~ /(^|[^-])>/) fault("letter not allowed in the value of " key)
  else if (key ~ /^virtual6?$/) { if (value ~ /^[0-9]+$/) { $0 = key "=" value; mark(value) } else { sub(/:[a-z0-9]+[ \t]*$/, "", value); gsub(/[][]/, "", value); $0 = key "=" value; range(value) } }
  next
}
{ sub(/#.*/, "") }
NF == 0 { next }
part == "ha.cf" {
  if ($1 == "node") for (i = 2; i <= NF; i++) nodes = nodes " " $i
  else if ($1 == "ucast") { media++; medium($2); if (NF != 3 || address($3) == "") bad("ucast needs an interface and an address") }
  else if ($1 == "bcast") { media++; for (i = 2; i <= NF; i++) medium($i) }
  else if ($1 == "mcast") { media++; medium($2); if (NF != 6) bad("mcast needs interface, group, port, ttl, loop") }
  else if ($1 == "serial") { media++; for (i = 2; i <= NF; i++) if ($i !~ /^\/dev\/tty[A-Za-z0-9]+$/) bad("not a serial line") }
  else if ($1 == "respawn") { if ($0 !~ /^respawn (hacluster \/usr\/lib(exec)?\/heartbeat\/ipfail|root \/usr\/lib\/lvs-console\/rules heartbeat-start)$/) bad("program not allowed") }
  else if ($1 == "apiauth") { if ($0 !~ /^apiauth ipfail (gid=haclient )?uid=hacluster$/) bad("only ipfail as hacluster") }
  else if ($1 ~ /^(log|debug)file$/) { if ($2 !~ /^\/var\/log\/[A-Za-z0-9_][A-Za-z0-9_.-]*$/) bad("not a file in /var/log") }
  else if (!has(ha_words, $1)) bad("directive not allowed")
  next
}
part == "haresources" {
  if (!continued && !has(nodes, $1)) bad("first word is not a node of ha.cf")
  for (i = continued ? 1 : 2; i <= NF; i++) {
    if ($i == "\\") continue
    script = $i; sub(/::.*/, "", script)
    if (script ~ /^[0-9.\/]+$/) script = "IPaddr"
    if (script !~ /^[A-Za-z0-9_.-]+$/ || !has(scripts, script)) bad("no resource script " script " (in the release, /etc/ha.d/resource.d or /etc/init.d)")
    if (!has("IPaddr IPaddr2 IPv6addr ldirectord LVSSyncDaemonSwap" resources, script)) bad("policy (resources=) does not allow the resource " script)
    if (script == "ldirectord" && $i !~ /^ldirectord(::(\/etc\/ha\.d\/)?ldirectord\.cf)?$/) bad("only the ldirectord.cf of this release")
    if (script == "LVSSyncDaemonSwap" && $i != "LVSSyncDaemonSwap::master") bad("only LVSSyncDaemonSwap::master")
    if ($i ~ /^[0-9.\/]+$/) own_address($i)
    if ($i ~ /^(IPaddr2?|IPv6addr)::/) { if ($i !~ /^[A-Za-z0-9:.\/_+-]+$/) bad("odd letter"); split($i, p, "::"); args = substr($i, index($i, "::") + 2); n = split(args, q, "/"); own_address(q[1] (n > 1 ? "/" q[2] : "")); if (n > 2) { sub(/:.*/, "", q[3]); link(q[3]); known(q[3]) } }
  }
  continued = ($NF == "\\")
  next
}
BEGIN {
  own["mangle"] = "LVS-CONSOLE"; own["nat"] = "LVS-CONSOLE-NAT"; stack = "heartbeat"
  options = "dport dports sport sports icmp-type icmpv6-type comment set-xmark set-mark match-set map-set map-mark to-source to-ports random random-fully persistent dst-range src-range ctstate mark log-prefix log-level protocol source destination in-interface out-interface jump goto match limit limit-burst src-type dst-type vaddr vport vproto vmethod"
  ldirectord_words = "virtual virtual6 real real6 fallback fallback6 checktimeout negotiatetimeout checkinterval checkcount failurecount autoreload quiescent readdquiescent cleanstop fork scheduler schedflags persistent netmask protocol checktype checkport service httpmethod smtp"
  ha_words = "keepalive deadtime deadping warntime initdead udpport baud auto_failback nice_failback ping ping_group logfacility use_logd uuidfrom debug autojoin hopfudge realtime rtprio coredumps conn_logd_time msgfmt"
  nft_head[1] = "table inet lvs-console"; nft_head[2] = "delete table inet lvs-console"; nft_head[3] = "table inet lvs-console {"
  nft_words = "limit rate burst packets type flags interval constant size elements auto-merge counter comment hook priority policy filter nat route prerouting postrouting input forward output mangle srcnat dstnat raw accept return drop continue masquerade snat to log prefix level info random fully-random persistent iifname oifname ip ip6 tcp udp sctp icmp icmpv6 ipv6-icmp th meta l4proto nfproto protocol mark set map saddr daddr dport sport jump goto ipv4_addr ipv6_addr inet_proto inet_service ifname ipv4 ipv6 destination-unreachable time-exceeded parameter-problem packet-too-big . = != + -"
  nft_targets["accept"] = "ACCEPT"; nft_targets["return"] = "RETURN"; nft_targets["drop"] = "DROP"; nft_targets["masquerade"] = "MASQUERADE"; nft_targets["snat"] = "SNAT"; nft_targets["log"] = "LOG"
  keepalived_words = "global_defs router_id enable_script_security script_user lvs_sync_daemon lvs_timeouts max_auto_priority checker_priority vrrp_priority vrrp_version vrrp_strict vrrp_skip_check_adv_addr vrrp_mcast_group4 vrrp_mcast_group6 vrrp_garp_interval vrrp_gna_interval vrrp_garp_master_delay vrrp_garp_master_repeat vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat vrrp_garp_lower_prio_repeat vrrp_garp_lower_prio_delay vrrp_higher_prio_send_advert vrrp_iptables checker_log_all_failures"
  keepalived_words = keepalived_words " vrrp_sync_group group global_tracking sync_group_tracking_weight vrrp_instance state interface virtual_router_id priority advert_int nopreempt preempt_delay authentication auth_type auth_pass virtual_ipaddress virtual_ipaddress_excluded unicast_src_ip unicast_peer mcast_src_ip track_interface track_bfd version native_ipv6 accept no_accept dont_track_primary promote_secondaries garp_master_delay garp_master_repeat garp_master_refresh garp_master_refresh_repeat garp_lower_prio_delay garp_lower_prio_repeat higher_prio_send_advert"
  keepalived_words = keepalived_words " virtual_server real_server sorry_server sorry_server_inhibit sorry_server_lvs_method delay_loop lvs_sched lb_algo lvs_method lb_kind persistence_timeout persistence_granularity persistence_engine ops hashed flag-1 flag-2 flag-3 sh-port sh-fallback mh-port mh-fallback ip_family virtualhost alpha omega quorum hysteresis inhibit_on_failure connect_timeout retry delay_before_retry warmup weight uthreshold lthreshold"
  keepalived_words = keepalived_words " HTTP_GET SSL_GET TCP_CHECK UDP_CHECK DNS_CHECK SMTP_CHECK MISC_CHECK PING_CHECK FILE_CHECK BFD_CHECK url path status_code digest regex regex_no_match regex_options regex_stack regex_min_offset regex_max_offset http_protocol enable_sni sni_name fast_recovery connect_ip connect_port bindto bind_if bind_port fwmark helo_name host payload require_reply min_reply_len max_reply_len type name class misc_timeout misc_dynamic ttl icmp_packet_size track_file vrrp_track_file file bfd_instance neighbor_ip source_ip local_ip multihop passive min_rx min_tx idle_tx multiplier max_hops neighbor_ttl"
  keepalived_programs = "misc_path notify notify_up notify_down notify_master notify_backup notify_fault notify_stop notify_deleted notify_master_rx_lower_pri quorum_up quorum_down startup_script shutdown_script script notify_fifo_script vrrp_notify_fifo_script lvs_notify_fifo_script vrrp_script track_script"
}
END {
  if (inside) { print inside ": no COMMIT at the end"; failed = 1 }
  if (statements && depth) { print "intent/rules.nft: no closing brace at the end"; failed = 1 }
  if (statements && statements < 3) { print "intent/rules.nft: cut short"; failed = 1 }
  if (ranges && statements) {
    do {
      again = 0
      for (c in edges) if (!marks_bare[c]) { n = split(edges[c], w, " "); for (i = 1; i <= n; i++) if (marks_bare[w[i]]) { marks_bare[c] = again = 1 } }
    } while (again)
    for (c in hooked) if (marks_bare[c]) { print "intent/rules.nft: policy limits ranges, so a mark rule must name its destination: chain " c; failed = 1 }
  }
  if (!words) { print "intent/daemon: empty"; failed = 1 }
  daemon = action; sub(/^[a-z]*-/, "", daemon)
  if (daemon == "heartbeat" && stack != "heartbeat" || daemon == "keepalived" && stack != "keepalived" || daemon == "ldirectord" && (stack == "keepalived" || stack == "heartbeat" && action == "restart-ldirectord")) {
    print "intent/daemon: " action " does not belong to the stack " stack; failed = 1
  }
  if (fixed && stack != "single") { print "intent/addresses: only the stack single has fixed addresses, this is " stack; failed = 1 }
  if (level) { print "files/etc/keepalived/keepalived.conf: a brace is not closed"; failed = 1 }
  if (stack == "keepalived" && !("/etc/keepalived/keepalived.conf" in mode)) { print "intent/meta: stack keepalived without /etc/keepalived/keepalived.conf"; failed = 1 }
  if ("/etc/ha.d/ha.cf" in mode) {
    if (!has(nodes, node)) { print "files/etc/ha.d/ha.cf: this host is called " node ", which is not among its nodes"; failed = 1 }
    if (!media) { print "files/etc/ha.d/ha.cf: no bcast, ucast, mcast or serial"; failed = 1 }
  }
  if ("/etc/ha.d/authkeys" in mode) {
    if (!(use in keys)) { print "files/etc/ha.d/authkeys: the key that `auth` names is missing"; failed = 1 }
    if (mode["/etc/ha.d/authkeys"] != "0600") { print "files/etc/ha.d/authkeys: mode must be 0600"; failed = 1 }
  }
  exit failed
}'

verb_check() { # TX
  need_tx "$1"
  begin check
  need_open "$1"
  case $TX_STATE in staged | checked) ;; *) die 10 "transaction $1 is $TX_STATE" ;; esac
  R=$S/releases/$1
  verify_release "$R" || exit 11
  faults=''
  check_words || faults="$faults words"
  check_copies || faults="$faults copies"
  check_tools || faults="$faults tools"
  # The tools below open and create what the files say, already while they only read them.
  case $faults in *words* | *copies*) die 12 "check failed:$faults" ;; esac
  check_rules || faults="$faults rules"
  check_ldirectord || faults="$faults ldirectord"
  check_keepalived || faults="$faults keepalived"
  check_daemon || faults="$faults daemon"
  [ -z "$faults" ] || die 12 "check failed:$faults"
  save_tx checked || die 13 "cannot write $S/tx"
  say "checked $1"
}

check_words() {
  for f in modules sysctl rules.v4 jumps policy-rules routes ipvs daemon meta; do
    [ -f "$R/intent/$f" ] || { warn "intent/$f is missing"; return 1; }
  done
  read -r node < /proc/sys/kernel/hostname
  links=''
  for f in /sys/class/net/*; do links="$links ${f##*/}"; done
  find_scripts
  policy=/dev/null
  [ ! -f "$POLICY" ] || policy=$POLICY
  (
    cd "$R" || exit 1
    set -- part=policy "$policy" part=manifest MANIFEST
    for f in modules sysctl sets; do [ ! -f "intent/$f" ] || set -- "$@" "part=$f" "intent/$f"; done
    set -- "$@" part=rules intent/rules.v4
    [ ! -f intent/rules.v6 ] || set -- "$@" six=6 intent/rules.v6
    set -- "$@" six= part=jumps intent/jumps
    [ ! -f intent/jumps6 ] || set -- "$@" six=6 intent/jumps6
    [ ! -f intent/rules.nft ] || set -- "$@" part=nft intent/rules.nft
    for f in policy-rules routes; do
      set -- "$@" six= "part=$f" "intent/$f"
      [ ! -f "intent/${f}6" ] || set -- "$@" six=6 "intent/${f}6"
    done
    [ ! -f intent/addresses ] || set -- "$@" part=addresses intent/addresses
    set -- "$@" part=known -
    for f in files/usr/lib/lvs-console/rules* files/etc/lvs-console/check-real-servers files/etc/systemd/system/* files/etc/network/interfaces.d/* files/etc/ha.d/resource.d/*; do
      [ ! -f "$f" ] || set -- "$@" part=script "$f"
    done
    for f in files/etc/sysctl.d/*; do [ ! -f "$f" ] || set -- "$@" part=sysctl.d "$f"; done
    for f in files/etc/modules-load.d/*; do [ ! -f "$f" ] || set -- "$@" part=modules-load "$f"; done
    for f in ipvs daemon meta; do [ ! -f "intent/$f" ] || set -- "$@" "part=$f" "intent/$f"; done
    [ ! -f files/etc/keepalived/keepalived.conf ] || set -- "$@" part=keepalived files/etc/keepalived/keepalived.conf
    [ ! -f files/etc/ha.d/ldirectord.cf ] || set -- "$@" part=ldirectord files/etc/ha.d/ldirectord.cf
    for f in authkeys ha.cf haresources; do [ ! -f "files/etc/ha.d/$f" ] || set -- "$@" "part=$f" "files/etc/ha.d/$f"; done
    known_lines | awk -v node="$node" -v links="$links" -v scripts="$scripts" "$CHECK_AWK" "$@" >&2
  )
}

# What is loaded at boot is what was checked: these files hold their intent, under comments.
check_copies() {
  for f in rules.v4 rules.v6 rules.nft sets; do
    [ -f "$R/files/etc/lvs-console/$f" ] || continue
    { cat "$R/intent/$f" 2> /dev/null || :; printf '%s\n' "$COPIES_END"; cat "$R/files/etc/lvs-console/$f"; } | awk -v end="$COPIES_END" "$COPIES_AWK" ||
      { warn "files/etc/lvs-console/$f: is not what intent/$f says"; return 1; }
  done
  [ -f "$R/files/etc/sysconfig/iptables" ] || return 0
  here=$ROOT/etc/sysconfig/iptables
  [ -f "$here" ] || here=/dev/null
  [ "$(awk "$FOREIGN_AWK" "$here")" = "$(awk "$FOREIGN_AWK" "$R/files/etc/sysconfig/iptables")" ] ||
    { warn "files/etc/sysconfig/iptables: changes rules that are not the console's"; return 1; }
  [ "$(awk "$OURS_AWK" "$R/intent/rules.v4")" = "$(awk "$OURS_AWK" "$R/files/etc/sysconfig/iptables")" ] ||
    { warn "files/etc/sysconfig/iptables: is not what intent/rules.v4 says"; return 1; }
  [ "$(sort "$R/intent/jumps")" = "$(awk "$JUMPS_AWK" "$R/files/etc/sysconfig/iptables" | sort)" ] ||
    { warn "files/etc/sysconfig/iptables: its jumps are not those of intent/jumps"; return 1; }
  # The host's own rules are in the same file: a fault anywhere in it would leave the host without them at its next start.
  words=$(iptables-restore --test -w 5 < "$R/files/etc/sysconfig/iptables" 2>&1) ||
    { warn "files/etc/sysconfig/iptables: iptables-restore says: $words"; return 1; }
}

COPIES_END='# the other one'

COPIES_AWK='
$0 == end { there = 1; next }
/^#/ || $0 == "" { next }
!there { want[++n] = $0; next }
want[++m] != $0 { differs = 1 }
END { exit differs || n != m }'

OURS_AWK='/^\*/ { table = $0 } /^-A LVS-CONSOLE(-NAT)? / { print table " " $0 }'

JUMPS_AWK='/^\*/ { table = substr($0, 2) } $1 == "-A" && $NF ~ /^LVS-CONSOLE(-NAT)?$/ && $(NF - 1) ~ /^-[jg]$/ { print table, $2, $NF }'

# Lines of nobody but the host; a table that holds only empty chains with the policy ACCEPT is as good as none.
FOREIGN_AWK='
function flush() { if (foreign) printf "%s", text; text = ""; foreign = 0 }
/^#/ || $0 == "" { next }
/^\*/ { own = $0 == "*mangle" ? "LVS-CONSOLE" : $0 == "*nat" ? "LVS-CONSOLE-NAT" : "" }
own != "" && ($0 == ":" own " - [0:0]" || $1 == "-A" && $2 == own) { next }
own != "" && $0 ~ /^-A (PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) -m comment --comment "?lvs-console"? -j / && $NF == own { next }
{ text = text $0 "\n" }
/^\*/ { if ($0 !~ /^\*(filter|nat|mangle|raw|security)$/) foreign = 1; next }
/^:[A-Z]+ ACCEPT / { next }
$0 == "COMMIT" { flush(); next }
{ foreign = 1 }
END { flush() }'

# Programs, units and stanzas as this console writes them, a line each; % stands for what is checked by itself.
known_lines() {
  cat << 'KNOWN_LINES_END'
@@@ rules
#!/bin/sh
# Generated by LVS Console. The next deploy overwrites changes made here.
# What this director's kernel needs beside the daemons: modules, sysctls, firewall marks, masquerading, local delivery of
# marked packets. Usage: rules start|stop|check. Every verb may be repeated.
# marked packets, and the backup sync daemon. Usage: rules start|stop|check|sync-daemon|heartbeat-start. Every verb may be repeated.
# shellcheck disable=SC2016 # programs for awk stand in single quotes
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
FAILED=0
problem() {
  echo "lvs-console: $*" >&2
  FAILED=1
}
stop_addresses() {
  addresses | sed 's/\(.*\) \(.*\)/address del \1 dev \2/' | ip -force -batch - 2> /dev/null
check_addresses() {
  { addresses; echo @@; ip -o address show | awk '{ print $4, $2 }'; } | compare 0 || FAILED=1
start_addresses() {
  addresses | sed 's/\(.*\) \(.*\)/address replace \1 dev \2/' | ip -batch - || problem "an address cannot be set"
addresses() {
check_chains6() {
  { grep -E '^-A (LVS-CONSOLE|LVS-CONSOLE-NAT) ' "$RULES6"
  { grep -E '^-A (LVS-CONSOLE) ' "$RULES6"
stop_chains6() {
  while ip6tables -w 5 -t mangle -D PREROUTING -m comment --comment lvs-console -j LVS-CONSOLE 2> /dev/null; do :; done
  ip6tables -w 5 -t mangle -F LVS-CONSOLE 2> /dev/null && ip6tables -w 5 -t mangle -X LVS-CONSOLE
  while ip6tables -w 5 -t nat -D POSTROUTING -m comment --comment lvs-console -j LVS-CONSOLE-NAT 2> /dev/null; do :; done
  ip6tables -w 5 -t nat -F LVS-CONSOLE-NAT 2> /dev/null && ip6tables -w 5 -t nat -X LVS-CONSOLE-NAT
RULES6=/etc/lvs-console/rules.v6
start_chains6() { # declaring a chain empties it, so this replaces exactly our own rules
  ip6tables-restore -n -w 5 < "$RULES6" || { problem "ip6tables-restore refused $RULES6"; return; }
  ip6tables -w 5 -t mangle -C PREROUTING -m comment --comment lvs-console -j LVS-CONSOLE 2> /dev/null ||
    ip6tables -w 5 -t mangle -A PREROUTING -m comment --comment lvs-console -j LVS-CONSOLE || problem "no jump in mangle"
  ip6tables -w 5 -t nat -C POSTROUTING -m comment --comment lvs-console -j LVS-CONSOLE-NAT 2> /dev/null ||
    ip6tables -w 5 -t nat -A POSTROUTING -m comment --comment lvs-console -j LVS-CONSOLE-NAT || problem "no jump in nat"
delivery6() {
own_sets() { ipset list -n | grep '^lvs-console-'; }
stop_sets() { # iptables over nf_tables lets go of a set a moment after its rule
  own_sets | while read -r name; do
    for wait in 0 0.2 0.5 1; do sleep "$wait"; ipset -q destroy "$name" && break; done
  done
check_sets() { # entry by entry, in both directions
  { grep '^add ' "$SETS"
    echo @@
    own_sets | while read -r name; do ipset save "$name" | grep '^add '; done; } | compare 1 || FAILED=1
SETS=/etc/lvs-console/sets
start_sets() { # each is filled beside the present one and swapped in, so that no packet meets half a set
  ipset -q destroy lvs-console-new
  awk '
    function finish() { if (name != "") print "swap lvs-console-new " name "\ndestroy lvs-console-new" }
    $1 == "create" { finish(); name = $2; print; $2 = "lvs-console-new"; print }
    $1 == "add" { $2 = "lvs-console-new"; print }
    END { finish() }' "$SETS" | ipset -exist restore || problem "ipset refused $SETS"
stop_nftables() {
  nft delete table inet lvs-console 2> /dev/null
# Each rule and each element on a line of its own; what only makes and ends objects is no difference.
PLAIN='
/^(table|delete table) inet / { next }
$0 == "@@" { print; next }
{ gsub(/elements = |[{},]/, "\n"); print }'
check_nftables() {
  { cat "$RULES"; echo @@; nft -s list table inet lvs-console; } | grep -v '^#' | awk "$PLAIN" | compare 1 || FAILED=1
RULES=/etc/lvs-console/rules.nft
start_nftables() { # one transaction replaces the whole of our own table
  nft -f "$RULES" || problem "nft refused $RULES"
RULES4=/etc/sysconfig/iptables
case ${1:-} in
  start) start ;;
  %) %;;
  *) echo "usage: rules start|stop|check" >&2; exit 2 ;;
  sync-daemon) start_sync_daemon || FAILED=1 ;;
  heartbeat-start) start_sync_daemon || :; exit 100 ;;
  *) echo "usage: rules start|stop|check|sync-daemon|heartbeat-start" >&2; exit 2 ;;
esac
exit "$FAILED"
start() {
  modprobe -a % || problem "a module does not load"
  sysctl -q -p /etc/sysctl.d/90-lvs-console.conf || problem "a sysctl cannot be set"
  start_addresses
  start_sets
  start_nftables
  start_chains4
  start_chains6
  start_delivery
  start_sync_daemon || :
  stay_away
# After a power cut a director may be back before the other one's heartbeat has missed it (deadtime 6): none of the two would take the addresses.
stay_away() {
  up=$(cut -d. -f1 /proc/uptime)
  [ "$up" -ge 7 ] || sleep $((7 - up))
start_sync_daemon() {
  present=$(ipvsadm -Ln --daemon 2> /dev/null) || { echo "lvs-console: the sync daemons cannot be read" >&2; return 1; }
  case $present in
    *"master sync daemon"* | *"backup sync daemon (mcast=%, syncid=%"[,\)]*) return 0 ;;
    *"backup sync daemon"*) ipvsadm --stop-daemon backup ;;
  esac
  ipvsadm --start-daemon backup --mcast-interface % --syncid % || { echo "lvs-console: the backup sync daemon does not start" >&2; return 1; }
check_chains4() {
  { grep -E '^-A (LVS-CONSOLE) ' "$RULES4"
  { grep -E '^-A (LVS-CONSOLE|LVS-CONSOLE-NAT) ' "$RULES4"
    cat << 'END'
-A PREROUTING -m comment --comment lvs-console -j LVS-CONSOLE
-A POSTROUTING -m comment --comment lvs-console -j LVS-CONSOLE-NAT
@@
stop_chains4() {
  while iptables -w 5 -t mangle -D PREROUTING -m comment --comment lvs-console -j LVS-CONSOLE 2> /dev/null; do :; done
  iptables -w 5 -t mangle -F LVS-CONSOLE 2> /dev/null && iptables -w 5 -t mangle -X LVS-CONSOLE
  while iptables -w 5 -t nat -D POSTROUTING -m comment --comment lvs-console -j LVS-CONSOLE-NAT 2> /dev/null; do :; done
  iptables -w 5 -t nat -F LVS-CONSOLE-NAT 2> /dev/null && iptables -w 5 -t nat -X LVS-CONSOLE-NAT
RULES4=/etc/lvs-console/rules.v4
start_chains4() { # declaring a chain empties it, so this replaces exactly our own rules
  iptables-restore -n -w 5 < "$RULES4" || { problem "iptables-restore refused $RULES4"; return; }
  iptables -w 5 -t mangle -C PREROUTING -m comment --comment lvs-console -j LVS-CONSOLE 2> /dev/null ||
    iptables -w 5 -t mangle -A PREROUTING -m comment --comment lvs-console -j LVS-CONSOLE || problem "no jump in mangle"
  iptables -w 5 -t nat -C POSTROUTING -m comment --comment lvs-console -j LVS-CONSOLE-NAT 2> /dev/null ||
    iptables -w 5 -t nat -A POSTROUTING -m comment --comment lvs-console -j LVS-CONSOLE-NAT || problem "no jump in nat"
stop_delivery() {
  ip -4 rule flush protocol 76
  ip -6 rule flush protocol 76
  ip -4 route flush table all proto 76
  ip -6 route flush table all proto 76
# Lines of `ip -batch`, and what ip shows of them, in one spelling.
SHOWN='
$1 == "rule" { line = $4 ": from all"; for (i = 5; i <= NF && $i != "protocol"; i++) line = line " " $i; print line; next }
$1 == "route" { line = $3 " " $4; for (i = 5; i < NF; i++) if ($i == "table" && $(i + 1) != "main") line = line " table " $(i + 1); print line; next }
/^[0-9]+:/ { gsub(/ \[detached\]/, ""); sub(/ proto .*/, ""); $1 = $1; print; next }
$1 == "local" || $1 == "unreachable" { line = $1 " " $2; for (i = 3; i < NF; i++) if ($i == "table") line = line " table " $(i + 1); print line; next }
$0 == "@@"'
check_delivery() {
  { delivery4; echo @@; ip -4 rule show; ip -4 route show table all proto 76; } | awk "$SHOWN" | compare 0 || FAILED=1
  { delivery6; echo @@; ip -6 rule show; ip -6 route show table all proto 76; } | awk "$SHOWN" | compare 0 || FAILED=1
start_delivery() { # what is there already is refused, ours and that of others, so the answers say nothing: what is there is read back
  delivery4 | ip -4 -force -batch - > /dev/null 2>&1
  delivery6 | ip -6 -force -batch - > /dev/null 2>&1
  check_delivery
  [ "$FAILED" = 0 ] || name_others
# Lines of `ip -batch`, @@, and all routes: those of others that stand where a route of ours is missing.
OTHERS='
function after(word,   i) { for (i = 2; i < NF; i++) if ($i == word) return $(i + 1) }
$0 == "@@" { there = 1; next }
!there { if ($1 == "route") own[$4, after("table")] = 1; next }
{ at = ($1 ~ /^[a-z]+$/ && $1 != "default" ? $2 : $1) SUBSEP (after("table") == "" ? "main" : after("table")) }
!(at in own) { next }
after("proto") == "76" { delete own[at]; next }
{ line[at] = $0 }
END { for (at in line) if (at in own) print "lvs-console: not set, for a route of others stands there: " line[at] }'
name_others() {
  { delivery4; echo @@; ip -4 route show table all; } | awk "$OTHERS" >&2
  { delivery6; echo @@; ip -6 route show table all; } | awk "$OTHERS" >&2
# Lines before the line @@ must stand after it; with both=1 also the other way round.
COMPARE='
{ sub(/^[ \t]+/, ""); sub(/[ \t]+$/, "") }
$0 == "@@" { there = 1; next }
$0 == "" { next }
!there { if (!($0 in want)) order[++n] = $0; want[$0] = 1; next }
{ have[$0] = 1 }
END {
  for (i = 1; i <= n; i++) if (!(order[i] in have)) { print "lvs-console: missing: " order[i]; failed = 1 }
  if (both) for (line in have) if (!(line in want)) { print "lvs-console: not ours: " line; failed = 1 }
  exit failed
}'
compare() { awk -v both="$1" "$COMPARE" >&2; }
delivery4() {
  cat << 'END'
END
    ip6tables-save; } | compare 0 || FAILED=1
    iptables-save; } | compare 0 || FAILED=1
@@@ resource
#!/bin/sh
# Generated by LVS Console. The next deploy overwrites changes made here.
# heartbeat resource LVSSyncDaemonSwap::master: the active director sends its connections, the other one receives them.
# Usage: LVSSyncDaemonSwap master start|stop|status. Every verb may be repeated.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
warn() { echo "LVSSyncDaemonSwap: $*" >&2; }
# Sets MASTER and BACKUP: this (as wanted), other (other interface or syncid) or none. Fails when they cannot be read.
read_daemons() {
  MASTER=none BACKUP=none
  daemons=$(ipvsadm -Ln --daemon 2>/dev/null) || return 1
  case $daemons in
    *"backup sync daemon (mcast=%, syncid=%"[,\)]*) BACKUP=this ;;
    *"backup sync daemon"*) BACKUP=other ;;
    *"master sync daemon (mcast=%, syncid=%"[,\)]*) MASTER=this ;;
    *"master sync daemon"*) MASTER=other ;;
  esac
}
case ${1:-}:${2:-} in
  master:start) start ;;
  master:stop) stop ;;
  master:status) status ;;
  *) echo "usage: LVSSyncDaemonSwap master start|stop|status" >&2; exit 2 ;;
esac
exit 0
status() {
  if read_daemons && [ "$MASTER" = this ]; then echo running; else echo stopped; fi
stop() {
  read_daemons || return
  [ "$MASTER" = none ] || stop_daemon master
  [ "$BACKUP" != other ] || stop_daemon backup
  [ "$BACKUP" = this ] || start_daemon backup
start() {
  read_daemons || { warn "the sync daemons cannot be read"; return; }
  [ "$BACKUP" = none ] || stop_daemon backup
  [ "$MASTER" != other ] || stop_daemon master
  [ "$MASTER" = this ] || start_daemon master
stop_daemon() { # master|backup
  ipvsadm --stop-daemon "$1" || warn "the $1 sync daemon does not stop"
start_daemon() { # master|backup
  ipvsadm --start-daemon "$1" --mcast-interface % --syncid % || warn "the $1 sync daemon does not start"
@@@ unit
# Generated by LVS Console. The next deploy overwrites changes made here.
[Unit]
Description=LVS Console: ldirectord of this director
After=network-online.target lvs-console-boot.service lvs-console-rules.service
Wants=network-online.target
Conflicts=ldirectord.service
ConditionPathExists=/etc/ha.d/ldirectord.cf
Description=LVS Console: firewall marks and local delivery of this director
After=network.target systemd-modules-load.service systemd-sysctl.service lvs-console-boot.service
After=iptables.service
Wants=iptables.service
After=netfilter-persistent.service nftables.service ip6tables.service firewalld.service
PartOf=netfilter-persistent.service nftables.service ip6tables.service firewalld.service
After=netfilter-persistent.service nftables.service iptables.service ip6tables.service firewalld.service
PartOf=netfilter-persistent.service nftables.service iptables.service ip6tables.service firewalld.service
Before=lvs-console-ldirectord.service
Before=keepalived.service
Before=heartbeat.service
[Service]
Type=forking
PIDFile=/run/ldirectord.ldirectord.cf.pid
ExecStart=/usr/sbin/ldirectord /etc/ha.d/ldirectord.cf start
ExecReload=/usr/sbin/ldirectord /etc/ha.d/ldirectord.cf reload
ExecStop=/usr/sbin/ldirectord /etc/ha.d/ldirectord.cf stop
KillMode=mixed
Restart=on-failure
RestartSec=5
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/lvs-console/rules start
ExecStop=/usr/lib/lvs-console/rules stop
[Install]
WantedBy=multi-user.target
@@@ interfaces
# Generated by LVS Console. The next deploy overwrites changes made here.
iface % inet manual
    up /usr/lib/lvs-console/rules sync-daemon || true
    up /usr/lib/lvs-console/rules start || true
    down /usr/lib/lvs-console/rules stop || true
@@@ asker
#!/bin/sh
# Generated by LVS Console. The next deploy overwrites changes made here.
# Sends pings for some of the virtual addresses to each real server, past IPVS, and says which does not answer for them.
# It changes nothing that stays. Usage: check-real-servers
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
TABLE=7601
PRIORITY=99
LINK=lvs-check
FAILED=0
FAMILY=4
forget() {
  while ip "-$FAMILY" rule del priority "$PRIORITY" iif lo lookup "$TABLE" 2> /dev/null; do :; done
  ip "-$FAMILY" route flush table "$TABLE" 2> /dev/null
  ip link del "$LINK" 2> /dev/null
}
command -v ping > /dev/null || command -v busybox > /dev/null || { echo "lvs-console: ping is not installed here" >&2; exit 2; }
ask %
exit "$FAILED"
send_ping() { if command -v ping > /dev/null; then ping "$@"; else busybox ping "$@"; fi; }
ask() { # FAMILY ADDRESS REAL-SERVER [words of a tunnel's type]
  FAMILY=$1 address=$2 server=$3
  shift 3
  case $(ip "-$FAMILY" route get "$address" 2> /dev/null) in
    local*) echo "$server: $address is held by this director itself, ask from the other one"; return ;;
  esac
  if [ $# -gt 0 ]; then
    { ip link add "$LINK" "$@" remote "$server" && ip link set "$LINK" up; } || { problem "no tunnel to $server"; forget; return; }
    ip "-$FAMILY" route replace "$address" dev "$LINK" table "$TABLE"
  else
    problem "$server: no answer for $address: it does not take packets for it, or it drops pings"
  fi
  forget
    ip "-$FAMILY" route replace "$address" via "$server" table "$TABLE"
  fi || { problem "no route for $address to $server"; forget; return; }
  ip "-$FAMILY" rule add priority "$PRIORITY" iif lo to "$address" lookup "$TABLE"
  if send_ping "-$FAMILY" -q -c 2 -W 2 "$address" > /dev/null 2>&1; then
    echo "$server: takes packets for $address"
trap forget EXIT
trap 'exit 1' HUP INT TERM
problem() {
  echo "lvs-console: $*" >&2
  FAILED=1
KNOWN_LINES_END
}

find_scripts() { # resource scripts that will exist once this release is live, as heartbeat looks for them
  scripts=''
  for f in "$R"/files/etc/ha.d/resource.d/* "$ROOT"/etc/ha.d/resource.d/* "$ROOT"/etc/init.d/*; do
    [ -f "$f" ] && [ -x "$f" ] || continue
    case $f in "$R"/*) ;; *) ! link_is_ours "${f#"$ROOT"}" || continue ;; esac
    scripts="$scripts ${f##*/}"
  done
}

# A release needs a tool only when it has something for it; what is missing is said before anything is changed.
check_tools() {
  lacking=''
  [ ! -s "$R/intent/rules.v4" ] || need_tool rules.v4 'iptables rules' iptables-restore iptables_works
  [ ! -s "$R/intent/rules.v6" ] || need_tool rules.v6 'IPv6 rules' ip6tables-restore ip6tables_works
  for f in policy-rules6 routes6; do [ ! -s "$R/intent/$f" ] || need_tool "$f" 'IPv6 routes' ip has_ipv6; done
  [ ! -s "$R/intent/sets" ] || need_tool sets 'ipset sets' ipset ipset_works
  [ ! -s "$R/intent/rules.nft" ] || need_tool rules.nft 'nftables rules' nft nft_works
  [ ! -s "$R/intent/ipvs" ] || need_tool ipvs 'virtual services' ipvsadm true
  [ -z "$lacking" ]
}

need_tool() { # FILE WHAT TOOL PROBE
  if ! has "$3"; then warn "intent/$1: the release has $2, but $3 is not installed on this host"
  elif ! $4; then warn "intent/$1: the release has $2, but the kernel of this host cannot do that ($3 is installed)"
  else return 0; fi
  lacking="$lacking $1"
}

# The new text and the text of a rollback, both as the real tools read them. Rules that look into a set are read only where that set is,
# so they are tried in a network namespace of their own, in which also the listing of the new nftables table is made: what is in the kernel
# already is known by it and not loaded again.
check_rules() {
  rm -rf "$R/rehearsal"
  mkdir "$R/rehearsal" && read_kernel && save_kernel "$R/rehearsal" || { warn "the kernel's present state cannot be read"; return 1; }
  try_rules "$R/intent" 'intent/' || return 1
  try_rules "$R/rehearsal" 'the present state could not be restored: ' || return 1
  check_set_types
}

try_rules() { # FOLDER WORDS
  [ ! -s "$1/sets" ] || words=$(try_tool "$1" /dev/null true) || { warn "$2sets: ipset says: $words"; return 1; }
  for f in rules.v4:iptables-restore rules.v6:ip6tables-restore; do
    tool=${f#*:} f=${f%:*}
    [ -s "$1/$f" ] && has "$tool" || continue
    words=$(try_tool "$1" "$f" "$tool" --test -n -w 5) || { warn "$2$f: $tool says: $words"; return 1; }
  done
  [ -s "$1/rules.nft" ] || return 0
  words=$(nft -c -f "$1/rules.nft" 2>&1) || { warn "$2rules.nft: nft says: $words"; return 1; }
  [ "$1" = "$R/rehearsal" ] || list_elsewhere "$1/rules.nft" > "$R/rehearsal/listed.nft" || rm -f "$R/rehearsal/listed.nft"
}

try_tool() { # FOLDER FILE TOOL ARGS...
  try_folder=$1 try_file=$2
  shift 2
  case $try_file in /*) ;; *) try_file=$try_folder/$try_file ;; esac
  if [ -s "$try_folder/sets" ]; then
    has unshare || { printf 'unshare is missing, so rules with sets cannot be tried'; return 1; }
    # shellcheck disable=SC2016 # the inner shell expands
    unshare -n sh -c 'ipset restore < "$1" || exit; file=$2; shift 2; exec "$@" < "$file"' sh "$try_folder/sets" "$try_file" "$@" 2>&1 9>&-
  else "$@" < "$try_file" 2>&1; fi
}

list_elsewhere() { # FILE: the table as nft lists it, without loading it here
  has unshare || return 1
  # shellcheck disable=SC2016
  text=$(unshare -n sh -c 'nft -f "$1" && exec nft -s list table inet lvs-console' sh "$1" 2> /dev/null 9>&-) && printf '%s\n%s\n' "$NFT_HEAD" "$text"
}

check_set_types() { # a set is replaced by a swap, and only sets of one type can be swapped
  [ -s "$R/intent/sets" ] && [ -s "$R/rehearsal/sets" ] || return 0
  awk 'function kind(  i) { for (i = 4; i < NF; i++) if ($i == "family") return $3 " " $(i + 1); return $3 " inet" }
    $1 != "create" { next }
    NR == FNR { was[$2] = kind(); next }
    $2 in was && was[$2] != kind() { print "intent/sets: set " $2 " is of type " was[$2] " in the kernel, the release has it as " kind() ": give the new one another name"; failed = 1 }
    END { exit failed }' "$R/rehearsal/sets" "$R/intent/sets" >&2
}

check_ldirectord() {
  f=files/etc/ha.d/ldirectord.cf
  [ -f "$R/$f" ] || return 0
  has ldirectord || { warn "$f: ldirectord is not installed on this host"; return 1; }
  ask_ldirectord "$R/$f" 60 || { warn "$f: $words"; return 1; }
}

check_keepalived() {
  f=files/etc/keepalived/keepalived.conf
  [ -f "$R/$f" ] || return 0
  has keepalived || { warn "$f: keepalived is not installed on this host"; return 1; }
  ask_keepalived "$R/$f" 60 || { warn "$f: $words"; return 1; }
}

check_daemon() {
  read -r action < "$R/intent/daemon" || :
  stack_of "$TX"
  case $action in
    *start-heartbeat) [ -n "$(heartbeat_program)" ] || { warn "heartbeat is not installed here"; return 1; } ;;
    *-keepalived) has keepalived || { warn "keepalived is not installed here"; return 1; } ;;
    *start-ldirectord)
      has ldirectord || { warn "ldirectord is not installed here"; return 1; }
      [ "$STACK" = heartbeat ] || [ -f "$R/files/etc/systemd/system/lvs-console-ldirectord.service" ] || [ ! -d "$RUN/systemd/system" ] ||
        { warn "the release has no lvs-console-ldirectord.service"; return 1; } ;;
  esac
  case $action:$STACK in *-keepalived:*) keepalived_pid || [ "$action" != reload-keepalived ] || { warn "keepalived does not run, so it cannot be reloaded: start-keepalived"; return 1; } ;; esac
  release_name live || return 1
  find_strangers "$TX" "$NAME"
  asked=''
  while IFS='=' read -r key value; do [ "$key" != stop ] || asked="$asked $value"; done < "$R/intent/meta"
  for d in $STRANGERS; do
    case " $asked " in *" $d "*) continue ;; esac
    warn "$d runs here, but the release is of the stack $STACK: two of them would fight over the virtual addresses and the table; the release must say stop=$d, or stop it first"
    return 1
  done
}

run "$@"
exit $?
