'use client';
// The IPVS table of one director with connections and rates.
import type { LiveHost } from '@/lib/core/views/live';
import { useTopology } from '@/components/data/topology-queries';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import { CopyButton } from '@/components/ui/copy-button';
import { printServiceCommand, serviceRows, type ServiceRow } from './service-rows';

const heads = [
  ['Service', ''],
  ['Weight', ''],
  ['Active', 'connections'],
  ['Inactive', 'connections'],
  ['Conns/s', ''],
  ['Pkts/s', 'in'],
  ['Pkts/s', 'out'],
  ['Bytes/s', 'in'],
  ['Bytes/s', 'out'],
] as const;

export function ServicesTable({ host, topologyId }: { host: LiveHost; topologyId: string }) {
  const document = useTopology(topologyId).data?.document;
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
    <div className="overflow-x-auto">
      <table aria-label={`IPVS table of ${host.director}`} className="w-full border-collapse">
        <thead className="text-xs text-muted-foreground">
          <tr>
            {heads.map(([head, unit], index) => (
              <th
                key={index}
                scope="col"
                className={cn('px-1.5 py-1 font-medium whitespace-nowrap', index === 0 ? 'text-left' : 'text-right')}
              >
                {head}
                {unit && <span className="block text-[11px] font-normal">{unit}</span>}
              </th>
            ))}
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
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row }: { row: ServiceRow }) {
  const { realServer, active, inactive, rate } = row;
  const numbers = [
    active,
    inactive,
    rate?.connections,
    rate?.inPackets,
    rate?.outPackets,
    rate?.inBytes,
    rate?.outBytes,
  ];
  return (
    <tr className={cn('border-t', !realServer && 'bg-muted/60 font-medium')}>
      <th scope="row" className="px-1.5 py-1 text-left font-normal">
        {realServer ? <RealServerCell row={row} /> : <ServiceCell row={row} />}
      </th>
      <td className="tabular px-1.5">{realServer?.weight}</td>
      {numbers.map((value, index) => (
        <td key={index} className="tabular px-1.5">
          {value === undefined ? <span title="not read">–</span> : value.toLocaleString('en-US')}
        </td>
      ))}
      <td className="w-px">
        <CopyButton text={printServiceCommand(row)} label="Copy" />
      </td>
    </tr>
  );
}

function ServiceCell({ row: { service, group } }: { row: ServiceRow }) {
  const persistence = service.persistenceSeconds === undefined ? '' : `, persistent ${service.persistenceSeconds} s`;
  return (
    <span className="whitespace-nowrap">
      <span className="font-medium">
        {group ?? (service.mark === undefined ? service.key : 'no group of this topology')}
      </span>{' '}
      <span className="font-mono text-xs text-muted-foreground">
        {service.mark === undefined ? service.key : `mark ${service.mark}${service.family === 6 ? ' IPv6' : ''}`},{' '}
        {service.scheduler}
        {persistence}
        {service.flags.length > 0 && `, ${service.flags.join(' ')}`}
      </span>
    </span>
  );
}

function RealServerCell({ row: { realServer } }: { row: ServiceRow }) {
  if (!realServer) return null;
  return (
    <span className="flex items-center gap-2 pl-3 whitespace-nowrap">
      <span className="font-mono text-xs">
        {realServer.address}:{realServer.port}
      </span>
      <span className="text-xs text-muted-foreground">{realServer.forwarding}</span>
      {realServer.weight === 0 && <Badge tone="drain">draining</Badge>}
    </span>
  );
}
