// What a director runs, over answers that are there already, as its markup.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { composeLivePair } from '@/lib/core/live-pair';
import { neverRead } from '@/lib/core/never-read';
import type { Deploy } from '@/lib/core/views/deploy';
import type { DirectorView } from '@/lib/core/views/director';
import type { LiveHost } from '@/lib/core/views/live';
import { ReleasePanel } from './release-panel';

const director: DirectorView = {
  ...{ id: 'd', topologyId: 't', topologyName: 'pair', name: 'director1', address: '192.0.2.1', port: 22 },
  ...{ user: 'root', trust: 'trusted', facts: {} },
};
const read = (release: Partial<LiveHost['release']> = {}): LiveHost => ({
  ...neverRead('director1'),
  readAt: new Date().toISOString(),
  release: { live: '7-abc', confirmed: '7-abc', transaction: '', ...release },
  drift: { state: 'none', release: '7-abc', revision: 3, items: [], more: 0 },
});
const running: Deploy = {
  ...{ id: 'deploy-id', number: 8, topologyId: 't', topologyName: 'pair', revision: 4, planId: 'p', planHash: 'def' },
  ...{ state: 'running', author: 'operator', createdAt: '', steps: [], proof: [] },
  timers: { director1: new Date(Date.now() + 85_000).toISOString() },
};

function markupOf(host: LiveHost | undefined, newest?: Deploy | null): string {
  const client = new QueryClient();
  if (host) client.setQueryData(['live', 't'], composeLivePair('t', [host], Date.now()));
  if (newest !== undefined) client.setQueryData(['deploys', 'newest', 't'], newest);
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <ReleasePanel director={director} />
    </QueryClientProvider>,
  );
}

describe('what a director runs', () => {
  it('is its release, and how that compares with what is there, with the way to the drift of the pair', () => {
    const markup = markupOf(read(), null);
    expect(markup.match(/7-abc/g)).toHaveLength(2);
    expect(markup).not.toContain('not confirmed');
    expect(markup).toContain('Kernel and files equal the release of revision 3.');
    expect(markup).toContain('href="/live/t"');
    expect(markup).not.toContain('role="timer"');
  });

  it('is a release that nobody has confirmed, with the deploy that is at work and its dead-man timer', () => {
    const markup = markupOf(read({ live: '8-def', transaction: '8-def' }), running);
    expect(markup).toContain('(not confirmed)');
    expect(markup).toContain('href="/deploys/deploy-id"');
    expect(markup).toMatch(/<p role="timer" aria-label="Dead-man timer of director1"/);
  });

  it.each([
    ['of another deploy', read({ transaction: '6-old' }), running],
    ['of a deploy that has ended', read({ transaction: '8-def' }), { ...running, endedAt: '2026-11-01T00:00:00.000Z' }],
    ['that is over on the director', read(), running],
  ])('shows no timer of a transaction %s', (_what, host, newest) => {
    expect(markupOf(host, newest)).not.toContain('role="timer"');
  });

  it('is none before the first deploy, and unknown where nothing was read', () => {
    expect(markupOf(read({ live: 'origin', confirmed: 'origin' }), null)).toContain(
      'none: as it was before the first deploy',
    );
    expect(markupOf(neverRead('director1'), null)).toContain('what it runs is unknown');
    expect(markupOf(undefined)).toContain('Loading what the director runs');
  });
});
