// The rules of a pair over answers that are there already, as their markup.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { deployPolicySchema, type DeployPolicy } from '@/lib/core/deploy-policy';
import type { AccountRole } from '@/lib/core/views/account';
import type { DeployGate } from '@/lib/core/views/deploy-gate';
import type { Plan } from '@/lib/core/views/plan';
import { SessionProvider } from '@/components/data/session';
import { GatePanel } from './gate-panel';

const plan: Plan = {
  ...{ id: 'p', topologyId: 't', revision: 1, hash: 'abc', createdAt: '', createdBy: 'ann', mode: 'rolling' },
  ...{ hosts: [], summary: [], objects: [], impact: [], timerSeconds: 60, problems: [], deployable: true },
};
const gate: DeployGate = { approvals: [], refusals: [], canApprove: true };
const allDays = [1, 2, 3, 4, 5, 6, 7];

type Scene = { policy?: Partial<DeployPolicy>; role?: AccountRole; plan?: Plan };

function markupOf({ policy, role = 'admin', plan: shown }: Scene): string {
  const client = new QueryClient();
  client.setQueryData(['topologies'], [{ id: 't', name: 'pair' }]);
  if (policy) client.setQueryData(['deploy-policy', 't'], deployPolicySchema.parse(policy));
  const freeze = { by: 'root@example.org', since: new Date(Date.now() - 3 * 3_600_000).toISOString() };
  client.setQueryData(['deploy-policy', 't', 'freeze', 'pair', 'Year end.'], freeze);
  client.setQueryData(['gate', 'p'], gate);
  const account = { id: role, name: role, email: `${role}@example.org`, role, createdAt: '' };
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <SessionProvider account={account}>
        <GatePanel topologyId="t" plan={shown} />
      </SessionProvider>
    </QueryClientProvider>,
  );
}
const textOf = (markup: string) => markup.replace(/<[^>]*>/g, '');

describe('the rules of a pair', () => {
  it('are told and changed without a plan, too', () => {
    const text = textOf(markupOf({ policy: {} }));
    expect(text).toContain('One operator may plan and deploy alone.');
    expect(text).toContain('A deploy may begin at any time.');
    expect(text).toContain('Change these rules');
  });

  it('are looked at by everybody and changed by an administrator', () => {
    expect(textOf(markupOf({ policy: {}, role: 'operator' }))).not.toContain('Change these rules');
  });

  it('say of a freeze why, since when and by whom', () => {
    expect(textOf(markupOf({ policy: { freezeReason: 'Year end.' } }))).toContain(
      'frozen since 3 h ago by root@example.org: Year end.',
    );
    expect(textOf(markupOf({ policy: { freezeReason: 'The stored policy cannot be read.' } }))).toContain(
      'frozen The stored policy cannot be read.',
    );
  });

  it('say of windows whether one is open now', () => {
    const always = { days: allDays, from: '00:00', to: '00:00' };
    const today = new Date().getUTCDay() || 7;
    const farAway = { days: [((today + 2) % 7) + 1], from: '12:00', to: '12:01' };
    expect(textOf(markupOf({ policy: { windows: [always] } }))).toContain('open now');
    expect(textOf(markupOf({ policy: { windows: [farAway] } }))).toContain('closed now');
  });

  it('let a second person approve where there is a plan to approve', () => {
    expect(textOf(markupOf({ policy: { needsApproval: true }, plan }))).toContain('Approve exactly this plan');
    expect(textOf(markupOf({ policy: { needsApproval: true } }))).not.toContain('Approve exactly this plan');
  });

  it('are loading until they are there, and nobody changes them then', () => {
    const markup = markupOf({});
    expect(markup).toContain('Loading the rules for deploys');
    expect(textOf(markup)).not.toContain('Change these rules');
  });
});
