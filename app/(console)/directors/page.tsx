// All directors.
import type { Metadata } from 'next';
import { DirectorList } from '@/components/director/director-list';

export const metadata: Metadata = { title: 'Directors' };

export default function DirectorListRoute() {
  return <DirectorList />;
}
