// Turns a document into a Topology: every address parsed, every name looked up, or a diagnostic that says why not.
import { intervalToCidrs, parseAddress, parseInterfaceAddress, parseInterval } from './address';
import type { Attempt } from './attempt';
import { error, hasErrors, warning, type Diagnostic, type DiagnosticPath } from './diagnostic';
import type { DirectorDocument, MatchDocument, RangeDocument, TopologyDocument } from './document';
import { parsePorts } from './ports';
import type { Resolution, ResolvedDirector } from './resolution';
import { toTopology } from './to-topology';
import type { Address, InterfaceAddress, Match, PortInterval, Topology, VirtualRange } from './topology';

type Resolved<T> = { value: T | undefined; diagnostics: Diagnostic[] };

/** `topology` is absent when something did not resolve; that it resolves does not mean it is right: see `checkTopology`. */
export function resolveTopology(document: TopologyDocument): { topology?: Topology; diagnostics: Diagnostic[] } {
  const { resolution, diagnostics } = resolveDocument(document);
  const topology = hasErrors(diagnostics) ? undefined : toTopology(resolution);
  return topology === undefined ? { diagnostics } : { topology, diagnostics };
}

/** Resolves as much as can be; the diagnostics name everything that could not. */
export function resolveDocument(document: TopologyDocument): { resolution: Resolution; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const keep = <T>(resolved: Resolved<T>): T | undefined => {
    diagnostics.push(...resolved.diagnostics);
    return resolved.value;
  };
  const { virtualAddresses } = document;
  const directors = document.directors.map((director, index) => resolveDirector(director, index, keep));
  const external = keep(interfaceAddress(virtualAddresses.external, ['virtualAddresses', 'external']));
  const internal = keep(interfaceAddress(virtualAddresses.internal, ['virtualAddresses', 'internal']));
  const external6 = keep(optionalInterfaceAddress(virtualAddresses.external6, ['virtualAddresses', 'external6']));
  const internal6 = keep(optionalInterfaceAddress(virtualAddresses.internal6, ['virtualAddresses', 'internal6']));
  const gateways = document.gateways.map((text, index) => keep(address(text, ['gateways', index])));
  const ranges = document.ranges.map((range, index) => keep(virtualRange(range, ['ranges', index, 'addresses'])));
  const realServers = document.pools.map(({ realServers }, pool) =>
    realServers.map((server, index) => keep(address(server.address, ['pools', pool, 'realServers', index, 'address']))),
  );
  const fallbacks = document.pools.map(({ fallback }, pool) =>
    fallback ? keep(address(fallback.address, ['pools', pool, 'fallback', 'address'])) : undefined,
  );
  const pools = new Set(document.pools.map(({ name }) => name));
  const rangeByName = firstByName(document.ranges, ranges);
  const matches = document.groups.map((group, index) => {
    if (!pools.has(group.pool)) {
      diagnostics.push(unknownName('pool.unknown', 'pool', group.pool, ['groups', index, 'pool'], document.pools));
    }
    return group.matches.map((match, at) =>
      keep(resolveMatch(document, rangeByName, match, ['groups', index, 'matches', at])),
    );
  });
  return {
    resolution: {
      document,
      directors,
      virtualAddresses: { external, internal, external6, internal6 },
      gateways,
      ranges,
      realServers,
      fallbacks,
      matches,
    },
    diagnostics,
  };
}

function resolveDirector(
  director: DirectorDocument,
  index: number,
  keep: <T>(resolved: Resolved<T>) => T | undefined,
): ResolvedDirector {
  const path = ['directors', index];
  const { management } = director;
  return {
    external: keep(interfaceAddress(director.external.address, [...path, 'external', 'address'])),
    internal: keep(interfaceAddress(director.internal.address, [...path, 'internal', 'address'])),
    external6: keep(optionalInterfaceAddress(director.external.address6, [...path, 'external', 'address6'])),
    internal6: keep(optionalInterfaceAddress(director.internal.address6, [...path, 'internal', 'address6'])),
    management: management && keep(managementAddress(management.address, [...path, 'management', 'address'])),
  };
}

