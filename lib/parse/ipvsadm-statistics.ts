// Reads `ipvsadm -Ln --stats --exact` and `--rate --exact`: counters by service, and by real server below it.
import type { Diagnostic } from '../core/diagnostic';
import { printEndpoint } from '../core/address';
import type { Counter } from '../core/views/live';
import { parseEndpoint } from './ipvs-text';
import { isBelowService, readServiceName, splitIpvsadmHeader } from './ipvsadm-list';
import { atLine, readCount, unreadable, type NumberedLine, type Parsed } from './parsed';

const TOOL = 'ipvsadm-statistics';
const COLUMNS = 5;
const SUFFIXES: Record<string, number> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** `realServer` is spelled as everywhere: `192.168.6.2:0`, `[fd06::2]:0`. With --rate the numbers are per second. */
export function parseIpvsadmStatistics(text: string): Parsed<Counter[]> {
  const { body, diagnostics } = splitIpvsadmHeader(text, TOOL);
  const counters: Counter[] = [];
  let key: string | undefined; // none below a service that cannot be read: its real servers are no other's
  for (const line of body) {
    const counter = readCounter(line, key, diagnostics);
    if (!isBelowService(line)) key = counter?.key;
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
  const words = line.text.trim().split(/\s+/);
  const name = words.slice(0, -COLUMNS);
  const numbers = readNumbers(words.slice(-COLUMNS));
  if (!numbers) return undefined;
  if (isBelowService(line)) {
    const endpoint = name.length === 2 && name[0] === '->' ? parseEndpoint(name[1] ?? '') : undefined;
    if (currentKey === undefined || !endpoint) return undefined;
    tellRounded(line, words, diagnostics);
    return {
      key: currentKey,
      realServer: printEndpoint({ ...endpoint, text: endpoint.address, value: 0n }, endpoint.port),
      ...numbers,
    };
  }
  const [kind = '', service = '', ipv6, ...others] = name;
  if (!/^(FWM|TCP|UDP|SCTP)$/.test(kind) || others.length > 0 || (ipv6 !== undefined && ipv6 !== 'IPv6'))
    return undefined;
  const named = /^\S/.test(line.text) && readServiceName(line, kind, service, ipv6 !== undefined, TOOL);
  if (!named) return undefined;
  diagnostics.push(...named.diagnostics);
  tellRounded(line, words, diagnostics);
  return { key: named.service.key, ...numbers };
}

function tellRounded({ number }: NumberedLine, words: readonly string[], diagnostics: Diagnostic[]): void {
  if (!words.slice(-COLUMNS).some((word) => /[KMGT]$/.test(word))) return;
  const message = `Line ${number}: ipvsadm rounded its numbers; it was called without --exact.`;
  diagnostics.push(atLine(number, `${TOOL}.rounded`, message, 'warning'));
}

function readNumbers(words: readonly string[]): Omit<Counter, 'key' | 'realServer'> | undefined {
  const numbers = words.flatMap((word) => {
    const count = readCount(word.replace(/[KMGT]$/, ''));
    return count === undefined ? [] : [count * (SUFFIXES[word.slice(-1)] ?? 1)];
  });
  const [connections = 0, inPackets = 0, outPackets = 0, inBytes = 0, outBytes = 0] = numbers;
  return numbers.length === COLUMNS ? { connections, inPackets, outPackets, inBytes, outBytes } : undefined;
}
