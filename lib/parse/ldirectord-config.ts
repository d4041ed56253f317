// Reads ldirectord.cf by the rules that ldirectord really follows (lvs.md 3.1), stricter where it would guess: firewall marks only.
import { parseAddress } from '../core/address';
import { forwardingSchema, type Forwarding } from '../core/document';
import type { Diagnostic } from '../core/diagnostic';
import { isPort } from '../core/ports';
import type { Family } from '../core/topology';
import { LDIRECTORD_DIRECTIVES, readDirectiveValue } from './ldirectord-directives';
import { unreadable, type NumberedLine, type Parsed } from './parsed';

/** `value` without the quotes that some directives need. */
export type LdirectordDirective = { name: string; value: string };
export type LdirectordEndpoint = { address: string; port?: number; forwarding: Forwarding };
export type LdirectordRealServer = LdirectordEndpoint & {
  weight: number;
  upperThreshold?: number;
  lowerThreshold?: number;
};
/** `family` 6 is `virtual6`, with `real6` and `fallback6`; one mark may have a section of each. */
export type LdirectordVirtual = {
  mark: number;
  family: Family;
  realServers: LdirectordRealServer[];
  fallback?: LdirectordEndpoint;
  directives: LdirectordDirective[];
};
export type LdirectordConfig = { globals: LdirectordDirective[]; virtuals: LdirectordVirtual[] };
type Reading = { config: LdirectordConfig; section: LdirectordVirtual | undefined };

const TOOL = 'ldirectord.cf';

export function parseLdirectordConfig(text: string): Parsed<LdirectordConfig> {
  const reading: Reading = { config: { globals: [], virtuals: [] }, section: undefined };
  const diagnostics: Diagnostic[] = [];
  text.split('\n').forEach((line, index) => {
    const problem = readLine(line, reading);
    if (problem !== undefined) diagnostics.push(unreadable(TOOL, shown(line, index + 1), problem));
  });
  return { value: reading.config, diagnostics };
}

/** Answers why the line cannot be read. A blank line ends a section; a comment has a line of its own. */
function readLine(line: string, reading: Reading): string | undefined {
  if (/^\s*#/.test(line)) return undefined;
  if (/^\s*$/.test(line)) {
    reading.section = undefined;
    return line === '' ? undefined : 'a blank line must be empty';
  }
  if (/[\p{Cc}]/u.test(line.replaceAll('\t', ' '))) return 'a control character';
  if (line.includes('#')) return 'a # begins a comment even inside quotes and cuts the line';
  if (/\s$/.test(line)) return 'a blank at the end becomes part of the value';
  const [, indented] = /^(?:\t| {4})\s*(.+)$/.exec(line) ?? [];
  if (indented !== undefined) {
    return reading.section ? readInSection(indented, reading.section) : 'an indented line outside of a section';
  }
  const [, name, value] = /^([a-z]\w*)\s*=\s*(.+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) return 'not name=value';
  if (name === 'virtual' || name === 'virtual6') return openSection(value, name === 'virtual' ? 4 : 6, reading);
  return readGlobal(name, value, reading);
}

function readGlobal(name: string, text: string, reading: Reading): string | undefined {
  reading.section = undefined;
  if (reading.config.virtuals.length > 0) return `global directive ${name} after a section`;
  return addDirective(reading.config.globals, 'global', name, text);
}

function openSection(text: string, family: Family, reading: Reading): string | undefined {
  const mark = Number(text);
  if (!/^[1-9]\d*$/.test(text) || mark > 0x7fff_ffff) return `"${text}" is not a firewall mark from 1 to 2147483647`;
  if (reading.config.virtuals.some((other) => other.mark === mark && other.family === family)) {
    return `mark ${mark} has a section of IPv${family} already`;
  }
  reading.section = { mark, family, realServers: [], directives: [] };
  reading.config.virtuals.push(reading.section);
  return undefined;
}

function readInSection(text: string, section: LdirectordVirtual): string | undefined {
  const [, name, value] = /^([a-z]\w*)\s*=\s*(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) return 'not name=value';
  const suffix = section.family === 6 ? '6' : '';
  if (name === `fallback${suffix}`) return readFallback(value, section);
  if (name !== `real${suffix}`) return addDirective(section.directives, 'virtual', name, value);
  const server = readRealServer(value, section.family);
  if (typeof server === 'string') return server;
  section.realServers.push(server);
  return undefined;
}

function readFallback(text: string, section: LdirectordVirtual): string | undefined {
  const [endpointText = '', method = '', ...others] = text.split(/\s+/);
  const endpoint = readEndpoint(endpointText, method, section.family);
  if (typeof endpoint === 'string') return endpoint;
  if (others.length > 0) return 'after the method nothing may stand';
  if (section.fallback) return 'a second fallback';
  section.fallback = endpoint;
  return undefined;
}

function readRealServer(text: string, family: Family): LdirectordRealServer | string {
  const [endpointText = '', method = '', weightText = '1', ...others] = text.split(/\s+/);
  const endpoint = readEndpoint(endpointText, method, family);
  if (typeof endpoint === 'string') return endpoint;
  const [, lower, upper] = /^(?:l:(\d{1,5}))?(?:^|\s|$)(?:u:(\d{1,5}))?$/.exec(others.join(' ')) ?? [undefined];
  if (!/^\d{1,5}$/.test(weightText) || (others.length > 0 && lower === undefined && upper === undefined)) {
    return 'after the method only a weight, l: and u: may stand';
  }
  return {
    ...endpoint,
    weight: Number(weightText),
    ...(upper !== undefined && { upperThreshold: Number(upper) }),
    ...(lower !== undefined && { lowerThreshold: Number(lower) }),
  };
}

/** An IPv6 address stands in brackets, as in `ipvsadm -r`. */
function readEndpoint(text: string, method: string, family: Family): LdirectordEndpoint | string {
  const [, bracketed, plain, portText] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(.*))?$/.exec(text) ?? [];
  const addressText = (family === 6 ? bracketed : plain) ?? '';
  const address = parseAddress(addressText);
  if (!address.ok || address.value.family !== family) return `"${text}" is not an IPv${family} address`;
  if (portText !== undefined && !(/^\d+$/.test(portText) && isPort(Number(portText))))
    return `"${portText}" is no port`;
  const forwarding = forwardingSchema.safeParse(method);
  if (!forwarding.success) return 'the forwarding method must be gate, masq or ipip';
  return {
    address: addressText,
    ...(portText !== undefined && { port: Number(portText) }),
    forwarding: forwarding.data,
  };
}

function addDirective(
  directives: LdirectordDirective[],
  where: 'global' | 'virtual',
  name: string,
  text: string,
): string | undefined {
  const grammar = LDIRECTORD_DIRECTIVES.get(name);
  if (!grammar?.where.includes(where)) return `${name} is not a ${where} directive`;
  if (directives.some((other) => other.name === name)) return `${name} is there twice`;
  const value = readDirectiveValue(name, text);
  if (!value.ok) return `${name}: ${value.problem}`;
  directives.push({ name, value: value.value });
  return undefined;
}

/** Directives that hold passwords are never quoted in a diagnostic. */
function shown(line: string, number: number): NumberedLine {
  return { number, text: line.replace(/^(\s*(?:passwd|secret)\s*=).*$/, '$1 (not shown)') };
}
