// /usr/lib/lvs-console/rules: puts the kernel part of a director in place when no guard runs, at boot and when an interface comes up.
import type { KernelIntent } from '../core/kernel-state';
import type { Director, Topology } from '../core/topology';
import { HEARTBEAT_SECONDS } from './heartbeat-times';
import { GENERATED, PATHS } from './owned-paths';
import { deliveryPart } from './rules-script-delivery';
import { firewallPart, firewallSteps } from './rules-script-firewall';
import { printed } from './sync-daemon-script';
import { syncIdOf } from '../core/sync-id';

type Always = KernelIntent['always'];

/**
 * POSIX sh, few processes: every rule by one iptables-restore or nft, every route, policy rule and address by one `ip -batch`,
 * every check by one awk. `loadsChains`: false when another service of the host restores the IPv4 chains (rulesHome redhat).
 */
export function printRulesScript(
  topology: Topology,
  director: Director,
  always: Always,
  { loadsChains }: { loadsChains: boolean },
): string {
  const isHeartbeat = topology.stack === 'heartbeat';
  return [
    head(isHeartbeat),
    deliveryPart(always),
    firewallPart(always, { loadsChains }),
    isHeartbeat ? heartbeatPart(topology, director) : '',
    main(always, { loadsChains, isHeartbeat }),
  ].join('');
}

function head(isHeartbeat: boolean): string {
  const verbs = isHeartbeat ? 'start|stop|check|sync-daemon|heartbeat-start' : 'start|stop|check';
  return `#!/bin/sh
${GENERATED}
# What this director's kernel needs beside the daemons: modules, sysctls, firewall marks, masquerading, local delivery of
# marked packets${isHeartbeat ? ', and the backup sync daemon' : ''}. Usage: rules ${verbs}. Every verb may be repeated.
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

# Lines before the line @@ must stand after it; with both=1 also the other way round.
COMPARE='
{ sub(/^[ \\t]+/, ""); sub(/[ \\t]+$/, "") }
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
`;
}

/**
 * Only the backup: the master comes and goes with heartbeat's resources. Its absence stops no traffic, so it is only said.
 * Heartbeat starts after this script: a director whose power was back within six seconds stood beside one that had not missed it, both without the
 * addresses, until somebody restarted one (seen in the lab).
 */
function heartbeatPart(topology: Topology, director: Director): string {
  const { dead } = HEARTBEAT_SECONDS;
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

# After a power cut a director may be back before the other one's heartbeat has missed it (deadtime ${dead}): none of the two would take the addresses.
stay_away() {
  up=$(cut -d. -f1 /proc/uptime)
  [ "$up" -ge ${dead + 1} ] || sleep $((${dead + 1} - up))
}
`;
}

/** heartbeat runs `heartbeat-start` at its start; exit 100 tells it not to run it again (ha.cf(5), respawn). */
function main(always: Always, { loadsChains, isHeartbeat }: { loadsChains: boolean; isHeartbeat: boolean }): string {
  const firewall = firewallSteps(always, { loadsChains });
  const { modules, addresses } = always;
  const start = [
    `modprobe -a ${modules.join(' ')} || problem "a module does not load"`,
    `sysctl -q -p ${PATHS.sysctl} || problem "a sysctl cannot be set"`,
    ...(addresses.length > 0 ? ['start_addresses'] : []),
    ...firewall.start,
    'start_delivery',
    ...(isHeartbeat ? ['start_sync_daemon || :', 'stay_away'] : []),
  ];
  const stop = ['stop_delivery', ...firewall.stop, ...(addresses.length > 0 ? ['stop_addresses'] : [])];
  const check = [...(addresses.length > 0 ? ['check_addresses'] : []), ...firewall.check, 'check_delivery'];
  const sync = `
  sync-daemon) start_sync_daemon || FAILED=1 ;;
  heartbeat-start) start_sync_daemon || :; exit 100 ;;`;
  return `
start() {
${start.map((step) => `  ${step}\n`).join('')}}

case \${1:-} in
  start) start ;;
  stop) ${stop.join('; ')} ;;
  check) ${check.join('; ')} ;;${isHeartbeat ? sync : ''}
  *) echo "usage: rules start|stop|check${isHeartbeat ? '|sync-daemon|heartbeat-start' : ''}" >&2; exit 2 ;;
esac
exit "$FAILED"
`;
}
