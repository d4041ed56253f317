// Who is signed in, accounts, and the audit trail.
import 'server-only';
import { createRoute, z } from '@hono/zod-openapi';
import {
  accountRoleSchema,
  auditEntrySchema,
  auditRowSchema,
  managedAccountSchema,
  ownAccountSchema,
  signInLinkSchema,
} from '@/lib/core/views/account';
import { makeSignInLink, setAccountEnabled } from '@/lib/services/account-access';
import { changeRole, createAccount, createAccountInput, listAccounts } from '@/lib/services/accounts';
import { getAuditEntry, listAudit } from '@/lib/services/audit-trail';
import { getOwnAccount, setOwnPassword, setPasswordInput } from '@/lib/services/own-password';
import { answers, idParams, jsonBody, newRouter } from './declare';

const auditQuery = z.object({
  action: z.string().optional(),
  actor: z.string().optional(),
  target: z.string().optional(),
  before: z.iso.datetime().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

export const accountRoutes = newRouter()
  .openapi(
    createRoute({ method: 'get', path: '/session', summary: 'Who is signed in', responses: answers(ownAccountSchema) }),
    async (c) => c.json(await getOwnAccount({ ctx: c.get('ctx') }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/session/password',
      summary: 'Set your own password, with the current one when there is one; every other session of yours ends',
      request: { body: jsonBody(setPasswordInput) },
      responses: answers(z.object({})),
    }),
    async (c) => {
      await setOwnPassword({ ctx: c.get('ctx'), input: { ...c.req.valid('json'), sessionId: c.get('sessionId') } });
      return c.json({}, 200);
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/accounts',
      summary: 'All accounts',
      responses: answers(z.array(managedAccountSchema)),
    }),
    async (c) => c.json(await listAccounts(c.get('ctx')), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/accounts',
      summary: 'Add an account',
      request: { body: jsonBody(createAccountInput) },
      responses: answers(managedAccountSchema),
    }),
    async (c) => c.json(await createAccount({ ctx: c.get('ctx'), input: c.req.valid('json') }), 200),
  )
  .openapi(
    createRoute({
      method: 'patch',
      path: '/accounts/{id}',
      summary: 'Change a role',
      request: { params: idParams, body: jsonBody(z.object({ role: accountRoleSchema })) },
      responses: answers(managedAccountSchema),
    }),
    async (c) =>
      c.json(await changeRole({ ctx: c.get('ctx'), input: { ...c.req.valid('param'), ...c.req.valid('json') } }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/accounts/{id}/disable',
      summary: 'Sign an account out everywhere, and let nobody sign in to it',
      request: { params: idParams },
      responses: answers(managedAccountSchema),
    }),
    async (c) =>
      c.json(await setAccountEnabled({ ctx: c.get('ctx'), input: { ...c.req.valid('param'), isEnabled: false } }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/accounts/{id}/enable',
      summary: 'Let an account sign in again',
      request: { params: idParams },
      responses: answers(managedAccountSchema),
    }),
    async (c) =>
      c.json(await setAccountEnabled({ ctx: c.get('ctx'), input: { ...c.req.valid('param'), isEnabled: true } }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/accounts/{id}/sign-in-link',
      summary: 'A one-time link for an account, told only here; its password, sessions and earlier links end',
      request: { params: idParams },
      responses: answers(signInLinkSchema),
    }),
    async (c) => c.json(await makeSignInLink({ ctx: c.get('ctx'), input: c.req.valid('param') }), 200),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/audit',
      summary: 'The audit trail, newest first, without what was there before and after',
      request: { query: auditQuery },
      responses: answers(z.array(auditRowSchema)),
    }),
    async (c) => c.json(await listAudit({ ctx: c.get('ctx'), input: c.req.valid('query') }), 200),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/audit/{id}',
      summary: 'One row of the audit trail, with what was there before and after',
      request: { params: idParams },
      responses: answers(auditEntrySchema),
    }),
    async (c) => c.json(await getAuditEntry({ ctx: c.get('ctx'), input: c.req.valid('param') }), 200),
  );
