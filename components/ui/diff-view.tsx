// A unified diff with signs and colour; the two header lines are left out.
import { cn } from './class-names';

const isHeader = (line: string) => /^(Index:|={5,}|---( |$)|\+\+\+( |$)|\\ No newline)/.test(line);

function lineClass(line: string): string {
  if (line.startsWith('+')) return 'bg-up-soft text-up';
  if (line.startsWith('-')) return 'bg-down-soft text-down';
  if (line.startsWith('@@')) return 'text-muted-foreground';
  return '';
}

export function DiffView({ diff, label }: { diff: string; label: string }) {
  const lines = diff
    .split('\n')
    .filter((line, index, all) => !isHeader(line) && !(line === '' && index === all.length - 1));
  return (
    <pre tabIndex={0} aria-label={label} className="overflow-auto rounded border bg-shell py-1 text-xs leading-[1.45]">
      <code className="block w-max min-w-full">
        {lines.map((line, index) => (
          <span key={index} className={cn('block px-3', lineClass(line))}>
            {line || ' '}
          </span>
        ))}
      </code>
    </pre>
  );
}
