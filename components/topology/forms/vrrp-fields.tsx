'use client';
// VRRP of stack keepalived: two identifiers and how often the active director says that it is there.
import type { TopologyDocument } from '@/lib/core/document';
import { vrrpOf } from '@/lib/core/to-topology';
import { Button } from '@/components/ui/button';
import { useEditor } from '../editor-context';
import { NumberField } from './document-fields';
import { FormSection } from './form-section';

type Vrrp = NonNullable<TopologyDocument['vrrp']>;

export function VrrpFields() {
  const { document, change, isReadOnly } = useEditor();
  const { vrrp, ...rest } = document;
  if (document.stack !== 'keepalived' && vrrp === undefined) return null;
  const derived = vrrpOf(rest);
  /** The interval always stands in the section; a section that says only what is so anyway is left out. */
  const commit = (key: keyof Vrrp) => (value: number | undefined) => {
    const next = { advertSeconds: 1, ...vrrp, [key]: value };
    const said = Object.entries(next).filter(([, each]) => each !== undefined);
    const isDefault = said.length === 1 && next.advertSeconds === 1;
    change(['vrrp'], isDefault ? undefined : Object.fromEntries(said));
  };
  const advert = (value: number | undefined) => commit('advertSeconds')(value ?? 1);
  return (
    <FormSection
      title="VRRP"
      path={['vrrp']}
      aside={
        !isReadOnly &&
        vrrp && (
          <Button size="small" onClick={() => change(['vrrp'], undefined)}>
            Leave VRRP to its defaults
          </Button>
        )
      }
    >
      <div className="grid grid-cols-3 gap-2">
        <NumberField
          path={['vrrp', 'externalRouterId']}
          label="External id"
          isOptional
          min={1}
          max={255}
          onCommit={commit('externalRouterId')}
          help="1 to 255, unique on the external segment."
          defaultValue={`${derived.externalRouterId}, from the name`}
        />
        <NumberField
          path={['vrrp', 'internalRouterId']}
          label="Internal id"
          isOptional
          min={1}
          max={255}
          onCommit={commit('internalRouterId')}
          help="1 to 255, unique on the internal segment."
          defaultValue={`${derived.internalRouterId}, from the name`}
        />
        <NumberField
          path={['vrrp', 'advertSeconds']}
          label="Advert (s)"
          isOptional
          min={1}
          max={40}
          onCommit={advert}
          help="Three missed ones mean that the active director is dead."
          defaultValue="1"
        />
      </div>
    </FormSection>
  );
}
