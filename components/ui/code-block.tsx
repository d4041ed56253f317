// Literal text: monospaced, scrolls by itself, line numbers when asked.
import { cn } from './class-names';

type CodeBlockProps = { text: string; label: string; numbered?: boolean; className?: string };

export function CodeBlock({ text, label, numbered = false, className }: CodeBlockProps) {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <pre
      tabIndex={0}
      aria-label={label}
      className={cn('overflow-auto rounded border bg-shell px-3 py-2 text-xs leading-[1.45]', className)}
    >
      {numbered
        ? lines.map((line, index) => (
            <div key={index} className="flex">
              <span aria-hidden className="mr-3 w-8 shrink-0 text-right text-muted-foreground select-none">
                {index + 1}
              </span>
              <span className="whitespace-pre">{line || ' '}</span>
            </div>
          ))
        : text}
    </pre>
  );
}
