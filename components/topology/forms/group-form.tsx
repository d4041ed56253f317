'use client';
// A firewall mark group: which packets get the mark, and which pool serves them how.
import { Checkbox } from '@/components/ui/checkbox';
import { ProblemLines } from '@/components/ui/field';
import { renameObject } from '../document-edits';
import { useEditor } from '../editor-context';
import { NumberField, SelectField, TextField, useProblemsAt } from './document-fields';
import { MatchesField } from './matches-field';
import { ObjectForm } from './object-form';
import { schedulers } from './schedulers';

export function GroupForm({ index }: { index: number }) {
  const { document, replace } = useEditor();
  const at = (...rest: (string | number)[]) => ['groups', index, ...rest];
  return (
    <ObjectForm lead="Packets that get one firewall mark and are balanced together. Of two groups that match a packet the later one wins.">
      <div className="grid grid-cols-[minmax(0,1fr)_8rem] gap-2">
        <TextField
          path={at('name')}
          label="Name"
          help="Stands as comment `lvs:name` on the mark rules."
          onCommit={(name) => replace(renameObject(document, 'groups', index, name))}
        />
        <NumberField
          path={at('mark')}
          label="Mark"
          min={1}
          max={0x7fff_ffff}
          help="1 to 2147483647, unique in the topology."
        />
      </div>
      <MatchesField index={index} />
      <h3 className="border-t pt-3 font-semibold">Balancing</h3>
      <SelectField
        path={at('pool')}
        label="Pool"
        options={document.pools.map(({ name }) => ({ value: name, label: name || '(no name)' }))}
        help="The real servers that serve this group."
      />
      <SelectField
        path={at('scheduler')}
        label="Scheduler"
        options={schedulers}
        help="Chooses the real server of a new connection (kernel module ip_vs_name)."
      />
      <PersistenceFields index={index} />
      <OverridesField index={index} />
    </ObjectForm>
  );
}

function PersistenceFields({ index }: { index: number }) {
  const { document, change, isReadOnly } = useEditor();
  const path = ['groups', index, 'persistence'];
  const isOn = document.groups[index]?.persistence !== undefined;
  const toggle = (next: boolean) =>
    change(path, next ? { timeoutSeconds: 300, netmask: '255.255.255.255' } : undefined);
  return (
    <>
      <Checkbox
        label="Persistence"
        help="A client stays on one real server for all ports, protocols and addresses of this mark. Default: off."
        checked={isOn}
        disabled={isReadOnly}
        onCheckedChange={toggle}
      />
      {isOn && (
        <div className="grid grid-cols-2 gap-2 pl-6">
          <NumberField
            path={[...path, 'timeoutSeconds']}
            label="Persistence timeout"
            help="Seconds after the last connection ended."
            defaultValue="300"
          />
          <TextField
            path={[...path, 'netmask']}
            label="Persistence netmask"
            isMono
            help="Clients that share these bits are one client."
            defaultValue="255.255.255.255"
          />
        </div>
      )}
    </>
  );
}

/** Only earlier groups can lose packets to this one. */
function OverridesField({ index }: { index: number }) {
  const { document, change, isReadOnly } = useEditor();
  const path = ['groups', index, 'overrides'];
  const problems = useProblemsAt(path);
  const overrides = document.groups[index]?.overrides ?? [];
  const earlier = document.groups.slice(0, index).map(({ name }) => name);
  const names = [...new Set([...earlier, ...overrides])];
  if (names.length === 0) return null;
  const toggle = (name: string, isOn: boolean) => {
    const next = isOn ? [...overrides, name] : overrides.filter((each) => each !== name);
    change(path, next.length === 0 ? undefined : next);
  };
  return (
    <fieldset className="flex flex-col gap-2 border-t pt-3">
      <legend className="sr-only">Takes packets from</legend>
      <h3 className="font-semibold">Takes packets from</h3>
      <p className="text-xs text-muted-foreground">
        Earlier groups whose packets this group takes on purpose. Default: none; a shared packet is then an error.
      </p>
      {names.map((name) => (
        <Checkbox
          key={name}
          label={name}
          checked={overrides.includes(name)}
          disabled={isReadOnly}
          onCheckedChange={(isOn) => toggle(name, isOn)}
        />
      ))}
      <ProblemLines problems={problems} />
    </fieldset>
  );
}
