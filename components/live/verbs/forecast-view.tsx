'use client';
// The forecast of a verb: who holds the real server, what it means, what else would go along, and what changes on the directors.
import type { ServerHolders, VerbBase, VerbForecast } from '@/lib/core/views/verbs';
import { PlanFiles } from '@/components/deploy/plan-files';
import { PlanProblems } from '@/components/deploy/plan-problems';
import { Sentences } from '@/components/deploy/sentences';
import { TrafficForecast } from '@/components/deploy/traffic-forecast';
import { ObjectDiff } from '@/components/topology/object-diff';
import { Disclosure } from '@/components/ui/disclosure';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Facts } from '@/components/ui/page';
import { HolderList, printHeld } from './holder-list';

type ForecastViewProps = { forecast: VerbForecast; base: VerbBase; onBaseChange: (base: VerbBase) => void };

export function ForecastView({ forecast, base, onBaseChange }: ForecastViewProps) {
  const { title, sentences, plan, holders, refusals } = forecast;
  const commands = plan.hosts.flatMap(({ director, actions }) =>
    actions.map(({ command }) => `${director}: ${command}`),
  );
  return (
    <div role="group" aria-label="Forecast" className="flex min-w-0 flex-col gap-3">
      <p className="font-medium">{title}</p>
      <PlanProblems problems={plan.problems} topologyId={plan.topologyId} />
      <Facts
        rows={[
          ['Connections now', heldNow(holders)],
          ['Daemons', restartsNothing(forecast) ? 'reload at most: nothing is without service' : 'restart: see below'],
        ]}
      />
      <Sentences label="What happens" sentences={sentences} empty="Nothing happens." />
      {holders && holders.templates.length > 0 && (
        <Disclosure
          title={`Clients bound to it: ${holders.templateCount === 'unknown' ? 'some' : holders.templateCount}`}
        >
          <HolderList holders={holders} />
        </Disclosure>
      )}
      <Pending forecast={forecast} base={base} onBaseChange={onBaseChange} />
      <div>
        <p className="text-xs text-muted-foreground">Commands that would do the same on the directors</p>
        {commands.length === 0 ? (
          <p>Only files change: nothing is told to a daemon.</p>
        ) : (
          <ul aria-label="Changes on the directors" className="overflow-x-auto font-mono text-xs">
            {commands.map((command) => (
              <li key={command} className="whitespace-pre">
                {command}
              </li>
            ))}
          </ul>
        )}
      </div>
      <Disclosure title="Group by group, and the files of each director">
        <TrafficForecast plan={plan} isRecord />
        <PlanFiles hosts={plan.hosts} />
      </Disclosure>
      {refusals.length > 0 && (
        <Notice tone="warn" title="It cannot be deployed right away.">
          {refusals.join(' ')}
        </Notice>
      )}
    </div>
  );
}

function restartsNothing({ plan }: VerbForecast): boolean {
  return plan.hosts.every(({ daemonAction }) => daemonAction === 'none' || daemonAction.startsWith('reload-'));
}

function heldNow(holders: ServerHolders | undefined): string {
  if (!holders) return 'unknown: no director is known to be active';
  if (holders.problem !== undefined) return `unknown: ${holders.problem}`;
  return `${printHeld(holders)}, on ${holders.director}`;
}

/** A draft of somebody else must not slip onto the directors with a drain at night. */
function Pending({ forecast, base, onBaseChange }: ForecastViewProps) {
  const { pending, runningRevision, newestRevision } = forecast;
  if (pending.length === 0) return null;
  const range =
    newestRevision === runningRevision + 1
      ? `Revision ${newestRevision}`
      : `Revisions ${runningRevision + 1} to ${newestRevision}`;
  return (
    <Notice
      tone="warn"
      title={`${range} ${newestRevision === runningRevision + 1 ? 'holds' : 'hold'} changes that nobody deployed.`}
    >
      <Field label="Made from">
        {(control) => (
          <Select
            {...control}
            value={base}
            onChange={(event) => onBaseChange(event.target.value === 'newest' ? 'newest' : 'running')}
          >
            <option value="running">revision {runningRevision}, which runs: those changes are set aside</option>
            <option value="newest">revision {newestRevision}, the newest: those changes are deployed too</option>
          </Select>
        )}
      </Field>
      <Disclosure title={`What they change: ${pending.length} ${pending.length === 1 ? 'object' : 'objects'}`}>
        <ObjectDiff changes={pending} label="Changes that nobody deployed" empty="" />
      </Disclosure>
    </Notice>
  );
}
