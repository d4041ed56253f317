'use client';
// Changes the own password; other sessions of the account end.
import { useState } from 'react';
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { changePassword, type SignInResult } from '@/components/session/sign-in-requests';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/page';
import { problemsOf } from './form-problems';

const passwordSchema = z
  .object({
    current: z.string(),
    next: z.string().min(12, 'At least 12 characters.'),
    again: z.string(),
  })
  .refine(({ next, again }) => next === again, { path: ['again'], message: 'The two do not agree.' });

export function PasswordPanel() {
  const [result, setResult] = useState<SignInResult>();
  const { register, handleSubmit, reset, formState } = useForm({
    resolver: zodResolver(passwordSchema),
    defaultValues: { current: '', next: '', again: '' },
  });
  const { errors, isSubmitting } = formState;
  const submit = handleSubmit(async ({ current, next }) => {
    const answer = await changePassword(current, next);
    setResult(answer);
    if (answer.ok) reset();
  });
  return (
    <Panel title="Password">
      <form className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
        <Field
          label="Current password"
          help="Leave it empty when you have none yet and came by a one-time link."
          problems={problemsOf(errors.current?.message)}
        >
          {(control) => <Input {...control} type="password" autoComplete="current-password" {...register('current')} />}
        </Field>
        <Field label="New password" help="At least 12 characters." problems={problemsOf(errors.next?.message)}>
          {(control) => <Input {...control} type="password" autoComplete="new-password" {...register('next')} />}
        </Field>
        <Field label="New password again" problems={problemsOf(errors.again?.message)}>
          {(control) => <Input {...control} type="password" autoComplete="new-password" {...register('again')} />}
        </Field>
        {result?.ok === true && <Notice tone="up" title="The password is changed; other sessions have ended." />}
        {result?.ok === false && (
          <Notice tone="down" title={result.message}>
            {result.next}
          </Notice>
        )}
        <Button type="submit" disabled={isSubmitting} className="self-start">
          Change password
        </Button>
      </form>
    </Panel>
  );
}
