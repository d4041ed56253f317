// Reads `ipvsadm -Ln --stats --exact` and `--rate --exact`: counters by service, and by real server below it.
import type { Diagnostic } from '../core/diagnostic';
import type { Counter } from '../core/views/live';
import { parseEndpoint } from './ipvs-text';
import { readServiceName, splitIpvsadmHeader } from './ipvsadm-list';
import { atLine, unreadable, type NumberedLine, type Parsed } from './parsed';

const TOOL = 'ipvsadm-statistics';
const NUMBERS = /((?:\s+\d+[KMGT]?){5})\s*$/;
const SUFFIXES: Record<string, number> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** `realServer` is as ipvsadm prints it: `192.168.6.2:0`, `[fd06::2]:0`. With --rate the numbers are per second. */
export function parseIpvsadmStatistics(text: string): Parsed<Counter[]> {
  const { body, diagnostics } = splitIpvsadmHeader(text, TOOL);
  const counters: Counter[] = [];
  for (const line of body) {
    const counter = readCounter(line, counters.at(-1)?.key, diagnostics);
    if (counter) counters.push(counter);
    else diagnostics.push(unreadable(TOOL, line));
  }
  return { value: counters, diagnostics };
}

function readCounter(
  line: NumberedLine,
  currentKey: string | undefined,
  diagnostics: Diagnostic[],
): Counter | undefined {
  const found = NUMBERS.exec(line.text);
  if (!found) return undefined;
  const name = line.text.slice(0, found.index);
  const numbers = readNumbers(line, found[1] ?? '', diagnostics);
  const [, realServer] = /^\s+->\s+(\S+)$/.exec(name) ?? [];
  if (realServer !== undefined) {
    const isKnown = currentKey !== undefined && parseEndpoint(realServer) !== undefined;
    return isKnown ? { key: currentKey, realServer, ...numbers } : undefined;
  }
  const [, kind = '', service = '', ipv6] = /^(FWM|TCP|UDP|SCTP)\s+(\S+)(\s+IPv6)?$/.exec(name) ?? [];
  const named = readServiceName(line, kind, service, ipv6 !== undefined, TOOL);
  if (!named) return undefined;
  diagnostics.push(...named.diagnostics);
  return { key: named.service.key, ...numbers };
}

function readNumbers(line: NumberedLine, text: string, diagnostics: Diagnostic[]) {
  const words = text.trim().split(/\s+/);
  if (/[KMGT]/.test(text)) {
    const message = `Line ${line.number}: ipvsadm rounded its numbers; it was called without --exact.`;
    diagnostics.push(atLine(line.number, `${TOOL}.rounded`, message, 'warning'));
  }
  const [connections = 0, inPackets = 0, outPackets = 0, inBytes = 0, outBytes = 0] = words.map(
    (word) => Number(word.replace(/[KMGT]$/, '')) * (SUFFIXES[word.slice(-1)] ?? 1),
  );
  return { connections, inPackets, outPackets, inBytes, outBytes };
}
