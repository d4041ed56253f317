// Which pair to watch.
import type { Metadata } from 'next';
import { LiveChooser } from '@/components/live/live-chooser';

export const metadata: Metadata = { title: 'Live' };

export default function LiveChooserRoute() {
  return <LiveChooser />;
}
