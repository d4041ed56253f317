'use client';
// One director of the pair: its interfaces and where the console manages it.
import { Button } from '@/components/ui/button';
import { useEditor } from '../editor-context';
import { NumberField, TextField } from './document-fields';
import { FormSection } from './form-section';
import { ObjectForm } from './object-form';

export function DirectorForm({ index }: { index: number }) {
  const at = (...rest: (string | number)[]) => ['directors', index, ...rest];
  const { document, change, isReadOnly } = useEditor();
  const hasManagement = document.directors[index]?.management !== undefined;
  return (
    <ObjectForm lead="A host that runs IPVS. Of two, one is active and the other takes over.">
      <TextField
        path={at('name')}
        label="Name"
        help="As `uname -n` prints it: the stack knows the host by this word."
      />
      <SideFields index={index} side="external" help="Packets of clients arrive here." />
      <SideFields index={index} side="internal" help="Real servers are behind it." />
      <h3 className="border-t pt-3 font-semibold">Management</h3>
      {hasManagement ? (
        <>
          <div className="grid grid-cols-[minmax(0,1fr)_5rem_6rem] gap-2">
            <TextField
              path={at('management', 'address')}
              label="Management address"
              isMono
              help="Where the console connects by SSH."
            />
            <NumberField path={at('management', 'port')} label="SSH port" defaultValue="22" />
            <TextField path={at('management', 'user')} label="SSH user" isMono defaultValue="root" />
          </div>
          {!isReadOnly && (
            <Button size="small" className="self-start" onClick={() => change(at('management'), undefined)}>
              Leave management out
            </Button>
          )}
        </>
      ) : (
        <div className="flex flex-col items-start gap-2 text-muted-foreground">
          No management address: the console does not connect to this director, and no plan can be made for the pair.
          {!isReadOnly && (
            <Button size="small" onClick={() => change(at('management'), { address: '', port: 22, user: 'root' })}>
              Set management address
            </Button>
          )}
        </div>
      )}
    </ObjectForm>
  );
}

type SideFieldsProps = { index: number; side: 'external' | 'internal'; help: string };

function SideFields({ index, side, help }: SideFieldsProps) {
  const path = ['directors', index, side];
  const title = side === 'external' ? 'External' : 'Internal';
  return (
    <FormSection title={title} path={path}>
      <div className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-2">
        <TextField path={[...path, 'interface']} label={`${title} interface`} isMono help={help} />
        <TextField
          path={[...path, 'address']}
          label={`${title} address`}
          isMono
          placeholder="192.0.2.4/24"
          help="Its own fixed address with prefix length, of either family."
        />
      </div>
      <TextField
        path={[...path, 'address6']}
        label={`${title} address, IPv6`}
        isMono
        isOptional
        placeholder="2001:db8::4/64"
        help="Beside an IPv4 one, when the interface carries both."
        defaultValue="none"
      />
    </FormSection>
  );
}
