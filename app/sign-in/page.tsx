// Sign-in; where to go afterwards and why we are here stand in the URL.
import type { Metadata } from 'next';
import { SignInForm } from '@/components/session/sign-in-form';

export const metadata: Metadata = { title: 'Sign in' };

type SignInPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const query = await searchParams;
  const text = (key: string) => (typeof query[key] === 'string' ? query[key] : undefined);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-5 p-6">
      <div>
        <h1 className="text-xl font-semibold">LVS Console</h1>
        <p className="text-muted-foreground">Sign in to look after pairs of LVS directors.</p>
      </div>
      <SignInForm next={text('next')} reason={text('error') ? 'link' : text('reason')} />
      <p className="border-t pt-4 text-xs text-muted-foreground">
        No password, or forgotten? An administrator makes you a one-time link under Settings. For the first
        administrator `npm start` and `npm run demo` print one on the terminal where the console was started. It works
        once, for an hour, and leads straight to the topologies.
      </p>
    </main>
  );
}
