'use client';
// All deploys, or those of one pair: state, author, duration; filters in the URL, older ones when asked for.
import { useRouter } from 'next/navigation';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { deployStateSchema } from '@/lib/core/views/deploy';
import { Failure } from '@/components/data/failure';
import { useDeployHistory } from '@/components/data/use-deploy-history';
import { DataTable } from '@/components/ui/data-table';
import { EmptyState } from '@/components/ui/empty-state';
import { Page } from '@/components/ui/page';
import { SkeletonRows } from '@/components/ui/skeleton';
import { deployColumns } from './deploy-columns';
import { PairSelect, StateSelect } from './deploy-filters';
import { OlderDeploys } from './older-deploys';

function emptyText(isLoading: boolean, listed: number): string {
  if (isLoading) return 'Loading deploys.';
  return listed === 0 ? 'Nothing was deployed to this pair yet.' : 'None of the deploys listed is in this state.';
}

export function DeployList() {
  const router = useRouter();
  const [{ q, state, pair }, setFilter] = useQueryStates({
    q: parseAsString.withDefault(''),
    state: parseAsStringLiteral(deployStateSchema.options),
    pair: parseAsString.withDefault(''),
  });
  const history = useDeployHistory(pair);
  const { data, isError, error, refetch, fetchNextPage, isPlaceholderData } = history;
  const retry = () => void refetch();
  if (!data)
    return (
      <Page title="Deploys">
        {isError ? (
          <Failure error={error} what="The deploys could not be read" onRetry={retry} />
        ) : (
          <SkeletonRows label="Loading deploys" />
        )}
      </Page>
    );
  const isOlderMissing = history.isFetchNextPageError;
  const isOld = isError && !isOlderMissing;
  const hasOlder = history.hasNextPage && !isPlaceholderData;
  // Until the deploys of another pair are here, those of it that were listed already stand for them.
  const deploys = data.pages.flatMap(({ rows }) => rows).filter((each) => pair === '' || each.topologyId === pair);
  const shown = deploys.filter((deploy) => state === null || deploy.state === state);
  return (
    <Page title="Deploys" lead="Every attempt to put a revision on a pair, newest first.">
      {isOld && <Failure error={error} what="The list is not fresh" onRetry={retry} />}
      {deploys.length === 0 && pair === '' ? (
        <EmptyState title="Nothing was deployed yet">
          Open a topology and press Deploy: you see the plan before anything is sent.
        </EmptyState>
      ) : (
        <DataTable
          label="Deploys"
          columns={deployColumns}
          rows={shown}
          rowId={(deploy) => deploy.id}
          filter={q}
          onFilterChange={(next) => void setFilter({ q: next || null })}
          initialSort={{ id: 'number', desc: true }}
          onOpen={(deploy) => router.push(`/deploys/${deploy.id}`)}
          exportName="deploys"
          isStale={isOld || isPlaceholderData}
          emptyText={emptyText(isPlaceholderData, deploys.length)}
          toolbar={
            <>
              <PairSelect pair={pair} onChange={(next) => void setFilter({ pair: next || null })} />
              <StateSelect state={state} onChange={(next) => void setFilter({ state: next })} />
            </>
          }
        />
      )}
      {hasOlder && (
        <OlderDeploys
          listed={deploys.length}
          isLoading={history.isFetchingNextPage}
          error={isOlderMissing ? error : null}
          onShow={() => void fetchNextPage()}
        />
      )}
    </Page>
  );
}
