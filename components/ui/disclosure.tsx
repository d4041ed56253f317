'use client';
// A part of a form that is rarely needed, folded to one line.
import { useState, type ReactNode } from 'react';
import { ChevronRight } from 'lucide-react';

type DisclosureProps = { title: string; summary?: string; isOpenAtFirst?: boolean; children: ReactNode };

export function Disclosure({ title, summary, isOpenAtFirst = false, children }: DisclosureProps) {
  // Only the first value counts: what a person folded or opened stays so while they type in it.
  const [isOpen] = useState(isOpenAtFirst);
  return (
    <details open={isOpen} className="group/details">
      <summary className="flex cursor-pointer list-none items-center gap-1 rounded text-xs text-muted-foreground select-none hover:text-foreground [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-3 transition-transform group-open/details:rotate-90" />
        {title}
        {summary && <span className="truncate font-mono text-foreground">{summary}</span>}
      </summary>
      <div className="flex flex-col gap-2 pt-2">{children}</div>
    </details>
  );
}
