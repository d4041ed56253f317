// Alerts, who acknowledged and muted them, and how they are delivered.
import 'server-only';
import { createRoute, z } from '@hono/zod-openapi';
import {
  alertChannelSchema,
  alertListSchema,
  alertMuteSchema,
  alertSchema,
  alertSettingsViewSchema,
  saveAlertSettingsInput,
} from '@/lib/core/views/alert';
import { getAlertSettings, saveAlertSettings, testAlertChannel } from '@/lib/services/alert-settings';
import { acknowledgeAlert, endMute, listAlerts, muteAlerts, muteAlertsInput } from '@/lib/services/alerts';
import { answers, answersNothing, idParams, jsonBody, newRouter } from './declare';

export const alertRoutes = newRouter()
  .openapi(
    createRoute({
      method: 'get',
      path: '/alerts',
      summary: 'Open and past alerts, and mutes',
      responses: answers(alertListSchema),
    }),
    async (c) => c.json(await listAlerts({ ctx: c.get('ctx'), input: {} }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/alerts/{id}/acknowledge',
      summary: 'Tell the others that you look after it',
      request: { params: idParams },
      responses: answers(alertSchema),
    }),
    async (c) => c.json(await acknowledgeAlert({ ctx: c.get('ctx'), input: c.req.valid('param') }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/alert-mutes',
      summary: 'Deliver and count no alert of a rule of a pair for some time',
      request: { body: jsonBody(muteAlertsInput) },
      responses: answers(alertMuteSchema),
    }),
    async (c) => c.json(await muteAlerts({ ctx: c.get('ctx'), input: c.req.valid('json') }), 200),
  )
  .openapi(
    createRoute({
      method: 'delete',
      path: '/alert-mutes/{id}',
      summary: 'End a mute before its time',
      request: { params: idParams },
      responses: answersNothing,
    }),
    async (c) => {
      await endMute({ ctx: c.get('ctx'), input: c.req.valid('param') });
      return c.body(null, 204);
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/alert-settings',
      summary: 'How alerts are delivered, without the secrets',
      responses: answers(alertSettingsViewSchema),
    }),
    async (c) => c.json(await getAlertSettings({ ctx: c.get('ctx'), input: {} }), 200),
  )
  .openapi(
    createRoute({
      method: 'put',
      path: '/alert-settings',
      summary: 'Set how alerts are delivered over what was seen; secrets that are left out stay',
      request: { body: jsonBody(saveAlertSettingsInput) },
      responses: answers(alertSettingsViewSchema),
    }),
    async (c) => c.json(await saveAlertSettings({ ctx: c.get('ctx'), input: c.req.valid('json') }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/alert-settings/test',
      summary: 'Send a test over one channel',
      request: { body: jsonBody(z.object({ channel: alertChannelSchema })) },
      responses: answersNothing,
    }),
    async (c) => {
      await testAlertChannel({ ctx: c.get('ctx'), input: c.req.valid('json') });
      return c.body(null, 204);
    },
  );
