'use client';
// The addresses that float between the directors, and the gateways that route the ranges to them.
import { Plus, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { appendAt, removeAt } from '../document-path';
import { useEditor } from '../editor-context';
import { TextField } from './document-fields';
import { FormSection } from './form-section';
import { ObjectForm } from './object-form';

export function AddressesForm() {
  const { document, isReadOnly, replace } = useEditor();
  return (
    <ObjectForm lead="Held by the active director only; they move together at failover.">
      <TextField
        path={['virtualAddresses', 'external']}
        label="External virtual address"
        isMono
        placeholder="192.0.2.240/24"
        help="The gateway routes the ranges to this address; it moves to whoever is active."
      />
      <TextField
        path={['virtualAddresses', 'external6']}
        label="External virtual address, IPv6"
        isMono
        isOptional
        placeholder="2001:db8:7::240/64"
        help="Beside an IPv4 one, when the ranges are of both families."
        defaultValue="none"
      />
      <TextField
        path={['virtualAddresses', 'internal']}
        label="Internal virtual address"
        isMono
        placeholder="198.51.100.240/24"
        help="Default gateway of the real servers under masq, so that replies come back through the active director."
      />
      <TextField
        path={['virtualAddresses', 'internal6']}
        label="Internal virtual address, IPv6"
        isMono
        isOptional
        placeholder="2001:db8:6::240/64"
        help="Default gateway of IPv6 real servers under masq."
        defaultValue="none"
      />
      <FormSection
        title="Gateways"
        path={['gateways']}
        help="Routers in front of the pair; each gets a route snippet among the generated files. heartbeat pings them to know its own link."
      >
        {document.gateways.map((_gateway, index) => (
          <div key={index} className="flex items-start gap-2">
            <TextField path={['gateways', index]} label={`Gateway ${index + 1}`} isMono className="flex-1" />
            {!isReadOnly && (
              <Button
                variant="ghost"
                size="icon"
                className="mt-6"
                aria-label={`Remove gateway ${index + 1}`}
                onClick={() => replace(removeAt(document, ['gateways'], index))}
              >
                <X />
              </Button>
            )}
          </div>
        ))}
        {!isReadOnly && (
          <Button size="small" className="self-start" onClick={() => replace(appendAt(document, ['gateways'], ''))}>
            <Plus /> Add gateway
          </Button>
        )}
      </FormSection>
    </ObjectForm>
  );
}
