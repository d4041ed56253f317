'use client';
// A verb before it is done: what exactly, from which revision, its forecast, and the one button that does it.
import { useState } from 'react';
import Link from 'next/link';
import type { VerbOrder } from '@/lib/api/client';
import type { PairVerb, StartedVerb, VerbBase, VerbForecast } from '@/lib/core/views/verbs';
import { Failure } from '@/components/data/failure';
import { isRefused } from '@/components/data/refused';
import { useTopology } from '@/components/data/topology-queries';
import { toOrder, useStartVerb, useVerbForecast } from '@/components/data/verb-queries';
import { describeDeploy } from '@/components/deploy/start-deploy';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { titleOfStarted } from './find-begun';
import { ForecastView } from './forecast-view';
import { FoundVerb, LostVerb } from './lost-answer';
import { useVerbUrl, type AskedServer } from './verb-url';

const titles = {
  drain: 'Drain',
  halt: 'Halt',
  online: 'Back online:',
  weight: 'Change the weight of',
  undo: 'Take back',
};
type Kind = keyof typeof titles;
const EVERYWHERE = 'everywhere';

export function VerbDialog({ topologyId, kind }: { topologyId: string; kind: Kind }) {
  const { server, undo, close } = useVerbUrl();
  const title = kind === 'undo' ? `Take back revision ${undo ?? ''}` : `${titles[kind]} ${server.address}`;
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && close()}
      title={title}
      description="Nothing is saved or sent yet. Doing it makes a new revision and deploys it, so a reload or a later deploy keeps it; it can be taken back."
      className="w-[min(820px,calc(100vw-24px))]"
    >
      <VerbForm key={`${kind} ${server.address} ${undo ?? ''}`} topologyId={topologyId} kind={kind} onDone={close} />
    </Dialog>
  );
}

function VerbForm({ topologyId, kind, onDone }: { topologyId: string; kind: Kind; onDone: () => void }) {
  const { server, undo } = useVerbUrl();
  const pools = usePoolsOf(topologyId, server);
  const [scope, setScope] = useState(server.pool);
  const [weight, setWeight] = useState('');
  const [base, setBase] = useState<VerbBase>('running');
  const verb = toVerb(kind, { ...server, pool: scope }, weight, undo);
  const question = verb && { verb, base };
  const forecast = useVerbForecast(topologyId, question);
  const start = useStartVerb(topologyId);
  const run = (data: VerbForecast) =>
    question && start.mutate(toOrder(question, data), { onSuccess: ({ why }) => why === undefined && onDone() });
  const again = () => {
    start.reset();
    void forecast.refetch();
  };
  return (
    <>
      {kind !== 'undo' && pools.length > 1 && (
        <Field label="Where" help="Every pool has its own weight for it.">
          {(control) => (
            <Select {...control} value={scope} onChange={(event) => setScope(event.target.value)}>
              <option value={server.pool}>pool {server.pool} only</option>
              <option value={EVERYWHERE}>everywhere: {pools.join(', ')}</option>
            </Select>
          )}
        </Field>
      )}
      {kind === 'weight' && <WeightField weight={weight} onChange={setWeight} />}
      {forecast.isError && (
        <Failure error={forecast.error} what="No forecast could be made; nothing was saved or sent" onRetry={again} />
      )}
      {verb && forecast.isFetching && <SkeletonRows label="Reading both directors" />}
      {forecast.data && !forecast.isFetching && (
        <ForecastView forecast={forecast.data} base={base} onBaseChange={setBase} />
      )}
      {start.isError && isRefused(start.error) && (
        <Failure error={start.error} what="It was not done; nothing was saved or sent" onRetry={again} />
      )}
      {start.isError && !isRefused(start.error) && (
        <LostVerb
          {...{ topologyId, error: start.error, order: start.variables, submittedAt: start.submittedAt }}
          onRetry={again}
        />
      )}
      {start.data && start.variables && (
        <Waiting started={start.data} topologyId={topologyId} order={start.variables} since={start.submittedAt} />
      )}
      <DialogActions>
        <Button onClick={onDone}>{start.data ? 'Close' : 'Cancel'}</Button>
        {!start.data && (
          <DoIt forecast={forecast.isFetching ? undefined : forecast.data} isPending={start.isPending} onDo={run} />
        )}
      </DialogActions>
    </>
  );
}

function usePoolsOf(topologyId: string, { address }: AskedServer): string[] {
  const pools = useTopology(topologyId).data?.document.pools ?? [];
  return pools
    .filter(({ realServers }) => realServers.some((each) => each.address === address))
    .map(({ name }) => name);
}

function toVerb(kind: Kind, { pool, ...rest }: AskedServer, weight: string, undo: number | null): PairVerb | undefined {
  if (kind === 'undo') return undo === null ? undefined : { kind, revision: undo };
  const server = { ...rest, ...(pool !== EVERYWHERE && pool !== '' && { pool }) };
  if (kind !== 'weight') return { kind, server };
  const number = Number(weight);
  return /^\d+$/.test(weight) && number >= 1 && number <= 65_535 ? { kind, server, weight: number } : undefined;
}

function WeightField({ weight, onChange }: { weight: string; onChange: (weight: string) => void }) {
  const isWrong = weight !== '' && !(/^\d+$/.test(weight) && Number(weight) >= 1 && Number(weight) <= 65_535);
  const message = 'A weight is a number from 1 to 65535; to take no new connections, drain it.';
  return (
    <Field
      label="New weight"
      help="Its share of new connections, beside the weights of the others."
      problems={isWrong ? [{ severity: 'error', message }] : []}
    >
      {(control) => (
        <Input
          {...control}
          autoFocus
          inputMode="numeric"
          value={weight}
          onChange={(event) => onChange(event.target.value.trim())}
        />
      )}
    </Field>
  );
}

type DoItProps = {
  forecast: VerbForecast | undefined;
  isPending: boolean;
  onDo: (forecast: VerbForecast) => void;
};

function DoIt({ forecast, isPending, onDo }: DoItProps) {
  if (!forecast) return null;
  const { plan, refusals, newestRevision } = forecast;
  const what = refusals.length > 0 ? `Save revision ${newestRevision + 1}; its deploy waits` : describeDeploy(plan);
  return (
    <Button variant="primary" disabled={!plan.deployable || isPending} onClick={() => onDo(forecast)}>
      {isPending ? 'Saving' : what}
    </Button>
  );
}

type WaitingProps = { started: StartedVerb; topologyId: string; order: VerbOrder; since: number };

function Waiting({ started, topologyId, order, since }: WaitingProps) {
  const { planId, why, isDoubtful } = started;
  if (why === undefined) return null;
  return (
    <Notice tone="warn" title={titleOfStarted(started)}>
      {why}{' '}
      <Link href={`/topologies/${topologyId}/deploy?plan=${planId}`} className="text-primary underline">
        Its plan
      </Link>
      {isDoubtful && <FoundVerb topologyId={topologyId} order={order} since={since} />}
    </Notice>
  );
}
