'use client';
// The real servers of a pool, a row each.
import { Plus, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { ProblemLines } from '@/components/ui/field';
import { appendAt, removeAt } from '../document-path';
import { useEditor } from '../editor-context';
import { NumberField, TextField, useProblemsAt } from './document-fields';

export function RealServersField({ index }: { index: number }) {
  const { document, isReadOnly, replace } = useEditor();
  const path = ['pools', index, 'realServers'];
  const problems = useProblemsAt(path, true);
  const count = document.pools[index]?.realServers.length ?? 0;
  return (
    <fieldset className="flex flex-col gap-2 border-t pt-3">
      <legend className="sr-only">Real servers</legend>
      <h3 className="font-semibold">Real servers</h3>
      <ProblemLines problems={problems} />
      {count === 0 && (
        <p className="text-muted-foreground">No real server yet: packets of the groups of this pool are refused.</p>
      )}
      {Array.from({ length: count }, (_, i) => (
        <RealServerRow
          key={i}
          path={[...path, i]}
          number={i + 1}
          onRemove={isReadOnly ? undefined : () => replace(removeAt(document, path, i))}
        />
      ))}
      <p className="text-xs text-muted-foreground">
        Weight: share of new connections under weighted schedulers; 0 takes no new ones. Default: 1. Port: rewrites the
        destination port under masq, for groups of one port only. Default: the port stays.
      </p>
      {!isReadOnly && (
        <Button
          size="small"
          className="self-start"
          onClick={() => replace(appendAt(document, path, { address: '', weight: 1 }))}
        >
          <Plus /> Add real server
        </Button>
      )}
    </fieldset>
  );
}

function RealServerRow({
  path,
  number,
  onRemove,
}: {
  path: (string | number)[];
  number: number;
  onRemove: (() => void) | undefined;
}) {
  const problems = useProblemsAt(path, true);
  return (
    <div role="group" aria-label={`Real server ${number}`} className="flex flex-col gap-1">
      <div className="grid grid-cols-[minmax(0,1fr)_4rem_4.5rem_auto] items-start gap-2">
        <TextField path={[...path, 'address']} label="Address" isMono />
        <NumberField path={[...path, 'weight']} label="Weight" min={0} max={65535} />
        <NumberField path={[...path, 'port']} label="Port" isOptional min={1} max={65535} />
        {onRemove && (
          <Button
            variant="ghost"
            size="icon"
            className="mt-5.5"
            aria-label={`Remove real server ${number}`}
            onClick={onRemove}
          >
            <X />
          </Button>
        )}
      </div>
      <ProblemLines problems={problems} />
    </div>
  );
}
