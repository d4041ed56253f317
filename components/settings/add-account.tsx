'use client';
// A new account with a first password that its owner changes.
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { accountRoleSchema } from '@/lib/core/views/account';
import { useCreateAccount } from '@/components/data/account-queries';
import { Failure } from '@/components/data/failure';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { problemsOf } from './form-problems';

const newAccountSchema = z.object({
  name: z.string().min(1, 'A name is needed.').max(100),
  email: z.email('This is no e-mail address.'),
  password: z.string().min(12, 'At least 12 characters.'),
  role: accountRoleSchema,
});

export function AddAccount({ onClose }: { onClose: () => void }) {
  const create = useCreateAccount();
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(newAccountSchema),
    defaultValues: { name: '', email: '', password: '', role: 'viewer' as const },
  });
  const { errors } = formState;
  const submit = handleSubmit((input) => create.mutate(input, { onSuccess: onClose }));
  return (
    <Dialog isOpen onOpenChange={(isOpen) => !isOpen && onClose()} title="Add account">
      <form className="flex flex-col gap-3" noValidate onSubmit={(event) => void submit(event)}>
        <Field label="Name" problems={problemsOf(errors.name?.message)}>
          {(control) => <Input {...control} autoFocus {...register('name')} />}
        </Field>
        <Field label="E-mail" help="Used to sign in." problems={problemsOf(errors.email?.message)}>
          {(control) => <Input {...control} type="email" {...register('email')} />}
        </Field>
        <Field
          label="First password"
          help="At least 12 characters; its owner changes it under Settings."
          problems={problemsOf(errors.password?.message)}
        >
          {(control) => <Input {...control} type="password" autoComplete="new-password" {...register('password')} />}
        </Field>
        <Field label="Role" help="What the account may do." defaultValue="viewer">
          {(control) => (
            <Select {...control} {...register('role')}>
              {accountRoleSchema.options.map((role) => (
                <option key={role}>{role}</option>
              ))}
            </Select>
          )}
        </Field>
        {create.isError && <Failure error={create.error} what="The account was not added" />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={create.isPending}>
            Add account
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
