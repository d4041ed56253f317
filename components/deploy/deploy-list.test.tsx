// The list of deploys over answers that are there already, as its markup.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { AppRouterContext, type AppRouterInstance } from 'next/dist/shared/lib/app-router-context.shared-runtime';
import { NuqsTestingAdapter } from 'nuqs/adapters/testing';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { RowPage } from '@/lib/api/client';
import type { Deploy, DeployState } from '@/lib/core/views/deploy';
import { DeployList } from './deploy-list';

const deploy = (number: number, state: DeployState = 'verified'): Deploy => ({
  ...{ id: `d${number}`, number, topologyId: 't', topologyName: 'pair-a', revision: 1, planId: 'p', planHash: 'abc' },
  ...{ state, author: 'operator', createdAt: '2026-11-01T00:00:00.000Z', timers: {}, steps: [], proof: [] },
});

/** `pages`: what was read of the history of the pair that the URL names; undefined: nothing yet. */
function markupOf(search: string, pages: RowPage<Deploy>[] | undefined): string {
  const client = new QueryClient();
  const key = ['deploys', 'history', new URLSearchParams(search).get('pair') ?? ''];
  if (pages) client.setQueryData(key, { pages, pageParams: pages.map(() => undefined) });
  client.setQueryData(['topologies'], [{ id: 't', name: 'pair-a' }]);
  return renderToStaticMarkup(
    <AppRouterContext value={{ push: () => undefined } as unknown as AppRouterInstance}>
      <NuqsTestingAdapter searchParams={search}>
        <QueryClientProvider client={client}>
          <DeployList />
        </QueryClientProvider>
      </NuqsTestingAdapter>
    </AppRouterContext>,
  );
}
const numbersIn = (markup: string) =>
  [...markup.matchAll(/href="\/deploys\/d(\d+)"/g)].map(([, number]) => Number(number));

describe('the list of deploys', () => {
  const pages = [
    { rows: [deploy(9), deploy(8, 'failed')], hasMore: true },
    { rows: [deploy(7, 'failed')], hasMore: false },
  ];

  it('has all pages that were read, newest first, and offers no older ones behind the last', () => {
    expect(numbersIn(markupOf('', pages))).toEqual([9, 8, 7]);
    expect(markupOf('', pages)).not.toContain('Show older deploys');
  });

  it('offers the older ones while there are some', () => {
    expect(markupOf('', pages.slice(0, 1))).toContain('Show older deploys');
  });

  it('is narrowed by the pair and the state in the URL', () => {
    const markup = markupOf('?pair=t&state=failed', pages);
    expect(numbersIn(markup)).toEqual([8, 7]);
    expect(markup).toContain('<option value="t" selected="">pair-a</option>');
  });

  it('keeps its filters when the pair of a link has no deploy or is gone', () => {
    const markup = markupOf('?pair=gone', [{ rows: [], hasMore: false }]);
    expect(markup).toContain('Nothing was deployed to this pair yet.');
    expect(markup).toContain('<option value="gone" selected="">a pair that is gone</option>');
  });

  it('says that nothing was deployed anywhere, and that it is still read, in different words', () => {
    expect(markupOf('', [{ rows: [], hasMore: false }])).toContain('Nothing was deployed yet');
    expect(markupOf('', undefined)).toContain('Loading deploys');
  });
});
