'use client';
// The place of the picture on the page; shows who is active when the pair is known.
import { useLiveSnapshot } from '@/components/data/live-queries';
import { useEditor } from '../editor-context';
import { LazyPicture } from './lazy-picture';

export function PictureFrame() {
  const { topologyId } = useEditor();
  const { data: pair } = useLiveSnapshot(topologyId);
  return (
    <div data-testid="picture" className="h-[480px] lg:h-auto lg:min-h-[330px] lg:flex-1">
      <LazyPicture activeDirector={pair?.state === 'one-active' ? pair.active : undefined} />
    </div>
  );
}
