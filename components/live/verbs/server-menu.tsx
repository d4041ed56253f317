'use client';
// What can be done to one real server of a pool; each item opens its forecast first.
import { EllipsisVertical } from 'lucide-react';
import { useCanEdit } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { useVerbUrl, type AskedServer } from './verb-url';

type ServerMenuProps = {
  group: string | undefined;
  address: string;
  port: number;
  weight: number;
  /** Absent: it is no real server of this topology, e.g. a fallback or one that was added by hand. */
  pool: string | undefined;
};

export function ServerMenu({ group, address, port, weight, pool }: ServerMenuProps) {
  const canEdit = useCanEdit();
  const { askServer } = useVerbUrl();
  if (!canEdit) return null;
  const label = `Actions for ${address}:${port}${group === undefined ? '' : ` of ${group}`}`;
  const server: AskedServer = { address, port, pool: pool ?? '' };
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button size="icon" variant="ghost" aria-label={label} title={label}>
          <EllipsisVertical />
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        {pool === undefined ? (
          <MenuLabel>Not in a pool of this topology: the editor or the drift panel knows more.</MenuLabel>
        ) : (
          <>
            <MenuItem disabled={weight === 0} onSelect={() => askServer('drain', server)}>
              Drain
            </MenuItem>
            <MenuItem disabled={weight > 0} onSelect={() => askServer('online', server)}>
              Back online
            </MenuItem>
            <MenuItem onSelect={() => askServer('weight', server)}>Change weight</MenuItem>
            <MenuItem onSelect={() => askServer('halt', server)}>Halt (take out of the pool)</MenuItem>
            <MenuSeparator />
            <MenuItem onSelect={() => askServer('flush', server)}>Flush persistence of a client</MenuItem>
          </>
        )}
      </MenuContent>
    </Menu>
  );
}
