'use client';
// A pool: forwarding method and what it needs, real servers, health check, fallback.
import type { Forwarding } from '@/lib/core/document';
import { useEditor } from '../editor-context';
import { CheckboxField, SelectField } from './document-fields';
import { FallbackFields } from './fallback-fields';
import { FormSection } from './form-section';
import { forwardingNeeds, forwardings } from './forwardings';
import { HealthCheckFields } from './health-check-fields';
import { NameField } from './name-field';
import { ObjectForm } from './object-form';
import { RealServersField } from './real-servers-field';
import { WhereUsed } from './where-used';

export function PoolForm({ index }: { index: number }) {
  const { document } = useEditor();
  const at = (...rest: (string | number)[]) => ['pools', index, ...rest];
  const forwarding = document.pools[index]?.forwarding ?? 'masq';
  return (
    <ObjectForm lead="Real servers that serve the same packets in the same way.">
      <NameField
        list="pools"
        index={index}
        help="Groups refer to the pool by this name; a rename is carried through."
      />
      <SelectField path={at('forwarding')} label="Forwarding" options={forwardings} />
      <ForwardingNeeds forwarding={forwarding} />
      <RealServersField index={index} />
      <FormSection title="Health check" path={at('healthCheck')}>
        <HealthCheckFields index={index} />
        <QuiescentField index={index} />
      </FormSection>
      <FallbackFields index={index} />
      <WhereUsed list="pools" index={index} unused="No group sends packets to this pool." />
    </ObjectForm>
  );
}

function ForwardingNeeds({ forwarding }: { forwarding: Forwarding }) {
  const { document } = useEditor();
  return (
    <div className="-mt-1 text-xs text-muted-foreground">
      What it needs:
      <ul className="list-disc pl-4">
        {forwardingNeeds(forwarding, document).map((need) => (
          <li key={need}>{need}</li>
        ))}
      </ul>
    </div>
  );
}

function QuiescentField({ index }: { index: number }) {
  const { change } = useEditor();
  const path = ['pools', index, 'quiescent'];
  return (
    <CheckboxField
      path={path}
      label="Quiescent"
      help="A dead real server stays in the table with weight 0: its open connections and persistent clients stay with it. Default: off, it is removed."
      onCommit={(isOn) => change(path, isOn ? true : undefined)}
    />
  );
}
