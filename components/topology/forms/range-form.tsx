'use client';
// A range of virtual addresses that is routed to the pair.
import { TextField } from './document-fields';
import { NameField } from './name-field';
import { ObjectForm } from './object-form';
import { WhereUsed } from './where-used';

export function RangeForm({ index }: { index: number }) {
  return (
    <ObjectForm lead="Virtual addresses that the gateway routes to the pair; marks say who serves them. Inside the external network the active director answers for each of them itself.">
      <NameField
        list="ranges"
        index={index}
        help="Groups refer to the range by this name; a rename is carried through."
      />
      <TextField
        path={['ranges', index, 'addresses']}
        label="Addresses"
        isMono
        placeholder="203.0.113.0/28"
        help="A prefix (203.0.113.0/28, 2001:db8::/64), a first-last interval, or one address. Must not hold an address of a director, real server or the console."
      />
      <WhereUsed list="ranges" index={index} unused="No group marks packets of this range: they reach nobody." />
    </ObjectForm>
  );
}
