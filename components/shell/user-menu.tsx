'use client';
// Who is signed in, the theme, and the way out.
import { CircleUser, LogOut } from 'lucide-react';
import { leaveTo } from '@/components/data/leave';
import { useAccount } from '@/components/data/session';
import { signOut } from '@/components/session/sign-in-requests';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { ThemeChoice } from '@/components/ui/theme-choice';

export function UserMenu() {
  const account = useAccount();
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label="User menu">
          <CircleUser />
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuLabel>
          <span className="block font-medium text-foreground">{account?.name}</span>
          {account?.email} ({account?.role})
        </MenuLabel>
        <MenuSeparator />
        <ThemeChoice />
        <MenuSeparator />
        <MenuItem onSelect={() => void signOut().then(() => leaveTo('/sign-in'))}>
          <LogOut /> Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
