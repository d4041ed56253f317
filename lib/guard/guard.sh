#!/bin/sh
# LVS Console guard: changes one Linux director by whole releases, and puts the old state back by itself when nobody confirms.
# Runs as root, started by the console over ssh, by its own timer, by lvs-console-boot.service, or by you (status, list, apply, rollback).
# It changes only: the files named in a release's MANIFEST, the chains LVS-CONSOLE (mangle) and LVS-CONSOLE-NAT (nat) with their jumps,
# policy rules and routes with protocol 76, the sysctls named in the release, and ldirectord and heartbeat. Everything else stays as it is.
# Exit: 0 done, 2 usage, 10 refused, 11 release damaged, 12 check failed, 13 apply failed, 14 no such transaction.
# shellcheck disable=SC2015,SC2016,SC2317,SC3013 # `a && b || die` is meant; awk programs stand in quotes; frame calls functions by name; -ef is in dash, bash and busybox
set -u
GUARD_VERSION=1.0.0
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
MIN_FREE_KB=16384
MIN_FREE_INODES=256
KEEP_RELEASES=10
DAEMON_SECONDS=110                             # heartbeat may take a minute to stop its resources
NL='
'

# ---- words -------------------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*" 2>/dev/null || :; }
warn() { printf 'guard: %s\n' "$*" >&2 2>/dev/null || :; }
die() { code=$1; shift; warn "$*"; exit "$code"; }

usage() {
  die 2 "usage: guard version | facts | read [SECTION...] | connections LIMIT [TEXT] | status | list
  stage TX GENERATION | check TX | arm TX GENERATION SECONDS | switch TX GENERATION | confirm TX GENERATION
  rollback TX | abort TX GENERATION | apply RELEASE | boot"
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

# ---- state: the transaction file, the fence, the links live and confirmed ----------------------------------------------

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

print_tx() { # STATE STEP
  printf 'tx=%s\ngeneration=%s\nstate=%s\nstep=%s\nboot_id=%s\ndeadline=%s\ntimer=%s\nend=1\n' \
    "$TX" "$TX_GEN" "$1" "$2" "$TX_BOOT" "$TX_DEADLINE" "$TX_TIMER"
}

save_tx() { # STATE [STEP]: whole or not at all, also after a power cut
  print_tx "$1" "${2:-}" > "$S/tx.new" && sync_file "$S/tx.new" && mv -f "$S/tx.new" "$S/tx" || return 1
  TX_STATE=$1 TX_STEP=${2:-}
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

point() { # live|confirmed RELEASE, by one rename
  ln -sfn "releases/$2" "$S/$1.new" && mv -fT "$S/$1.new" "$S/$1"
}

is_open() { case $TX_STATE in staged | checked | armed | switched | damaged) true ;; *) false ;; esac; }

sync_file() { sync "$1" 2>/dev/null || sync; }
sync_all() { sync -f "$S" "$ROOT/etc" 2>/dev/null || sync; }

take_lock() { # VERB: one state change at a time; a rollback breaks the lock of anything but a rollback after two seconds
  [ -d "$RUN" ] || die 13 "$RUN is missing"
  { true >> "$LOCK"; } 2> /dev/null || die 13 "cannot write $LOCK"
  exec 9>> "$LOCK"
  tries=0
  until flock -n 9; do
    tries=$((tries + 1))
    if [ "$1" = rollback ]; then
      [ $((tries % 10)) -ne 0 ] || break_lock
      [ "$tries" -lt 700 ] || die 10 "another guard holds the lock for more than two minutes"
    else
      [ "$tries" -lt 50 ] || die 10 "another guard command is at work, try again"
    fi
    sleep 0.2
  done
  printf '%s %s\n' "$$" "$1" > "$LOCK.holder"
}

break_lock() {
  read -r holder verb < "$LOCK.holder" 2>/dev/null || return 0
  case $verb in rollback | boot) return 0 ;; esac
  case $holder in '' | *[!0-9]*) return 0 ;; esac
  [ "/proc/$holder/fd/9" -ef "$LOCK" ] || return 0
  warn "stopping guard $verb (process $holder), which still holds the lock"
  kill -KILL "$holder" 2>/dev/null || :
}

