'use client';
// Everything that is wrong with the draft in one list; a click leads to the field, fixes are one click more.
import { useMemo } from 'react';
import { CircleAlert, CircleCheck, Info, TriangleAlert, Wand2 } from 'lucide-react';
import { printPath, type Diagnostic } from '@/lib/core/diagnostic';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { useEditor } from '../editor-context';
import { quickFixes } from '../quick-fixes';
import { describeSelection, selectionAt } from '../selection';

const signs = {
  error: { Icon: CircleAlert, ink: 'text-down', word: 'Error' },
  warning: { Icon: TriangleAlert, ink: 'text-warn', word: 'Warning' },
  info: { Icon: Info, ink: 'text-muted-foreground', word: 'Note' },
} as const;
/** A person mends the first ones and sees the next; ten thousand rows help nobody. */
const MOST_SHOWN = 200;
const rank = { error: 0, warning: 1, info: 2 } as const;

export function ProblemsPanel() {
  const { diagnostics } = useEditor();
  const sorted = useMemo(() => [...diagnostics].sort((a, b) => rank[a.severity] - rank[b.severity]), [diagnostics]);
  if (sorted.length === 0)
    return (
      <p className="flex items-center gap-1.5 text-up">
        <CircleCheck aria-hidden className="size-4" /> No problems: this draft can be deployed once it is saved.
      </p>
    );
  return (
    <ul aria-label="Problems" className="flex flex-col divide-y">
      {sorted.slice(0, MOST_SHOWN).map((diagnostic) => (
        <ProblemItem
          key={`${diagnostic.code} ${printPath(diagnostic.path)} ${diagnostic.message}`}
          diagnostic={diagnostic}
        />
      ))}
      {sorted.length > MOST_SHOWN && (
        <li className="py-1.5 text-muted-foreground">
          and {(sorted.length - MOST_SHOWN).toLocaleString('en-US')} more, errors first
        </li>
      )}
    </ul>
  );
}

function ProblemItem({ diagnostic }: { diagnostic: Diagnostic }) {
  const { document, isReadOnly, reveal, replace } = useEditor();
  const { Icon, ink, word } = signs[diagnostic.severity];
  const where = describeSelection(selectionAt(diagnostic.path), document);
  const isNamed = diagnostic.message.includes(`"${where.split(' ').slice(1).join(' ')}"`);
  const fixes = useMemo(() => (isReadOnly ? [] : quickFixes(document, diagnostic)), [document, diagnostic, isReadOnly]);
  return (
    <li className="flex flex-col gap-1 py-1.5">
      <button
        type="button"
        onClick={() => reveal(diagnostic.path)}
        className="flex items-start gap-2 rounded px-1 py-0.5 text-left hover:bg-muted"
      >
        <Icon aria-label={word} className={cn('mt-0.5 size-3.5 shrink-0', ink)} />
        <span className="min-w-0 [overflow-wrap:anywhere]">
          {!isNamed && <span className="font-medium">{where}: </span>}
          {diagnostic.message} {diagnostic.hint && <span className="text-muted-foreground">{diagnostic.hint}</span>}
          <span className="ml-2 font-mono text-xs text-muted-foreground">{diagnostic.code}</span>
        </span>
      </button>
      {fixes.length > 0 && (
        <div className="flex flex-wrap gap-1.5 pl-6">
          {fixes.map((fix) => (
            <Button key={fix.label} size="small" onClick={() => replace(fix.document)}>
              <Wand2 /> {fix.label}
            </Button>
          ))}
        </div>
      )}
    </li>
  );
}
