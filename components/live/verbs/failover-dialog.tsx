'use client';
// Before a planned failover: what was checked, what happens, and what a person goes past by their own decision.
import { useState } from 'react';
import { RotateCw } from 'lucide-react';
import type { FailoverCheck, FailoverFinding } from '@/lib/core/views/failover';
import { Failure } from '@/components/data/failure';
import { isRefused } from '@/components/data/refused';
import { useFailoverCheck, useStartFailover } from '@/components/data/verb-queries';
import { Sentences } from '@/components/deploy/sentences';
import { Badge, type Tone } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { LostFailover } from './lost-answer';
import { useVerbUrl } from './verb-url';

const looks: Record<FailoverFinding['state'], { tone: Tone; text: string }> = {
  ok: { tone: 'up', text: 'good' },
  warning: { tone: 'warn', text: 'warning' },
  refused: { tone: 'down', text: 'not now' },
  unknown: { tone: 'unknown', text: 'not known' },
};

export function FailoverDialog({ topologyId }: { topologyId: string }) {
  const { close } = useVerbUrl();
  const check = useFailoverCheck(topologyId);
  const start = useStartFailover(topologyId);
  const { data } = check;
  const [goesPast, setGoesPast] = useState<string[]>([]);
  const warnings = codesOf(data, 'warning');
  const isAgreed = warnings.every((code) => goesPast.includes(code));
  const isReady =
    data?.from !== undefined && data.to !== undefined && codesOf(data, 'refused').length === 0 && isAgreed;
  const run = () => {
    if (data?.from === undefined || data.to === undefined) return;
    const { from, to, checkedAt } = data;
    start.mutate({ from, to, checkedAt, accepted: goesPast }, { onSuccess: close });
  };
  const again = () => {
    start.reset();
    void check.refetch();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && close()}
      title={data?.to === undefined ? 'Planned failover' : `Planned failover to ${data.to}`}
      className="w-[min(820px,calc(100vw-24px))]"
    >
      {check.isError && (
        <Failure error={check.error} what="The check could not be made" onRetry={() => void check.refetch()} />
      )}
      {check.isPending && <SkeletonRows label="Checking the standby" />}
      {data && <Findings check={data} />}
      {data && warnings.length > 0 && (
        <Checkbox
          label="Fail over in spite of the warnings"
          help="They are kept in the audit log with your name."
          checked={isAgreed}
          onCheckedChange={(isChecked) => setGoesPast(isChecked ? warnings : [])}
        />
      )}
      {data && <Sentences label="What happens" sentences={data.forecast} empty="Nothing can be handed over now." />}
      {start.isError && isRefused(start.error) && (
        <Failure error={start.error} what="The failover did not begin; nothing was sent" />
      )}
      {start.isError && !isRefused(start.error) && (
        <LostFailover
          {...{ topologyId, error: start.error, asked: start.variables, submittedAt: start.submittedAt }}
          onRetry={again}
        />
      )}
      <DialogActions>
        <Button disabled={check.isFetching} onClick={() => void check.refetch()}>
          <RotateCw /> Check again
        </Button>
        <Button onClick={close}>Cancel</Button>
        <Button variant="danger" disabled={!isReady || start.isPending} onClick={run}>
          {start.isPending ? 'Checking once more' : `Fail over to ${data?.to ?? 'the standby'}`}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function codesOf(check: FailoverCheck | undefined, wanted: FailoverFinding['state']): string[] {
  return check?.findings.filter(({ state }) => state === wanted).map(({ code }) => code) ?? [];
}

function Findings({ check: { findings, checkedAt } }: { check: FailoverCheck }) {
  return (
    <>
      <ul aria-label="Check" className="flex flex-col gap-1.5">
        {findings.map(({ code, state, what, sentence }) => (
          <li key={code} className="grid gap-x-2 sm:grid-cols-[6rem_minmax(0,1fr)]">
            <span>
              <Badge tone={looks[state].tone}>{looks[state].text}</Badge>
            </span>
            <span className="[overflow-wrap:anywhere]">
              <span className="font-medium">{what}.</span> <span className="text-muted-foreground">{sentence}</span>
            </span>
          </li>
        ))}
      </ul>
      <p className="text-xs text-muted-foreground">
        Checked <RelativeTime at={checkedAt} />, and once more when you press the button.
      </p>
    </>
  );
}
