// The frame of every page: navigation, header, content, task log.
import type { ReactNode } from 'react';
import Link from 'next/link';
import { Breadcrumb } from './breadcrumb';
import { Navigation } from './navigation';
import { LazyPairSwitcher, LazyUserMenu } from './lazy-menus';
import { SearchButton } from './search-button';
import { TaskLog } from './task-log';

export function AppShell({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-card focus:p-2">
        Skip to content
      </a>
      <header className="sticky top-0 z-30 flex h-11 shrink-0 items-center gap-2 border-b bg-shell px-3">
        <Link href="/topologies" className="font-semibold whitespace-nowrap md:w-[9.25rem]">
          LVS Console
        </Link>
        <Breadcrumb />
        <LazyPairSwitcher />
        <SearchButton />
        <LazyUserMenu />
      </header>
      <div className="flex min-h-0 flex-1 flex-col md:flex-row">
        <Navigation />
        <div className="flex min-w-0 flex-1 flex-col">
          <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
            {children}
          </main>
          <TaskLog />
        </div>
      </div>
    </div>
  );
}
