'use client';
// Opens the search by click or Ctrl/Cmd-K; the search itself is loaded when first opened.
import { useEffect, useState } from 'react';
import dynamic from 'next/dynamic';
import { Search } from 'lucide-react';
import { Button } from '@/components/ui/button';

const SearchPalette = dynamic(() => import('./search-palette'), { ssr: false });

export function SearchButton() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <>
      <Button size="small" aria-label="Search" onClick={() => setOpen(true)}>
        <Search /> <kbd className="hidden text-xs text-muted-foreground sm:inline">Ctrl K</kbd>
      </Button>
      {isOpen && <SearchPalette onClose={() => setOpen(false)} />}
    </>
  );
}
