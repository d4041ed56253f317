'use client';
// Toasts are for what happens later: so is their code.
import dynamic from 'next/dynamic';

export const LazyToaster = dynamic(() => import('./toaster').then(({ Toaster }) => Toaster), { ssr: false });
