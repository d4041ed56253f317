// The columns of the list of deploys.
import Link from 'next/link';
import type { Deploy } from '@/lib/core/views/deploy';
import { Badge } from '@/components/ui/badge';
import type { DataColumn } from '@/components/ui/data-table-column';
import { RelativeTime } from '@/components/ui/relative-time';
import { printDuration } from '@/components/ui/time';
import { DeployStateBadge } from './deploy-state-badge';

function durationSeconds({ startedAt, endedAt }: Deploy): number | undefined {
  return startedAt && endedAt ? Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 100) / 10 : undefined;
}

export const deployColumns: DataColumn<Deploy>[] = [
  {
    id: 'number',
    header: 'Deploy',
    value: (deploy) => deploy.number,
    cell: (deploy) => (
      <Link href={`/deploys/${deploy.id}`} className="text-primary underline-offset-2 hover:underline">
        {deploy.number}
      </Link>
    ),
  },
  { id: 'pair', header: 'Pair', value: (deploy) => deploy.topologyName },
  {
    id: 'state',
    header: 'State',
    value: (deploy) => deploy.state,
    cell: (deploy) => <DeployStateBadge state={deploy.state} />,
  },
  { id: 'revision', header: 'Revision', value: (deploy) => deploy.revision },
  { id: 'author', header: 'Author', value: (deploy) => deploy.author },
  {
    id: 'approver',
    header: 'Approved by',
    value: (deploy) => deploy.approver ?? (deploy.breakGlass === undefined ? '' : 'past the rules'),
    cell: ({ approver, breakGlass }) =>
      breakGlass === undefined ? (
        (approver ?? '')
      ) : (
        <Badge tone="warn" title={breakGlass}>
          past the rules
        </Badge>
      ),
  },
  {
    id: 'created',
    header: 'Started',
    value: (deploy) => deploy.createdAt,
    cell: (deploy) => <RelativeTime at={deploy.createdAt} />,
  },
  {
    id: 'seconds',
    header: 'Duration',
    value: durationSeconds,
    cell: (deploy) => {
      const seconds = durationSeconds(deploy);
      return seconds === undefined ? '' : <span className="tabular-nums">{printDuration(seconds * 1000)}</span>;
    },
  },
  {
    id: 'outcome',
    header: 'Outcome',
    value: (deploy) => deploy.outcome ?? '',
    cell: (deploy) => <span className="block max-w-md text-muted-foreground">{deploy.outcome}</span>,
  },
];
