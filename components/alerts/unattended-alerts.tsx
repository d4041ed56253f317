'use client';
// How many alerts nobody looks after, beside their place in the navigation; tells the browser about new ones when that is wanted.
import { isUnattended, useAlerts } from '@/components/data/alert-queries';
import { useNotifications } from './use-notifications';

export function UnattendedAlerts() {
  const { data } = useAlerts();
  const unattended = data?.open.filter(isUnattended) ?? [];
  useNotifications(data && unattended);
  if (unattended.length === 0) return null;
  return (
    <span className="ml-auto rounded-full bg-down px-1.5 text-xs font-medium text-white dark:text-black">
      {unattended.length}
      <span className="sr-only"> that nobody looks after</span>
    </span>
  );
}
