// Which deploys ended while nobody looked: each is told once, however many run at a time.
import { openDeployStates } from '@/lib/core/open-deploy-states';
import type { Deploy } from '@/lib/core/views/deploy';

/** What the last look saw: the open ones, and the number of the newest one. */
export type SeenDeploys = { open: ReadonlySet<string>; newest: number };

export const isOpenDeploy = ({ state }: Pick<Deploy, 'state'>) => openDeployStates.includes(state);

/** Newest first. What has ended before the first look is no news; what began and ended between two looks is. */
export function lookAtDeploys(
  seen: SeenDeploys | undefined,
  deploys: readonly Deploy[],
): { seen: SeenDeploys; ended: Deploy[] } {
  const ended = deploys.filter(
    (deploy) => seen && !isOpenDeploy(deploy) && (seen.open.has(deploy.id) || deploy.number > seen.newest),
  );
  const open = new Set(seen?.open);
  for (const deploy of deploys) {
    if (isOpenDeploy(deploy)) open.add(deploy.id);
    else open.delete(deploy.id);
  }
  return { seen: { open, newest: Math.max(seen?.newest ?? 0, ...deploys.map(({ number }) => number)) }, ended };
}
