'use client';
// Who is signed in, the theme, and the way out.
import { useState } from 'react';
import { CircleUser, LogOut } from 'lucide-react';
import { useAccount } from '@/components/data/session';
import type { Refusal } from '@/components/session/sign-in-requests';
import { signOutAndLeave } from '@/components/session/sign-out';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { ThemeChoice } from '@/components/ui/theme-choice';

export function UserMenu() {
  const account = useAccount();
  const [refusal, setRefusal] = useState<Refusal>();
  const leave = () => void signOutAndLeave().then(setRefusal);
  return (
    <>
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
          <MenuItem onSelect={leave}>
            <LogOut /> Sign out
          </MenuItem>
        </MenuContent>
      </Menu>
      {refusal && <StillSignedIn refusal={refusal} onClose={() => setRefusal(undefined)} onAgain={leave} />}
    </>
  );
}

type StillSignedInProps = { refusal: Refusal; onClose: () => void; onAgain: () => void };

function StillSignedIn({ refusal: { message, next }, onClose, onAgain }: StillSignedInProps) {
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="You are still signed in"
      description={`Signing out did not work: ${message} ${next}`}
    >
      <DialogActions>
        <Button onClick={onClose}>Stay signed in</Button>
        <Button variant="primary" onClick={onAgain}>
          <LogOut /> Sign out again
        </Button>
      </DialogActions>
    </Dialog>
  );
}
