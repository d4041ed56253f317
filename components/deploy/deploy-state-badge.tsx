// The state of a deploy in one word.
import { Badge, type Tone } from '@/components/ui/badge';
import { openDeployStates } from '@/lib/core/open-deploy-states';
import type { DeployState } from '@/lib/core/views/deploy';

const tones: Record<DeployState, Tone> = {
  queued: 'drain',
  running: 'drain',
  verified: 'up',
  'rolling-back': 'warn',
  'rolled-back': 'warn',
  failed: 'down',
  refused: 'down',
};

/** `isOld`: it could not be read again, so that one that was open may have ended. */
export function DeployStateBadge({ state, isOld = false }: { state: DeployState; isOld?: boolean }) {
  const isOpen = openDeployStates.includes(state);
  return (
    <Badge tone={isOpen && isOld ? 'unknown' : tones[state]} isBusy={isOpen && !isOld && state !== 'queued'}>
      {state.replace('-', ' ')}
    </Badge>
  );
}
