// Reads `iptables-save` with or without `-c`: tables, chains and rules. A table without COMMIT is cut off, not short.
import type { Diagnostic } from '../core/diagnostic';
import { atLine, numberedLines, readCount, unreadable, type NumberedLine, type Parsed } from './parsed';

/** `policy` is absent for a chain of the user's own. */
export type FirewallChainState = { name: string; policy?: string; packets: number; bytes: number };
/** `text` begins with `-A`, without counters; they are absent when the save was made without `-c`. */
export type FirewallRuleState = { chain: string; text: string; packets?: number; bytes?: number; line: number };
export type FirewallTable = { name: string; chains: FirewallChainState[]; rules: FirewallRuleState[] };

const TOOL = 'iptables-save';
const RULE = /^(?:\[(\d+):(\d+)\] )?(-A (\S+)(?: .*)?)$/;
const CHAIN = /^:(\S+) (\S+)(?: \[(\d+):(\d+)\])?$/;

export function parseIptablesSave(text: string): Parsed<FirewallTable[]> {
  const tables: FirewallTable[] = [];
  const diagnostics: Diagnostic[] = [];
  let open: { table: FirewallTable; line: NumberedLine } | undefined;
  for (const line of numberedLines(text)) {
    const trimmed = line.text.trim();
    const [, name] = /^\*(\S+)$/.exec(trimmed) ?? [];
    if (trimmed.startsWith('#')) continue;
    if (name !== undefined) {
      if (open) diagnostics.push(cutOff(open.table, open.line));
      open = { table: { name, chains: [], rules: [] }, line };
      tables.push(open.table);
    } else if (trimmed === 'COMMIT' && open) open = undefined;
    else if (!open || !readTableLine(open.table, { ...line, text: trimmed })) diagnostics.push(unreadable(TOOL, line));
  }
  if (open) diagnostics.push(cutOff(open.table, open.line));
  return { value: tables, diagnostics };
}

function readTableLine(table: FirewallTable, { number, text }: NumberedLine): boolean {
  const [chainLine, chainName, policy, chainPackets, chainBytes] = CHAIN.exec(text) ?? [];
  if (chainLine !== undefined && chainName !== undefined && policy !== undefined) {
    const counters = readCounters(chainPackets ?? '0', chainBytes);
    if (!counters) return false;
    table.chains.push({ name: chainName, ...(policy !== '-' && { policy }), ...counters });
    return true;
  }
  const [, packets, bytes, rule, chain] = RULE.exec(text) ?? [];
  if (rule === undefined || chain === undefined) return false;
  const counters = packets === undefined ? {} : readCounters(packets, bytes);
  if (!counters) return false;
  table.rules.push({ chain, text: rule, ...counters, line: number });
  return true;
}

function readCounters(packetsText: string, bytesText = '0'): { packets: number; bytes: number } | undefined {
  const [packets, bytes] = [readCount(packetsText), readCount(bytesText)];
  return packets === undefined || bytes === undefined ? undefined : { packets, bytes };
}

function cutOff({ name }: FirewallTable, { number }: NumberedLine): Diagnostic {
  return atLine(number, `${TOOL}.cut-off`, `Table ${name} of iptables-save has no COMMIT: the text is cut off.`);
}
