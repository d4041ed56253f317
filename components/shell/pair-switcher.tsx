'use client';
// Goes to the same kind of page of another pair.
import { usePathname, useRouter } from 'next/navigation';
import { ChevronsUpDown } from 'lucide-react';
import { useTopologies } from '@/components/data/topology-queries';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuTrigger } from '@/components/ui/menu';

export function PairSwitcher() {
  const router = useRouter();
  const [place, id] = usePathname().split('/').filter(Boolean);
  const { data: topologies = [] } = useTopologies();
  const current = topologies.find((each) => each.id === id);
  if (topologies.length === 0) return null;
  const kind = place === 'live' ? 'live' : 'topologies';
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button size="small" aria-label="Switch pair">
          <span className="max-w-28 truncate">{current?.name ?? 'Pair'}</span> <ChevronsUpDown />
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuLabel>{kind === 'live' ? 'Watch pair' : 'Open pair'}</MenuLabel>
        {topologies.map((topology) => (
          <MenuItem key={topology.id} onSelect={() => router.push(`/${kind}/${topology.id}`)}>
            {topology.name}
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}
