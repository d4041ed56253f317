'use client';
// What a plan does to the connections that exist now: untouched groups in one line, touched ones as rows with numbers.
import { RotateCw } from 'lucide-react';
import type { Forecast, GroupForecast } from '@/lib/core/views/forecast';
import type { Plan } from '@/lib/core/views/plan';
import { useRenewForecast } from '@/components/data/deploy-queries';
import { Failure } from '@/components/data/failure';
import { useCanEdit } from '@/components/data/session';
import { Badge, type Tone } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Facts, Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import {
  forecastColumns,
  forecastLead,
  printCount,
  printGap,
  splitGroups,
  untouchedLine,
  type ForecastColumn,
} from './forecast-rows';
import { Sentences } from './sentences';

const tones: Record<GroupForecast['change'], Tone> = {
  untouched: 'neutral',
  added: 'up',
  removed: 'down',
  changed: 'drain',
};

/** `isRecord`: of a deploy that was begun; what was known then is not counted again. */
export function TrafficForecast({ plan, isRecord = false }: { plan: Plan; isRecord?: boolean }) {
  const { forecast } = plan;
  const renew = useRenewForecast(plan.id);
  const canEdit = useCanEdit();
  return (
    <Panel
      title="What happens to traffic"
      actions={
        canEdit &&
        !isRecord &&
        forecast && (
          <Button size="small" disabled={renew.isPending} onClick={() => renew.mutate()}>
            <RotateCw /> {renew.isPending ? 'Counting' : 'Count again'}
          </Button>
        )
      }
    >
      {renew.isError && (
        <Failure error={renew.error} what="The connections could not be counted again" onRetry={() => renew.mutate()} />
      )}
      {forecast ? (
        <Counted forecast={forecast} />
      ) : (
        <p className="text-muted-foreground">Nobody counted connections for this plan.</p>
      )}
      <Sentences
        label="What happens to traffic"
        sentences={[...plan.impact, ...(forecast?.interruption.sentences ?? [])]}
        empty="Nothing."
      />
      <p className="text-xs text-muted-foreground">
        Dead-man timer: {timerWords(plan)}. When nothing confirms by then, a director puts its old release back by
        itself.
      </p>
    </Panel>
  );
}

function Counted({ forecast }: { forecast: Forecast }) {
  const { touched, untouched, remarked } = splitGroups(forecast);
  return (
    <>
      <p className="font-medium">{forecastLead(forecast)}</p>
      {forecast.limits.map((limit) => (
        <p key={limit} className="text-warn">
          {limit}
        </p>
      ))}
      {touched.length > 0 && <TouchedGroups rows={touched} />}
      {untouched.length > 0 && <p>{untouchedLine(untouched.length)}</p>}
      {remarked.length > 0 && (
        <ul aria-label="Remarks on untouched groups" className="flex flex-col gap-0.5 text-muted-foreground">
          {remarked.map(({ service, group, reasons }) => (
            <li key={service}>
              <span className="font-medium text-foreground">{group}</span>: {reasons.join(' ')}
            </li>
          ))}
        </ul>
      )}
      <Facts
        rows={[
          [
            forecast.interruption.kind === 'start' ? 'Services answer after' : 'Without service',
            printGap(forecast.interruption),
          ],
          [
            'Counted',
            forecast.readAt === undefined ? (
              'not at all'
            ) : (
              <>
                on {forecast.director} <RelativeTime at={forecast.readAt} />
              </>
            ),
          ],
        ]}
      />
    </>
  );
}

function TouchedGroups({ rows }: { rows: readonly GroupForecast[] }) {
  const columns = forecastColumns(rows);
  return (
    <div className="relative overflow-x-auto">
      <table aria-label="Touched groups" className="w-full border-collapse">
        <thead className="text-xs text-muted-foreground">
          <tr>
            <th scope="col" className="px-1.5 py-1 text-left align-bottom font-medium">
              Group
            </th>
            {columns.map(({ id, head, title }) => (
              <th key={id} scope="col" title={title} className="px-1.5 py-1 text-right align-bottom font-medium">
                {head}
              </th>
            ))}
            <th scope="col" className="hidden px-1.5 py-1 pl-4 text-left align-bottom font-medium md:table-cell">
              Why
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <GroupRow key={row.service} row={row} columns={columns} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** On a narrow screen the reasons stand below the group's name: a column of its own would leave no room for the numbers. */
function GroupRow({ row, columns }: { row: GroupForecast; columns: readonly ForecastColumn[] }) {
  return (
    <tr className="border-t align-top">
      <th scope="row" className="min-w-40 px-1.5 py-1 text-left font-normal">
        <span className="flex flex-wrap items-center gap-x-1.5">
          <span className="font-medium [overflow-wrap:anywhere]">{row.group}</span>
          <Badge tone={tones[row.change]}>{row.change}</Badge>
          <span className="font-mono text-xs text-muted-foreground">{row.service}</span>
        </span>
        <span className="text-xs text-muted-foreground md:hidden">{row.reasons.join(' ')}</span>
      </th>
      {columns.map(({ id, count }) => (
        <CountCell key={id} id={id} value={count(row)} />
      ))}
      <td className="hidden px-1.5 py-1 pl-4 text-muted-foreground md:table-cell">
        {row.reasons.map((reason) => (
          <p key={reason} className="[overflow-wrap:anywhere]">
            {reason}
          </p>
        ))}
      </td>
    </tr>
  );
}

const losses: Record<string, string> = {
  lost: 'text-down',
  unmatched: 'text-down',
  unbound: 'text-down',
  uncertain: 'text-warn',
};

function CountCell({ id, value }: { id: string; value: number | 'unknown' }) {
  return (
    <td
      className={cn(
        'tabular px-1.5 py-1',
        value === 0 ? 'text-muted-foreground' : (losses[id] ?? ''),
        value === 'unknown' && 'text-xs text-unknown',
      )}
    >
      {printCount(value)}
    </td>
  );
}

/** As lib/deploy/forward.ts arms them: the standby, which is confirmed last, has the longer one, and two that are changed at once have the same. */
function timerWords({ mode, hosts, timerSeconds }: Pick<Plan, 'mode' | 'hosts' | 'timerSeconds'>): string {
  if (hosts.length === 1) return `${timerSeconds} s`;
  if (mode === 'together') return `${timerSeconds} s on both directors`;
  return `${timerSeconds} s on the active director, ${timerSeconds + 120} s on the standby`;
}
