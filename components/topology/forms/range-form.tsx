'use client';
// A range of virtual addresses that is routed to the pair.
import { renameObject } from '../document-edits';
import { useEditor } from '../editor-context';
import { TextField } from './document-fields';
import { ObjectForm } from './object-form';

export function RangeForm({ index }: { index: number }) {
  const { document, replace } = useEditor();
  return (
    <ObjectForm lead="Virtual addresses that no host carries: the gateway routes them to the pair, marks say who serves them.">
      <TextField
        path={['ranges', index, 'name']}
        label="Name"
        help="Groups refer to the range by this name; a rename is carried through."
        onCommit={(name) => replace(renameObject(document, 'ranges', index, name))}
      />
      <TextField
        path={['ranges', index, 'addresses']}
        label="Addresses"
        isMono
        placeholder="203.0.113.0/28"
        help="A prefix (203.0.113.0/28), a first-last interval, or one address. Must not hold an address of a director, real server or the console."
      />
    </ObjectForm>
  );
}
