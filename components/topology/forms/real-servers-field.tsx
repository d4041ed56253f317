'use client';
// The real servers of a pool, a row each.
import { Plus, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Disclosure } from '@/components/ui/disclosure';
import { ProblemLines } from '@/components/ui/field';
import { appendAt, removeAt } from '../document-path';
import { useEditor } from '../editor-context';
import { NumberField, TextField, useProblemsAt } from './document-fields';
import { FormSection } from './form-section';

export function RealServersField({ index }: { index: number }) {
  const { document, isReadOnly, replace } = useEditor();
  const path = ['pools', index, 'realServers'];
  const count = document.pools[index]?.realServers.length ?? 0;
  return (
    <FormSection
      title="Real servers"
      path={path}
      help="Weight: share of new connections under weighted schedulers; 0 takes no new ones. Default: 1."
    >
      {count === 0 && (
        <p className="text-muted-foreground">No real server yet: packets of the groups of this pool are refused.</p>
      )}
      {Array.from({ length: count }, (_, at) => (
        <RealServerRow
          key={at}
          pool={index}
          at={at}
          onRemove={isReadOnly ? undefined : () => replace(removeAt(document, path, at))}
        />
      ))}
      {!isReadOnly && (
        <Button
          size="small"
          className="self-start"
          onClick={() => replace(appendAt(document, path, { address: '', weight: 1 }))}
        >
          <Plus /> Add real server
        </Button>
      )}
    </FormSection>
  );
}

type RealServerRowProps = { pool: number; at: number; onRemove: (() => void) | undefined };

function RealServerRow({ pool, at, onRemove }: RealServerRowProps) {
  const path = ['pools', pool, 'realServers', at];
  const problems = useProblemsAt(path, true);
  return (
    <div role="group" aria-label={`Real server ${at + 1}`} className="flex flex-col gap-1">
      <div className="flex items-start gap-1">
        <div className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_5rem] items-start gap-2">
          <TextField path={[...path, 'address']} label="Address" isMono />
          <NumberField path={[...path, 'weight']} label="Weight" min={0} max={65535} />
        </div>
        {onRemove && (
          <Button
            variant="ghost"
            size="icon"
            className="mt-6 w-6"
            aria-label={`Remove real server ${at + 1}`}
            onClick={onRemove}
          >
            <X />
          </Button>
        )}
      </div>
      <RealServerLimits pool={pool} at={at} />
      <ProblemLines problems={problems} />
    </div>
  );
}

/** The port only where it can be changed: masq. One that is there already stays in sight. */
function RealServerLimits({ pool, at }: { pool: number; at: number }) {
  const { document } = useEditor();
  const path = ['pools', pool, 'realServers', at];
  const { forwarding, realServers } = document.pools[pool] ?? {};
  const { port, upperThreshold, lowerThreshold } = realServers?.[at] ?? {};
  const hasPort = forwarding === 'masq' || port !== undefined;
  const isSet = port !== undefined || upperThreshold !== undefined || lowerThreshold !== undefined;
  return (
    <Disclosure title={hasPort ? 'Port and thresholds' : 'Thresholds'} isOpenAtFirst={isSet}>
      <div className="grid grid-cols-3 gap-2">
        {hasPort && (
          <NumberField
            path={[...path, 'port']}
            label="Port"
            isOptional
            min={1}
            max={65535}
            help="Rewrites the destination port; for groups of one port only."
            defaultValue="it stays"
          />
        )}
        <NumberField
          path={[...path, 'upperThreshold']}
          label="Upper threshold"
          isOptional
          min={0}
          max={65535}
          help="No new connection from so many on."
          defaultValue="0, no limit"
        />
        <NumberField
          path={[...path, 'lowerThreshold']}
          label="Lower threshold"
          isOptional
          min={0}
          max={65535}
          help="New ones again below so many."
          defaultValue="¾ of the upper"
        />
      </div>
    </Disclosure>
  );
}
