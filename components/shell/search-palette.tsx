'use client';
// Ctrl/Cmd-K: find any object of any topology, and go there.
import { useRouter } from 'next/navigation';
import { useQueries } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { api } from '@/lib/api/client';
import { useDirectors } from '@/components/data/director-queries';
import { useTopologies } from '@/components/data/topology-queries';
import { Dialog } from '@/components/ui/dialog';
import { directorItems, pageItems, topologyItems, type SearchItem } from './search-items';

function useItems(): SearchItem[] {
  const topologies = useTopologies().data ?? [];
  const directors = useDirectors().data ?? [];
  const revisions = useQueries({
    queries: topologies.map(({ id }) => ({
      queryKey: ['topology', id],
      queryFn: () => api.getTopology(id),
      staleTime: 30_000,
    })),
  });
  const documents = revisions.flatMap(({ data }) => (data ? topologyItems(data.topologyId, data.document) : []));
  return [...pageItems(), ...documents, ...directorItems(directors)];
}

const itemClass =
  'flex cursor-pointer items-center justify-between gap-3 rounded px-2 py-1.5 data-[selected=true]:bg-accent-soft';

export default function SearchPalette({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const items = useItems();
  const groups = [...new Set(items.map(({ group }) => group))];
  const open = (href: string) => {
    onClose();
    router.push(href);
  };
  return (
    <Dialog isOpen onOpenChange={(isOpen) => !isOpen && onClose()} title="Search" className="gap-2">
      <Command label="Search" className="flex min-h-0 flex-col gap-2">
        <Command.Input
          autoFocus
          placeholder="Name, address, mark, page"
          className="h-8 rounded border border-input/70 bg-background px-2"
        />
        <Command.List className="max-h-[50vh] overflow-auto">
          <Command.Empty className="px-2 py-4 text-muted-foreground">
            Nothing has this name, address or mark.
          </Command.Empty>
          {groups.map((group) => (
            <Command.Group
              key={group}
              heading={group}
              className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted-foreground"
            >
              {items
                .filter((item) => item.group === group)
                .map((item, index) => (
                  <Command.Item
                    key={`${item.href} ${item.title} ${index}`}
                    value={`${group} ${item.title} ${item.text} ${index}`}
                    onSelect={() => open(item.href)}
                    className={itemClass}
                  >
                    <span className="truncate">{item.title}</span>
                    <span className="truncate text-xs text-muted-foreground">{item.text}</span>
                  </Command.Item>
                ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  );
}
