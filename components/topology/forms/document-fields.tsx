'use client';
// Form controls that are bound to one place of the document and show the problems of that place.
import { useState, type ReactNode } from 'react';
import { printPath, type DiagnosticPath } from '@/lib/core/diagnostic';
import { Checkbox } from '@/components/ui/checkbox';
import { Field, ProblemLines } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { getAt } from '../document-path';
import { useEditor } from '../editor-context';
import { problemsAt } from '../problem-index';

type BoundProps = {
  path: DiagnosticPath;
  label: string;
  help?: string;
  defaultValue?: string;
  className?: string;
  action?: ReactNode;
};

/** `exact`: only problems of the place itself, not of places inside it. */
export function useProblemsAt(path: DiagnosticPath, exact = false) {
  return problemsAt(useEditor().diagnostics, path, exact);
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

type NumberFieldProps = BoundProps & {
  isOptional?: boolean;
  min?: number;
  max?: number;
  onCommit?: (value: number | undefined) => void;
};

/** Keeps what was typed until it is a whole number; the document only ever holds whole numbers. */
export function NumberField({ path, isOptional = false, min, max, onCommit, ...field }: NumberFieldProps) {
  const { value, problems, isReadOnly, change: changePlace } = useBound(path);
  const change = onCommit ?? changePlace;
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
type SelectFieldProps = BoundProps & {
  options: readonly Option[];
  onCommit?: (value: string) => void;
  /** What an absent value means; choosing it leaves the key out. */
  absent?: string;
};

export function SelectField({ path, options, onCommit, absent, ...field }: SelectFieldProps) {
  const { value, problems, isReadOnly, change } = useBound(path);
  const current = typeof value === 'string' ? value : '';
  const isKnown = options.some((option) => option.value === current) || (absent !== undefined && current === '');
  const commit = onCommit ?? ((next: string) => change(next === '' && absent !== undefined ? undefined : next));
  return (
    <Field {...field} problems={problems}>
      {(control) => (
        <Select
          {...control}
          data-path={printPath(path)}
          value={current}
          disabled={isReadOnly}
          onChange={(event) => commit(event.target.value)}
        >
          {absent !== undefined && <option value="">{absent}</option>}
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

/** `onCommit` for a choice that changes more than its own place. */
export function CheckboxField({ path, label, help, onCommit }: BoundProps & { onCommit?: (next: boolean) => void }) {
  const { value, problems, isReadOnly, change } = useBound(path);
  return (
    <div className="flex flex-col gap-1" data-path={printPath(path)} tabIndex={-1}>
      <Checkbox
        label={label}
        help={help}
        checked={value === true}
        disabled={isReadOnly}
        onCheckedChange={onCommit ?? change}
      />
      <ProblemLines problems={problems} />
    </div>
  );
}
