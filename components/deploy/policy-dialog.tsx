'use client';
// The pair's rules for deploys as a form: four eyes, windows, freeze.
import { useState } from 'react';
import { zodResolver } from '@hookform/resolvers/zod';
import { Plus, Trash2 } from 'lucide-react';
import { Controller, useFieldArray, useForm, type Control } from 'react-hook-form';
import { deployPolicySchema, type DeployPolicy } from '@/lib/core/deploy-policy';
import { useSaveDeployPolicy } from '@/components/data/gate-queries';
import { SaveFailure } from '@/components/data/save-failure';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, ProblemLines, type FieldProblem } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { policyProblems } from './policy-problems';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

type PolicyDialogProps = { topologyId: string; policy: DeployPolicy; onClose: () => void };

export function PolicyDialog({ topologyId, policy, onClose }: PolicyDialogProps) {
  const save = useSaveDeployPolicy(topologyId);
  // The page behind asks again and again: what the form was filled from is what it goes over.
  const [base, setBase] = useState(policy);
  const form = useForm({ resolver: zodResolver(deployPolicySchema), defaultValues: policy });
  const { control, register, handleSubmit, formState, reset } = form;
  const problems = policyProblems(formState.errors);
  const submit = handleSubmit((next) =>
    save.mutate({ base, policy: deployPolicySchema.parse(next) }, { onSuccess: onClose }),
  );
  const load = (current: DeployPolicy) => {
    setBase(current);
    reset(current);
    save.reset();
  };
  return (
    <Dialog
      title="Who may deploy this pair, and when"
      description="An administrator can go past these rules with a reason, which the audit keeps."
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <form className="flex flex-col gap-4" noValidate onSubmit={(event) => void submit(event)}>
        <Controller
          control={control}
          name="needsApproval"
          render={({ field }) => (
            <Checkbox
              label="Four eyes"
              help="A second person must approve exactly the plan that is deployed; nobody approves the own plan."
              checked={field.value ?? false}
              onCheckedChange={field.onChange}
            />
          )}
        />
        <Field
          label="An approval holds for (minutes)"
          help="5 to 10080."
          defaultValue="60"
          problems={problems.approvalMinutes}
        >
          {(props) => <Input {...props} type="number" {...register('approvalMinutes', { valueAsNumber: true })} />}
        </Field>
        <Windows control={control} problems={problems.windows} problemsOf={problems.ofWindow} />
        <Field
          label="Freeze"
          help="A reason: nothing is deployed while it stands here."
          defaultValue="empty, no freeze"
          problems={problems.freezeReason}
        >
          {(props) => <Input {...props} {...register('freezeReason')} />}
        </Field>
        {save.isError && <SaveFailure error={save.error} what="The rules were not saved" onLoad={load} />}
        <DialogActions>
          <Button onClick={onClose}>Keep the old rules</Button>
          <Button type="submit" variant="primary" disabled={save.isPending}>
            Save these rules
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

type PolicyControl = Control<ReturnType<typeof deployPolicySchema.parse>, unknown, DeployPolicy>;

type WindowsProps = {
  control: unknown;
  problems: readonly FieldProblem[];
  problemsOf: (at: number) => readonly FieldProblem[];
};

function Windows({ control, problems, problemsOf }: WindowsProps) {
  const typed = control as PolicyControl;
  const { fields, append, remove } = useFieldArray({ control: typed, name: 'windows' });
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="font-medium">Windows (UTC)</legend>
      {fields.length === 0 && <p className="text-xs text-muted-foreground">None: a deploy may begin at any time.</p>}
      {fields.map(({ id }, at) => (
        <div key={id} className="flex flex-col gap-1">
          <WindowRow control={typed} at={at} onRemove={() => remove(at)} />
          <ProblemLines problems={problemsOf(at)} />
        </div>
      ))}
      <ProblemLines problems={problems} />
      <Button
        size="small"
        className="self-start"
        onClick={() => append({ days: [1, 2, 3, 4, 5], from: '22:00', to: '05:00' })}
      >
        <Plus /> Add a window
      </Button>
    </fieldset>
  );
}

function WindowRow({ control, at, onRemove }: { control: PolicyControl; at: number; onRemove: () => void }) {
  return (
    <div className="flex flex-wrap items-center gap-2" role="group" aria-label={`Window ${at + 1}`}>
      <Controller
        control={control}
        name={`windows.${at}.days`}
        render={({ field }) => (
          <>
            {DAYS.map((name, index) => {
              const day = index + 1;
              const isOn = field.value.includes(day);
              const toggle = () => field.onChange(isOn ? field.value.filter((d) => d !== day) : [...field.value, day]);
              return (
                <Button
                  key={name}
                  size="small"
                  variant={isOn ? 'primary' : 'outline'}
                  aria-pressed={isOn}
                  onClick={toggle}
                >
                  {name}
                </Button>
              );
            })}
          </>
        )}
      />
      {(['from', 'to'] as const).map((key) => (
        <Controller
          key={key}
          control={control}
          name={`windows.${at}.${key}`}
          render={({ field }) => <Input {...field} type="time" aria-label={key} className="w-28" />}
        />
      ))}
      <Button size="icon" variant="ghost" aria-label={`Remove window ${at + 1}`} onClick={onRemove}>
        <Trash2 />
      </Button>
    </div>
  );
}
