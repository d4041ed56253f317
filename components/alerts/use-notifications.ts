'use client';
// Notifications of the browser for alerts that are raised while a page of the console is open; the wish is kept in this browser.
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Alert } from '@/lib/core/views/alert';
import { titleOf } from './rule-words';

const KEY = 'lvs-console.notifications';
const CHANGED = 'lvs-console-notifications';
/** `unsupported`: no such thing here, e.g. over plain HTTP from another machine. */
export type NotificationState = 'on' | 'off' | 'denied' | 'unsupported';

function readState(): NotificationState {
  if (!('Notification' in window)) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  return localStorage.getItem(KEY) === 'on' && Notification.permission === 'granted' ? 'on' : 'off';
}

export function useNotificationState(): NotificationState {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener(CHANGED, listener);
      return () => window.removeEventListener(CHANGED, listener);
    },
    readState,
    () => 'off',
  );
}

/** Asks the browser for permission when it has to. */
export async function setNotifications(isOn: boolean): Promise<void> {
  if (isOn && Notification.permission === 'default') await Notification.requestPermission();
  localStorage.setItem(KEY, isOn ? 'on' : 'off');
  window.dispatchEvent(new Event(CHANGED));
}

/** What is there when the page opens is no news. */
export function useNotifications(unattended: readonly Alert[] | undefined): void {
  const state = useNotificationState();
  const known = useRef<Set<string> | undefined>(undefined);
  useEffect(() => {
    if (!unattended) return;
    const news = known.current ? unattended.filter(({ id }) => !known.current?.has(id)) : [];
    known.current = new Set([...(known.current ?? []), ...unattended.map(({ id }) => id)]);
    if (state !== 'on') return;
    for (const { id, rule, topologyName, sentence } of news)
      new Notification(`${titleOf(rule)}: ${topologyName}`, { body: sentence, tag: id });
  }, [unattended, state]);
}
