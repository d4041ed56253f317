'use client';
// A field that names a range or a pool: a plain list while it is short, a search among very many.
import { useMemo } from 'react';
import { printPath, type DiagnosticPath } from '@/lib/core/diagnostic';
import { Combobox } from '@/components/ui/combobox';
import { Field } from '@/components/ui/field';
import { getAt } from '../document-path';
import { useEditor } from '../editor-context';
import { SelectField, useProblemsAt } from './document-fields';

type ReferenceFieldProps = { path: DiagnosticPath; list: 'ranges' | 'pools'; label: string; help?: string };

const MOST_IN_LIST = 60;

export function ReferenceField({ path, list, label, help }: ReferenceFieldProps) {
  const { document } = useEditor();
  const objects = document[list];
  const options = useMemo(() => objects.map(({ name }) => ({ value: name, label: name || '(no name)' })), [objects]);
  const more = help === undefined ? {} : { help };
  if (objects.length <= MOST_IN_LIST) return <SelectField path={path} label={label} options={options} {...more} />;
  return <SearchField path={path} label={label} options={options} {...more} />;
}

type SearchFieldProps = Omit<ReferenceFieldProps, 'list'> & { options: { value: string; label: string }[] };

function SearchField({ path, label, options, ...more }: SearchFieldProps) {
  const { document, isReadOnly, change } = useEditor();
  const problems = useProblemsAt(path);
  const value = getAt(document, path);
  return (
    <Field label={label} problems={problems} {...more}>
      {(control) => (
        <Combobox
          {...control}
          data-path={printPath(path)}
          options={options}
          value={typeof value === 'string' ? value : ''}
          disabled={isReadOnly}
          onChoose={(next) => change(path, next)}
        />
      )}
    </Field>
  );
}
