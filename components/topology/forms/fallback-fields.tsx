'use client';
// Who gets the connections when no real server of the pool is left.
import { Checkbox } from '@/components/ui/checkbox';
import { useEditor } from '../editor-context';
import { NumberField, SelectField, TextField } from './document-fields';
import { FormSection } from './form-section';
import { forwardings } from './forwardings';

export function FallbackFields({ index }: { index: number }) {
  const { document, change, isReadOnly } = useEditor();
  const path = ['pools', index, 'fallback'];
  const fallback = document.pools[index]?.fallback;
  const toggle = (isOn: boolean) => change(path, isOn ? { address: '127.0.0.1', forwarding: 'gate' } : undefined);
  const hasPort = fallback?.forwarding === 'masq' || fallback?.port !== undefined;
  return (
    <FormSection title="Fallback" path={path}>
      <Checkbox
        label="Fallback server"
        help="Gets the connections when no real server of the pool is left. Default: none, clients are refused."
        checked={fallback !== undefined}
        disabled={isReadOnly}
        onCheckedChange={toggle}
      />
      {fallback && (
        <div className="flex flex-col gap-2 pl-6">
          <div className="grid grid-cols-[minmax(0,1fr)_5rem] gap-2">
            <TextField
              path={[...path, 'address']}
              label="Fallback address"
              isMono
              placeholder="127.0.0.1"
              help="127.0.0.1 is the director itself, where something must listen."
            />
            {hasPort && (
              <NumberField
                path={[...path, 'port']}
                label="Fallback port"
                isOptional
                min={1}
                max={65535}
                defaultValue="it stays"
              />
            )}
          </div>
          <SelectField
            path={[...path, 'forwarding']}
            label="Fallback forwarding"
            options={forwardings}
            help="How its packets are sent; gate for the director itself."
            defaultValue="gate"
          />
        </div>
      )}
    </FormSection>
  );
}
