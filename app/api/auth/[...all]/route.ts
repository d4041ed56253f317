// Hands sign-in requests to better-auth.
import { getAuth } from '@/lib/auth/auth';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const handler = (request: Request) => getAuth().handler(request);
export { handler as GET, handler as POST };
