'use client';
// A fault of the console itself: says so, keeps the way back open.
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="p-4">
      <Notice
        tone="down"
        title="This page failed. That is a fault of the console, not yours."
        actions={<Button onClick={reset}>Try again</Button>}
      >
        <p>Unsaved edits of topologies are kept in this browser. When it stays, report it with the text below.</p>
        <pre className="mt-1 overflow-auto text-xs whitespace-pre-wrap">
          {error.message} {error.digest && `(digest ${error.digest})`}
        </pre>
      </Notice>
    </main>
  );
}
