'use client';
// The menus of the header, loaded after the page; their places are kept.
import dynamic from 'next/dynamic';

export const LazyPairSwitcher = dynamic(() => import('./pair-switcher').then(({ PairSwitcher }) => PairSwitcher), {
  ssr: false,
  loading: () => <span className="w-16" />,
});
export const LazyUserMenu = dynamic(() => import('./user-menu').then(({ UserMenu }) => UserMenu), {
  ssr: false,
  loading: () => <span className="size-7.5" />,
});
