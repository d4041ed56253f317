// Hands /readyz to the app for other tools.
import { handle } from 'hono/vercel';
import { probeApp } from '@/lib/api/probe-app';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const handler = handle(probeApp);
export { handler as GET };
