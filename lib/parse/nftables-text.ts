// Reads the owned table as our own printer and `nft list table` write it, statement by statement; what is not ours is said, not skipped.
import type { Diagnostic } from '../core/diagnostic';
import { OWNED } from '../core/kernel-state';
import { appendElement, isMapProtocol, parseMark, parsePortSpan, parseSpan } from './map-elements';
import { emptyMarkMap, type MarkMap } from './mark-map';
import { readNftRule } from './nftables-rule';
import { NFT_HOOKS, type NftChain, type NftTable } from './nftables-table';
import { scanIpv4Elements } from './scan-elements';
import { atLine, unreadable, type Parsed } from './parsed';

const TOOL = 'nftables';
const TABLE = `table inet ${OWNED.nftablesTable}`;

type Place =
  | { in: 'nothing' }
  | { in: 'table' }
  | { in: 'map'; name: string; map?: MarkMap }
  | { in: 'elements'; map: MarkMap }
  | { in: 'chain'; chain: NftChain };
type Reading = { table: NftTable; place: Place };

export function parseNftablesText(text: string): Parsed<NftTable> {
  const reading: Reading = { table: { maps: [], chains: [] }, place: { in: 'nothing' } };
  const diagnostics: Diagnostic[] = [];
  for (let at = 0; at < text.length;) {
    const { place } = reading;
    if (place.in === 'elements' && place.map.kind === 'address' && place.map.family === 4) {
      at = scanIpv4Elements(text, at, place.map);
    }
    const start = at;
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end).trim();
    at = end < 0 ? text.length : end + 1;
    if (line === '' || line.startsWith('#')) continue;
    const problem = readLine(reading, line);
    if (problem !== undefined) diagnostics.push(unreadable(TOOL, { number: lineAt(text, start), text: line }, problem));
  }
  if (reading.place.in !== 'nothing') {
    diagnostics.push(
      atLine(
        lineAt(text, text.length),
        `${TOOL}.cut-off`,
        'The nftables text ends before its last closing brace: it is cut off.',
      ),
    );
  }
  return { value: reading.table, diagnostics };
}

/** Counted only when there is something to say, because most lines of a large map are not looked at one by one. */
function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

/** Answers what is wrong with the line. */
function readLine(reading: Reading, line: string): string | undefined {
  const { place } = reading;
  switch (place.in) {
    case 'nothing':
      if (line === `${TABLE} {`) reading.place = { in: 'table' };
      else if (line !== TABLE && line !== `delete ${TABLE}`) return 'only the own table';
      return undefined;
    case 'table':
      return readTableLine(reading, line);
    case 'map':
      return readMapLine(reading, place, line);
    case 'elements':
      return readElements(reading, place.map, line);
    case 'chain':
      return readChainLine(reading, place.chain, line);
  }
}

function readTableLine(reading: Reading, line: string): string | undefined {
  const [, kind, name = ''] = /^(map|chain) ([a-z][A-Za-z0-9_-]*) \{$/.exec(line) ?? [];
  if (line === '}') reading.place = { in: 'nothing' };
  else if (kind === 'map') reading.place = { in: 'map', name };
  else if (kind === 'chain' && (name === 'prerouting' || name === 'postrouting')) {
    const chain: NftChain = { name, rules: [] };
    reading.table.chains.push(chain);
    reading.place = { in: 'chain', chain };
  } else return 'only maps and the chains prerouting and postrouting';
  return undefined;
}

function readMapLine(reading: Reading, place: Extract<Place, { in: 'map' }>, line: string): string | undefined {
  const [, addresses, ports] = /^type (ipv[46]_addr)( \. inet_proto \. inet_service)? : mark$/.exec(line) ?? [];
  if (addresses !== undefined) {
    const map = emptyMarkMap(
      ports === undefined ? 'address' : 'address-port',
      place.name,
      addresses === 'ipv4_addr' ? 4 : 6,
    );
    reading.table.maps.push(map);
    reading.place = { ...place, map };
  } else if (line === '}') reading.place = { in: 'table' };
  else if (line.startsWith('elements = {') && place.map) {
    reading.place = { in: 'elements', map: place.map };
    return readElements(reading, place.map, line.slice('elements = {'.length));
  } else if (line !== 'flags interval') return 'not a line of a map from addresses to marks';
  return undefined;
}

function readElements(reading: Reading, map: MarkMap, line: string): string | undefined {
  const end = line.indexOf('}');
  if (end >= 0) reading.place = { in: 'map', name: map.name, map };
  for (const part of (end < 0 ? line : line.slice(0, end)).split(',')) {
    const text = part.trim();
    if (text !== '' && !readElement(map, text)) return `not an element of map ${map.name}: ${text}`;
  }
  return undefined;
}

function readElement(map: MarkMap, text: string): boolean {
  const colon = text.lastIndexOf(' : ');
  const mark = parseMark(text.slice(colon + 3));
  if (colon < 0 || mark === undefined) return false;
  const key = text.slice(0, colon);
  if (map.kind === 'address') {
    const span = parseSpan(key, map.family);
    if (span) appendElement(map, { ...span, mark }, false);
    return span !== undefined;
  }
  const [addresses = '', protocol = '', port = ''] = key.split(' . ');
  const [span, ports] = [parseSpan(addresses, map.family), parsePortSpan(port)];
  if (!span || !ports || !isMapProtocol(protocol)) return false;
  appendElement(map, { ...span, mark, protocol, ports }, false);
  return true;
}

function readChainLine(reading: Reading, chain: NftChain, line: string): string | undefined {
  if (line === '}') reading.place = { in: 'table' };
  else if (line !== NFT_HOOKS[chain.name].text) {
    const rule = readNftRule(line);
    if (typeof rule === 'string') return rule;
    chain.rules.push(rule);
  }
  return undefined;
}
