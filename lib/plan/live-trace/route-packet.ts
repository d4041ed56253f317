// Where the kernel of one director routes a packet: its policy rules in order, the longest prefix in each table that they name.
import { ADDRESS_BITS, containsAddress, parseInterval } from '../../core/address';
import type { Address } from '../../core/topology';
import type { PolicyRuleState, RouteState } from '../../parse/ip-json';
import { doubt, say, warn, type Journey } from './journey';

export type Routed = 'local' | 'unreachable' | 'forwarded' | 'dropped';

const TABLES: Record<string, string> = { '255': 'local', '254': 'main', '253': 'default' };
const tableName = (table: string): string => TABLES[table] ?? table;

export function routePacket(journey: Journey): Routed {
  const { observed, packet } = journey;
  const { family } = packet.destination;
  const rules = observed.policyRules
    .filter((rule) => rule.family === family)
    .toSorted((a, b) => a.priority - b.priority);
  for (const rule of rules) {
    const takes = doesTake(rule, journey);
    if (takes === 'no') continue;
    const route = findRoute(observed.routes, packet.destination, rule.table);
    if (takes === 'maybe' || rule.table === '') {
      if (rule.table === '' || route)
        doubt(journey, `Policy rule "${printRule(rule)}" may route it otherwise: ${whyMaybe(rule)}.`);
      continue;
    }
    if (!route || route.type === 'throw') continue;
    return tell(journey, rule, route);
  }
  warn(journey, 'routing', `No route leads to ${packet.destination.text}.`);
  return 'unreachable';
}

function doesTake(rule: PolicyRuleState, { packet, mark }: Journey): 'yes' | 'no' | 'maybe' {
  const { interface: device, mark: wanted, mask = 0xffffffff, source, destination, more } = rule;
  // `not` turns the whole rule round, so that nothing else of it says no.
  if (!more?.includes('not')) {
    if (device !== undefined && device !== packet.interface) return 'no';
    if (wanted !== undefined && ((mark ^ wanted) & mask) !== 0) return 'no';
    if (isOutside(destination, packet.destination) || (packet.source && isOutside(source, packet.source))) return 'no';
  }
  return more || (source !== 'all' && !packet.source) ? 'maybe' : 'yes';
}

function whyMaybe({ more, table }: PolicyRuleState): string {
  if (more) return `it also says ${more.join(', ')}`;
  return table === '' ? 'it names no table' : 'no source is given';
}

function isOutside(prefix: string, address: Address): boolean {
  const read = prefix === 'all' ? undefined : parseInterval(prefix);
  return read?.ok === true && !containsAddress(read.value.interval, address);
}

function findRoute(routes: readonly RouteState[], destination: Address, table: string): RouteState | undefined {
  let best: { route: RouteState; size: bigint } | undefined;
  for (const route of routes) {
    if (route.family !== destination.family || tableName(route.table) !== tableName(table)) continue;
    const size = sizeOf(route, destination);
    if (size !== undefined && (!best || size < best.size)) best = { route, size };
  }
  return best?.route;
}

/** Of the prefix, in addresses; undefined when the destination is not in it. */
function sizeOf({ destination: prefix }: RouteState, destination: Address): bigint | undefined {
  if (prefix === 'default') return 1n << BigInt(ADDRESS_BITS[destination.family]);
  const read = parseInterval(prefix);
  if (!read.ok || !containsAddress(read.value.interval, destination)) return undefined;
  return read.value.interval.last - read.value.interval.first;
}

function tell(journey: Journey, rule: PolicyRuleState, route: RouteState): Routed {
  const text = printRoute(route);
  const by = `Policy rule "${printRule(rule)}" leads to`;
  switch (route.type) {
    case 'local':
      say(journey, 'routing', `${by} a local route: it is delivered to this director.`, text);
      return 'local';
    case 'unreachable':
    case 'prohibit':
      warn(journey, 'routing', `${by} a route that answers ${route.type}.`, text);
      return 'unreachable';
    case 'blackhole':
      warn(journey, 'routing', `${by} a route that drops it without a word.`, text);
      return 'dropped';
    case 'broadcast':
    case 'multicast':
    case 'anycast':
      say(journey, 'routing', `${by} a ${route.type} route: it is delivered to this director.`, text);
      return 'local';
  }
  if (journey.observed.sysctls[forwarding(journey)] === '0') {
    warn(
      journey,
      'routing',
      `${by} another host, and this director does not forward (${forwarding(journey)} is 0).`,
      text,
    );
    return 'dropped';
  }
  say(journey, 'routing', `${by} another host: it is forwarded.`, text);
  return 'forwarded';
}

function forwarding({ packet }: Journey): string {
  return packet.destination.family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
}

export function printRule({
  priority,
  interface: device,
  mark,
  source,
  destination,
  table,
  more = [],
}: PolicyRuleState): string {
  return [
    `${priority}: from ${source}`,
    ...(destination === 'all' ? [] : [`to ${destination}`]),
    ...(device === undefined ? [] : [`iif ${device}`]),
    ...(mark === undefined ? [] : [`fwmark 0x${mark.toString(16)}`]),
    ...more,
    ...(table === '' ? [] : [`lookup ${table}`]),
  ].join(' ');
}

type Printed = { type: string; destination: string; table: string; device?: string | undefined; gateway?: string };

export function printRoute({ type, destination, table, device, gateway }: Printed): string {
  return [
    ...(type === 'unicast' ? [] : [type]),
    destination,
    ...(gateway === undefined ? [] : [`via ${gateway}`]),
    ...(device === undefined ? [] : [`dev ${device}`]),
    ...(table === 'main' ? [] : [`table ${table}`]),
  ].join(' ');
}
