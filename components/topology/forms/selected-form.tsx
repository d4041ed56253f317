'use client';
// The form of whatever is selected.
import { useEditor } from '../editor-context';
import { AddressesForm } from './addresses-form';
import { DirectorForm } from './director-form';
import { GeneralForm } from './general-form';
import { GroupForm } from './group-form';
import { PoolForm } from './pool-form';
import { RangeForm } from './range-form';

export function SelectedForm() {
  const { selection } = useEditor();
  switch (selection.kind) {
    case 'general':
      return <GeneralForm />;
    case 'addresses':
      return <AddressesForm />;
    case 'director':
      return <DirectorForm key={selection.index} index={selection.index} />;
    case 'range':
      return <RangeForm key={selection.index} index={selection.index} />;
    case 'pool':
      return <PoolForm key={selection.index} index={selection.index} />;
    case 'group':
      return <GroupForm key={selection.index} index={selection.index} />;
  }
}
