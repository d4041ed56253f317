// The part of the rules script that loads, checks and removes the own firewall: sets and chains, or the nftables table.
import { OWNED, type KernelIntent } from '../core/kernel-state';
import type { Family } from '../core/topology';
import { PATHS } from './owned-paths';
import { printJump } from './print-rules';

type Always = KernelIntent['always'];
type Steps = { start: string[]; check: string[]; stop: string[] };
type Loading = { loadsChains: boolean };

/** The functions to call, in this order. */
export function firewallSteps(always: Always, { loadsChains }: Loading): Steps {
  if (always.nftables !== undefined) return stepsOf('nftables');
  const sets = always.sets.length > 0 ? stepsOf('sets') : { start: [], check: [], stop: [] };
  const chains = familiesOf(always).map((family) => ({ ...stepsOf(`chains${family}`), family }));
  const own = chains.filter(({ family }) => loadsChains || family === 6);
  return {
    start: [...sets.start, ...own.flatMap(({ start }) => start)],
    check: [...sets.check, ...chains.flatMap(({ check }) => check)],
    stop: [...own.flatMap(({ stop }) => stop), ...sets.stop],
  };
}

function stepsOf(what: string): Steps {
  return { start: [`start_${what}`], check: [`check_${what}`], stop: [`stop_${what}`] };
}

export function firewallPart(always: Always, { loadsChains }: Loading): string {
  if (always.nftables !== undefined) return NFTABLES;
  return [
    always.sets.length > 0 ? SETS : '',
    ...familiesOf(always).map((family) => chainsPart(always, family, { loadsChains })),
  ].join('');
}

function familiesOf({ chains }: Always): Family[] {
  return ([4, 6] as const).filter((family) => chains.some((own) => own.family === family));
}

function chainsPart({ chains, jumps }: Always, family: Family, { loadsChains }: Loading): string {
  const tool = family === 4 ? 'iptables' : 'ip6tables';
  const isOurs = loadsChains || family === 6;
  const file = isOurs ? { 4: PATHS.rulesText, 6: PATHS.rulesText6 }[family] : PATHS.sysconfigIptables;
  const own = chains.filter((chain) => chain.family === family).map(({ chain }) => chain);
  const leading = jumps.filter((jump) => jump.family === family);
  const put = leading.map(
    (jump) =>
      `  ${tool} -w 5 -t ${jump.table} -C ${printJump(jump)} 2> /dev/null ||\n    ${tool} -w 5 -t ${jump.table} -A ${printJump(jump)} || problem "no jump in ${jump.table}"`,
  );
  const removed = leading.map((jump) =>
    [
      `  while ${tool} -w 5 -t ${jump.table} -D ${printJump(jump)} 2> /dev/null; do :; done`,
      `  ${tool} -w 5 -t ${jump.table} -F ${jump.to} 2> /dev/null && ${tool} -w 5 -t ${jump.table} -X ${jump.to}`,
    ].join('\n'),
  );
  const loading = `
start_chains${family}() { # declaring a chain empties it, so this replaces exactly our own rules
  ${tool}-restore -n -w 5 < "$RULES${family}" || { problem "${tool}-restore refused $RULES${family}"; return; }
${put.join('\n')}
}

stop_chains${family}() {
${removed.join('\n')}
}
`;
  return `
RULES${family}=${file}
${isOurs ? loading : ''}
check_chains${family}() {
  { grep -E '^-A (${own.join('|')}) ' "$RULES${family}"
    cat << 'END'
${leading.map((jump) => `-A ${printJump(jump)}`).join('\n')}
@@
END
    ${tool}-save; } | compare 0 || FAILED=1
}
`;
}

const NEW = `${OWNED.ipSetPrefix}-new`;

const SETS = `
SETS=${PATHS.sets}

start_sets() { # each is filled beside the present one and swapped in, so that no packet meets half a set
  ipset -q destroy ${NEW}
  awk '
    function finish() { if (name != "") print "swap ${NEW} " name "\\ndestroy ${NEW}" }
    $1 == "create" { finish(); name = $2; print; $2 = "${NEW}"; print }
    $1 == "add" { $2 = "${NEW}"; print }
    END { finish() }' "$SETS" | ipset -exist restore || problem "ipset refused $SETS"
}

check_sets() { # entry by entry, in both directions
  { grep '^add ' "$SETS"
    echo @@
    own_sets | while read -r name; do ipset save "$name" | grep '^add '; done; } | compare 1 || FAILED=1
}

stop_sets() { # iptables over nf_tables lets go of a set a moment after its rule
  own_sets | while read -r name; do
    for wait in 0 0.2 0.5 1; do sleep "$wait"; ipset -q destroy "$name" && break; done
  done
}

own_sets() { ipset list -n | grep '^${OWNED.ipSetPrefix}-'; }
`;

const NFTABLES = `
RULES=${PATHS.rulesNft}

start_nftables() { # one transaction replaces the whole of our own table
  nft -f "$RULES" || problem "nft refused $RULES"
}

# Each rule and each element on a line of its own; what only makes and ends objects is no difference.
PLAIN='
/^(table|delete table) inet / { next }
$0 == "@@" { print; next }
{ gsub(/elements = |[{},]/, "\\n"); print }'

check_nftables() {
  { cat "$RULES"; echo @@; nft -s list table inet ${OWNED.nftablesTable}; } | grep -v '^#' | awk "$PLAIN" | compare 1 || FAILED=1
}

stop_nftables() {
  nft delete table inet ${OWNED.nftablesTable} 2> /dev/null
}
`;
