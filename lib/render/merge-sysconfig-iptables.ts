// /etc/sysconfig/iptables with our own chains in it: every foreign line stays byte for byte and in its place.
import { failure, success, type Attempt } from '../core/attempt';
import { OWNED, type KernelIntent } from '../core/kernel-state';
import { printChain, printJump } from './print-rules';

type Always = KernelIntent['always'];
/** Indexes of the line `*table` and of its `COMMIT`. */
type Section = { table: string; from: number; to: number };

const BUILT_IN: Record<string, string[]> = {
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
};

/** Merging twice gives the same text. A file that iptables-restore would not take is refused, not repaired. */
export function mergeSysconfigIptables(present: string, { chains, jumps }: Always): Attempt<string> {
  // Before our lines are taken out: a fault is told by the line of the file.
  const whole = findSection(present.split('\n'), 'mangle');
  if (!whole.ok) return whole;
  let text = withoutOwn(present === '' || present.endsWith('\n') ? present : `${present}\n`);
  for (const own of chains.filter(({ family }) => family === 4)) {
    const jump = jumps.find(({ family, to }) => family === 4 && to === own.chain);
    if (!jump) return failure(`no jump leads to chain ${own.chain}`);
    const section = findSection(text.split('\n'), own.table);
    if (!section.ok) return section;
    text = section.value ? mergeInto(text.split('\n'), section.value, own, jump) : text + newSection(own, jump);
  }
  return success(text);
}

/** Of an earlier release as well, whose chains this one may not have: a change from masq leaves nothing to masquerade. */
function withoutOwn(text: string): string {
  return text
    .split('\n')
    .filter((line) => ![OWNED.mangleChain, OWNED.natChain].some((chain) => isOwnLine(line, chain)))
    .join('\n');
}

function findSection(lines: readonly string[], table: string): Attempt<Section | undefined> {
  let open: Section | undefined;
  const found: Section[] = [];
  for (const [at, line] of lines.entries()) {
    const [, name] = /^\*(\S+)\s*$/.exec(line) ?? [];
    if (name !== undefined) {
      if (open) return failure(`table ${open.table} has no COMMIT before line ${at + 1}`);
      open = { table: name, from: at, to: at };
    } else if (line.trim() === 'COMMIT') {
      if (!open) return failure(`COMMIT in line ${at + 1} ends no table`);
      found.push({ ...open, to: at });
      open = undefined;
    }
  }
  if (open) return failure(`table ${open.table} has no COMMIT`);
  const sections = found.filter((section) => section.table === table);
  return sections.length > 1 ? failure(`table ${table} is there twice`) : success(sections[0]);
}

/** Our chain is declared after the others, our rules and the jump stand last. */
function mergeInto(
  lines: readonly string[],
  { from, to }: Section,
  own: Always['chains'][number],
  jump: Always['jumps'][number],
): string {
  const foreign = lines.slice(from + 1, to);
  const lastChain = foreign.findLastIndex((line) => line.startsWith(':'));
  const [declaration = '', ...rules] = printChain(own);
  return [
    ...lines.slice(0, from + 1),
    ...foreign.slice(0, lastChain + 1),
    declaration,
    ...foreign.slice(lastChain + 1),
    `-A ${printJump(jump)}`,
    ...rules,
    ...lines.slice(to),
  ].join('\n');
}

/** Own: the chain's declaration, its rules, and jumps to it with our comment; with or without counters. */
function isOwnLine(line: string, chain: string): boolean {
  const rule = line.replace(/^\[\d+:\d+\] /, '').trim();
  if (rule.startsWith(`:${chain} `) || rule.startsWith(`-A ${chain} `)) return true;
  return rule.endsWith(` -j ${chain}`) && new RegExp(`--comment "?${OWNED.comment}"? `).test(rule);
}

function newSection(own: Always['chains'][number], jump: Always['jumps'][number]): string {
  const policies = (BUILT_IN[own.table] ?? []).map((chain) => `:${chain} ACCEPT [0:0]`);
  const [declaration = '', ...rules] = printChain(own);
  return [`*${own.table}`, ...policies, declaration, `-A ${printJump(jump)}`, ...rules, 'COMMIT', ''].join('\n');
}
