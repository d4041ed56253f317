'use client';
// The name of an object: carried to every reference as it is typed, and held back while it is another object's.
import { useState } from 'react';
import { printPath } from '@/lib/core/diagnostic';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import type { NamedList } from '../document-edits';
import { useEditor } from '../editor-context';
import { refuseName, renameObject } from '../rename-object';
import { useProblemsAt } from './document-fields';

type NameFieldProps = { list: NamedList; index: number; help: string };

export function NameField({ list, index, help }: NameFieldProps) {
  const { document, isReadOnly, replace } = useEditor();
  const path = [list, index, 'name'];
  const problems = useProblemsAt(path);
  const [held, setHeld] = useState<string>();
  const refusal = held === undefined ? undefined : refuseName(document, list, index, held);
  const own = refusal === undefined ? [] : [{ severity: 'error' as const, message: refusal }];
  const commit = (name: string) => {
    const isRefused = refuseName(document, list, index, name) !== undefined;
    setHeld(isRefused ? name : undefined);
    if (!isRefused) replace(renameObject(document, list, index, name), path);
  };
  return (
    <Field label="Name" help={help} problems={[...own, ...problems]}>
      {(control) => (
        <Input
          {...control}
          data-path={printPath(path)}
          value={held ?? document[list][index]?.name ?? ''}
          maxLength={63}
          readOnly={isReadOnly}
          onChange={(event) => commit(event.target.value)}
          onBlur={() => setHeld(undefined)}
        />
      )}
    </Field>
  );
}
