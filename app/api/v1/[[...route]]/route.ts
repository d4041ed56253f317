// Hands every request below /api/v1 to the HTTP API.
import { handle } from 'hono/vercel';
import { apiApp } from '@/lib/api/api';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const handler = handle(apiApp);
export { handler as GET, handler as POST, handler as PUT, handler as PATCH, handler as DELETE };
