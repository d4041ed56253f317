// What the rows that were found are, by one property each.
import type { ConnectionCounts } from '@/lib/core/views/connections';

const PARTS = [
  ['groups', 'Group'],
  ['realServers', 'Real server'],
  ['states', 'State'],
  ['networks', 'Client network'],
  ['origins', 'Origin'],
] as const;
const SHOWN = 8;

export function CountLists({ counts }: { counts: ConnectionCounts }) {
  return (
    <div className="flex flex-col gap-1">
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-5">
        {PARTS.map(([key, title]) => (
          <div key={key} className="min-w-0">
            <h3 className="text-xs font-medium text-muted-foreground">{title}</h3>
            <Counts counts={counts[key]} />
          </div>
        ))}
      </div>
      {counts.isCut && (
        <p className="text-xs text-warn">
          There were more kinds than are kept apart: the lists above are not complete.
        </p>
      )}
    </div>
  );
}

function Counts({ counts }: { counts: ConnectionCounts['groups'] }) {
  if (counts.length === 0) return <p className="text-xs text-muted-foreground">none</p>;
  const rest = counts.slice(SHOWN);
  return (
    <ul className="text-xs">
      {counts.slice(0, SHOWN).map(({ name, count }) => (
        <li key={name} className="flex justify-between gap-2">
          <span className="truncate" title={name}>
            {name}
          </span>
          <span className="tabular-nums">{count.toLocaleString('en-US')}</span>
        </li>
      ))}
      {rest.length > 0 && (
        <li className="flex justify-between gap-2 text-muted-foreground">
          <span>{rest.length} more</span>
          <span className="tabular-nums">
            {rest.reduce((sum, { count }) => sum + count, 0).toLocaleString('en-US')}
          </span>
        </li>
      )}
    </ul>
  );
}
