'use client';
// Copies a text and says so in place.
import { useState } from 'react';
import { Check, Copy } from 'lucide-react';
import { Button } from './button';

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Button size="small" onClick={() => void copy()} aria-label={label}>
      {isCopied ? <Check /> : <Copy />}
      {isCopied ? 'Copied' : label}
    </Button>
  );
}
