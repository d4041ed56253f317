// The routing table and the priority of the console's policy rules must be free: the switch fails half way where they are not, and
// what it finds in the way at boot it replaces.
import { error, type Diagnostic } from '../core/diagnostic';
import { isOwned, OWNED, type KernelIntent } from '../core/kernel-state';
import { printRoute, printRule } from './live-trace/route-packet';
import type { PolicyRuleState, RouteState } from '../parse/ip-json';
import type { ObservedHost } from './observed-host';

/** Each family has tables and priorities of its own. `ip` names a table by rt_tables; what has our number under a name is not seen. */
export function checkPolicyRouting(
  director: string,
  { always }: KernelIntent,
  { routes, policyRules }: ObservedHost,
): Diagnostic[] {
  const families = new Set(always.policyRules.map(({ family }) => family));
  const isInWay = (each: PolicyRuleState | RouteState) => families.has(each.family) && !isOwned(each);
  const isInTable = ({ table }: { table: string }) => table === String(OWNED.policyTable);
  const rules = policyRules.filter(isInWay);
  const inTable = [
    ...routes.filter((route) => isInWay(route) && isInTable(route)).map(printRoute),
    ...rules.filter(isInTable).map(printRule),
  ];
  const beside = rules.filter((rule) => !isInTable(rule) && rule.priority === OWNED.policyPriority);
  return [
    ...taken(
      'host.policy-table',
      `${director} uses routing table ${OWNED.policyTable} for something else`,
      inTable,
      'What is in the table of the marks takes marked packets away from IPVS, and its local route takes all others that are led there.',
      `Give them another table than ${OWNED.policyTable}, then plan again.`,
    ),
    ...taken(
      'host.policy-priority',
      `${director} has other policy rules of priority ${OWNED.policyPriority}`,
      beside.map(printRule),
      "Which of them is asked before the console's depends on what was added first.",
      `Give them another priority than ${OWNED.policyPriority}, then plan again.`,
    ),
  ];
}

const TOLD = 3;

function taken(code: string, what: string, found: readonly string[], why: string, hint: string): Diagnostic[] {
  if (found.length === 0) return [];
  const told = found.slice(0, TOLD).map((text) => `"${text}"`);
  const more = found.length > TOLD ? ` and ${found.length - TOLD} more` : '';
  return [error(code, [], `${what}: ${told.join(', ')}${more}. ${why}`, hint)];
}
