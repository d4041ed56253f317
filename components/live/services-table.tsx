'use client';
// The IPVS table of one director with connections, and rates per second or totals beside them.
import type { ReactNode } from 'react';
import { createParser, parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs';
import { printRealServer } from '@/lib/core/service-counters';
import type { LiveHost } from '@/lib/core/views/live';
import { useLastHour } from '@/components/data/history-queries';
import { useRevision } from '@/components/data/topology-queries';
import { Badge, type Tone } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import { CopyButton } from '@/components/ui/copy-button';
import { Input, Select } from '@/components/ui/input';
import { useSlashFocus } from '@/components/ui/use-slash-focus';
import { arrangeServices, titleOf, type Arrangement, type Sort } from './arrange-services';
import { LastHour } from './last-hour';
import { counterKeys, PINNED_FIRST, ServicesHead, sortKeys } from './services-head';
import { printServiceCommand, serviceRows, type ServerState, type ServiceRow } from './service-rows';
import { ServerMenu } from './verbs/server-menu';

const numberKinds = ['rates', 'totals'] as const;
type NumberKind = Arrangement['numbers'];
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const parseAsSort = createParser<Sort>({
  parse: (text) => {
    const [by, order] = text.split('.');
    const key = sortKeys.find((each) => each === by);
    return key ? { by: key, isDescending: order === 'desc' } : null;
  },
  serialize: ({ by, isDescending }) => `${by}.${isDescending ? 'desc' : 'asc'}`,
  eq: (left, right) => left.by === right.by && left.isDescending === right.isDescending,
});

export function ServicesTable({ host, topologyId }: { host: LiveHost; topologyId: string }) {
  // What is wanted is what was deployed: a draft that nobody deployed makes no real server down.
  const document = useRevision(topologyId, host.drift.revision).data?.document;
  const [kind, setKind] = useQueryState('numbers', parseAsStringLiteral(numberKinds).withDefault('rates'));
  const [filter, setFilter] = useQueryState('services', parseAsString.withDefault(''));
  const [sort, setSort] = useQueryState('sort', parseAsSort);
  const { data: lastHour } = useLastHour(topologyId);
  const filterRef = useSlashFocus();
  const all = serviceRows(host, document);
  const rows = arrangeServices(all, { filter, sort: sort ?? undefined, numbers: kind });
  if (all.length === 0)
    return (
      <p className="text-muted-foreground">
        {host.role === 'active'
          ? 'The IPVS table is empty: nothing is balanced.'
          : 'The IPVS table is empty. A standby has no services; they are made when it takes over.'}
      </p>
    );
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Input
          ref={filterRef}
          type="search"
          aria-label={`Filter the services of ${host.director}`}
          placeholder="Filter  ( / )"
          className="w-44 max-w-full"
          value={filter}
          onChange={(event) => void setFilter(event.target.value || null)}
        />
        <Select
          aria-label={`Numbers of ${host.director}`}
          className="w-44"
          value={kind}
          onChange={(event) => void setKind(event.target.value === 'totals' ? 'totals' : 'rates')}
        >
          <option value="rates">rates per second</option>
          <option value="totals">totals since creation</option>
        </Select>
      </div>
      <div className="relative overflow-x-auto">
        <table aria-label={`IPVS table of ${host.director}`} className="w-full border-collapse">
          <ServicesHead numbers={kind} sort={sort ?? undefined} onSort={(next) => void setSort(next ?? null)} />
          <tbody>
            {rows.map((row) => (
              <Row
                key={`${row.service.key} ${row.realServer ? printRealServer(row.realServer) : ''}`}
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
      {rows.length === 0 && <p className="text-muted-foreground">No service or real server matches the filter.</p>}
    </div>
  );
}

function Row({ row, kind, lastHour }: { row: ServiceRow; kind: NumberKind; lastHour: ReactNode }) {
  const { realServer, active, inactive } = row;
  const counter = kind === 'rates' ? row.rate : row.total;
  const numbers = counterKeys.map((key) => counter?.[key]);
  return (
    <tr className={cn('border-t', !realServer && 'bg-muted')}>
      <th
        scope="row"
        className={cn('px-1.5 py-1 text-left font-normal', PINNED_FIRST, !realServer && 'first:bg-muted')}
      >
        {realServer ? <RealServerCell row={row} /> : <ServiceCell row={row} />}
      </th>
      <td className="px-1.5">
        <StateBadge row={row} />
      </td>
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
  return (
    <>
      <span className="font-medium">{titleOf({ service, group })}</span>{' '}
      <span className="font-mono text-xs text-muted-foreground">
        {service.mark === undefined ? '' : `mark ${service.mark}${service.family === 6 ? ' IPv6' : ''}, `}
        {service.scheduler}
        {persistence}
        {service.flags.length > 0 && `, ${service.flags.join(' ')}`}
      </span>
    </>
  );
}

const states: Record<ServerState, { tone: Tone; text: string; title: string }> = {
  up: { tone: 'up', text: 'up', title: 'In the table with a weight: its health check answers.' },
  draining: { tone: 'drain', text: 'draining', title: 'Deployed with weight 0: no new connections.' },
  down: { tone: 'down', text: 'down', title: 'Wanted, but out of the table or at weight 0: its health check fails.' },
  fallback: { tone: 'warn', text: 'fallback', title: 'Answers because no real server of the pool is left.' },
  other: { tone: 'warn', text: 'not of the pool', title: 'In the table, though no pool of this group has it.' },
};

function StateBadge({ row: { realServer, state } }: { row: ServiceRow }) {
  if (state) {
    const { tone, text, title } = states[state];
    return (
      <Badge tone={tone} title={title}>
        {text}
      </Badge>
    );
  }
  return realServer?.weight === 0 ? <Badge tone="unknown">weight 0</Badge> : null;
}

/** The menu stands beside the address, so that a narrow screen has it in sight. */
function RealServerCell({ row: { realServer, group, pool, limits } }: { row: ServiceRow }) {
  if (!realServer) return null;
  return (
    <span className="flex items-center gap-1.5 whitespace-nowrap">
      <ServerMenu group={group} pool={pool} {...realServer} />
      <span className="font-mono text-xs">
        {realServer.address}:{realServer.port}
      </span>
      <span className="text-xs text-muted-foreground">
        {[realServer.forwarding, limits].filter(Boolean).join(', ')}
      </span>
    </span>
  );
}
