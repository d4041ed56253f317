// Reads `nft -j list table inet lvs-console` into the same value as our own text gives, so that the two compare.
import type { Diagnostic } from '../core/diagnostic';
import { OWNED } from '../core/kernel-state';
import { appendElement, isMapProtocol, parsePortSpan, parseSpan, type Element } from './map-elements';
import { emptyMarkMap, sortedMap, type MarkMap } from './mark-map';
import { readNftExpressions } from './nftables-expressions';
import { isJsonObject, spelledJson, type JsonObject } from './nftables-spelling';
import { NFT_HOOKS, type NftChain, type NftTable } from './nftables-table';
import { atLine, type Parsed } from './parsed';

const TOOL = 'nftables';

/** Diagnostics have no line: the tool writes everything into one. */
export function parseNftablesJson(text: string): Parsed<NftTable> {
  const table: NftTable = { maps: [], chains: [] };
  const diagnostics: Diagnostic[] = [];
  const parsed = parseJson(text);
  const objects = isJsonObject(parsed) && Array.isArray(parsed.nftables) ? parsed.nftables : undefined;
  if (!objects) diagnostics.push(atLine(1, `${TOOL}.unreadable`, 'This is not what `nft -j` prints.'));
  for (const each of objects ?? []) {
    const problem = isJsonObject(each) ? readObject(table, each) : 'not an object';
    if (problem !== undefined) {
      const shown = JSON.stringify(each).slice(0, 160);
      diagnostics.push(atLine(1, `${TOOL}.unreadable`, `Cannot read an object of nft: ${problem}: ${shown}`));
    }
  }
  table.maps = table.maps.map(sortedMap);
  return { value: table, diagnostics };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // answered as a diagnostic: the text comes from a host
  }
}

/** Answers what is wrong with it. */
function readObject(table: NftTable, object: JsonObject): string | undefined {
  if (isJsonObject(object.metainfo)) return undefined;
  if (isJsonObject(object.table)) {
    if (!isOwn(object.table, 'name')) return 'another table';
    // `dormant`: its chains hang nowhere.
    return object.table.flags === undefined ? undefined : 'a table with flags';
  }
  if (isJsonObject(object.map)) return readMap(table, object.map);
  if (isJsonObject(object.chain)) return readChain(table, object.chain);
  if (isJsonObject(object.rule)) return readRule(table, object.rule);
  return 'neither map, chain nor rule';
}

function isOwn(object: JsonObject, key: 'name' | 'table'): boolean {
  return object.family === 'inet' && object[key] === OWNED.nftablesTable;
}

function readMap(
  { maps }: NftTable,
  { name, type, map: data, flags, elem = [], ...rest }: JsonObject,
): string | undefined {
  const [addresses, ...others] = Array.isArray(type) ? (type as unknown[]) : [type];
  const isPorts = others.join() === 'inet_proto,inet_service';
  const family = addresses === 'ipv4_addr' ? 4 : addresses === 'ipv6_addr' ? 6 : undefined;
  if (!isOwn(rest, 'table') || typeof name !== 'string' || data !== 'mark' || !family) return 'not a map of addresses';
  if ((others.length > 0 && !isPorts) || JSON.stringify(flags) !== '["interval"]') return 'not a map of intervals';
  const map = emptyMarkMap(isPorts ? 'address-port' : 'address', name, family);
  for (const pair of elem as unknown[]) {
    const element = Array.isArray(pair) ? elementOf(map, pair[0], pair[1]) : undefined;
    if (!element) return `an element of map ${name} is not from addresses to a mark`;
    appendElement(map, element, false);
  }
  maps.push(map);
  return undefined;
}

function elementOf({ kind, family }: MarkMap, key: unknown, mark: unknown): Element | undefined {
  if (typeof mark !== 'number') return undefined;
  if (kind === 'address') {
    const span = parseSpan(spelledJson(key), family);
    return span && { ...span, mark };
  }
  const [addresses, protocol, ports] = isJsonObject(key) && Array.isArray(key.concat) ? (key.concat as unknown[]) : [];
  const [span, port] = [parseSpan(spelledJson(addresses), family), parsePortSpan(spelledJson(ports))];
  if (!span || !port || typeof protocol !== 'string' || !isMapProtocol(protocol)) return undefined;
  return { ...span, mark, protocol, ports: port };
}

function readChain({ chains }: NftTable, chain: JsonObject): string | undefined {
  const { name, type, hook, prio, policy } = chain;
  if (!isOwn(chain, 'table') || (name !== 'prerouting' && name !== 'postrouting')) return 'not a chain of ours';
  const expected = NFT_HOOKS[name];
  if (type !== expected.type || hook !== name || prio !== expected.priority || policy !== 'accept') {
    return `chain ${name} does not hang where it should`;
  }
  chains.push({ name, rules: [] });
  return undefined;
}

function readRule({ chains }: NftTable, { chain: name, expr, comment, ...rest }: JsonObject): string | undefined {
  const chain: NftChain | undefined = chains.find((each) => each.name === name);
  if (!isOwn(rest, 'table') || !chain || !Array.isArray(expr)) return 'not a rule of a chain of ours';
  const rule = readNftExpressions(expr as unknown[]);
  if (typeof rule === 'string') return rule;
  chain.rules.push(typeof comment === 'string' ? { ...rule, comment } : rule);
  return undefined;
}
