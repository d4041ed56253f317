// The heartbeat resource script LVSSyncDaemonSwap, which Debian 12 no longer ships (lvs.md 7.1), for one director.
import type { Director, Topology } from '../core/topology';
import { GENERATED } from './owned-paths';
import { syncIdOf } from '../core/sync-id';

/**
 * It never fails its group: without a sync master traffic still flows, and after a failed stop heartbeat reboots the
 * host. heartbeat looks for the words "running" and "stopped" in what status prints.
 */
export function printSyncDaemonSwap(topology: Topology, director: Director): string {
  const parameters = `--mcast-interface ${director.internal.interface} --syncid ${syncIdOf(topology)}`;
  return `#!/bin/sh
${GENERATED}
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
    *"master sync daemon (${printed(topology, director)}"[,\\)]*) MASTER=this ;;
    *"master sync daemon"*) MASTER=other ;;
  esac
  case $daemons in
    *"backup sync daemon (${printed(topology, director)}"[,\\)]*) BACKUP=this ;;
    *"backup sync daemon"*) BACKUP=other ;;
  esac
}

start_daemon() { # master|backup
  ipvsadm --start-daemon "$1" ${parameters} || warn "the $1 sync daemon does not start"
}

stop_daemon() { # master|backup
  ipvsadm --stop-daemon "$1" || warn "the $1 sync daemon does not stop"
}

start() {
  read_daemons || { warn "the sync daemons cannot be read"; return; }
  [ "$BACKUP" = none ] || stop_daemon backup
  [ "$MASTER" != other ] || stop_daemon master
  [ "$MASTER" = this ] || start_daemon master
}

stop() {
  read_daemons || return
  [ "$MASTER" = none ] || stop_daemon master
  [ "$BACKUP" != other ] || stop_daemon backup
  [ "$BACKUP" = this ] || start_daemon backup
}

status() {
  if read_daemons && [ "$MASTER" = this ]; then echo running; else echo stopped; fi
}

case \${1:-}:\${2:-} in
  master:start) start ;;
  master:stop) stop ;;
  master:status) status ;;
  *) echo "usage: LVSSyncDaemonSwap master start|stop|status" >&2; exit 2 ;;
esac
exit 0
`;
}

/** How ipvsadm prints the two parameters; a further one or the closing bracket follows. */
export function printed(topology: Topology, director: Director): string {
  return `mcast=${director.internal.interface}, syncid=${syncIdOf(topology)}`;
}
