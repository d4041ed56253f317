'use client';
// Mark and NAT rules with their counters; the console's own and foreign ones told apart by a word.
import type { FirewallRule, LiveHost } from '@/lib/core/views/live';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';

export function RulesTable({ host }: { host: LiveHost }) {
  const chains = [...new Set(host.rules.map(({ table, chain }) => `${table} ${chain}`))];
  if (chains.length === 0) return <p className="text-muted-foreground">No rule in the tables mangle and nat.</p>;
  return (
    <div className="flex flex-col gap-3">
      {chains.map((chain) => (
        <Chain
          key={chain}
          name={chain}
          rules={host.rules.filter((rule) => `${rule.table} ${rule.chain}` === chain)}
          director={host.director}
        />
      ))}
    </div>
  );
}

function Chain({ name, rules, director }: { name: string; rules: readonly FirewallRule[]; director: string }) {
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
            <th scope="col" className="tabular px-2 py-1 font-medium">
              Packets
            </th>
            <th scope="col" className="tabular px-2 py-1 font-medium">
              Bytes
            </th>
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
            <tr key={index} className={cn('border-t', !rule.own && 'text-muted-foreground')}>
              <td className="tabular px-2 py-1">{rule.packets.toLocaleString('en-US')}</td>
              <td className="tabular px-2 py-1">{rule.bytes.toLocaleString('en-US')}</td>
              <td className="px-2 py-1 whitespace-nowrap">
                {rule.own ? (
                  <Badge tone="up">{rule.group ? `group ${rule.group}` : 'console'}</Badge>
                ) : (
                  <Badge tone="neutral">foreign</Badge>
                )}
              </td>
              <td className="px-2 py-1 font-mono text-xs whitespace-nowrap">{rule.rule}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
