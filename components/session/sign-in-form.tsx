'use client';
// E-mail and password; why a sign-in failed stands above the button.
import { useState } from 'react';
import { leaveTo } from '@/components/data/leave';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { safeTarget } from './safe-target';
import { signIn, type SignInResult } from './sign-in-requests';

export function SignInForm({ next, reason }: { next?: string | undefined; reason?: string | undefined }) {
  const [result, setResult] = useState<SignInResult>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (form: FormData) => {
    setBusy(true);
    const answer = await signIn(String(form.get('email')), String(form.get('password')));
    setResult(answer);
    setBusy(false);
    if (answer.ok) leaveTo(safeTarget(next, location.origin));
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
    >
      {reason === 'ended' && !result && (
        <Notice tone="warn" title="Your session has ended. Sign in to go on where you were." />
      )}
      {reason === 'link' && !result && (
        <Notice tone="down" title="This one-time link does not work.">
          It was used before, is older than an hour, or a newer one was made. Ask for a new one, or sign in with a
          password.
        </Notice>
      )}
      {result && !result.ok && (
        <Notice tone="down" title={result.message}>
          {result.next}
        </Notice>
      )}
      <Field label="E-mail">
        {(control) => <Input {...control} name="email" type="email" required autoComplete="username" autoFocus />}
      </Field>
      <Field label="Password">
        {(control) => <Input {...control} name="password" type="password" required autoComplete="current-password" />}
      </Field>
      <Button type="submit" variant="primary" disabled={isBusy}>
        {isBusy ? 'Signing in' : 'Sign in'}
      </Button>
    </form>
  );
}
