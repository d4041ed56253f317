'use client';
// Copies a text and says so in place.
import { useState } from 'react';
import { Check, Copy } from 'lucide-react';
import { Button } from './button';

type CopyButtonProps = { text: string; label?: string; isIconOnly?: boolean };

export function CopyButton({ text, label = 'Copy', isIconOnly = false }: CopyButtonProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Button
      size="small"
      variant={isIconOnly ? 'ghost' : 'outline'}
      onClick={() => void copy()}
      aria-label={label}
      title={isIconOnly ? text : undefined}
    >
      {isCopied ? <Check /> : <Copy />}
      {!isIconOnly && (isCopied ? 'Copied' : label)}
    </Button>
  );
}
