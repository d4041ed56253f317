// One director.
import type { Metadata } from 'next';
import { DirectorPage } from '@/components/director/director-page';

export const metadata: Metadata = { title: 'Director' };

export default async function DirectorPageRoute({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <DirectorPage key={id} directorId={id} />;
}
