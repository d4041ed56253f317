// Reads `ipset save`, our own sets file among it: sets with their entries, and the mark map that a set of ours is.
import type { Diagnostic } from '../core/diagnostic';
import type { IpSet } from '../core/kernel-state';
import type { Family } from '../core/topology';
import { appendElement, isMapProtocol, parseMark, parsePortSpan, parseSpan, type Element } from './map-elements';
import { emptyMarkMap, type MarkMap } from './mark-map';
import { scanIpv4Entries } from './scan-elements';
import { atLine, unreadable, type Parsed } from './parsed';

const TOOL = 'ipset-save';
/** What the kernel decides by itself, or anew each time. */
const NOT_ASKED = /\s(?:(?:hashsize|bucketsize)\s+\d+|initval\s+0x[0-9a-f]+)(?=\s|$)/g;

/** Options without what the kernel chooses, entries with whole marks, so that a read-back compares with an intent as text. */
export function parseIpSetSave(text: string): Parsed<IpSet[]> {
  const sets: IpSet[] = [];
  const diagnostics: Diagnostic[] = [];
  const byName = new Map<string, IpSet>();
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    if (line === '' || line.startsWith('#')) continue;
    const [verb, name = '', rest = ''] = threeWords(line);
    const set = byName.get(name);
    if (verb === 'create' && !set && rest !== '') {
      const made = { name, ...headOf(rest), entries: [] };
      byName.set(name, made);
      sets.push(made);
    } else if (verb === 'add' && set && rest !== '') set.entries.push(rest.replace('/0xffffffff', ''));
    else diagnostics.push(unreadable(TOOL, { number, text: line }));
  }
  return { value: sets, diagnostics };
}

function threeWords(line: string): [string, string, string] {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  if (first < 0 || second < 0) return [line, '', ''];
  return [line.slice(0, first), line.slice(first + 1, second), line.slice(second + 1).trimEnd()];
}

function headOf(text: string): { type: string; options: string } {
  const [type = '', ...options] = text.replace(NOT_ASKED, '').split(' ');
  return { type, options: options.join(' ') };
}

/** The entries of a `hash:net` or `hash:net,port` set with marks, in their order; what touches the entry before is one with it. */
export function parseIpSetMap({ name, type, options, entries }: IpSet): Parsed<MarkMap> {
  const family: Family = / inet6 /.test(` ${options} `) ? 6 : 4;
  const map = emptyMarkMap(type === 'hash:net' ? 'address' : 'address-port', name, family);
  const diagnostics: Diagnostic[] = [];
  if (!['hash:net', 'hash:net,port'].includes(type) || !options.split(' ').includes('skbinfo')) {
    diagnostics.push(
      atLine(0, `${TOOL}.no-marks`, `Set ${name} is ${type} ${options}: it holds no marks of networks.`),
    );
  }
  for (const entry of entries) {
    const element = elementOf(entry, map.kind, family);
    if (element) appendPort(map, element);
    else
      diagnostics.push(atLine(0, `${TOOL}.unreadable`, `Cannot read entry ${JSON.stringify(entry)} of set ${name}.`));
  }
  return { value: mergeBoxes(map), diagnostics };
}

/** The mark maps of a text of sets; the same as reading the sets and then each map, but quick for large ones of IPv4. */
export function parseIpSetMaps(text: string): Parsed<MarkMap[]> {
  const maps: MarkMap[] = [];
  const diagnostics: Diagnostic[] = [];
  for (let at = 0; at < text.length;) {
    const end = endOfLine(text, at);
    const { value: sets, diagnostics: unread } = parseIpSetSave(text.slice(at, end));
    const [set] = sets;
    diagnostics.push(...unread);
    if (!set) {
      at = end;
      continue;
    }
    const { value: map, diagnostics: problems } = parseIpSetMap(set);
    diagnostics.push(...problems);
    const before = `add ${set.name} `;
    const rest = map.kind === 'address' && map.family === 4 ? scanIpv4Entries(text, end, before, map) : end;
    let next = rest;
    while (text.startsWith(before, next)) next = endOfLine(text, next);
    if (next > rest) {
      const others = parseIpSetMap({
        ...set,
        entries: text
          .slice(rest, next)
          .trimEnd()
          .split('\n')
          .map((line) => line.slice(before.length).replace('/0xffffffff', '')),
      });
      diagnostics.push(...others.diagnostics);
      appendMap(map, others.value);
    }
    maps.push(map);
    at = next;
  }
  return { value: maps, diagnostics };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}

function appendMap(map: MarkMap, more: MarkMap): void {
  for (const [at, first] of more.firsts.entries()) {
    const ports =
      more.kind === 'address'
        ? {}
        : {
            protocol: more.protocols[at] ?? 'tcp',
            ports: { first: more.firstPorts[at] ?? 0, last: more.lastPorts[at] ?? 0 },
          };
    appendElement(map, { first, last: more.lasts[at] ?? first, mark: more.marks[at] ?? 0, ...ports }, true);
  }
}

function elementOf(entry: string, kind: MarkMap['kind'], family: Family): Element | undefined {
  const space = entry.indexOf(' ');
  const mark = entry.startsWith('skbmark ', space + 1) ? parseMark(entry.slice(space + 9)) : undefined;
  const key = entry.slice(0, space);
  if (mark === undefined) return undefined;
  if (kind === 'address') {
    const span = parseSpan(key, family);
    return span && { ...span, mark };
  }
  const [addresses = '', port = ''] = key.split(',');
  const [protocol = '', number = ''] = port.split(':');
  const [span, ports] = [parseSpan(addresses, family), parsePortSpan(number)];
  return span && ports && isMapProtocol(protocol) ? { ...span, mark, protocol, ports } : undefined;
}

/** ipset has an entry for each port: the next port of the same addresses belongs to the entry before. */
function appendPort(map: MarkMap, element: Element): void {
  const at = map.firsts.length - 1;
  if (
    map.kind === 'address-port' &&
    map.firsts[at] === element.first &&
    map.lasts[at] === element.last &&
    map.marks[at] === element.mark &&
    map.protocols[at] === element.protocol &&
    (map.lastPorts[at] ?? 0) + 1 === element.ports?.first
  ) {
    map.lastPorts[at] = element.ports.last;
    return;
  }
  appendElement(map, element, map.kind === 'address');
}

/** Neighbours that say the same of their addresses are one. */
export function mergeBoxes(map: MarkMap, isWanted: (at: number) => boolean = () => true): MarkMap {
  if (map.kind === 'address') return map;
  const merged = emptyMarkMap(map.kind, map.name, map.family);
  for (const [at, first] of map.firsts.entries()) {
    if (!isWanted(at)) continue;
    const ports = { first: map.firstPorts[at] ?? 0, last: map.lastPorts[at] ?? 0 };
    const element = {
      first,
      last: map.lasts[at] ?? first,
      mark: map.marks[at] ?? 0,
      protocol: map.protocols[at] ?? 'tcp',
      ports,
    };
    appendElement(merged, element, true);
  }
  return merged;
}
