'use client';
// Loaded after every page, not when it is needed: a console that was upgraded meanwhile no longer has this code.
import dynamic from 'next/dynamic';

export const LazySessionEnded = dynamic(() => import('./session-ended').then(({ SessionEnded }) => SessionEnded), {
  ssr: false,
});
