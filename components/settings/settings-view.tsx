'use client';
// Own account, theme, and for administrators the accounts of everyone.
import { useTheme } from 'next-themes';
import { useAccount, useIsAdmin } from '@/components/data/session';
import { Facts, Page, Panel } from '@/components/ui/page';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/input';
import { AccountsPanel } from './accounts-panel';
import { AlertChannelsPanel } from './alert-channels-panel';
import { NotificationsPanel } from './notifications-panel';
import { PasswordPanel } from './password-panel';

export function SettingsView() {
  const account = useAccount();
  const isAdmin = useIsAdmin();
  return (
    <Page title="Settings">
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,360px)_minmax(0,1fr)]">
        <div className="flex flex-col gap-3">
          <Panel title="You">
            <Facts
              rows={[
                ['Name', account?.name],
                ['E-mail', account?.email],
                ['Role', account?.role],
              ]}
            />
          </Panel>
          <ThemePanel />
          <PasswordPanel />
          <NotificationsPanel />
        </div>
        {isAdmin && (
          <div className="flex min-w-0 flex-col gap-3">
            <AccountsPanel />
            <AlertChannelsPanel />
          </div>
        )}
      </div>
    </Page>
  );
}

function ThemePanel() {
  const { theme = 'system', setTheme } = useTheme();
  return (
    <Panel title="Appearance">
      <Field label="Theme" help="Kept in this browser." defaultValue="as the system says">
        {(control) => (
          <Select
            {...control}
            value={theme}
            onChange={(event) => setTheme(event.target.value)}
            suppressHydrationWarning
          >
            <option value="light">Light</option>
            <option value="dark">Dark</option>
            <option value="system">System</option>
          </Select>
        )}
      </Field>
    </Panel>
  );
}
