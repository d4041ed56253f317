'use client';
// Who gets a new connection: the scheduler, the flags that this scheduler knows, and one-packet scheduling.
import type { Scheduler, SchedulerFlag } from '@/lib/core/document';
import { describeScheduler } from '@/lib/core/shares';
import { Checkbox } from '@/components/ui/checkbox';
import { ProblemLines } from '@/components/ui/field';
import { setAt } from '../document-path';
import { useEditor } from '../editor-context';
import { CheckboxField, SelectField, useProblemsAt } from './document-fields';
import { flagWords, flagsOf, schedulers } from './schedulers';

export function SchedulerFields({ index }: { index: number }) {
  const { document, replace } = useEditor();
  const path = ['groups', index];
  const group = document.groups[index];
  if (!group) return null;
  /** Flags of the scheduler before mean nothing to the next one. */
  const choose = (scheduler: string) => {
    const kept = group.schedulerFlags?.filter((flag) => flagsOf(scheduler as Scheduler).includes(flag)) ?? [];
    const next = setAt(document, [...path, 'scheduler'], scheduler);
    replace(setAt(next, [...path, 'schedulerFlags'], kept.length > 0 ? kept : undefined));
  };
  const isUdpOnly = group.matches.length > 0 && group.matches.every(({ protocol }) => protocol === 'udp');
  return (
    <>
      <SelectField
        path={[...path, 'scheduler']}
        label="Scheduler"
        options={schedulers}
        onCommit={choose}
        help={`Who gets a new connection: ${describeScheduler(group.scheduler, group.schedulerFlags)}.`}
      />
      <SchedulerFlags index={index} />
      {(isUdpOnly || group.onePacket !== undefined) && <OnePacketField index={index} />}
    </>
  );
}

function OnePacketField({ index }: { index: number }) {
  const { change } = useEditor();
  const path = ['groups', index, 'onePacket'];
  return (
    <CheckboxField
      path={path}
      label="One-packet scheduling"
      help="Every UDP packet is scheduled anew, also of one client; keepalived only, and not with masq. Default: off."
      onCommit={(isOn) => change(path, isOn ? true : undefined)}
    />
  );
}

function SchedulerFlags({ index }: { index: number }) {
  const { document, change, isReadOnly } = useEditor();
  const path = ['groups', index, 'schedulerFlags'];
  const problems = useProblemsAt(path);
  const group = document.groups[index];
  const flags = group?.schedulerFlags ?? [];
  // What an import brought stays in sight, so that it can be taken away.
  const known = group ? flagsOf(group.scheduler) : [];
  const shown = [...known, ...flags.filter((flag) => !known.includes(flag))];
  if (!group || shown.length === 0) return null;
  const toggle = (flag: SchedulerFlag, isOn: boolean) => {
    const next = isOn ? [...flags, flag] : flags.filter((each) => each !== flag);
    change(path, next.length === 0 ? undefined : next);
  };
  return (
    <div className="flex flex-col gap-2 pl-6">
      {shown.map((flag) => (
        <Checkbox
          key={flag}
          label={flag}
          help={`${flagWords[flag]} Default: off.`}
          checked={flags.includes(flag)}
          disabled={isReadOnly}
          onCheckedChange={(isOn) => toggle(flag, isOn)}
        />
      ))}
      <ProblemLines problems={problems} />
    </div>
  );
}
