'use client';
// Whether this browser says it when an alert is raised.
import { setNotifications, useNotificationState } from '@/components/alerts/use-notifications';
import { Checkbox } from '@/components/ui/checkbox';
import { Panel } from '@/components/ui/page';

export function NotificationsPanel() {
  const state = useNotificationState();
  return (
    <Panel title="Notifications">
      <Checkbox
        label="Notify me in this browser of new alerts"
        checked={state === 'on'}
        disabled={state === 'denied' || state === 'unsupported'}
        onCheckedChange={(isOn) => void setNotifications(isOn)}
      />
      <p className="text-xs text-muted-foreground">
        {state === 'denied'
          ? 'This browser has refused notifications from this address; its own settings can allow them again.'
          : state === 'unsupported'
            ? 'This browser has no notifications here: they need HTTPS or localhost.'
            : 'While a page of the console is open.'}
      </p>
    </Panel>
  );
}
