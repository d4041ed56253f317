// What an operator may ask of a running deploy: to stop, to go back, or nothing once it can only go forward.
import { allDirectors } from '@/lib/core/all-directors';
import type { Deploy } from '@/lib/core/views/deploy';
import { directorsIn } from './directors-in';

/** The words of the button; undefined once a director was asked to confirm: the console refuses a cancel from there on. */
export function cancelOffer(deploy: Pick<Deploy, 'steps' | 'timers'>): string | undefined {
  const has = (name: string) => deploy.steps.some((step) => step.name === name);
  if (has('confirm')) return undefined;
  return has('switch') ? `Roll back ${allDirectors(directorsIn(deploy).length)}` : 'Cancel deploy';
}
