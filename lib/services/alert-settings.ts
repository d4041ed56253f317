// How alerts leave the console: an administrator sets it, nobody reads the secrets back.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import {
  saveAlertSettingsInput,
  type AlertChannel,
  type AlertSettingsView,
  type SaveAlertSettings,
} from '@/lib/core/views/alert';
import {
  loadAlertSettings,
  lockAlertSettings,
  storeAlertSettings,
  type StoredAlertSettings,
} from '@/lib/db/alert-settings-row';
import { inTransaction } from '@/lib/db/client';
import { callWorker } from '@/lib/worker/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs } from './context';
import { refuseLate } from './refuse-late';

export async function getAlertSettings({ ctx }: VerbArgs<object>): Promise<AlertSettingsView> {
  requireRole(ctx, 'admin');
  return toView(await loadAlertSettings(ctx.db));
}

/** Throws ServiceError: `conflict` (details.current) when they were changed meanwhile, `invalid` when a channel is switched on that cannot send. */
export async function saveAlertSettings({ ctx, input }: VerbArgs<SaveAlertSettings>): Promise<AlertSettingsView> {
  requireRole(ctx, 'admin');
  const { webhookUrl, password, base, ...settings } = saveAlertSettingsInput.parse(input);
  return inTransaction(ctx.db, async (tx) => {
    await lockAlertSettings(tx);
    const before = await loadAlertSettings(tx);
    refuseLate('How alerts are delivered was changed meanwhile.', base, toView(before));
    // A password belongs to the server that it was entered for: another server must not be given it.
    const isOtherServer = before.settings.email.host !== settings.email.host;
    const after: StoredAlertSettings = {
      settings,
      secrets: {
        webhookUrl: webhookUrl ?? before.secrets.webhookUrl,
        password: password ?? (isOtherServer ? '' : before.secrets.password),
      },
    };
    refuseIncomplete(after);
    await storeAlertSettings(tx, after);
    const changes = { before: toView(before), after: toView(after) };
    await appendAudit(tx, ctx, { action: 'alert.settings', target: 'console', ...changes });
    return toView(after);
  });
}

function refuseIncomplete({ settings: { webhook, email }, secrets }: StoredAlertSettings): void {
  if (webhook.isEnabled && secrets.webhookUrl === '')
    throw new ServiceError('invalid', 'The webhook is on and has no address; enter one, or switch it off.');
  if (!email.isEnabled) return;
  if (email.host === '' || email.from === '' || email.to.length === 0)
    throw new ServiceError(
      'invalid',
      'E-mail is on and needs a mail server, a sender and a recipient; enter them, or switch it off.',
    );
  if (email.user !== '' && secrets.password === '')
    throw new ServiceError(
      'invalid',
      'The mail server has a user and no password; enter it (again, when the server is another one).',
    );
}

/** Sends a test by the stored settings. Throws ServiceError('unavailable') with what the channel did. */
export async function testAlertChannel({ ctx, input }: VerbArgs<{ channel: AlertChannel }>): Promise<void> {
  requireRole(ctx, 'admin');
  await callWorker('testAlert', input);
}

/** Of the webhook's address only the host: its path often is the secret. */
function toView({ settings, secrets }: StoredAlertSettings): AlertSettingsView {
  const webhookHost = URL.canParse(secrets.webhookUrl) ? new URL(secrets.webhookUrl).host : '';
  return { ...settings, webhookHost, hasPassword: secrets.password !== '' };
}
