// The pair in words: who is active, are both in sync.
import { Badge, type Tone } from '@/components/ui/badge';
import type { LivePair } from '@/lib/core/views/live';

const states: Record<LivePair['state'], { tone: Tone; text: string }> = {
  'one-active': { tone: 'up', text: 'active' },
  'none-active': { tone: 'down', text: 'no director is active' },
  'both-active': { tone: 'down', text: 'both directors claim to be active' },
  unknown: { tone: 'unknown', text: 'who is active is unknown' },
};
const sync: Record<LivePair['inSync'], { tone: Tone; text: string }> = {
  yes: { tone: 'up', text: 'in sync' },
  no: { tone: 'warn', text: 'not in sync' },
  unknown: { tone: 'unknown', text: 'sync unknown' },
};

/** `isOld`: of a while ago, and not known now. */
export function PairBadges({ pair, isOld = false }: { pair: LivePair; isOld?: boolean }) {
  const { tone, text } = states[pair.state];
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Badge tone={isOld ? 'unknown' : tone}>{pair.state === 'one-active' ? `${pair.active} is active` : text}</Badge>
      <Badge tone={isOld ? 'unknown' : sync[pair.inSync].tone} title={pair.inSyncReason}>
        {sync[pair.inSync].text}
      </Badge>
    </span>
  );
}
