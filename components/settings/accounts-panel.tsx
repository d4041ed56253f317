'use client';
// The accounts of everyone, their roles, and whether they may sign in.
import { useState } from 'react';
import { UserPlus } from 'lucide-react';
import { accountRoleSchema, type AccountRole, type ManagedAccount } from '@/lib/core/views/account';
import { useAccounts, useChangeRole } from '@/components/data/account-queries';
import { Failure } from '@/components/data/failure';
import { useAccount } from '@/components/data/session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { DataTable } from '@/components/ui/data-table';
import type { DataColumn } from '@/components/ui/data-table-column';
import { Select } from '@/components/ui/input';
import { Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { AccountActions } from './account-actions';
import { AddAccount } from './add-account';

const columns: DataColumn<ManagedAccount>[] = [
  { id: 'name', header: 'Name', value: ({ name }) => name },
  { id: 'email', header: 'E-mail', value: ({ email }) => email },
  { id: 'role', header: 'Role', value: ({ role }) => role, cell: (account) => <RoleSelect account={account} /> },
  {
    id: 'state',
    header: 'State',
    value: ({ isEnabled }) => (isEnabled ? 'enabled' : 'disabled'),
    cell: ({ isEnabled }) => <Badge tone={isEnabled ? 'up' : 'down'}>{isEnabled ? 'enabled' : 'disabled'}</Badge>,
  },
  {
    id: 'createdAt',
    header: 'Since',
    value: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
  {
    id: 'access',
    header: 'Access',
    value: () => undefined,
    cell: (account) => <AccountActions account={account} />,
  },
];

export function AccountsPanel() {
  const { data, isError, error, refetch } = useAccounts(true);
  const [isAdding, setAdding] = useState(false);
  return (
    <Panel
      title="Accounts"
      actions={
        <Button onClick={() => setAdding(true)}>
          <UserPlus /> Add account
        </Button>
      }
    >
      <p className="text-muted-foreground">
        viewer looks; operator edits and deploys; admin also accepts host keys and manages accounts.
      </p>
      {isError && <Failure error={error} what="The accounts could not be read" onRetry={() => void refetch()} />}
      {!data && !isError && <SkeletonRows label="Loading accounts" />}
      {data && <DataTable label="Accounts" columns={columns} rows={data} rowId={({ id }) => id} />}
      {isAdding && <AddAccount onClose={() => setAdding(false)} />}
    </Panel>
  );
}

function RoleSelect({ account }: { account: ManagedAccount }) {
  const self = useAccount();
  const change = useChangeRole();
  const isSelf = self?.id === account.id;
  return (
    <span className="flex flex-col gap-1">
      <Select
        aria-label={`Role of ${account.email}`}
        className="w-28"
        value={account.role}
        disabled={isSelf || change.isPending}
        title={isSelf ? 'Nobody changes their own role' : undefined}
        onChange={(event) => change.mutate({ id: account.id, role: event.target.value as AccountRole })}
      >
        {accountRoleSchema.options.map((role) => (
          <option key={role}>{role}</option>
        ))}
      </Select>
      {change.isError && <Failure error={change.error} what="The role was not changed" />}
    </span>
  );
}
