'use client';
// How alerts leave the console; secrets are set here and never shown again.
import { useState } from 'react';
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import type { AlertChannel, AlertSettingsView, SaveAlertSettings } from '@/lib/core/views/alert';
import { useAlertSettings, useSaveAlertSettings, useTestAlert } from '@/components/data/alert-queries';
import { Failure } from '@/components/data/failure';
import { SaveFailure } from '@/components/data/save-failure';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/page';
import { SkeletonRows } from '@/components/ui/skeleton';
import { problemsOf } from './form-problems';

const formSchema = z.object({
  webhookOn: z.boolean(),
  webhookUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/, error: 'An address with http:// or https://.' })]),
  emailOn: z.boolean(),
  host: z.string().max(253),
  port: z.coerce.number<string>().int('A whole number.').min(1, 'From 1 to 65535.').max(65_535, 'From 1 to 65535.'),
  security: z.enum(['starttls', 'tls', 'none']),
  user: z.string().max(200),
  password: z.string().max(500),
  from: z.string().max(200),
  to: z
    .string()
    .max(2_000)
    .refine(
      (text) => addresses(text).every((each) => z.email().safeParse(each).success),
      'Addresses with commas between.',
    ),
});
type FormInput = z.input<typeof formSchema>;
type FormOutput = z.output<typeof formSchema>;

function addresses(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

export function AlertChannelsPanel() {
  const { data, isError, error, refetch } = useAlertSettings();
  return (
    <Panel title="Alert channels">
      {isError && <Failure error={error} what="The channels could not be read" onRetry={() => void refetch()} />}
      {!data && !isError && <SkeletonRows rows={4} label="Loading the channels" />}
      {data && <ChannelsForm settings={data} />}
    </Panel>
  );
}

function ChannelsForm({ settings }: { settings: AlertSettingsView }) {
  const save = useSaveAlertSettings();
  // Asked again now and then: what the form was filled from is what it goes over.
  const [base, setBase] = useState(settings);
  const { register, handleSubmit, reset, formState } = useForm<FormInput, unknown, FormOutput>({
    resolver: zodResolver(formSchema),
    defaultValues: toForm(settings),
  });
  const { errors } = formState;
  const fill = (stored: AlertSettingsView) => {
    setBase(stored);
    reset(toForm(stored));
  };
  const submit = handleSubmit((form) => save.mutate({ ...toInput(form), base }, { onSuccess: fill }));
  const load = (stored: AlertSettingsView) => {
    fill(stored);
    save.reset();
  };
  const text = (name: 'host' | 'user' | 'from' | 'to', label: string, help: string) => (
    <Field label={label} help={help} problems={problemsOf(errors[name]?.message)}>
      {(control) => <Input {...control} {...register(name)} />}
    </Field>
  );
  return (
    <form className="flex flex-col gap-3" noValidate onSubmit={(event) => void submit(event)}>
      <label className="flex items-center gap-2 font-medium">
        <input type="checkbox" {...register('webhookOn')} /> Webhook
      </label>
      <Field
        label="Webhook address"
        help={
          settings.webhookHost === ''
            ? 'Gets each alert as JSON by POST.'
            : `One of ${settings.webhookHost} is stored. Empty: it stays.`
        }
        problems={problemsOf(errors.webhookUrl?.message)}
      >
        {(control) => <Input {...control} type="url" autoComplete="off" {...register('webhookUrl')} />}
      </Field>
      <label className="flex items-center gap-2 font-medium">
        <input type="checkbox" {...register('emailOn')} /> E-mail
      </label>
      <div className="grid gap-3 sm:grid-cols-2">
        {text('host', 'Mail server', 'Name or address.')}
        <Field label="Port" defaultValue="587" problems={problemsOf(errors.port?.message)}>
          {(control) => <Input {...control} inputMode="numeric" {...register('port')} />}
        </Field>
        <Field label="Security" help="STARTTLS refuses a server that does not offer it." defaultValue="STARTTLS">
          {(control) => (
            <Select {...control} {...register('security')}>
              <option value="starttls">STARTTLS</option>
              <option value="tls">TLS from the start</option>
              <option value="none">none</option>
            </Select>
          )}
        </Field>
        {text('user', 'User', 'Empty: the server asks for nobody.')}
        <Field
          label="Password"
          help={settings.hasPassword ? 'One is stored. Empty: it stays.' : 'Of that user.'}
          problems={problemsOf(errors.password?.message)}
        >
          {(control) => <Input {...control} type="password" autoComplete="new-password" {...register('password')} />}
        </Field>
        {text('from', 'Sender', 'The address that mails come from.')}
        {text('to', 'Recipients', 'Addresses with commas between.')}
      </div>
      {save.isError && <SaveFailure error={save.error} what="The channels were not saved" onLoad={load} />}
      {save.isSuccess && !formState.isDirty && <Notice tone="up" title="The channels are saved." />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" disabled={save.isPending}>
          Save the channels
        </Button>
        <TestButton channel="webhook" isOn={settings.webhook.isEnabled} />
        <TestButton channel="email" isOn={settings.email.isEnabled} />
      </div>
    </form>
  );
}

function TestButton({ channel, isOn }: { channel: AlertChannel; isOn: boolean }) {
  const test = useTestAlert();
  const name = channel === 'email' ? 'e-mail' : 'webhook';
  return (
    <span className="flex flex-col gap-1">
      <Button disabled={!isOn || test.isPending} onClick={() => test.mutate(channel)}>
        {test.isPending ? 'Sending' : 'Send'} a test by {name}
      </Button>
      {test.isSuccess && <Notice tone="up" title={`The ${name} was taken.`} />}
      {test.isError && <Failure error={test.error} what={`The ${name} was not taken`} />}
    </span>
  );
}

function toForm({ webhook, email }: AlertSettingsView): FormInput {
  const { isEnabled: emailOn, host, port, security, user, from, to } = email;
  return {
    ...{ webhookOn: webhook.isEnabled, webhookUrl: '', password: '' },
    ...{ emailOn, host, port: String(port), security, user, from, to: to.join(', ') },
  };
}

/** Empty secrets are left out: those that are stored stay. */
function toInput({
  webhookOn,
  webhookUrl,
  emailOn,
  password,
  to,
  ...email
}: FormOutput): Omit<SaveAlertSettings, 'base'> {
  return {
    webhook: { isEnabled: webhookOn },
    email: { isEnabled: emailOn, ...email, to: addresses(to) },
    ...(webhookUrl !== '' && { webhookUrl }),
    ...(password !== '' && { password }),
  };
}
