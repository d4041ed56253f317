// /usr/lib/lvs-console/rules: puts the kernel part of a director in place when no guard runs, at boot and when an interface comes up.
import type { KernelIntent } from '../core/kernel-state';
import type { Director, Topology } from '../core/topology';
import { GENERATED, PATHS } from './owned-paths';
import { printJump } from './print-rules';
import { printed } from './sync-daemon-script';
import { syncIdOf } from './sync-id';

type Always = KernelIntent['always'];

/**
 * POSIX sh, few processes: every rule by one iptables-restore, every route and policy rule by one `ip -batch`.
 * `loadsChains`: false when another service of the host restores the chains (rulesHome redhat).
 */
export function printRulesScript(
  topology: Topology,
  director: Director,
  always: Always,
  { loadsChains }: { loadsChains: boolean },
): string {
  return [
    head(loadsChains ? PATHS.rulesText : PATHS.sysconfigIptables),
    delivery(always),
    loadsChains ? chains(always) : '',
    checkChains(always),
    syncDaemon(topology, director),
    main(always, loadsChains),
  ].join('');
}

function head(rulesText: string): string {
  return `#!/bin/sh
${GENERATED}
# What this director's kernel needs beside the daemons: modules, sysctls, firewall marks, masquerading, local delivery of
# marked packets, and the backup sync daemon. Usage: rules start|stop|check|sync-daemon|heartbeat-start. Every verb may be repeated.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
RULES=${rulesText}
FAILED=0

problem() {
  echo "lvs-console: $*" >&2
  FAILED=1
}
`;
}

/** A policy rule that is there already is refused with "File exists", so the answers say nothing: what is there is read back. */
function delivery({ policyRules, routes }: Always): string {
  const own = routes.map(({ type, destination, device, table }) => {
    const to = [type, destination, ...(device === undefined ? [] : ['dev', device])].join(' ');
    return { to, table, batch: `route replace ${to} table ${table} proto 76` };
  });
  const rules = policyRules.map((rule) => {
    const mark = rule.mark === undefined ? '' : `fwmark 0x${rule.mark.toString(16)} `;
    const selector = `${mark}iif ${rule.interface}`;
    return {
      ...rule,
      selector,
      batch: `rule add priority ${rule.priority} ${selector} lookup ${rule.table} protocol 76`,
    };
  });
  return `
start_delivery() {
  ip -4 -force -batch - > /dev/null 2>&1 << 'END'
${[...own, ...rules].map(({ batch }) => batch).join('\n')}
END
  check_delivery
}

check_delivery() {
  present=$(ip -4 rule show && ip -4 route show table all proto 76) || { problem "ip cannot read rules and routes"; return; }
${rules.map(({ priority, selector }) => `  expect "${priority}:	from all ${selector}"`).join('\n')}
${own.map(({ to }) => `  expect "${to}"`).join('\n')}
}

expect() { # what must stand in \`present\` at the beginning of a line
  case "
$present
" in *"
$1"[[:space:]]*) ;; *) problem "missing: $1" ;; esac
}

stop_delivery() {
  ip -4 rule flush protocol 76
  ip -4 route flush table all proto 76
}
`;
}

function chains({ jumps }: Always): string {
  return `
start_chains() { # declaring a chain empties it, so this replaces exactly our own rules
  iptables-restore -n -w 5 < "$RULES" || { problem "iptables-restore refused $RULES"; return; }
${jumps
  .map((jump) => ({ table: jump.table, rule: printJump(jump) }))
  .map(
    ({ table, rule }) =>
      `  iptables -w 5 -t ${table} -C ${rule} 2> /dev/null ||\n    iptables -w 5 -t ${table} -A ${rule} || problem "no jump in ${table}"`,
  )
  .join('\n')}
}

stop_chains() {
${jumps
  .map((jump) => ({ ...jump, rule: printJump(jump) }))
  .map(({ table, to, rule }) =>
    [
      `  while iptables -w 5 -t ${table} -D ${rule} 2> /dev/null; do :; done`,
      `  iptables -w 5 -t ${table} -F ${to} 2> /dev/null && iptables -w 5 -t ${table} -X ${to}`,
    ].join('\n'),
  )
  .join('\n')}
}
`;
}

function checkChains({ chains: own, jumps }: Always): string {
  const isOwn = own.map(({ chain }) => `"-A ${chain} "*`).join(' | ');
  return `
check_chains() {
  present=$(iptables-save) || { problem "iptables-save failed"; return; }
${jumps.map((jump) => `  expect "-A ${printJump(jump)}"`).join('\n')}
  while read -r line; do
    case $line in ${isOwn}) expect "$line" ;; esac
  done < "$RULES"
}
`;
}

/** Only the backup: the master comes and goes with heartbeat's resources. Its absence stops no traffic, so it is only said. */
function syncDaemon(topology: Topology, director: Director): string {
  const parameters = `--mcast-interface ${director.internal.interface} --syncid ${syncIdOf(topology)}`;
  return `
start_sync_daemon() {
  present=$(ipvsadm -Ln --daemon 2> /dev/null) || { echo "lvs-console: the sync daemons cannot be read" >&2; return 1; }
  case $present in
    *"master sync daemon"* | *"backup sync daemon (${printed(topology, director)}"[,\\)]*) return 0 ;;
    *"backup sync daemon"*) ipvsadm --stop-daemon backup ;;
  esac
  ipvsadm --start-daemon backup ${parameters} || { echo "lvs-console: the backup sync daemon does not start" >&2; return 1; }
}
`;
}

/** heartbeat runs `heartbeat-start` at its start; exit 100 tells it not to run it again (ha.cf(5), respawn). */
function main({ modules }: Always, loadsChains: boolean): string {
  return `
start() {
  modprobe -a ${modules.join(' ')} || problem "a module does not load"
  sysctl -q -p ${PATHS.sysctl} || problem "a sysctl cannot be set"
  start_delivery${loadsChains ? '\n  start_chains' : ''}
  start_sync_daemon || :
}

case \${1:-} in
  start) start ;;
  stop)${loadsChains ? ' stop_chains;' : ''} stop_delivery ;;
  check) check_delivery; check_chains ;;
  sync-daemon) start_sync_daemon || FAILED=1 ;;
  heartbeat-start) start_sync_daemon || :; exit 100 ;;
  *) echo "usage: rules start|stop|check|sync-daemon|heartbeat-start" >&2; exit 2 ;;
esac
exit "$FAILED"
`;
}
