'use client';
// Chooses one of very many by typing a part of it; shows a page of what fits, so that ten thousand options cost nothing.
import { useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { cn } from './class-names';
import type { ControlProps } from './field';
import { Input } from './input';

export type ComboboxOption = { value: string; label: string };
type ComboboxProps = Partial<ControlProps> & {
  options: readonly ComboboxOption[];
  value: string;
  onChoose: (value: string) => void;
  disabled?: boolean;
  placeholder?: string;
  'aria-label'?: string;
  'data-path'?: string;
};

const MOST_SHOWN = 50;

function fitting(options: readonly ComboboxOption[], typed: string | undefined): ComboboxOption[] {
  const words = (typed ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const found: ComboboxOption[] = [];
  for (const option of options) {
    const text = option.label.toLowerCase();
    if (words.every((word) => text.includes(word))) found.push(option);
    if (found.length > MOST_SHOWN) break;
  }
  return found;
}

export function Combobox({ options, value, onChoose, disabled = false, ...control }: ComboboxProps) {
  const listId = useId();
  const [typed, setTyped] = useState<string>();
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const found = useMemo(() => (isOpen ? fitting(options, typed) : []), [isOpen, options, typed]);
  const shown = found.slice(0, MOST_SHOWN);
  const current = useMemo(() => options.find((option) => option.value === value)?.label ?? value, [options, value]);
  const close = () => {
    setOpen(false);
    setTyped(undefined);
    setAt(0);
  };
  const choose = (option: ComboboxOption | undefined) => {
    if (option) onChoose(option.value);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      setOpen(true);
      setAt((last) => Math.min(Math.max(last + (isOpen ? step : 0), 0), Math.max(shown.length - 1, 0)));
    } else if (event.key === 'Enter' && isOpen) choose(shown[at]);
    else if (event.key === 'Escape' && isOpen) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="relative">
      <Input
        {...control}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && shown[at] ? `${listId}-${at}` : undefined}
        readOnly={disabled}
        value={typed ?? current}
        onFocus={(event) => event.target.select()}
        onClick={() => !disabled && setOpen(true)}
        onChange={(event) => {
          setTyped(event.target.value);
          setOpen(true);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {isOpen && <Options id={listId} shown={shown} at={at} hasMore={found.length > MOST_SHOWN} onChoose={choose} />}
    </div>
  );
}

type OptionsProps = {
  id: string;
  shown: readonly ComboboxOption[];
  at: number;
  hasMore: boolean;
  onChoose: (option: ComboboxOption) => void;
};

function Options({ id, shown, at, hasMore, onChoose }: OptionsProps) {
  const active = useRef<string>(undefined);
  return (
    <ul
      id={id}
      role="listbox"
      className="absolute top-full right-0 left-0 z-30 mt-0.5 max-h-64 min-w-44 overflow-auto rounded border bg-card py-1 text-sm shadow-lg"
    >
      {shown.map((option, index) => (
        <li
          key={option.value}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          ref={(element) => {
            if (!element || index !== at || active.current === option.value) return;
            active.current = option.value;
            element.scrollIntoView({ block: 'nearest' });
          }}
          // Before the blur of the field closes the list.
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(option);
          }}
          className={cn('cursor-pointer px-2 py-1 [overflow-wrap:anywhere]', index === at && 'bg-accent-soft')}
        >
          {option.label}
        </li>
      ))}
      {shown.length === 0 && <li className="px-2 py-1 text-muted-foreground">Nothing fits.</li>}
      {hasMore && <li className="px-2 py-1 text-xs text-muted-foreground">More fit: type a longer part.</li>}
    </ul>
  );
}
