'use client';
// What the list of deploys is narrowed to: one pair, one state.
import { deployStateSchema, type DeployState } from '@/lib/core/views/deploy';
import { useTopologies } from '@/components/data/topology-queries';
import { Select } from '@/components/ui/input';

const states = deployStateSchema.options;

/** `pair`: the id of its topology; '' is every pair. */
export function PairSelect({ pair, onChange }: { pair: string; onChange: (pair: string) => void }) {
  const { data: topologies } = useTopologies();
  const isListed = pair === '' || topologies?.some(({ id }) => id === pair);
  return (
    <Select aria-label="Pair" className="w-44" value={pair} onChange={(event) => onChange(event.target.value)}>
      <option value="">every pair</option>
      {/* A link may name a pair that was removed, or be opened before the pairs are read. */}
      {!isListed && <option value={pair}>{topologies ? 'a pair that is gone' : 'one pair'}</option>}
      {topologies?.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  );
}

type StateSelectProps = { state: DeployState | null; onChange: (state: DeployState | null) => void };

export function StateSelect({ state, onChange }: StateSelectProps) {
  return (
    <Select
      aria-label="State"
      className="w-36"
      value={state ?? ''}
      onChange={(event) => onChange(states.find((each) => each === event.target.value) ?? null)}
    >
      <option value="">every state</option>
      {states.map((each) => (
        <option key={each}>{each}</option>
      ))}
    </Select>
  );
}
