// Where the own chains, jumps and sets of a director differ from a release, in both families; nothing foreign is looked at.
import { OWNED, type IpSet, type KernelIntent } from '../core/kernel-state';
import type { FirewallTable } from '../parse/iptables-save';
import { isSameNftTable } from '../parse/nftables-table';
import { parseNftablesText } from '../parse/nftables-text';
import { ABSENT, PRESENT, type KernelDifference } from './kernel-difference';
import type { ObservedHost } from './observed-host';

type Always = KernelIntent['always'];
type Chain = Always['chains'][number];
type Family = 4 | 6;
const OWN_CHAINS = [
  { table: 'mangle', chain: OWNED.mangleChain },
  { table: 'nat', chain: OWNED.natChain },
];
type Change = KernelDifference['change'];
type Sides = Pick<KernelDifference, 'expected' | 'observed'>;
const SIDES: Record<Change, Sides> = {
  add: { expected: PRESENT, observed: ABSENT },
  edit: { expected: 'as in the release', observed: 'different' },
  remove: { expected: ABSENT, observed: PRESENT },
};
const TOOL = { 4: 'iptables', 6: 'ip6tables' } as const;

export function diffFirewall(always: Always, observed: ObservedHost): KernelDifference[] {
  return [
    ...diffSets(always.sets, observed),
    ...always.chains.flatMap((chain) => diffChain(chain, observed)),
    ...leftChains(always).flatMap((chain) => diffChain(chain, observed)),
    ...always.jumps.flatMap((jump) => diffJump(jump, observed)),
    ...diffNftables(always, observed),
  ];
}

/** Chains of an earlier release in a family or a form that this one does not have: they must be empty or gone. */
function leftChains({ chains }: Always): Chain[] {
  return ([4, 6] as const).flatMap((family) =>
    OWN_CHAINS.filter(
      ({ table, chain }) =>
        !chains.some((wanted) => wanted.family === family && wanted.table === table && wanted.chain === chain),
    ).map((own) => ({ ...own, family, rules: [] })),
  );
}

function diffChain({ family, table, chain, rules }: Chain, observed: ObservedHost): KernelDifference[] {
  const kind = table === 'nat' ? 'nat-rules' : 'mark-rules';
  const tables = tablesOf(observed, family);
  const what = `Chain ${chain} of table ${table}${family === 6 ? ' (IPv6)' : ''}`;
  const item = (change: Change, command: string, sentence: string, sides: Sides): KernelDifference => ({
    ...{ kind, change, command: `${TOOL[family]} -t ${table} ${command}`, sentence, what, ...sides },
  });
  if (!tables && rules.length > 0) {
    const sides = { expected: `${rules.length} rules`, observed: `no ${TOOL[family]} on the host` };
    return [item('add', '', `The host has no ${TOOL[family]}.`, sides)];
  }
  const present = rulesOf(tables, table, chain).map((text) => text.trim());
  const [wantedOnes, presentOnes] = [new Set(rules), new Set(present)];
  const differences = [
    ...rules
      .filter((rule) => !presentOnes.has(rule))
      .map((rule) => {
        const sides = { expected: rule, observed: ABSENT };
        return item('add', rule, `Rule "${rule}" is missing from table ${table}.`, sides);
      }),
    ...present
      .filter((rule) => !wantedOnes.has(rule))
      .map((rule) => {
        const sides = { expected: ABSENT, observed: rule };
        const sentence = `Rule "${rule}" is in table ${table}, but not wanted.`;
        return item('remove', rule.replace(/^-A/, '-D'), sentence, sides);
      }),
  ];
  if (differences.length > 0 || rules.join('\n') === present.join('\n')) return differences;
  const sentence = `The rules of chain ${chain} are in another order, or one is there twice.`;
  return [item('edit', `-F ${chain}`, sentence, { expected: rules.join('\n'), observed: present.join('\n') })];
}

