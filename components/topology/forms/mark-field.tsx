'use client';
// The firewall mark of a group: typed, or the lowest free one; and who else claims marks on a host.
import { useId } from 'react';
import { MARK_RESERVATIONS, MAX_MARK, allocateMark } from '@/lib/core/mark-registry';
import { Button } from '@/components/ui/button';
import { Disclosure } from '@/components/ui/disclosure';
import { useEditor } from '../editor-context';
import { NumberField } from './document-fields';

export function MarkField({ index }: { index: number }) {
  const { document, change, isReadOnly } = useEditor();
  const path = ['groups', index, 'mark'];
  const mark = document.groups[index]?.mark ?? 0;
  const takeFree = () => {
    const groups = document.groups.filter((_group, at) => at !== index);
    change(path, allocateMark({ groups, stack: document.stack }));
  };
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <NumberField
        path={path}
        label="Mark"
        min={1}
        max={MAX_MARK}
        help={`1 to ${MAX_MARK}, a service each; IPv4 and IPv6 may share one. In hex: 0x${Math.max(mark, 0).toString(16)}.`}
        action={
          !isReadOnly && (
            <Button title="The lowest mark that is neither used nor reserved" onClick={takeFree}>
              Free mark
            </Button>
          )
        }
      />
      <ReservedMarks mark={mark} />
    </div>
  );
}

function ReservedMarks({ mark }: { mark: number }) {
  const id = useId();
  const { stack } = useEditor().document;
  return (
    <Disclosure title="Reserved marks">
      <table aria-labelledby={id} className="text-xs">
        <caption id={id} className="pb-1 text-left text-muted-foreground">
          Other software sets or tests these on hosts where it runs.
        </caption>
        <tbody>
          {MARK_RESERVATIONS.map(({ who, marks, claims }) => (
            <tr key={who} className={claims(mark, stack) ? 'text-warn' : undefined}>
              <th scope="row" className="pr-2 text-left align-top font-medium">
                {who}
              </th>
              <td>
                {marks}
                {claims(mark, stack) && <strong className="font-medium">: this one</strong>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Disclosure>
  );
}
