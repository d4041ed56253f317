'use client';
// Who did what to what, from where, with the state before and after; filters in the URL, export of what is shown.
import { useState } from 'react';
import { parseAsString, useQueryStates } from 'nuqs';
import type { AuditRow } from '@/lib/core/views/account';
import { useAudit, useAuditEntry } from '@/components/data/account-queries';
import { Failure } from '@/components/data/failure';
import { useDebounced } from '@/components/data/use-debounced';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { DataTable } from '@/components/ui/data-table';
import type { DataColumn } from '@/components/ui/data-table-column';
import { Dialog } from '@/components/ui/dialog';
import { Input } from '@/components/ui/input';
import { Facts, Page } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { printExact } from '@/components/ui/time';

const PAGE = 200;
const columns: DataColumn<AuditRow>[] = [
  { id: 'at', header: 'When', value: ({ at }) => at, cell: ({ at }) => <RelativeTime at={at} /> },
  { id: 'actor', header: 'Who', value: ({ actor }) => actor },
  { id: 'action', header: 'What', value: ({ action }) => action, isMono: true },
  { id: 'target', header: 'Target', value: ({ target }) => target },
  { id: 'source', header: 'From', value: ({ source }) => source, isMono: true },
  { id: 'requestId', header: 'Request', value: ({ requestId }) => requestId, isMono: true, isHidden: true },
];

export function AuditView() {
  const [url, setUrl] = useQueryStates({
    actor: parseAsString.withDefault(''),
    action: parseAsString.withDefault(''),
    target: parseAsString.withDefault(''),
    before: parseAsString.withDefault(''),
    q: parseAsString.withDefault(''),
  });
  const [opened, setOpened] = useState<AuditRow>();
  const asked = useDebounced(url, 300);
  const { data, isError, error, refetch } = useAudit({
    limit: PAGE,
    ...(asked.actor && { actor: asked.actor }),
    ...(asked.action && { action: asked.action }),
    ...(asked.target && { target: asked.target }),
    ...(asked.before && { before: asked.before }),
  });
  const oldest = data?.at(-1);
  const input = (key: 'actor' | 'action' | 'target', label: string) => (
    <Input
      aria-label={label}
      placeholder={label}
      className="w-32"
      value={url[key]}
      onChange={(event) => void setUrl({ [key]: event.target.value || null, before: null })}
    />
  );
  return (
    <Page title="Audit" lead="Every change, by whom, from where; kept for ever.">
      {isError && <Failure error={error} what="The audit trail could not be read" onRetry={() => void refetch()} />}
      {!data && !isError && <SkeletonRows rows={8} label="Loading the audit trail" />}
      {data && (
        <DataTable
          label="Audit"
          columns={columns}
          rows={data}
          rowId={({ id }) => id}
          filter={url.q}
          onFilterChange={(q) => void setUrl({ q: q || null })}
          onOpen={setOpened}
          exportName="audit"
          isStale={isError}
          emptyText="No change fits these filters."
          toolbar={
            <>
              {input('actor', 'Who')}
              {input('action', 'What')}
              {input('target', 'Target')}
            </>
          }
        />
      )}
      <div className="flex gap-2">
        {url.before !== '' && <Button onClick={() => void setUrl({ before: null })}>Newest</Button>}
        {data && data.length >= PAGE && oldest && (
          <Button onClick={() => void setUrl({ before: oldest.at })}>Older</Button>
        )}
      </div>
      {opened && <AuditDetails row={opened} onClose={() => setOpened(undefined)} />}
    </Page>
  );
}

function AuditDetails({ row, onClose }: { row: AuditRow; onClose: () => void }) {
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`${row.action} ${row.target}`}
      className="w-[min(900px,calc(100vw-24px))]"
    >
      <Facts
        rows={[
          ['Who', row.actor],
          ['When', `${printExact(row.at)} (the console's clock)`],
          ['From', row.source],
          [
            'Request',
            <span key="r" className="font-mono text-xs">
              {row.requestId}
            </span>,
          ],
        ]}
      />
      <BeforeAndAfter rowId={row.id} />
    </Dialog>
  );
}

function BeforeAndAfter({ rowId }: { rowId: string }) {
  const { data, error, refetch } = useAuditEntry(rowId);
  if (error) return <Failure error={error} what="The row could not be read" onRetry={() => void refetch()} />;
  if (!data) return <SkeletonRows rows={6} label="Loading what was there before and after" />;
  const side = (label: string, value: unknown) => (
    <div className="min-w-0">
      <h3 className="font-medium">{label}</h3>
      <CodeBlock
        label={label}
        text={value === undefined || value === null ? 'nothing' : JSON.stringify(value, null, 2)}
        className="max-h-80"
      />
    </div>
  );
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {side('Before', data.before)}
      {side('After', data.after)}
    </div>
  );
}