begin() { # VERB: what every state change starts with; a lost connection must not stop it half way
  need_root
  trap '' PIPE HUP
  take_lock "$1"
  read_clock
  load_tx
  load_fence
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

# ---- stage: a tar from the console becomes a release, or nothing ---------------------------------------------------------

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
  need_space
  printf '%s %s\n' "$2" "$1" > "$S/generation.new" && sync_file "$S/generation.new" && mv -f "$S/generation.new" "$S/generation" ||
    die 13 "cannot write $S/generation"
  rm -rf "$S/incoming"
  if ! receive "$1"; then rm -rf "$S/incoming"; exit "$RECEIVE_CODE"; fi
  TX=$1 TX_GEN=$2 TX_BOOT=$BOOT_ID TX_DEADLINE='' TX_TIMER=''
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
  head -c "$((MAX_BYTES + 1))" > "$S/incoming/tar" || { warn "cannot keep the release: is the disk full?"; return 1; }
  RECEIVE_CODE=11
  tar -tvf "$S/incoming/tar" > "$S/incoming/list" 2> "$S/incoming/words" || { warn "not a complete tar: $(head -n 3 "$S/incoming/words")"; return 1; }
  awk -v max="$MAX_BYTES" "$LISTING_AWK" "$S/incoming/list" >&2 || return 1
  (ulimit -f 16384; cd "$S/incoming/tree" && tar -xomf ../tar) || { warn "cannot unpack the release: cut short, or the disk is full"; return 1; }
  [ -f "$S/incoming/tree/MANIFEST" ] || { warn "MANIFEST is missing"; return 1; }
  modes=$(awk "$MANIFEST_AWK" part=list "$S/incoming/list" part=manifest "$S/incoming/tree/MANIFEST") || { warn "$modes"; return 1; }
  verify_release "$S/incoming/tree" || return 1
  RECEIVE_CODE=13
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

verify_release() { # FOLDER: every member has the hash of its MANIFEST line
  [ -s "$1/MANIFEST" ] || { [ -f "$1/MANIFEST" ] && return 0; warn "$1/MANIFEST is missing"; return 1; }
  words=$(cd "$1" && awk '{ print $1 "  " $3 }' MANIFEST | sha256sum -c 2>&1) || {
    warn "damaged: $(printf '%s\n' "$words" | grep -v ': OK$')"
    return 1
  }
}

# ---- check: own grammar, then the real binaries, on the staged files --------------------------------------------------------

# Grammar of intent/*, limits of the policy, sanity of heartbeat's files. Prints faults as file:line: why: text; secrets are never quoted.
# In: node (uname -n), links (interfaces here), scripts (resource scripts that will exist).
CHECK_AWK='
function fault(why) { print FILENAME ":" FNR ": " why; failed = 1 }
function bad(why) { fault(why ": " $0) }
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
function number(s,   i, n) {
  if (s ~ /^[0-9]+$/) return s + 0
  if (s !~ /^0[xX][0-9a-fA-F]+$/) return -1
  for (i = 3; i <= length(s); i++) n = n * 16 + index("0123456789abcdef", tolower(substr(s, i, 1))) - 1
  return n + 0
}
function ip(s,   p, i) {
  if (s !~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/) return -1
  split(s, p, ".")
  for (i = 1; i <= 4; i++) if (length(p[i]) > 3 || p[i] > 255) return -1
  return ((p[1] * 256 + p[2]) * 256 + p[3]) * 256 + p[4]
}
function cidr(s,   p, n, size) { # sets first and last
  n = split(s, p, "/")
  if (n > 2 || ip(p[1]) < 0 || (n == 2 && (p[2] !~ /^[0-9][0-9]?$/ || p[2] > 32))) return 0
  if (n < 2) p[2] = 32
  for (size = 1; p[2] < 32; p[2]++) size *= 2
  first = ip(p[1]); last = first + size - 1
  return 1
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
function range(s,   i) {
  if (!cidr(s)) { bad("not an IPv4 address or prefix"); return }
  for (i = 1; i <= ranges; i++) if (first >= from[i] && last <= to[i]) return
  if (ranges) bad("policy does not allow range " s)
}
function known(name) { if (!has(links, name)) bad("this host has no interface " name) }
{ sub(/\r$/, "\\r") }
part == "policy" {
  if ($0 ~ /^[ \t]*(#.*)?$/) next
  key = $0; sub(/=.*/, "", key); value = $0; sub(/[^=]*=[ \t]*/, "", value)
  if (key == "marks" && value ~ /^[0-9]+-[0-9]+$/) { split(value, p, "-"); low = p[1] + 0; top = p[2] + 0 }
  else if (key == "interfaces") interfaces = value
  else if (key == "targets") targets = value
  else if (key == "ranges") { n = split(value, p, " "); for (i = 1; i <= n; i++) if (cidr(p[i])) { from[++ranges] = first; to[ranges] = last } else bad("not an IPv4 prefix") }
  else bad("policy line not understood, so nothing is allowed")
  next
}
part == "manifest" {
  path = substr($3, 6); mode[path] = $2
  if ($3 !~ /^files/) next
  if (path ~ /^\/etc\/ha\.d\/.+/ || path ~ /^\/etc\/(sysctl|modules-load)\.d\/[^\/.][^\/]*$/ || path == "/etc/network/interfaces.d/lvs-console") next
  if (path == "/etc/sysconfig/iptables" || path ~ /^\/usr\/lib\/lvs-console\/rules[^\/]*$/) next
  if (path ~ /^\/etc\/systemd\/system\/lvs-console-[^\/]+$/ && path !~ /lvs-console-(boot|rollback)/) next
  if (path ~ /^\/etc\/lvs-console\/.+/ && path != "/etc/lvs-console/policy") next
  bad("this path is not for the console to manage"); next
}
$0 ~ /[\001-\010\013-\037\177]/ && part != "authkeys" { fault("control character"); next }
part == "modules" { if ($0 != "" && $0 !~ /^(ip_vs[a-z0-9_]*|xt_[A-Za-z0-9_]+|ip_tables|iptable_(mangle|nat|filter)|nf_(conntrack|nat)[a-z0-9_]*|ipip|dummy)$/) bad("module not allowed"); next }
part == "sysctl" {
  if ($0 == "") next
  if ($0 !~ /^net\.ipv4\.(ip_forward|vs\.[a-z_]+|conf\.[A-Za-z0-9_.+-]+\.(rp_filter|send_redirects|src_valid_mark|accept_local|arp_[a-z]+))=[0-9][0-9 ,-]*$/ || $0 ~ /\.\./) bad("sysctl not allowed")
  next
}
part == "rules" {
  if ($0 ~ /^(#.*)?$/) next
  if ($0 ~ /^\*/) { table = substr($0, 2); if (!(table in own) || table in opened || inside) bad("only the tables mangle and nat, once each"); opened[table] = inside = 1; next }
  if (!inside) { bad("outside of a table"); next }
  if ($0 == "COMMIT") { inside = 0; next }
  if ($0 == ":" own[table] " - [0:0]") { declared[table]++; next }
  if ($1 != "-A" || $2 != own[table] || !declared[table]) { bad("only rules of the declared chain " own[table]); next }
  target = ""; quoted = 0
  for (i = 3; i <= NF; i++) {
    if (quoted) { if ($i ~ /"$/) quoted = 0; continue }
    if ($i ~ /^"/ && $i !~ /^".*"$/) { quoted = 1; continue }
    if ($i ~ /^-[tMIDFXPNRZ]/ || $i ~ /^--(ta|mo|ins|del|fl|pol|new|ren|rep|z)/) bad("option not allowed: " $i)
    if ($i == "-i" || $i == "-o" || $i == "--in-interface" || $i == "--out-interface") link($(i + 1))
    if ($i == "-j" || $i == "-g" || $i == "--jump" || $i == "--goto") target = $(i + 1)
    if ($i ~ /^--set-x?mark$/) { split($(i + 1), p, "/"); mark(p[1]); if ((ranges) && !(" " $0 " " ~ / -d /)) bad("policy limits ranges, so a mark rule must name its destination") }
    if (table == "mangle" && ($i == "-d" || $i == "--destination") && $(i - 1) != "!") range($(i + 1))
  }
  if (target == "") bad("rule without a target")
  else if (targets != "" && !has(targets, target)) bad("policy does not allow target " target)
  next
}
part == "jumps" {
  if ($0 == "") next
  if (NF != 3 || !($1 in own) || $3 != own[$1] || $2 !~ /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/) bad("a jump must lead to the own chain of its table")
  else if (!declared[$1]) bad("jump to a chain that rules.v4 does not declare")
  next
}
part == "policy-rules" {
  if ($0 == "") next
  if (NF != 4 || $1 !~ /^[0-9]+$/ || $1 < 1 || $1 > 32765 || $3 !~ /^0x[0-9a-f]+$/ || $4 !~ /^[0-9]+$/ || $4 < 1 || $4 > 252) { bad("not <priority> <interface> <mark> <table>"); next }
  if (number($3) < 1) bad("mark 0 is every packet")
  link($2); known($2); mark($3); next
}
part == "routes" {
  if ($0 == "") next
  if ($1 == "local" && NF == 4 && $4 == "lo" && $3 ~ /^[0-9]+$/ && $3 >= 1 && $3 <= 252 && ($2 == "default" || cidr($2))) next
  if ($1 == "unreachable" && NF == 3 && ($3 == "main" || ($3 ~ /^[0-9]+$/ && $3 >= 1 && $3 <= 252)) && cidr($2) && $2 !~ /\/0$/) { range($2); next }
  bad("route not allowed"); next
}
part == "ipvs" {
  if ($0 == "") next
  if ($0 !~ /^-[Aa] (-f [0-9]+( -6)?|-[tu] [][0-9a-fA-F.:]+) -[rs] [][A-Za-z0-9.:]+[A-Za-z0-9 .:,-]*$/) { bad("not a line of ipvsadm -Sn"); next }
  if ($2 == "-f") mark($3)
  next
}
part == "daemon" { words++; if (words > 1 || $0 !~ /^(none|reload-ldirectord|restart-heartbeat|start-heartbeat)$/) bad("not a daemon action"); next }
part == "meta" {
  if ($0 != "" && $0 !~ /^[a-zA-Z][a-zA-Z0-9_.-]*=/) bad("not key=value")
  if ($0 ~ /^unit=/ && $0 !~ /^unit=(heartbeat|lvs-console-[a-z0-9-]+)(\.service)?$/) bad("unit not allowed")
  next
}
part == "authkeys" {
  if ($0 ~ /^[ \t]*(#.*)?$/) next
  if ($1 == "auth" && NF == 2 && $2 ~ /^[0-9]+$/) use = $2
  else if ($1 ~ /^[0-9]+$/ && (($2 == "crc" && NF == 2) || ($2 ~ /^(md5|sha1)$/ && NF == 3))) keys[$1] = 1
  else fault("not `auth N` or `N method secret` (the line is not shown)")
  next
}
{ sub(/#.*/, "") }
NF == 0 { next }
part == "ha.cf" {
  if ($1 == "node") for (i = 2; i <= NF; i++) nodes = nodes " " $i
  else if ($1 == "ucast") { media++; known($2); if (NF != 3 || ip($3) < 0) bad("ucast needs an interface and an address") }
  else if ($1 == "bcast") { media++; for (i = 2; i <= NF; i++) known($i) }
  else if ($1 == "mcast") { media++; known($2); if (NF != 6) bad("mcast needs interface, group, port, ttl, loop") }
  else if ($1 == "serial") media++
  else if ($1 !~ /^[a-z][A-Za-z_]*$/) bad("not a directive")
  next
}
part == "haresources" {
  if (!continued && !has(nodes, $1)) bad("first word is not a node of ha.cf")
  for (i = continued ? 1 : 2; i <= NF; i++) {
    if ($i == "\\") continue
    script = $i; sub(/::.*/, "", script)
    if (script ~ /^[0-9.\/]+$/) script = "IPaddr"
    if (script !~ /^[A-Za-z0-9_.-]+$/ || !has(scripts, script)) bad("no resource script " script " (in the release, /etc/ha.d/resource.d or /etc/init.d)")
    if ($i ~ /^IPaddr2?::/) { split($i, p, "::"); n = split(p[2], q, "/"); if (!cidr(q[1] (n > 1 ? "/" q[2] : ""))) bad("not an address"); if (n > 2) { sub(/:.*/, "", q[3]); link(q[3]); known(q[3]) } }
  }
  continued = ($NF == "\\")
  next
}
BEGIN { own["mangle"] = "LVS-CONSOLE"; own["nat"] = "LVS-CONSOLE-NAT" }
END {
  if (inside) { print "intent/rules.v4: no COMMIT at the end"; failed = 1 }
  if (!words) { print "intent/daemon: empty"; failed = 1 }
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
  check_rules || faults="$faults rules"
  check_ldirectord || faults="$faults ldirectord"
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
    for f in modules sysctl; do set -- "$@" "part=$f" "intent/$f"; done
    set -- "$@" part=rules intent/rules.v4
    for f in jumps policy-rules routes ipvs daemon meta; do set -- "$@" "part=$f" "intent/$f"; done
    for f in authkeys ha.cf haresources; do [ ! -f "files/etc/ha.d/$f" ] || set -- "$@" "part=$f" "files/etc/ha.d/$f"; done
    exec awk -v node="$node" -v links="$links" -v scripts="$scripts" "$CHECK_AWK" "$@" >&2
  )
}

find_scripts() { # resource scripts that will exist once this release is live, as heartbeat looks for them
  scripts=''
  for f in "$R"/files/etc/ha.d/resource.d/* "$ROOT"/etc/ha.d/resource.d/* "$ROOT"/etc/init.d/*; do
    [ -f "$f" ] && [ -x "$f" ] || continue
    case $f in "$R"/*) ;; *) ! link_is_ours "${f#"$ROOT"}" || continue ;; esac
    scripts="$scripts ${f##*/}"
  done
}

check_rules() { # the new text and the text of a rollback, both as the real tool reads them
  words=$(iptables-restore --test -n -w 5 < "$R/intent/rules.v4" 2>&1) || { warn "intent/rules.v4: iptables-restore says: $words"; return 1; }
  rm -rf "$R/rehearsal"
  mkdir "$R/rehearsal" && read_kernel && save_kernel "$R/rehearsal" || { warn "the kernel's present state cannot be read"; return 1; }
  words=$(iptables-restore --test -n -w 5 < "$R/rehearsal/rules.v4" 2>&1) || { warn "the present rules could not be restored: $words"; return 1; }
}

check_ldirectord() { # never under the live base name: a bad file would delete the running daemon's pid file
  [ -f "$R/files/etc/ha.d/ldirectord.cf" ] || return 0
  probe=$S/lvs-console-check-$TX.cf
  ln -f "$R/files/etc/ha.d/ldirectord.cf" "$probe" || return 1
  words=$(timeout 60 ldirectord "$probe" status 2>&1 9>&-)
  code=$?
  rm -f "$probe"
  [ "$code" -ne 3 ] || return 0
  case $words in *passwd* | *secret*) words='(not shown, it quotes a secret)' ;; esac
  warn "files/etc/ha.d/ldirectord.cf: ldirectord says ($code, not 3): $words"
  return 1
}

check_daemon() {
  read -r action < "$R/intent/daemon" || :
  case $action in *heartbeat) [ -n "$(heartbeat_program)" ] || { warn "heartbeat is not installed here"; return 1; } ;; esac
}

# ---- the kernel: read once, then only the difference ----------------------------------------------------------------------------

read_kernel() { # sets NOW_RULES and NOW_IP, or fails: could not read is not the same as empty
  NOW_RULES=$(iptables-save) || { warn "iptables-save failed"; return 1; }
  NOW_IP=$(ip -4 -N -batch - << END
rule show
route show table all proto 76
link show lo
END
  ) || { warn "ip failed"; return 1; }
}

# Own chains, jumps with their place, policy rules and routes, in the form of intent/*. Reads NOW_IP (part=ip), then NOW_RULES (part=rules).
SAVE_AWK='
function after(word,   i) { for (i = 1; i < NF; i++) if ($i == word) return $(i + 1); return "" }
BEGIN { own["mangle"] = "LVS-CONSOLE"; own["nat"] = "LVS-CONSOLE-NAT"; types[2] = "local"; types[7] = "unreachable" }
part == "ip" && /^1: lo: / { part = "rules"; next }
part == "ip" && /^[0-9]+:/ { if (after("proto") == "76" && after("iif") != "" && after("fwmark") != "") { sub(/:/, "", $1); print $1, after("iif"), after("fwmark"), after("lookup") > (to "/policy-rules") } next }
part == "ip" && $1 in types { t = after("table"); print types[$1], $2, (t == "" || t == 254 ? "main" : t) ($1 == 2 ? " " after("dev") : "") > (to "/routes"); next }
part == "ip" { next }
{ sub(/ +$/, "") }
/^\*/ { table = substr($0, 2); next }
/^:/ { if (table in own && substr($1, 2) == own[table]) text[table] = ":" own[table] " - [0:0]\n" text[table]; next }
/^-A / && table in own {
  if ($2 == own[table]) { text[table] = text[table] $0 "\n"; next }
  place[table, $2]++
  if ($NF == own[table] && $0 ~ /--comment "?lvs-console"? /) print table, $2, $NF, place[table, $2] > (to "/jumps")
}
END { for (table in text) print "*" table "\n" text[table] "COMMIT" > (to "/rules.v4") }'

save_kernel() { # FOLDER
  true > "$1/policy-rules" && true > "$1/routes" && true > "$1/jumps" && true > "$1/rules.v4" || return 1
  printf '%s\n' "$NOW_IP" "$NOW_RULES" | awk -v to="$1" "$SAVE_AWK" part=ip -
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
$2 == own[table] { rules[part, table] = rules[part, table] $0 "\n"; next }
part == "now" { count[table, $2]++ }
part == "now" && $NF == own[table] && $0 ~ /--comment "?lvs-console"? / {
  if (wanted[table, $2] && chain["want", table] && !present[table, $2]++) next
  drop[table] = drop[table] "-D" substr($0, 3) "\n"
}
END {
  for (n = split("mangle nat", tables, " "); n; n--) {
    t = tables[n]; out = ""
    if (chain["want", t]) {
      if (!chain["now", t] || rules["want", t] != rules["now", t]) out = ":" own[t] " - [0:0]\n" rules["want", t]
      for (j = 1; j <= jumps; j++) if (table_of[j] == t && !present[t, from[j]]++) {
        at = place[j] != "" && place[j] <= count[t, from[j]] + 1
        out = out (at ? "-I " from[j] " " place[j] : "-A " from[j]) spec own[t] "\n"
      }
      out = out drop[t]
    } else if (chain["now", t]) out = drop[t] "-F " own[t] "\n-X " own[t] "\n"
    if (out != "") print "*" t "\n" out "COMMIT"
  }
}'

set_rules() { # FOLDER with rules.v4 and jumps: one transaction over both tables
  text=$(printf '%s\n' "$NOW_RULES" | awk "$RULES_AWK" part=jumps "$1/jumps" part=want "$1/rules.v4" part=now -) || return 1
  [ -n "$text" ] || { say "rules: unchanged"; return 0; }
  printf '%s\n' "$text" | iptables-restore -n -w 5 || { warn "iptables-restore refused the rules"; return 1; }
  say "rules: changed"
}

# Lines for ip -batch that turn NOW_IP into want: first what is added, routes before the rules that use them, then the reverse.
DELIVERY_AWK='
function after(word,   i) { for (i = 1; i < NF; i++) if ($i == word) return $(i + 1); return "" }
function rule(priority, iface, mark, table) { return "rule %s priority " priority " iif " iface " fwmark " mark " lookup " table " protocol 76" }
function route(type, to, table, dev) { sub(/\/32$/, "", to); return "route %s " type " " to (dev == "" ? "" : " dev " dev) " table " table " proto 76" }
BEGIN { types[2] = "local"; types[7] = "unreachable" } # ip -N prints route types as numbers
part == "rules" { if (NF) want_rule[rule($1, $2, $3, $4)] = ++order; next }
part == "routes" { if (NF) want_route[route($1, $2, $3, $4)] = ++order; next }
/^1: lo: / { whole = 1; exit }
/^[0-9]+:/ { if (after("proto") == "76" && after("iif") != "" && after("fwmark") != "") { sub(/:/, "", $1); now_rule[rule($1, after("iif"), after("fwmark"), after("lookup"))] = 1 } next }
$1 in types { t = after("table"); now_route[route(types[$1], $2, t == "" || t == 254 ? "main" : t, $1 == 2 ? after("dev") : "")] = 1 }
END {
  if (!whole) exit 1
  for (x in want_route) if (!(x in now_route)) printf x "\n", "add"
  for (x in want_rule) if (!(x in now_rule)) printf x "\n", "add"
  for (x in now_rule) if (!(x in want_rule)) printf x "\n", "del"
  for (x in now_route) if (!(x in want_route)) printf x "\n", "del"
}'

set_delivery() { # FOLDER with policy-rules and routes
  text=$(printf '%s\n' "$NOW_IP" | awk "$DELIVERY_AWK" part=rules "$1/policy-rules" part=routes "$1/routes" part=now -) || return 1
  [ -n "$text" ] || { say "delivery: unchanged"; return 0; }
  printf '%s\n' "$text" | ip -4 -batch - || { warn "ip refused: $text"; return 1; }
  say "delivery: changed"
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
    net.ipv4.conf.*) FILE=${1#net.ipv4.conf.}; FILE=/proc/sys/net/ipv4/conf/${FILE%.*}/${FILE##*.} ;;
    net.ipv4.vs.*) FILE=/proc/sys/net/ipv4/vs/${1#net.ipv4.vs.} ;;
    *) FILE=/proc/sys/net/ipv4/${1##*.} ;;
  esac
}

# Not with the shell's read: it reads byte by byte, and of a number the kernel gives only the first byte that way.
read_sysctls() { # FILE... -> key=value lines
  awk '{ key = substr(FILENAME, 11); gsub("/", ".", key); $1 = $1; print key "=" $0 }' "$@"
}

sysctl_files() { # FILE with key=value -> FILES that exist, MISSING keys
  FILES='' MISSING=''
  while IFS='=' read -r key _; do
    [ -n "$key" ] || continue
    find_sysctl "$key"
    if [ -f "$FILE" ]; then FILES="$FILES $FILE"; else MISSING="$MISSING $key"; fi
  done < "$1"
}

set_sysctls() { # FILE with key=value
  sysctl_files "$1"
  [ -z "$MISSING" ] || { warn "no sysctl$MISSING here"; return 1; }
  [ -n "$FILES" ] || return 0
  for round in write verify; do
    # shellcheck disable=SC2086
    now=$(read_sysctls $FILES) || return 1
    differ=''
    while IFS='=' read -r key value; do
      case $NL$now$NL in *"$NL$key=$value$NL"*) continue ;; esac
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
  # shellcheck disable=SC2086
  { [ -z "$FILES" ] || read_sysctls $FILES; } > "$2.new" && sync_file "$2.new" && mv -f "$2.new" "$2"
}

# ---- IPVS: ldirectord keeps the table on the active director; the guard only removes and returns whole services of own marks ----

# part=from and part=to: intent/ipvs of two releases, part=old: ipvsadm -Sn of the snapshot (may be absent), part=now: ipvsadm -Sn.
IPVS_AWK='
$1 !~ /^-[Aa]$/ || $2 != "-f" { next }
{ key = $3 ($4 == "-6" ? " -6" : "") }
part == "from" { own[key] = 1 }
part == "to" { keep[key] = 1 }
part == "old" { lines[key] = lines[key] $0 "\n" }
part == "now" { now[key] = 1 }
END {
  for (key in own) if (key in now && !(key in keep)) print "-D -f " key
  for (key in lines) if (key in keep && !(key in now)) printf "%s", lines[key]
}'

settle_ipvs() { # FROM TO [OLD]: services of FROM that TO has no more are deleted; where ldirectord runs, those of OLD and TO that are missing come back
  [ -f /proc/net/ip_vs ] || return 0
  old=/dev/null
  ! ldirectord_pid || old=${3:-/dev/null}
  now=$(ipvsadm -Sn) || return 1
  text=$(printf '%s\n' "$now" | awk "$IPVS_AWK" part=from "$1" part=to "$2" part=old "$old" part=now -) || return 1
  [ -n "$text" ] || return 0
  printf '%s\n' "$text" | ipvsadm -R || { warn "ipvsadm -R failed"; return 1; }
  say "ipvs: services settled"
}

# ---- files: links in /etc that lead through `live`, and what stood there before -----------------------------------------------------

managed_paths() { # RELEASE -> PATHS, one a line
  PATHS=''
  while read -r _ _ name; do case $name in files/*) PATHS="$PATHS${name#files}$NL" ;; esac; done < "$S/releases/$1/MANIFEST"
}

link_is_ours() { # PATH
  [ -L "$ROOT$1" ] || return 1
  [ "$ROOT$1" -ef "$S/live/files$1" ] || [ "$(readlink "$ROOT$1")" = "$S/live/files$1" ]
}

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

# ---- daemons -------------------------------------------------------------------------------------------------------------------------------

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

heartbeat_program() {
  for f in "$ROOT/lib/systemd/system/heartbeat.service" "$ROOT/usr/lib/systemd/system/heartbeat.service" "$ROOT/etc/init.d/heartbeat"; do
    [ ! -e "$f" ] || { printf '%s\n' "$f"; return 0; }
  done
}

heartbeat() { # start|stop|restart, with a time limit; without our lock and our output, so that nobody waits for the daemon who waits for us
  say "heartbeat: $1"
  if [ -d "$RUN/systemd/system" ]; then
    words=$(exec 9>&- < /dev/null; timeout -k 5 "$DAEMON_SECONDS" systemctl "$1" heartbeat.service 2>&1)
  else
    words='' # what an init script starts may keep our output open for ever
    timeout -k 5 "$DAEMON_SECONDS" "$ROOT/etc/init.d/heartbeat" "$1" < /dev/null > /dev/null 2>&1 9>&-
  fi || { warn "heartbeat: $1 failed or took more than $DAEMON_SECONDS s: $words"; return 1; }
}

reload_ldirectord() { # only ever a file that passed the check; on the standby nothing runs and nothing is to do
  ldirectord_pid || { say "ldirectord: does not run here"; return 0; }
  [ -f "$ROOT/etc/ha.d/ldirectord.cf" ] || { say "ldirectord: has no file any more, left alone"; return 0; }
  kill -HUP "$PID" || return 1
  say "ldirectord: reloaded"
}

# heartbeat gives its resources up by the haresources that it finds then, so it must stop under the files that it was started with.
act_before() { # ACTION, before the files change
  [ "$1" = restart-heartbeat ] && heartbeat_pid || return 0
  heartbeat stop
}

# A packet whose mark has no service yet is refused, so the services of new marks must be there before the rules that set these marks.
wait_for_services() { # FILE with ipvsadm lines; at most ten seconds
  ldirectord_pid || return 0
  waits=0
  while [ "$waits" -lt 40 ]; do
    now=$(ipvsadm -Sn) || return 1
    missing=''
    while read -r command _ mark _; do
      [ "$command" = -A ] || continue
      case $now in *"-A -f $mark "*) ;; *) missing="$missing $mark" ;; esac
    done < "$1"
    [ -n "$missing" ] || return 0
    waits=$((waits + 1))
    sleep 0.2
  done
  warn "ldirectord has not made the services of these marks yet:$missing"
}

changed_files() { # RELEASE RELEASE -> CHANGED: words heartbeat, ldirectord, units
  CHANGED=$(awk 'part == "a" { a[$3] = $0; next } { b[$3] = $0 }
    END {
      for (p in b) if (a[p] == b[p]) delete a[p]; else a[p] = ""
      for (p in a) print p ~ /\/ha\.d\/ldirectord\.cf$/ ? "ldirectord" : p ~ /\/ha\.d\// ? "heartbeat" : p ~ /\/systemd\// ? "units" : ""
    }' part=a "$S/releases/$1/MANIFEST" part=b "$S/releases/$2/MANIFEST") || CHANGED='heartbeat ldirectord units'
}

daemons_then() { # BASE -> ACTED: what the switch began to do, WAS: heartbeat before it, CHANGED
  ACTED=none WAS=stopped
  [ ! -s "$R/snapshot/daemons" ] || read -r WAS < "$R/snapshot/daemons"
  [ ! -s "$R/snapshot/acted" ] || read -r ACTED < "$R/snapshot/acted"
  changed_files "$TX" "$1"
}

undo_before() { # before the files go back
  case $ACTED:$WAS:$CHANGED in *-heartbeat:stopped:* | restart-heartbeat:running:*heartbeat*) ;; *) return 0 ;; esac
  ! heartbeat_pid || heartbeat stop
}

undo_after() { # heartbeat and ldirectord as they were before the switch
  case $ACTED:$WAS in
    none:*) ;;
    *:running) heartbeat_pid || heartbeat start || return 1
      case $CHANGED in *ldirectord*) reload_ldirectord ;; esac ;;
    *-heartbeat:stopped) stop_sync_daemons ;;
    *) case $CHANGED in *ldirectord*) reload_ldirectord ;; esac ;;
  esac
}

stop_sync_daemons() { # those that came with heartbeat
  [ -f /proc/net/ip_vs ] && [ -f "$R/snapshot/sync" ] || return 0
  now=$(ipvsadm -Ln --daemon) && was=$(cat "$R/snapshot/sync") || return 1
  for role in master backup; do
    case $was:$now in *"$role sync"*:*) ;; *:*"$role sync"*) ipvsadm --stop-daemon "$role" || return 1 ;; esac
  done
}

set_units() { # RELEASE: links that start its `unit=` lines at boot; links made earlier for other units go
  links='' record='' UNITS_CHANGED=no
  while IFS='=' read -r key value; do [ "$key" != unit ] || unit_links "${value%.service}.service"; done < "$S/releases/$1/intent/meta"
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

# ---- arm: the dead-man timer, before the first change -----------------------------------------------------------------------------------------

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
    # a rollback that is killed is started again; one that is refused is not
    timeout 20 systemd-run --quiet --collect --unit="$TX_TIMER" --on-active="$2" --timer-property=AccuracySec=100ms \
      --property=Restart=on-failure --property=RestartSec=3 --property=RestartPreventExitStatus='2 10 14' \
      --property=OOMScoreAdjust=-1000 "$GUARD" rollback "$1" < /dev/null 9>&-
    return
  fi
  # shellcheck disable=SC2016 # the inner shell expands
  setsid sh -c 'echo -1000 > /proc/self/oom_score_adj; sleep "$3"; until "$1" rollback "$2"; do case $? in 2|10|14) exit ;; esac; sleep 3; done' \
    guard-timer "$GUARD" "$1" "$2" < /dev/null > /dev/null 2>&1 9>&- &
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

# ---- switch, confirm, rollback, abort -------------------------------------------------------------------------------------------------------------

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
  before=$NAME
  take_snapshot || die 13 "cannot take the snapshot: nothing was changed"
  save_tx armed switching || die 13 "cannot write $S/tx: nothing was changed"
  managed_paths "$TX"; new=$PATHS
  printf '%s\n' "$1" > "$R/snapshot/acted" && act_before "$1" || die 13 "daemon action $1 failed: files and kernel were not changed"
  place_paths "$TX" || die 13 "cannot put the files in place"
  load_modules "$R/intent/modules" && save_sysctls "$R/intent/sysctl" "$R/snapshot/sysctl" && set_sysctls "$R/intent/sysctl" || die 13 "modules or sysctls failed"
  [ "$1" != reload-ldirectord ] || { reload_ldirectord && wait_for_services "$R/intent/ipvs"; } || die 13 "daemon action $1 failed"
  set_delivery "$R/intent" || die 13 "local delivery failed"
  set_rules "$R/intent" || die 13 "rules failed"
  case $1 in *-heartbeat) heartbeat_pid || heartbeat start || die 13 "daemon action $1 failed" ;; esac
  settle_ipvs "$S/releases/$before/intent/ipvs" "$R/intent/ipvs" || warn "stale IPVS services may be left"
  save_tx switched || die 13 "cannot write $S/tx"
}

take_snapshot() { # everything that the switch may change, on disk before the first change; a second switch keeps the first one's
  read_kernel || return 1
  [ ! -f "$R/snapshot/complete" ] || return 0
  rm -rf "$R/snapshot"
  mkdir -p "$R/snapshot/files" "$R/snapshot/links" && save_kernel "$R/snapshot" && save_paths "$TX" || return 1
  save_ipvs
  if heartbeat_pid; then printf 'running\n'; else printf 'stopped\n'; fi > "$R/snapshot/daemons" || return 1
  true > "$R/snapshot/complete" && sync_all
}

save_ipvs() { # asking ipvsadm would load the module; without it there is nothing
  true > "$R/snapshot/ipvs" && true > "$R/snapshot/sync" || return 1
  [ -f /proc/net/ip_vs ] || return 0
  ipvsadm -Sn > "$R/snapshot/ipvs" || rm -f "$R/snapshot/ipvs"
  ipvsadm -Ln --daemon > "$R/snapshot/sync" || rm -f "$R/snapshot/sync"
}

verb_confirm() { # TX GENERATION
  need_tx "$1"; need_number "$2" 15 generation
  begin confirm
  need_open "$1" "$2"
  if [ "$TX_STATE" = confirmed ]; then say "confirmed $1"; return 0; fi
  [ "$TX_STATE" = switched ] && [ -z "$TX_STEP" ] || die 10 "transaction $1 is $TX_STATE${TX_STEP:+, $TX_STEP}"
  do_confirm
  say "confirmed $1"
}

do_confirm() { # the rename of `confirmed` decides; what comes after may be repeated by a rollback or at boot
  R=$S/releases/$TX
  release_name live && [ "$NAME" = "$TX" ] || die 10 "live is $NAME, not $TX"
  release_name confirmed || die 10 "the confirmed release is damaged"
  base=$NAME
  keep_originals "$TX" && set_units "$TX" || die 13 "cannot prepare the confirmation"
  sync_all
  point confirmed "$TX" || die 13 "cannot write $S/confirmed"
  save_tx confirmed || :
  sync_all
  end_confirmed "$base"
}

end_confirmed() { # BASE: tidying, none of it needed for the release to hold
  printf '%s\n' "$FENCE" > "$S/releases/$TX/was-confirmed" || :
  drop_originals "$TX"
  rm -rf "$S/undo"
  stop_timer "$TX_TIMER"
  changed_files "$1" "$TX"
  case ${UNITS_CHANGED:-no}$CHANGED in *yes* | *units*) reload_units ;; esac
  prune
}

reload_units() {
  [ -d "$RUN/systemd/system" ] || return 0
  (timeout 60 systemctl daemon-reload &) < /dev/null > /dev/null 2>&1 9>&-
}

prune() { # the last confirmed releases stay, in the order of their generations (the clock may lie); live and origin always
  release_name live
  for d in "$S"/releases/*; do
    name=${d##*/} age=0
    case $name in origin | "$NAME") continue ;; esac
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
  begin rollback
  [ "$TX_STATE" != damaged ] || TX=$1
  [ "$TX" = "$1" ] || die 14 "transaction $1 is not open here (last: ${TX:-none})"
  case $TX_STATE in
    rolled-back) say "rolled-back $1"; return 0 ;;
    confirmed) die 10 "transaction $1 is confirmed" ;;
  esac
  release_name confirmed || die 13 "the confirmed release is damaged"
  if [ "$NAME" = "$1" ]; then save_tx confirmed; die 10 "transaction $1 is confirmed"; fi
  do_rollback "$NAME" || die 13 "rollback of $1 is not complete, run it again"
  stop_timer "$TX_TIMER"
  say "rolled-back $1"
}

do_rollback() { # BASE, of transaction TX: every part is tried, also when another one fails; needs no new space on the disk
  R=$S/releases/$TX failed=''
  [ "$TX_STEP" = rolling-back ] || mv -f "$S/undo/tx.rolling" "$S/tx" 2> /dev/null || save_tx switched rolling-back || :
  rm -f "$S/undo/space"
  if [ -f "$R/snapshot/complete" ]; then
    if read_kernel; then
      set_rules "$R/snapshot" || failed="$failed rules"
      set_delivery "$R/snapshot" || failed="$failed delivery"
    else failed="$failed kernel"; fi
    [ ! -f "$R/snapshot/sysctl" ] || set_sysctls "$R/snapshot/sysctl" || failed="$failed sysctls"
    daemons_then "$1"
    undo_before || failed="$failed daemons"
    set_live "$1" || failed="$failed live"
    restore_paths || failed="$failed files"
    undo_after || failed="$failed daemons"
    old=$R/snapshot/ipvs
    [ -f "$old" ] || old=''
    settle_ipvs "$R/intent/ipvs" "$S/releases/$1/intent/ipvs" "$old" || failed="$failed ipvs"
  fi
  [ -z "$failed" ] || { warn "not restored:$failed"; return 1; }
  mv -f "$S/undo/tx.ended" "$S/tx" 2> /dev/null || save_tx rolled-back || return 1
  rm -rf "$S/undo" "$S/incoming"
  sync_all
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

# ---- break-glass, and the start of the host ------------------------------------------------------------------------------------------------------------

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
  case $CHANGED in *heartbeat*) ! heartbeat_pid || [ "$1" = origin ] || action=restart-heartbeat ;; esac
  (do_switch "$action") || { do_rollback "$base"; die 13 "release $1 could not be applied, $base is back"; }
  do_confirm
  [ "$1" != origin ] || ! heartbeat_pid || warn "heartbeat still runs: stop it with systemctl stop heartbeat"
  say "applied $1"
}

verb_boot() { # before anything reads the managed files; no kernel work: nothing of an unconfirmed release is in this kernel
  [ -L "$S/confirmed" ] || return 0
  begin boot
  release_name confirmed || die 13 "the confirmed release is damaged"
  confirmed=$NAME
  if is_open && [ "$TX" != "$confirmed" ]; then fallback=$TX
  elif release_name live && [ "$NAME" = "$confirmed" ]; then fallback=''
  else fallback=${NAME:-$TX}; fi
  if [ -n "$fallback" ]; then
    warn "release $fallback was not confirmed, going back to $confirmed"
    R=$S/releases/$fallback
    set_live "$confirmed" || die 13 "cannot set live to $confirmed"
    [ ! -f "$R/snapshot/paths" ] || restore_paths || :
    set_units "$confirmed" || :
  fi
  if [ "$TX" = "$confirmed" ] && is_open; then save_tx confirmed || :; elif is_open; then save_tx rolled-back || :; fi
  rm -rf "$S/undo" "$S/incoming"
  sync_all
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

# ---- reading -------------------------------------------------------------------------------------------------------------------------------------------------

verb_status() {
  read_clock
  load_tx
  load_fence
  left=''
  case $TX_STATE in armed | switched)
    left=0
    [ "$TX_BOOT" != "$BOOT_ID" ] || [ -z "$TX_DEADLINE" ] || [ "$TX_DEADLINE" -le "$UPTIME" ] || left=$((TX_DEADLINE - UPTIME)) ;;
  esac
  release_name live || NAME=damaged
  live=$NAME
  release_name confirmed || NAME=damaged
  printf 'version=%s\nstate=%s\nstep=%s\ntx=%s\ngeneration=%s\nseconds_left=%s\nlive=%s\nconfirmed=%s\nboot_id=%s\n' \
    "$GUARD_VERSION" "$TX_STATE" "$TX_STEP" "$TX" "$FENCE" "$left" "$live" "$NAME" "$BOOT_ID"
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
    case $d in ldirectord) ldirectord_pid ;; *) alive "$RUN/$d.pid" "$d" ;; esac && word=running || word=stopped
    printf '%s\t%s\n' "$d" "$word"
  done
}

print_sysctls() {
  set -- /proc/sys/net/ipv4/ip_forward
  for FILE in /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/send_redirects /proc/sys/net/ipv4/conf/*/src_valid_mark \
    /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv4/conf/*/arp_announce /proc/sys/net/ipv4/vs/*; do
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

print_clock() {
  read_clock
  printf 'epoch='
  date +%s || return 1
  printf 'uptime=%s\nboot_id=%s\n' "$UPTIME" "$BOOT_ID"
}

read_ipvs() { [ -f /proc/net/ip_vs ] && ipvsadm "$@"; } # status 1 without the module: asking ipvsadm would load it

list_table() { # iptables-legacy would load the table (and with nat the connection tracking) only to show that it is empty
  if [ "$(command -v iptables)" -ef /usr/sbin/xtables-legacy-multi ]; then
    [ -f /proc/net/ip_tables_names ] || return 0
    names=' '
    while read -r name; do names="$names$name "; done < /proc/net/ip_tables_names
    case $names in *" $1 "*) ;; *) return 0 ;; esac
  fi
  iptables -t "$1" -L -n -v
}

print_section() {
  case $1 in
    status) frame "$1" verb_status ;;
    addresses) frame "$1" ip -j addr ;;
    policy-rules) frame "$1" ip -j -d rule ;;
    routes) frame "$1" ip -j -d route show table all ;;
    ipvs) frame "$1" read_ipvs -Sn ;;
    ipvs-list) frame "$1" read_ipvs -Ln ;;
    ipvs-stats) frame "$1" read_ipvs -Ln --stats --exact ;;
    ipvs-rate) frame "$1" read_ipvs -Ln --rate --exact ;;
    ipvs-daemon) frame "$1" read_ipvs -Ln --daemon ;;
    firewall) frame "$1" iptables-save -c ;;
    mangle-list) frame "$1" list_table mangle ;;
    nat-list) frame "$1" list_table nat ;;
    sysctls) frame "$1" print_sysctls ;;
    modules) frame "$1" print_modules ;;
    daemons) frame "$1" print_daemons ;;
    clock) frame "$1" print_clock ;;
    files) frame "$1" print_files ;;
    *) return 1 ;;
  esac
}

ALL_SECTIONS='status addresses policy-rules routes ipvs ipvs-list ipvs-stats ipvs-rate ipvs-daemon firewall mangle-list nat-list sysctls modules daemons clock files'

verb_read() { # [SECTION...]
  for section; do case " $ALL_SECTIONS " in *" $section "*) ;; *) die 2 "no section $section" ;; esac; done
  # shellcheck disable=SC2086
  [ "$#" -gt 0 ] || set -- $ALL_SECTIONS
  for name; do print_section "$name"; done
}

print_tools() {
  for tool in ip iptables iptables-save iptables-restore iptables-legacy nft ipvsadm ldirectord keepalived systemctl systemd-run flock setsid \
    timeout sha256sum tar awk sync readlink modprobe sudo conntrack tcpdump; do
    path=$(command -v "$tool") && printf '%s\t%s\n' "$tool" "$path"
  done
  for path in /usr/libexec/heartbeat/heartbeat /usr/lib/heartbeat/heartbeat /usr/share/heartbeat/hb_takeover; do
    [ ! -x "$ROOT$path" ] || printf '%s\t%s\n' "${path##*/}" "$path"
  done
  return 0
}

print_loadable() { # from modules.dep and modules.builtin: asking modprobe would be one process for each
  read -r kernel < /proc/sys/kernel/osrelease
  [ -f "/lib/modules/$kernel/modules.dep" ] || return 1
  builtin=/lib/modules/$kernel/modules.builtin
  [ -f "$builtin" ] || builtin=/dev/null
  awk -v asked='ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc ip_vs_wlc ip_vs_lblc ip_vs_lblcr ip_vs_dh ip_vs_sh ip_vs_sed ip_vs_nq ip_vs_fo ip_vs_ovf ip_vs_mh ip_vs_twos ip_vs_ftp iptable_mangle iptable_nat xt_mark xt_comment xt_multiport xt_MASQUERADE nf_conntrack ipip' '
    { sub(/:.*/, ""); sub(/.*\//, ""); sub(/\.ko.*/, ""); gsub(/-/, "_"); found[$0] = 1 }
    END { n = split(asked, a, " "); for (i = 1; i <= n; i++) print a[i] "\t" (a[i] in found ? "yes" : "no") }' "/lib/modules/$kernel/modules.dep" "$builtin"
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
  frame policy text_of "$POLICY"
  frame interfaces text_of "$ROOT/etc/network/interfaces"
  frame sysconfig-iptables text_of "$ROOT/etc/sysconfig/iptables"
}

# Rows that hold TEXT when addresses and ports are written in decimal. Never more than `max` rows: reading the table is quadratic.
FILTER_AWK='
function hex(s,   i, n) { for (i = 1; i <= length(s); i++) n = n * 16 + index("0123456789ABCDEF", toupper(substr(s, i, 1))) - 1; return n + 0 }
function address(s) { return length(s) != 8 ? s : hex(substr(s, 1, 2)) "." hex(substr(s, 3, 2)) "." hex(substr(s, 5, 2)) "." hex(substr(s, 7, 2)) }
NR == 1 { print; next }
NR > max + 1 { exit 10 }
found < limit && index(tolower($1 " " address($2) ":" hex($3) " " address($4) ":" hex($5) " " address($6) ":" hex($7) " " $8 " " $0), tolower(text)) { found++; print }'

verb_connections() { # LIMIT [TEXT]
  need_number "$1" 5 limit
  text=${2:-}
  case $text in *[!0-9A-Za-z.:_]*) die 2 "a filter holds letters, digits, dots and colons only" ;; esac
  [ "${#text}" -le 64 ] || die 2 "the filter is too long"
  frame count awk '/^  ->/ && $5 ~ /^[0-9]+$/ { n += $5 + $6 } END { print n + 0 }' /proc/net/ip_vs
  if [ -z "$text" ]; then
    frame rows head -n "$(($1 + 1))" /proc/net/ip_vs_conn
    return 0
  fi
  rows=$(awk -v max=5000 -v limit="$1" -v text="$text" "$FILTER_AWK" /proc/net/ip_vs_conn)
  code=$?
  [ "$code" -ne 10 ] || die 10 "the table has more than 5000 entries: reading it all would stall this director"
  print_rows() { [ -z "$rows" ] || printf '%s\n' "$rows"; return "$code"; }
  frame rows print_rows
}

# ---- main ---------------------------------------------------------------------------------------------------------------------------------------------------------

main() {
  [ "$#" -ge 1 ] || usage
  verb=$1
  shift
  case $verb:$# in
    version:0) printf '%s\n' "$GUARD_VERSION" ;;
    facts:0) need_root; verb_facts ;;
    read:*) need_root; verb_read "$@" ;;
    connections:[12]) need_root; verb_connections "$@" ;;
    status:0) need_root; verb_status ;;
    list:0) need_root; verb_list ;;
    stage:2) verb_stage "$@" ;;
    check:1) verb_check "$@" ;;
    arm:3) verb_arm "$@" ;;
    switch:2) verb_switch "$@" ;;
    confirm:2) verb_confirm "$@" ;;
    rollback:1) verb_rollback "$@" ;;
    abort:2) verb_abort "$@" ;;
    apply:1) verb_apply "$@" ;;
    boot:0) verb_boot ;;
    *) usage ;;
  esac
}

main "$@"
exit $?