function diffJump({ family, table, from, to }: Always['jumps'][number], observed: ObservedHost): KernelDifference[] {
  const rules = rulesOf(tablesOf(observed, family), table, from);
  const count = rules.filter((rule) => rule.trim().endsWith(` -j ${to}`)).length;
  if (count === 1) return [];
  const command = `${TOOL[family]} -t ${table} ${count === 0 ? '-A' : '-D'} ${from} -m comment --comment ${OWNED.comment} -j ${to}`;
  return [
    {
      kind: table === 'nat' ? 'nat-rules' : 'mark-rules',
      change: count === 0 ? 'add' : 'remove',
      command,
      sentence: `${from} of table ${table} leads to ${to} ${count === 0 ? 'nowhere' : `${count} times`}.`,
      ...{ what: `Jump from ${from} of table ${table} to ${to}${family === 6 ? ' (IPv6)' : ''}` },
      ...{ expected: 'once', observed: count === 0 ? ABSENT : `${count} times` },
    },
  ];
}

/** The kernel lists entries in an order of its own. */
function diffSets(wanted: readonly IpSet[], { sets }: ObservedHost): KernelDifference[] {
  const item = (change: Change, name: string, command: string, sentence: string): KernelDifference => ({
    ...{ kind: 'mark-rules', change, command: `ipset ${command}`, sentence },
    ...{ what: `Set ${name}`, ...SIDES[change] },
  });
  const own = (sets ?? []).filter(({ name }) => name.startsWith(OWNED.ipSetPrefix));
  const differing = wanted.flatMap((set) => {
    const present = own.find(({ name }) => name === set.name);
    if (!present) return [item('add', set.name, `create ${set.name} ${set.type}`, `Set ${set.name} is missing.`)];
    const sentence = differenceOf(set, present);
    return sentence === undefined ? [] : [item('edit', set.name, `swap ${set.name}`, sentence)];
  });
  const stale = own.filter(({ name }) => !wanted.some((set) => set.name === name));
  return [
    ...differing,
    ...stale.map(({ name }) => item('remove', name, `destroy ${name}`, `Set ${name} is there, but not wanted.`)),
  ];
}

function differenceOf(wanted: IpSet, present: IpSet): string | undefined {
  const { name, type } = wanted;
  if (type !== present.type) return `Set ${name} is ${present.type}, wanted ${type}.`;
  const [wantedOnes, presentOnes] = [new Set(wanted.entries), new Set(present.entries)];
  const missing = wanted.entries.find((entry) => !presentOnes.has(entry));
  if (missing !== undefined) return `Entry "${missing}" is missing from set ${name}.`;
  const extra = present.entries.find((entry) => !wantedOnes.has(entry));
  return extra === undefined ? undefined : `Entry "${extra}" is in set ${name}, but not wanted.`;
}

/** By value: nft writes a table back in words and an order of its own. */
function diffNftables({ nftables: wanted }: Always, { nftables: present }: ObservedHost): KernelDifference[] {
  const table = `inet ${OWNED.nftablesTable}`;
  const item = (change: Change, command: string, sentence: string): KernelDifference[] => [
    { kind: 'mark-rules', change, command, sentence, what: `nftables table ${table}`, ...SIDES[change] },
  ];
  const isThere = present !== undefined && present.chains.length + present.maps.length > 0;
  if (wanted === undefined)
    return isThere
      ? item(
          'remove',
          `nft delete table ${table}`,
          `The nftables table ${OWNED.nftablesTable} is there, but not wanted.`,
        )
      : [];
  if (!present) return item('add', 'nft -f', 'The host has no nftables.');
  if (!isThere) return item('add', 'nft -f', `The nftables table ${OWNED.nftablesTable} is missing.`);
  if (isSameNftTable(parseNftablesText(wanted).value, present)) return [];
  return item('edit', 'nft -f', `The nftables table ${OWNED.nftablesTable} differs from the release.`);
}

function tablesOf({ firewall, firewall6 }: ObservedHost, family: Family): FirewallTable[] | undefined {
  return family === 4 ? firewall : firewall6;
}

function rulesOf(tables: readonly FirewallTable[] | undefined, table: string, chain: string): string[] {
  const found = tables?.find(({ name }) => name === table);
  return found ? found.rules.filter((rule) => rule.chain === chain).map(({ text }) => text) : [];
}
