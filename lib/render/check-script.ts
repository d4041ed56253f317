// /etc/lvs-console/check-real-servers: asks from a director whether each real server of gate and ipip takes packets for its ranges.
import { addressAt } from '../core/address';
import type { RenderedFile } from '../core/release';
import type { Address, Topology } from '../core/topology';
import { GENERATED, PATHS } from './owned-paths';
import { familyOfGroup } from './role-intent';
import { realServerNeedsOf } from './real-server-needs';

type Question = { realServer: Address; asked: Address; isTunnelled: boolean };

/** Enough to see that the host was set up; its own `real-server check` goes through all of them. */
const MOST_PER_REAL_SERVER = 4;

export function checkFilesOf(topology: Topology): RenderedFile[] {
  const questions = questionsOf(topology);
  if (questions.length === 0) return [];
  return [
    {
      path: PATHS.checkRealServers,
      mode: '0755',
      content: printCheckScript(questions),
      secret: false,
      purpose:
        'Asks, when a person runs it, whether the real servers under gate and ipip take packets for their ranges.',
    },
  ];
}

function questionsOf(topology: Topology): Question[] {
  return realServerNeedsOf(topology)
    .filter(({ prefixes }) => prefixes.length > 0)
    .flatMap(({ address }) => questionsTo(topology, address));
}

function questionsTo({ groups }: Topology, realServer: Address): Question[] {
  const found = new Map<string, Question>();
  for (const group of groups) {
    const { forwarding, realServers } = group.pool;
    if (forwarding === 'masq' || !realServers.some(({ address }) => address.text === realServer.text)) continue;
    for (const { range } of group.matches) {
      if (found.size === MOST_PER_REAL_SERVER) return [...found.values()];
      const { first, last } = range.interval;
      // Not the address of the network, which some hosts answer for in their own way.
      const asked = addressAt(familyOfGroup(group), last - first > 1n ? first + 1n : first);
      found.set(`${asked.text} ${forwarding}`, { realServer, asked, isTunnelled: forwarding === 'ipip' });
    }
  }
  return [...found.values()];
}

/** What the director needs to wrap a packet as IPVS does. IPv4 inside IPv6 was refused. */
function linkOf({ realServer, asked }: Question): string {
  if (realServer.family === 6) return `type ip6tnl mode ip6ip6`;
  return asked.family === 6 ? 'type sit' : 'type ipip';
}

/**
 * The rule takes only what this director sends itself (\`iif lo\`), and the answer passes the reverse path filter by it. The
 * rule and its table stand only while one question is asked, also when the script is interrupted.
 */
function printCheckScript(questions: readonly Question[]): string {
  const lines = questions.map((question) => {
    const { realServer, asked, isTunnelled } = question;
    return `ask ${asked.family} ${asked.text} ${realServer.text}${isTunnelled ? ` ${linkOf(question)}` : ''}`;
  });
  return `#!/bin/sh
${GENERATED}
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
trap forget EXIT
trap 'exit 1' HUP INT TERM

problem() {
  echo "lvs-console: $*" >&2
  FAILED=1
}

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
    ip "-$FAMILY" route replace "$address" via "$server" table "$TABLE"
  fi || { problem "no route for $address to $server"; forget; return; }
  ip "-$FAMILY" rule add priority "$PRIORITY" iif lo to "$address" lookup "$TABLE"
  if send_ping "-$FAMILY" -q -c 2 -W 2 "$address" > /dev/null 2>&1; then
    echo "$server: takes packets for $address"
  else
    problem "$server: no answer for $address: it does not take packets for it, or it drops pings"
  fi
  forget
}

command -v ping > /dev/null || command -v busybox > /dev/null || { echo "lvs-console: ping is not installed here" >&2; exit 2; }
${lines.join('\n')}
exit "$FAILED"
`;
}
