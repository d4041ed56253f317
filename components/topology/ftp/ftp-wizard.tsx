'use client';
// Sets FTP up in one step: module, group, persistence; shows what it will do first, and what the FTP service needs.
import { useMemo, useState } from 'react';
import type { TopologyDocument } from '@/lib/core/document';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { useEditor } from '../editor-context';
import { FtpOutcome } from './ftp-outcome';
import { needsPersistence, planFtp, refusePassiveRange, type FtpChoice } from './ftp-plan';

function firstChoice({ ranges, pools }: TopologyDocument): FtpChoice {
  return {
    ranges: ranges.slice(0, 1).map(({ name }) => name),
    pool: pools[0]?.name ?? '',
    passiveFirst: 50_000,
    passiveLast: 50_999,
    persistenceSeconds: 600,
  };
}

export function FtpWizard({ onClose }: { onClose: () => void }) {
  const { document, replace, select } = useEditor();
  const [choice, setChoice] = useState(() => firstChoice(document));
  const refusal =
    choice.ranges.length === 0
      ? 'Choose at least one range.'
      : choice.pool === ''
        ? 'A pool is needed first: close this and add one.'
        : refusePassiveRange(choice);
  const plan = useMemo(
    () => (refusal === undefined ? planFtp(document, choice) : undefined),
    [document, choice, refusal],
  );
  const apply = () => {
    if (!plan) return;
    replace(plan.document);
    select({ kind: 'group', index: plan.document.groups.length - 1 });
    onClose();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title="Set up FTP"
      description="A session of FTP is a control connection to port 21 and a data connection to another port; both must reach the same real server."
      className="w-[min(760px,calc(100vw-24px))]"
    >
      <FtpChoices choice={choice} onChange={(more) => setChoice({ ...choice, ...more })} />
      {refusal && (
        <p role="alert" className="text-xs text-down">
          {refusal}
        </p>
      )}
      {plan && <FtpOutcome choice={choice} plan={plan} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="primary" disabled={!plan} onClick={apply}>
          Add group {plan?.group.name ?? 'ftp'}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

type FtpChoicesProps = { choice: FtpChoice; onChange: (more: Partial<FtpChoice>) => void };

function FtpChoices({ choice, onChange }: FtpChoicesProps) {
  const { document } = useEditor();
  const toggle = (name: string, isOn: boolean) =>
    onChange({ ranges: isOn ? [...choice.ranges, name] : choice.ranges.filter((each) => each !== name) });
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <fieldset className="flex flex-col gap-1">
        <legend className="font-medium">Ranges under which FTP is served</legend>
        <div className="flex max-h-32 flex-col gap-1 overflow-auto rounded border p-2">
          {document.ranges.slice(0, 500).map(({ name, addresses }, at) => (
            <Checkbox
              key={at}
              label={name || '(no name)'}
              help={addresses}
              checked={choice.ranges.includes(name)}
              onCheckedChange={(isOn) => toggle(name, isOn)}
            />
          ))}
        </div>
      </fieldset>
      <div className="flex flex-col gap-2">
        <Field label="Pool" help="The real servers on which the FTP service runs.">
          {(control) => (
            <Select {...control} value={choice.pool} onChange={(event) => onChange({ pool: event.target.value })}>
              {document.pools.map(({ name, forwarding }, at) => (
                <option key={at} value={name}>
                  {name} ({forwarding})
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div className="grid grid-cols-3 gap-2">
          <PortField
            label="First passive port"
            value={choice.passiveFirst}
            onChange={(passiveFirst) => onChange({ passiveFirst })}
          />
          <PortField
            label="Last passive port"
            value={choice.passiveLast}
            onChange={(passiveLast) => onChange({ passiveLast })}
          />
          {needsPersistence(document, choice.pool) && (
            <PortField
              label="Persistence (s)"
              value={choice.persistenceSeconds}
              onChange={(persistenceSeconds) => onChange({ persistenceSeconds })}
            />
          )}
        </div>
      </div>
    </div>
  );
}

/** Digits only; what is empty counts as 0 and is refused in words. */
function PortField({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <Field label={label}>
      {(control) => (
        <Input
          {...control}
          inputMode="numeric"
          className="font-mono text-xs"
          value={value === 0 ? '' : String(value)}
          onChange={(event) => onChange(Number(event.target.value.replace(/\D/g, '').slice(0, 6)))}
        />
      )}
    </Field>
  );
}
