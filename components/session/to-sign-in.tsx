'use client';
// Leads to sign-in and remembers where the person wanted to go.
import { useEffect } from 'react';

export function ToSignIn() {
  useEffect(() => {
    const next = `${location.pathname}${location.search}`;
    location.replace(`/sign-in?next=${encodeURIComponent(next)}`);
  }, []);
  return (
    <main className="p-6">
      <a href="/sign-in" className="text-primary underline">
        Sign in
      </a>{' '}
      to see this page.
    </main>
  );
}
