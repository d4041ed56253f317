// Sends one alert to one channel, within a bound; what went wrong is told without addresses, credentials or answers' text.
import 'server-only';
import { createTransport } from 'nodemailer';
import type { AlertChannel } from '../core/views/alert';
import type { StoredAlertSettings } from '../db/alert-settings-row';
import { printMailSubject, printMailText, type AlertMessage } from './alert-message';

const SEND_MS = 10_000;

/** A delivery that failed; `message` may be stored, shown and logged. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
}

export async function sendAlert(
  channel: AlertChannel,
  message: AlertMessage,
  stored: StoredAlertSettings,
): Promise<void> {
  if (channel === 'webhook') await sendWebhook(message, stored.secrets.webhookUrl);
  else await sendMail(message, stored);
}

/** POST, JSON; every 2xx counts. Redirects are refused: the address is a secret that another host must not get. */
async function sendWebhook(message: AlertMessage, url: string): Promise<void> {
  if (url === '') throw new DeliveryError('No webhook address is set; enter it under Settings.');
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'lvs-console' },
    body: JSON.stringify(message),
    redirect: 'manual',
    signal: AbortSignal.timeout(SEND_MS),
  }).catch((error: unknown) => {
    throw new DeliveryError(`The webhook ${reasonOf(error)}.`);
  });
  await answer.body?.cancel();
  if (answer.status >= 300 && answer.status < 400)
    throw new DeliveryError(
      `The webhook answered with a redirect (${answer.status}); enter the address that it leads to.`,
    );
  if (!answer.ok) throw new DeliveryError(`The webhook answered with status ${answer.status}.`);
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `did not answer within ${SEND_MS / 1000} s`;
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  return `could not be reached${typeof code === 'string' ? ` (${code})` : ''}`;
}

async function sendMail(message: AlertMessage, { settings: { email }, secrets }: StoredAlertSettings): Promise<void> {
  const { host, port, security, user, from, to } = email;
  if (host === '' || to.length === 0)
    throw new DeliveryError('No mail server or no recipient is set; enter them under Settings.');
  const transport = createTransport({
    ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
    ...(user !== '' && { auth: { user, pass: secrets.password } }),
    ...{ connectionTimeout: SEND_MS, greetingTimeout: SEND_MS, socketTimeout: SEND_MS },
    // A message never names a file or an address to fetch.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  try {
    await transport.sendMail({ from, to, subject: printMailSubject(message), text: printMailText(message) });
  } catch (error) {
    const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
    const words = [code, responseCode].filter((each) => typeof each === 'string' || typeof each === 'number').join(' ');
    throw new DeliveryError(
      `The mail server ${host}:${port} did not take the message${words === '' ? '' : ` (${words})`}.`,
    );
  } finally {
    transport.close();
  }
}
