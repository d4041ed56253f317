'use client';
// Loads the picture after the page, so that forms are usable at once.
import dynamic from 'next/dynamic';
import { Skeleton } from '@/components/ui/skeleton';

export const LazyPicture = dynamic(() => import('./topology-picture'), {
  ssr: false,
  loading: () => (
    <div role="status" aria-label="Loading the picture" className="flex h-full items-center gap-6 p-6">
      <Skeleton className="h-12 w-32" />
      <Skeleton className="h-40 w-48" />
      <Skeleton className="h-12 w-32" />
      <Skeleton className="h-12 w-32" />
    </div>
  ),
});
