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

export function DeployStateBadge({ state }: { state: DeployState }) {
  return (
    <Badge tone={tones[state]} isBusy={openDeployStates.includes(state) && state !== 'queued'}>
      {state.replace('-', ' ')}
    </Badge>
  );
}
