'use client';
// Every rule of the firewall with its counters and rates; the console's own linked to the group that made them, foreign ones greyed.
import Link from 'next/link';
import type { FirewallRule, LiveHost } from '@/lib/core/views/live';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import type { GroupLinks } from './group-links';

type RulesTableProps = { host: LiveHost; groups: GroupLinks };

export function RulesTable({ host, groups }: RulesTableProps) {
  const chains = [...new Set(host.rules.map(({ table, chain }) => `${table} ${chain}`))];
  if (chains.length === 0) return <p className="text-muted-foreground">No rule in any table that the console reads.</p>;
  return (
    <div className="flex flex-col gap-3">
      {chains.map((chain) => (
        <Chain
          key={chain}
          name={chain}
          rules={host.rules.filter((rule) => `${rule.table} ${rule.chain}` === chain)}
          director={host.director}
          groups={groups}
        />
      ))}
    </div>
  );
}

const NUMBERS = ['Packets', 'Bytes', 'Packets/s', 'Bytes/s'];

type ChainProps = { name: string; rules: readonly FirewallRule[]; director: string; groups: GroupLinks };

function Chain({ name, rules, director, groups }: ChainProps) {
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={`Rules of ${name} on ${director}`}
      className="relative overflow-x-auto rounded border"
    >
      <table aria-label={`Chain ${name} of ${director}`} className="w-full border-collapse">
        <caption className="px-2 py-1 text-left font-mono text-xs font-medium">{name}</caption>
        <thead className="text-xs text-muted-foreground">
          <tr>
            {NUMBERS.map((head) => (
              <th key={head} scope="col" className="tabular px-2 py-1 font-medium whitespace-nowrap">
                {head}
              </th>
            ))}
            <th scope="col" className="px-2 py-1 text-left font-medium">
              Whose
            </th>
            <th scope="col" className="px-2 py-1 text-left font-medium">
              Rule
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule, index) => (
            <Row key={index} rule={rule} groups={groups} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ rule, groups }: { rule: FirewallRule; groups: GroupLinks }) {
  const { packets, bytes, packetsPerSecond = null, bytesPerSecond = null } = rule;
  return (
    <tr className={cn('border-t', !rule.own && 'text-muted-foreground')}>
      {[packets, bytes, packetsPerSecond, bytesPerSecond].map((value, at) => (
        <td key={NUMBERS[at]} className="tabular px-2 py-1" title={value === null ? 'not known' : undefined}>
          {value === null ? '–' : value.toLocaleString('en-US', { maximumFractionDigits: 1 })}
        </td>
      ))}
      <td className="px-2 py-1 whitespace-nowrap">
        <Owner rule={rule} groups={groups} />
      </td>
      <td className="min-w-56 px-2 py-1 font-mono text-xs [overflow-wrap:anywhere]">{rule.rule}</td>
    </tr>
  );
}

/** By the name in the rule, else by its mark: a rule that asks a set stands for several groups. */
function Owner({ rule, groups }: { rule: FirewallRule; groups: GroupLinks }) {
  if (!rule.own) return <Badge tone="neutral">foreign</Badge>;
  const group =
    (rule.group === undefined ? undefined : groups.ofName(rule.group)) ??
    (rule.mark === undefined ? undefined : groups.ofMark(rule.mark));
  const name = rule.group ?? group?.name;
  const badge = <Badge tone="up">{name === undefined ? 'console' : `group ${name}`}</Badge>;
  return group ? (
    <Link href={group.href} className="underline-offset-2 hover:underline">
      {badge}
    </Link>
  ) : (
    badge
  );
}
