// Which directors a deploy speaks of: every deploy that began has a step for each of its own.
import type { Deploy } from '@/lib/core/views/deploy';

export function directorsIn({ steps, timers }: Pick<Deploy, 'steps' | 'timers'>): string[] {
  return [...new Set([...steps.flatMap(({ director }) => director ?? []), ...Object.keys(timers)])].sort();
}
