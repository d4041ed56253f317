// The button that takes a running deploy back, as its markup: who has it, and when.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { AccountRole } from '@/lib/core/views/account';
import type { Deploy, DeployState, DeployStepName } from '@/lib/core/views/deploy';
import { SessionProvider } from '@/components/data/session';
import { CancelDeploy } from './cancel-deploy';

function deployAt(state: DeployState, names: readonly DeployStepName[]): Deploy {
  const head = { state: 'done' as const, startedAt: '', message: '', output: '' };
  const steps = ['director1', 'director2'].flatMap((director) =>
    names.map((name, sequence) => ({ ...head, sequence, director, name })),
  );
  return {
    ...{ id: 'd', number: 7, topologyId: 't', topologyName: 'pair', revision: 1, planId: 'p', planHash: 'abc' },
    ...{ state, author: 'operator', createdAt: '', timers: {}, steps, proof: [] },
  };
}

function markupOf(role: AccountRole, deploy: Deploy): string {
  const account = { id: role, name: role, email: `${role}@example.org`, role, createdAt: '' };
  return renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>
      <SessionProvider account={account}>
        <CancelDeploy deploy={deploy} />
      </SessionProvider>
    </QueryClientProvider>,
  );
}

describe('taking a deploy back', () => {
  it.each([
    ['Cancel deploy', ['stage', 'check', 'arm']],
    ['Roll back both directors', ['stage', 'check', 'arm', 'switch']],
  ] as const)('is "%s" after %j', (label, names) => {
    expect(markupOf('operator', deployAt('running', names))).toMatch(new RegExp(`<button[^>]*>${label}</button>`));
  });

  it('is not offered to a viewer, nor while the deploy goes back already', () => {
    expect(markupOf('viewer', deployAt('running', ['arm', 'switch']))).toBe('');
    expect(markupOf('operator', deployAt('rolling-back', ['arm', 'switch']))).toBe('');
  });
});
