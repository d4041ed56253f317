'use client';
// Copies a text and says in place whether it did.
import { useState } from 'react';
import { Check, CircleAlert, Copy } from 'lucide-react';
import { Button } from './button';
import { copyText, waysNear } from './copy-text';

type CopyButtonProps = { text: string; label?: string; isIconOnly?: boolean };
type Outcome = 'copied' | 'failed';

const TOLD_MS = { copied: 1_500, failed: 6_000 };
const FAILED = 'This browser refused it: mark the text and press Ctrl-C.';

export function CopyButton({ text, label = 'Copy', isIconOnly = false }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<Outcome>();
  const copy = async (button: Element) => {
    const next = (await copyText(text, waysNear(button.parentElement ?? button))) ? 'copied' : 'failed';
    setOutcome(next);
    setTimeout(() => setOutcome(undefined), TOLD_MS[next]);
  };
  const isFailed = outcome === 'failed';
  return (
    <>
      <Button
        size="small"
        variant={isIconOnly ? 'ghost' : 'outline'}
        onClick={(event) => void copy(event.currentTarget)}
        aria-label={label}
        title={isFailed ? FAILED : isIconOnly ? text : undefined}
      >
        {outcome === 'copied' ? <Check /> : isFailed ? <CircleAlert className="text-down" /> : <Copy />}
        {isFailed ? 'Not copied' : !isIconOnly && (outcome === 'copied' ? 'Copied' : label)}
      </Button>
      {isFailed && (
        <span role="alert" className={isIconOnly ? 'sr-only' : 'text-xs text-down'}>
          {FAILED}
        </span>
      )}
    </>
  );
}
