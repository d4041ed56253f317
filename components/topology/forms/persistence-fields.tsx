'use client';
// Whether a client stays on its real server, for how long, and which addresses count as one client.
import { Checkbox } from '@/components/ui/checkbox';
import { ProblemLines } from '@/components/ui/field';
import { useEditor } from '../editor-context';
import { NumberField, TextField, useProblemsAt } from './document-fields';

export function PersistenceFields({ index }: { index: number }) {
  const { document, change, isReadOnly } = useEditor();
  const path = ['groups', index, 'persistence'];
  const problems = useProblemsAt(path, true);
  const group = document.groups[index];
  const isOn = group?.persistence !== undefined;
  const isIpv6 = document.ranges.find(({ name }) => name === group?.matches[0]?.range)?.addresses.includes(':');
  const toggle = (next: boolean) =>
    change(path, next ? { timeoutSeconds: 300, netmask: isIpv6 ? '128' : '255.255.255.255' } : undefined);
  return (
    <>
      <Checkbox
        label="Persistence"
        help="A client stays on one real server for all ports, protocols and addresses of this mark. Default: off."
        checked={isOn}
        disabled={isReadOnly}
        onCheckedChange={toggle}
      />
      <ProblemLines problems={problems} />
      {isOn && (
        <div className="grid grid-cols-2 gap-2 pl-6">
          <NumberField
            path={[...path, 'timeoutSeconds']}
            label="Persistence timeout"
            min={1}
            max={31 * 86_400}
            help="Seconds after the last connection ended, at most 31 days."
            defaultValue="300"
          />
          <TextField
            path={[...path, 'netmask']}
            label={isIpv6 ? 'Persistence prefix length' : 'Persistence netmask'}
            isMono
            help={
              isIpv6
                ? 'Clients that share so many first bits are one client; 64 is one network.'
                : 'Clients that share these bits are one client; coarse masks put whole networks on one real server.'
            }
            defaultValue={isIpv6 ? '128' : '255.255.255.255'}
          />
        </div>
      )}
    </>
  );
}
