// Drift in one word with its number; `none` and `unknown` say since when.
import { Badge, type Tone } from '@/components/ui/badge';
import type { DriftState, PairDrift } from '@/lib/core/views/drift';

const looks: Record<DriftState, { tone: Tone; text: string }> = {
  none: { tone: 'up', text: 'no drift' },
  drift: { tone: 'warn', text: 'drift' },
  unknown: { tone: 'unknown', text: 'drift unknown' },
  paused: { tone: 'drain', text: 'drift: deploy is open' },
  settling: { tone: 'drain', text: 'drift: roles are changing' },
  'not-deployed': { tone: 'neutral', text: 'nothing deployed yet' },
};

/** `isOld`: of a while ago, and not known now. */
type DriftBadgeProps = { drift: PairDrift; isOld?: boolean };

export function DriftBadge({ drift: { state, count, sentence }, isOld = false }: DriftBadgeProps) {
  const { tone, text } = looks[state];
  return (
    <Badge tone={isOld ? 'unknown' : tone} title={sentence}>
      {state === 'drift' ? `drift: ${count}` : text}
    </Badge>
  );
}
