'use client';
// Mutes a rule of a pair for some time, with the reason for who looks later.
import { useState } from 'react';
import type { Alert } from '@/lib/core/views/alert';
import { useMuteAlerts } from '@/components/data/alert-queries';
import { Failure } from '@/components/data/failure';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { titleOf } from './rule-words';

const TIMES = [
  [60, '1 hour'],
  [240, '4 hours'],
  [1_440, '1 day'],
  [10_080, '1 week'],
] as const;

export function MuteDialog({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const mute = useMuteAlerts();
  const { topologyId, topologyName } = alert;
  const [rule, setRule] = useState<'*' | 'rule'>('rule');
  const [minutes, setMinutes] = useState<number>(60);
  const [reason, setReason] = useState('');
  const submit = () =>
    mute.mutate(
      { topologyId, rule: rule === '*' ? '*' : alert.rule, minutes, reason: reason.trim() },
      { onSuccess: onClose },
    );
  return (
    <Dialog isOpen onOpenChange={(isOpen) => !isOpen && onClose()} title={`Mute alerts of ${topologyName}`}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label="What" help="Alerts are kept, but told to nobody, neither their beginning nor their end.">
          {(control) => (
            <Select {...control} value={rule} onChange={(event) => setRule(event.target.value === '*' ? '*' : 'rule')}>
              <option value="rule">{titleOf(alert.rule)}</option>
              <option value="*">Every rule of this pair</option>
            </Select>
          )}
        </Field>
        <Field label="For">
          {(control) => (
            <Select {...control} value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
              {TIMES.map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Reason" help="For who looks later.">
          {(control) => (
            <Input {...control} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
          )}
        </Field>
        {mute.isError && <Failure error={mute.error} what="The alerts were not muted" />}
        <Button type="submit" disabled={reason.trim() === '' || mute.isPending} className="self-start">
          Mute {rule === '*' ? 'every rule' : titleOf(alert.rule).toLowerCase()} of {topologyName}
        </Button>
      </form>
    </Dialog>
  );
}
