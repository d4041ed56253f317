// Who holds a real server: clients that persistence binds to it, with the time that is left.
import type { ServerHolders } from '@/lib/core/views/verbs';
import { printDuration } from '@/components/ui/time';

export function printHeld({ connections, active }: Pick<ServerHolders, 'connections' | 'active'>): string {
  if (connections === 'unknown') return 'unknown';
  const count = connections.toLocaleString('en-US');
  return active === 'unknown' || active === connections
    ? count
    : `${count} (${active.toLocaleString('en-US')} active, the rest are ending)`;
}

export function HolderList({ holders: { templates, templateCount } }: { holders: ServerHolders }) {
  if (templates.length === 0) return <p className="text-muted-foreground">No client is bound to it.</p>;
  const more = templateCount === 'unknown' ? undefined : templateCount - templates.length;
  return (
    <>
      <ul aria-label="Bound clients" className="grid gap-x-4 font-mono text-xs sm:grid-cols-2">
        {templates.map(({ client, mark, expiresSeconds }) => (
          <li key={`${client} ${mark ?? ''}`}>
            {client}
            {mark !== undefined && `, mark ${mark}`}, {printDuration(expiresSeconds * 1000)} left
          </li>
        ))}
      </ul>
      {more !== undefined && more > 0 && <p className="text-muted-foreground">and {more} more</p>}
      {more === undefined && (
        <p className="text-muted-foreground">
          The connection table is larger than the bound that spares the director: there may be more.
        </p>
      )}
    </>
  );
}
