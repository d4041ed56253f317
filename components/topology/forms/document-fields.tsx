'use client';
// Form controls that are bound to one place of the document and show the problems of that place.
import { useState } from 'react';
import { printPath, type DiagnosticPath } from '@/lib/core/diagnostic';
import { Checkbox } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { getAt, isWithin } from '../document-path';
import { useEditor } from '../editor-context';

type BoundProps = { path: DiagnosticPath; label: string; help?: string; defaultValue?: string; className?: string };

/** `exact`: only problems of the place itself, not of places inside it. */
export function useProblemsAt(path: DiagnosticPath, exact = false) {
  const { diagnostics } = useEditor();
  return diagnostics.filter((each) => isWithin(each.path, path) && (!exact || each.path.length === path.length));
}

function useBound(path: DiagnosticPath) {
  const { document, change, isReadOnly } = useEditor();
  return {
    value: getAt(document, path),
    problems: useProblemsAt(path),
    isReadOnly,
    change: (next: unknown) => change(path, next),
  };
}

type TextFieldProps = BoundProps & {
  isOptional?: boolean;
  isMono?: boolean;
  placeholder?: string;
  onCommit?: (text: string) => void;
};

export function TextField({
  path,
  isOptional = false,
  isMono = false,
  placeholder,
  onCommit,
  ...field
}: TextFieldProps) {
  const { value, problems, isReadOnly, change } = useBound(path);
  const commit = onCommit ?? ((text: string) => change(isOptional && text === '' ? undefined : text));
  return (
    <Field {...field} problems={problems}>
      {(control) => (
        <Input
          {...control}
          data-path={printPath(path)}
          value={typeof value === 'string' ? value : ''}
          placeholder={placeholder}
          readOnly={isReadOnly}
          onChange={(event) => commit(event.target.value)}
          className={isMono ? 'font-mono text-xs' : undefined}
        />
      )}
    </Field>
  );
}

type NumberFieldProps = BoundProps & { isOptional?: boolean; min?: number; max?: number };

/** Keeps what was typed until it is a whole number; the document only ever holds whole numbers. */
export function NumberField({ path, isOptional = false, min, max, ...field }: NumberFieldProps) {
  const { value, problems, isReadOnly, change } = useBound(path);
  const [typed, setTyped] = useState<string>();
  const text = typed ?? (typeof value === 'number' ? String(value) : '');
  const isWhole = /^-?\d{1,10}$/.test(text.trim());
  const own =
    typed !== undefined && !isWhole && !(isOptional && text === '')
      ? [{ severity: 'error' as const, message: 'A whole number is needed here; the last valid one is kept.' }]
      : [];
  const commit = (next: string) => {
    const isNumber = /^-?\d{1,10}$/.test(next.trim());
    setTyped(isNumber ? undefined : next);
    if (isNumber) change(Number(next));
    else if (isOptional && next === '') change(undefined);
  };
  return (
    <Field {...field} problems={[...own, ...problems]}>
      {(control) => (
        <Input
          {...control}
          data-path={printPath(path)}
          inputMode="numeric"
          value={text}
          min={min}
          max={max}
          readOnly={isReadOnly}
          onChange={(event) => commit(event.target.value)}
          onBlur={() => setTyped(undefined)}
          className="font-mono text-xs"
        />
      )}
    </Field>
  );
}

export type Option = { value: string; label: string };
type SelectFieldProps = BoundProps & { options: readonly Option[]; onCommit?: (value: string) => void };

export function SelectField({ path, options, onCommit, ...field }: SelectFieldProps) {
  const { value, problems, isReadOnly, change } = useBound(path);
  const current = typeof value === 'string' ? value : '';
  const isKnown = options.some((option) => option.value === current);
  return (
    <Field {...field} problems={problems}>
      {(control) => (
        <Select
          {...control}
          data-path={printPath(path)}
          value={current}
          disabled={isReadOnly}
          onChange={(event) => (onCommit ?? change)(event.target.value)}
        >
          {!isKnown && <option value={current}>{current === '' ? 'Choose' : `${current} (does not exist)`}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

export function CheckboxField({ path, label, help }: BoundProps) {
  const { value, isReadOnly, change } = useBound(path);
  return <Checkbox label={label} help={help} checked={value === true} disabled={isReadOnly} onCheckedChange={change} />;
}
