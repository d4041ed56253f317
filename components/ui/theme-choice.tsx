'use client';
// The three themes as a group of radio items in a menu.
import { useTheme } from 'next-themes';
import { MenuLabel, MenuRadioGroup, MenuRadioItem } from './menu';

export function ThemeChoice() {
  const { theme, setTheme } = useTheme();
  return (
    <>
      <MenuLabel>Theme</MenuLabel>
      <MenuRadioGroup value={theme ?? 'system'} onValueChange={setTheme}>
        <MenuRadioItem value="light">Light</MenuRadioItem>
        <MenuRadioItem value="dark">Dark</MenuRadioItem>
        <MenuRadioItem value="system">System</MenuRadioItem>
      </MenuRadioGroup>
    </>
  );
}
