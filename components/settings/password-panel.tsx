'use client';
// Sets the own password: also for who came by a one-time link and has none yet.
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { useSetPassword } from '@/components/data/account-queries';
import { Failure } from '@/components/data/failure';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/page';
import { problemsOf } from './form-problems';

const passwordSchema = z
  .object({ next: z.string().min(12, 'At least 12 characters.'), again: z.string() })
  .refine(({ next, again }) => next === again, { path: ['again'], message: 'The two do not agree.' });

export function PasswordPanel() {
  const setPassword = useSetPassword();
  const { register, handleSubmit, reset, formState } = useForm({
    resolver: zodResolver(passwordSchema),
    defaultValues: { next: '', again: '' },
  });
  const { errors } = formState;
  const submit = handleSubmit(({ next }) => setPassword.mutate(next, { onSuccess: () => reset() }));
  return (
    <Panel title="Password">
      <form className="flex flex-col gap-3" noValidate onSubmit={(event) => void submit(event)}>
        <Field label="New password" help="At least 12 characters." problems={problemsOf(errors.next?.message)}>
          {(control) => <Input {...control} type="password" autoComplete="new-password" {...register('next')} />}
        </Field>
        <Field label="New password again" problems={problemsOf(errors.again?.message)}>
          {(control) => <Input {...control} type="password" autoComplete="new-password" {...register('again')} />}
        </Field>
        {setPassword.isSuccess && <Notice tone="up" title="The password is set." />}
        {setPassword.isError && <Failure error={setPassword.error} what="The password was not set" />}
        <Button type="submit" disabled={setPassword.isPending} className="self-start">
          Set password
        </Button>
      </form>
    </Panel>
  );
}
