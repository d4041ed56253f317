// How alerts are delivered: what may be shown as JSON, the secrets sealed beside it.
import 'server-only';
import { z } from 'zod';
import { alertSettingsSchema, defaultAlertSettings, type AlertSettings } from '@/lib/core/views/alert';
import type { Db, Tx } from './client';
import { seal, unseal } from './sealed';

const ID = 'console';
const CONTEXT = 'alert-settings';
const secretsSchema = z.object({ webhookUrl: z.string(), password: z.string() });
export type AlertSecrets = z.infer<typeof secretsSchema>;
export type StoredAlertSettings = { settings: AlertSettings; secrets: AlertSecrets };

export async function loadAlertSettings(db: Db | Tx): Promise<StoredAlertSettings> {
  const row = await db.alertSettings.findUnique({ where: { id: ID } });
  if (!row) return { settings: defaultAlertSettings, secrets: { webhookUrl: '', password: '' } };
  return {
    settings: alertSettingsSchema.parse(row.body),
    secrets: secretsSchema.parse(JSON.parse(unseal(row.secrets, CONTEXT))),
  };
}

/** The table: before the first time there is no row to lock. Reading goes on. */
export async function lockAlertSettings(tx: Tx): Promise<void> {
  await tx.$executeRaw`LOCK TABLE "AlertSettings" IN SHARE ROW EXCLUSIVE MODE`;
}

export async function storeAlertSettings(tx: Tx, { settings, secrets }: StoredAlertSettings): Promise<void> {
  const data = { body: settings, secrets: seal(JSON.stringify(secrets), CONTEXT) };
  await tx.alertSettings.upsert({ where: { id: ID }, create: { id: ID, ...data }, update: data });
}