function address(text: string, path: DiagnosticPath): Resolved<Address> {
  return fromAttempt(parseAddress(text), path, 'Write an IPv4 or IPv6 address without a prefix length.');
}

function interfaceAddress(text: string, path: DiagnosticPath): Resolved<InterfaceAddress> {
  return fromAttempt(parseInterfaceAddress(text), path, 'Write address/prefix, e.g. 192.168.7.4/24.');
}

/** An IPv6 address beside an IPv4 one. */
function optionalInterfaceAddress(text: string | undefined, path: DiagnosticPath): Resolved<InterfaceAddress> {
  if (text === undefined) return { value: undefined, diagnostics: [] };
  const attempt = parseInterfaceAddress(text);
  if (attempt.ok && attempt.value.address.family !== 6) {
    const message = `Invalid address: ${text} is IPv4, and this field is for IPv6.`;
    return { value: undefined, diagnostics: [error('address.invalid', path, message, 'e.g. 2001:db8:7::4/64')] };
  }
  return fromAttempt(attempt, path, 'Write an IPv6 address/prefix, e.g. 2001:db8:7::4/64.');
}

/** An address or a host name (RFC 1123); a text of digits and dots only is meant as an address. */
function managementAddress(text: string, path: DiagnosticPath): Resolved<Address> {
  const isHostName =
    /^(?=.{1,253}$)(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
  if (isHostName.test(text)) return { value: undefined, diagnostics: [] };
  return fromAttempt(parseAddress(text), path, 'Write an IP address or a host name.');
}

function fromAttempt<T>(attempt: Attempt<T>, path: DiagnosticPath, hint: string): Resolved<T> {
  if (attempt.ok) return { value: attempt.value, diagnostics: [] };
  return {
    value: undefined,
    diagnostics: [error('address.invalid', path, `Invalid address: ${attempt.problem}.`, hint)],
  };
}

/** `name` and `text` say what was read: a document that is changed in place is read again. */
const knownRanges = new WeakMap<RangeDocument, { name: string; text: string; range: VirtualRange }>();

/** An edit leaves most ranges the very objects they were: what was read without fault is not read again. */
function virtualRange(document: RangeDocument, path: DiagnosticPath): Resolved<VirtualRange> {
  const known = knownRanges.get(document);
  if (known?.name === document.name && known.text === document.addresses)
    return { value: known.range, diagnostics: [] };
  const resolved = readRange(document, path);
  const { name, addresses: text } = document;
  if (resolved.value && resolved.diagnostics.length === 0)
    knownRanges.set(document, { name, text, range: resolved.value });
  return resolved;
}

function readRange({ name, addresses }: RangeDocument, path: DiagnosticPath): Resolved<VirtualRange> {
  const attempt = parseInterval(addresses);
  if (!attempt.ok) {
    const message = `Range "${name}" cannot be read: ${attempt.problem}.`;
    const hint = 'Write a CIDR (192.168.0.0/24), one address, or first-last (192.168.0.0-192.168.0.255).';
    return { value: undefined, diagnostics: [error('range.invalid', path, message, hint)] };
  }
  const { interval, normalisedTo } = attempt.value;
  const value = { name, interval, cidrs: intervalToCidrs(interval) };
  if (normalisedTo === undefined) return { value, diagnostics: [] };
  const message = `Range "${name}": ${addresses} has host bits set; it is taken as ${normalisedTo}, as iptables would in silence.`;
  return { value, diagnostics: [warning('range.host-bits', path, message, `Write ${normalisedTo}.`)] };
}

/** What was read of a match without fault, while it names the very same range; `text`: see `knownRanges`. */
const knownMatches = new WeakMap<MatchDocument, { text: string; match: Match }>();

function resolveMatch(
  document: TopologyDocument,
  ranges: ReadonlyMap<string, VirtualRange>,
  match: MatchDocument,
  path: DiagnosticPath,
): Resolved<Match> {
  const known = knownMatches.get(match);
  const text = textOf(match);
  if (known?.text === text && known.match.range === ranges.get(match.range))
    return { value: known.match, diagnostics: [] };
  const resolved = readMatch(document, ranges, match, path);
  if (resolved.value && resolved.diagnostics.length === 0) knownMatches.set(match, { text, match: resolved.value });
  return resolved;
}

function textOf({ range, protocol, ports, source, interface: name }: MatchDocument): string {
  return `${range} ${protocol} ${ports?.join() ?? '-'} ${source ?? '-'} ${name ?? '-'}`;
}

function readMatch(
  document: TopologyDocument,
  ranges: ReadonlyMap<string, VirtualRange>,
  match: MatchDocument,
  path: DiagnosticPath,
): Resolved<Match> {
  const range = ranges.get(match.range);
  const isUnknown = range === undefined && !document.ranges.some(({ name }) => name === match.range);
  const diagnostics = isUnknown
    ? [unknownName('range.unknown', 'range', match.range, [...path, 'range'], document.ranges)]
    : [];
  const ports = resolvePorts(match, [...path, 'ports']);
  diagnostics.push(...ports.diagnostics);
  const source = resolveSource(match, [...path, 'source']);
  diagnostics.push(...source.diagnostics);
  if (range === undefined || ports.value === undefined) return { value: undefined, diagnostics };
  if (match.source !== undefined && source.value === undefined) return { value: undefined, diagnostics };
  const value: Match = {
    range,
    protocol: match.protocol,
    ports: ports.value,
    ...(source.value && { source: source.value }),
    ...(match.interface !== undefined && { interface: match.interface }),
  };
  return { value, diagnostics };
}

function resolveSource({ source }: MatchDocument, path: DiagnosticPath): Resolved<NonNullable<Match['source']>> {
  if (source === undefined) return { value: undefined, diagnostics: [] };
  const attempt = parseInterval(source);
  if (!attempt.ok) {
    const hint = 'Write a CIDR (203.0.113.0/24), one address, or first-last.';
    const message = `Invalid source: ${attempt.problem}.`;
    return { value: undefined, diagnostics: [error('source.invalid', path, message, hint)] };
  }
  const { interval, normalisedTo } = attempt.value;
  const value = { interval, cidrs: intervalToCidrs(interval) };
  if (normalisedTo === undefined) return { value, diagnostics: [] };
  const message = `Source ${source} has host bits set; it is taken as ${normalisedTo}, as iptables would in silence.`;
  return { value, diagnostics: [warning('source.host-bits', path, message, `Write ${normalisedTo}.`)] };
}

function resolvePorts({ ports }: MatchDocument, path: DiagnosticPath): Resolved<PortInterval[] | 'all'> {
  if (ports === undefined) return { value: 'all', diagnostics: [] };
  const attempt = parsePorts(ports);
  if (attempt.ok) return { value: attempt.value, diagnostics: [] };
  const hint = 'Write numbers and first-last, from 1 to 65535, e.g. [80, 443, 8000-8080].';
  return { value: undefined, diagnostics: [error('ports.invalid', path, `Invalid ports: ${attempt.problem}.`, hint)] };
}

/** Of several objects with one name the first counts; `duplicate-name` speaks of the others. */
function firstByName<T>(documents: readonly { name: string }[], resolved: readonly (T | undefined)[]): Map<string, T> {
  const entries = documents.flatMap(({ name }, at): [string, T][] => {
    const value = resolved[at];
    return value === undefined ? [] : [[name, value]];
  });
  return new Map(entries.reverse());
}

function unknownName(
  code: string,
  kind: 'pool' | 'range',
  name: string,
  path: DiagnosticPath,
  known: readonly { name: string }[],
) {
  const names = known
    .slice(0, 5)
    .map((object) => `"${object.name}"`)
    .join(', ');
  const hint = names === '' ? `Add a ${kind} of this name first.` : `Name one of ${names}, or add "${name}".`;
  return error(code, path, `There is no ${kind} named "${name}".`, hint);
}
