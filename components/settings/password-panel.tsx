'use client';
// Sets the own password: against the current one, or soon after a one-time link for who has none yet.
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { ApiProblem } from '@/lib/api/client';
import { useOwnAccount, useSetPassword } from '@/components/data/account-queries';
import { Failure } from '@/components/data/failure';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/page';
import { SkeletonRows } from '@/components/ui/skeleton';
import { problemsOf } from './form-problems';

const EMPTY = { current: '', next: '', again: '' };
const passwordSchema = (hasPassword: boolean) =>
  z
    .object({
      current: z.string().min(hasPassword ? 1 : 0, 'The current password is needed.'),
      next: z.string().min(12, 'At least 12 characters.'),
      again: z.string(),
    })
    .refine(({ next, again }) => next === again, { path: ['again'], message: 'The two do not agree.' });

export function PasswordPanel() {
  const { data, error, refetch } = useOwnAccount();
  return (
    <Panel title="Password">
      {error && <Failure error={error} what="The account could not be read" onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows rows={3} label="Loading the account" />}
      {data && <PasswordForm hasPassword={data.hasPassword} />}
    </Panel>
  );
}

/** Told at its field; everything else below the form. */
function isWrongCurrent(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem && error.details?.field === 'current';
}

function PasswordForm({ hasPassword }: { hasPassword: boolean }) {
  const setPassword = useSetPassword();
  const { register, handleSubmit, reset, formState } = useForm({
    resolver: zodResolver(passwordSchema(hasPassword)),
    defaultValues: EMPTY,
  });
  const { errors } = formState;
  const wrong = isWrongCurrent(setPassword.error) ? `${setPassword.error.detail} ${setPassword.error.next}` : undefined;
  const submit = handleSubmit(({ current, next }) =>
    setPassword.mutate({ password: next, ...(hasPassword && { current }) }, { onSuccess: () => reset(EMPTY) }),
  );
  return (
    <form className="flex flex-col gap-3" noValidate onSubmit={(event) => void submit(event)}>
      {hasPassword ? (
        <Field
          label="Current password"
          help="The one that you sign in with now."
          problems={problemsOf(errors.current?.message ?? wrong)}
        >
          {(control) => <Input {...control} type="password" autoComplete="current-password" {...register('current')} />}
        </Field>
      ) : (
        <p className="text-muted-foreground">
          You have no password yet. Set one within 15 minutes of signing in by the one-time link.
        </p>
      )}
      <Field label="New password" help="At least 12 characters." problems={problemsOf(errors.next?.message)}>
        {(control) => <Input {...control} type="password" autoComplete="new-password" {...register('next')} />}
      </Field>
      <Field label="New password again" problems={problemsOf(errors.again?.message)}>
        {(control) => <Input {...control} type="password" autoComplete="new-password" {...register('again')} />}
      </Field>
      {setPassword.isSuccess && (
        <Notice tone="up" title="The password is set. Your sessions in other browsers have ended." />
      )}
      {setPassword.isError && wrong === undefined && (
        <Failure error={setPassword.error} what="The password was not set" />
      )}
      <Button type="submit" disabled={setPassword.isPending} className="self-start">
        Set password
      </Button>
    </form>
  );
}
