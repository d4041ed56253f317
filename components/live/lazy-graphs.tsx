'use client';
// The graphs and their library, loaded when somebody opens them.
import dynamic from 'next/dynamic';
import { SkeletonRows } from '@/components/ui/skeleton';

export const LazyGraphs = dynamic(() => import('./graphs-tab').then(({ GraphsTab }) => GraphsTab), {
  ssr: false,
  loading: () => <SkeletonRows rows={8} label="Loading the graphs" />,
});
