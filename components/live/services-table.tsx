'use client';
// The IPVS table of one director with connections, and rates per second or totals beside them.
import type { ReactNode } from 'react';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { printRealServer } from '@/lib/core/service-counters';
import type { LiveHost } from '@/lib/core/views/live';
import { useLastHour } from '@/components/data/history-queries';
import { useTopology } from '@/components/data/topology-queries';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import { CopyButton } from '@/components/ui/copy-button';
import { Select } from '@/components/ui/input';
import { LastHour } from './last-hour';
import { ServerMenu } from './verbs/server-menu';
import { printServiceCommand, serviceRows, type ServiceRow } from './service-rows';

const numberKinds = ['rates', 'totals'] as const;
type NumberKind = (typeof numberKinds)[number];
const heads: Record<NumberKind, string[]> = {
  rates: ['Conns/s', 'Pkts/s in', 'Pkts/s out', 'Bytes/s in', 'Bytes/s out'],
  totals: ['Conns', 'Pkts in', 'Pkts out', 'Bytes in', 'Bytes out'],
};
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export function ServicesTable({ host, topologyId }: { host: LiveHost; topologyId: string }) {
  const document = useTopology(topologyId).data?.document;
  const [kind, setKind] = useQueryState('numbers', parseAsStringLiteral(numberKinds).withDefault('rates'));
  const { data: lastHour } = useLastHour(topologyId);
  const rows = serviceRows(host, document);
  if (rows.length === 0)
    return (
      <p className="text-muted-foreground">
        {host.role === 'active'
          ? 'The IPVS table is empty: nothing is balanced.'
          : 'The IPVS table is empty. A standby has no services; they are made when it takes over.'}
      </p>
    );
  return (
    <div className="flex flex-col gap-1">
      <Select
        aria-label={`Numbers of ${host.director}`}
        className="w-44 self-end"
        value={kind}
        onChange={(event) => void setKind(event.target.value === 'totals' ? 'totals' : 'rates')}
      >
        <option value="rates">rates per second</option>
        <option value="totals">totals since creation</option>
      </Select>
      <div className="relative overflow-x-auto">
        <table aria-label={`IPVS table of ${host.director}`} className="w-full border-collapse">
          <thead className="text-xs text-muted-foreground">
            <tr>
              {['Service', 'Weight', 'Active', 'Inactive', ...heads[kind]].map((head, index) => (
                <th
                  key={head}
                  scope="col"
                  className={cn('px-1.5 py-1 align-bottom font-medium', index === 0 ? 'text-left' : 'text-right')}
                >
                  {head}
                </th>
              ))}
              <th scope="col" className="px-1.5 py-1 text-left align-bottom font-medium">
                Last hour
              </th>
              <th scope="col">
                <span className="sr-only">Copy</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row
                key={`${row.service.key} ${row.realServer ? `${row.realServer.address}:${row.realServer.port}` : ''}`}
                row={row}
                kind={kind}
                lastHour={
                  <LastHour
                    history={lastHour}
                    director={host.director}
                    row={row.realServer ? `${row.service.key} ${printRealServer(row.realServer)}` : row.service.key}
                  />
                }
              />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Row({ row, kind, lastHour }: { row: ServiceRow; kind: NumberKind; lastHour: ReactNode }) {
  const { realServer, active, inactive } = row;
  const counter = kind === 'rates' ? row.rate : row.total;
  const numbers = [counter?.connections, counter?.inPackets, counter?.outPackets, counter?.inBytes, counter?.outBytes];
  return (
    <tr className={cn('border-t', !realServer && 'bg-muted/60')}>
      <th scope="row" className="px-1.5 py-1 text-left font-normal">
        {realServer ? <RealServerCell row={row} /> : <ServiceCell row={row} />}
      </th>
      <td className="tabular px-1.5">{realServer?.weight}</td>
      <td className="tabular px-1.5">{active.toLocaleString('en-US')}</td>
      <td className="tabular px-1.5">{inactive.toLocaleString('en-US')}</td>
      {numbers.map((value, index) => (
        <td
          key={index}
          className="tabular px-1.5"
          title={value === undefined ? 'not read' : value.toLocaleString('en-US')}
        >
          {value === undefined ? '–' : compact.format(value)}
        </td>
      ))}
      <td className="px-1.5">{lastHour}</td>
      <td className="w-px">
        <CopyButton text={printServiceCommand(row)} label="Copy command" isIconOnly />
      </td>
    </tr>
  );
}

function ServiceCell({ row: { service, group } }: { row: ServiceRow }) {
  const persistence = service.persistenceSeconds === undefined ? '' : `, persistent ${service.persistenceSeconds} s`;
  const title = group ?? (service.mark === undefined ? service.key : 'no group of this topology');
  return (
    <>
      <span className="font-medium">{title}</span>{' '}
      <span className="font-mono text-xs text-muted-foreground">
        {service.mark === undefined ? '' : `mark ${service.mark}${service.family === 6 ? ' IPv6' : ''}, `}
        {service.scheduler}
        {persistence}
        {service.flags.length > 0 && `, ${service.flags.join(' ')}`}
      </span>
    </>
  );
}

/** The menu stands beside the address, so that a narrow screen has it in sight. */
function RealServerCell({ row: { realServer, group, pool } }: { row: ServiceRow }) {
  if (!realServer) return null;
  return (
    <span className="flex items-center gap-1.5 whitespace-nowrap">
      <ServerMenu group={group} pool={pool} {...realServer} />
      <span className="font-mono text-xs">
        {realServer.address}:{realServer.port}
      </span>
      <span className="text-xs text-muted-foreground">{realServer.forwarding}</span>
      {realServer.weight === 0 && <Badge tone="drain">draining</Badge>}
    </span>
  );
}
