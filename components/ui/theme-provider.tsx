'use client';
// Light, dark or as the system says; kept in the browser.
import type { ReactNode } from 'react';
import { ThemeProvider as Provider } from 'next-themes';

export function ThemeProvider({ children }: { children: ReactNode }) {
  return (
    <Provider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange>
      {children}
    </Provider>
  );
}
