// The part of the rules script that makes routing deliver marked packets locally, and that owns the addresses of a single director.
import type { KernelIntent } from '../core/kernel-state';
import type { Family } from '../core/topology';
import { lines } from './print-intent';
import { rememberFor } from './remember-for';

type Always = KernelIntent['always'];

export function deliveryPart(always: Always): string {
  const families = familiesOf(always);
  const each = (word: (family: Family) => string) => families.map((family) => `  ${word(family)}\n`).join('');
  return `${families.map((family) => deliveryOf(always, family)).join('')}
start_delivery() { # what is there already is refused, ours and that of others, so the answers say nothing: what is there is read back
${each((family) => `delivery${family} | ip -${family} -force -batch - > /dev/null 2>&1`)}  check_delivery
  [ "$FAILED" = 0 ] || name_others
}

# Lines of \`ip -batch\`, @@, and all routes: those of others that stand where a route of ours is missing.
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
${each((family) => `{ delivery${family}; echo @@; ip -${family} route show table all; } | awk "$OTHERS" >&2`)}}

# Lines of \`ip -batch\`, and what ip shows of them, in one spelling.
SHOWN='
$1 == "rule" { line = $4 ": from all"; for (i = 5; i <= NF && $i != "protocol"; i++) line = line " " $i; print line; next }
$1 == "route" { line = $3 " " $4; for (i = 5; i < NF; i++) if ($i == "table" && $(i + 1) != "main") line = line " table " $(i + 1); print line; next }
/^[0-9]+:/ { gsub(/ \\[detached\\]/, ""); sub(/ proto .*/, ""); $1 = $1; print; next }
$1 == "local" || $1 == "unreachable" { line = $1 " " $2; for (i = 3; i < NF; i++) if ($i == "table") line = line " table " $(i + 1); print line; next }
$0 == "@@"'

check_delivery() {
${each((family) => `{ delivery${family}; echo @@; ip -${family} rule show; ip -${family} route show table all proto 76; } | awk "$SHOWN" | compare 0 || FAILED=1`)}}

stop_delivery() {
${each((family) => `ip -${family} rule flush protocol 76`)}${each((family) => `ip -${family} route flush table all proto 76`)}}
${addressesPart(always)}`;
}

function familiesOf({ routes, policyRules }: Always): Family[] {
  return ([4, 6] as const).filter((family) => [...routes, ...policyRules].some((each) => each.family === family));
}

function deliveryOf({ policyRules, routes }: Always, family: Family): string {
  const rules = policyRules.filter((rule) => rule.family === family).map(printPolicyRule);
  const batch = rememberFor(routes, `batch ${family}`, () => printRouteBatch(routes, family));
  return `
delivery${family}() {
  cat << 'END'
${batch}${lines(rules)}END
}
`;
}

function printPolicyRule({ mark, destination, table, priority, ...rule }: Always['policyRules'][number]): string {
  const to = destination === undefined ? '' : ` to ${destination}`;
  const marked = mark === undefined ? '' : ` fwmark 0x${mark.toString(16)}`;
  return `rule add priority ${priority}${to}${marked} iif ${rule.interface} lookup ${table} protocol 76`;
}

/** By one join: there may be a hundred thousand unreachable routes. */
function printRouteBatch(routes: Always['routes'], family: Family): string {
  const own = routes.filter((route) => route.family === family);
  const isSimple = ({ type, table, device }: Always['routes'][number]) =>
    type === 'unreachable' && table === 'main' && device === undefined;
  const head = own.filter((route) => !isSimple(route));
  const tail = own.filter(isSimple).map(({ destination }) => destination);
  const [before, after] = ['route add unreachable ', ' table main proto 76\n'];
  return [
    ...head.map(({ type, destination, device, table }) => {
      const on = device === undefined ? '' : ` dev ${device}`;
      return `route add ${type} ${destination}${on} table ${table} proto 76\n`;
    }),
    tail.length > 0 ? `${before}${tail.join(`${after}${before}`)}${after}` : '',
  ].join('');
}

/** Stack single: no daemon moves them, so they stand as long as the rules do. */
function addressesPart({ addresses }: Always): string {
  if (addresses.length === 0) return '';
  const list = addresses.map(({ address, prefixLength, interface: device }) => `${address}/${prefixLength} ${device}`);
  return `
addresses() {
  cat << 'END'
${lines(list)}END
}

start_addresses() {
  addresses | sed 's/\\(.*\\) \\(.*\\)/address replace \\1 dev \\2/' | ip -batch - || problem "an address cannot be set"
}

check_addresses() {
  { addresses; echo @@; ip -o address show | awk '{ print $4, $2 }'; } | compare 0 || FAILED=1
}

stop_addresses() {
  addresses | sed 's/\\(.*\\) \\(.*\\)/address del \\1 dev \\2/' | ip -force -batch - 2> /dev/null
}
`;
}
