'use client';
// Per director: files with their differences, and what is done in the kernel and to daemons.
import { Equal, Minus, Pencil, Plus } from 'lucide-react';
import type { FileChange, HostPlan, KernelAction } from '@/lib/core/views/plan';
import { Badge, type Tone } from '@/components/ui/badge';
import { DiffView } from '@/components/ui/diff-view';

const tones: Record<FileChange['change'], Tone> = {
  create: 'up',
  update: 'drain',
  remove: 'down',
  unchanged: 'neutral',
};
const signs = { create: Plus, update: Pencil, remove: Minus, unchanged: Equal } as const;

export function PlanFiles({ hosts }: { hosts: readonly HostPlan[] }) {
  return (
    <div className="flex flex-col gap-4">
      {hosts.map((host) => (
        <section key={host.director} aria-label={`Changes on ${host.director}`} className="flex flex-col gap-1.5">
          <h3 className="flex flex-wrap items-center gap-2 font-semibold">
            {host.director} <Badge tone={host.role === 'active' ? 'up' : 'neutral'}>{host.role}</Badge>
            <span className="text-xs font-normal text-muted-foreground">holds release {host.baseRelease}</span>
          </h3>
          <HostFiles files={host.files} />
          <Actions actions={host.actions} director={host.director} />
          {host.daemonAction !== 'none' && <p>Then: {host.daemonAction.replace('-', ' ')}.</p>}
        </section>
      ))}
    </div>
  );
}

function HostFiles({ files }: { files: readonly FileChange[] }) {
  const changed = files.filter(({ change }) => change !== 'unchanged');
  const same = files.length - changed.length;
  return (
    <>
      {changed.map((file) => (
        <details key={file.path} className="rounded border">
          <summary className="px-2 py-1">
            <span className="inline-flex max-w-[92%] flex-wrap items-center gap-2 align-middle">
              <Badge tone={tones[file.change]} icon={signs[file.change]}>
                {file.change}
              </Badge>
              <span className="font-mono text-xs [overflow-wrap:anywhere]">{file.path}</span>
            </span>
          </summary>
          <div className="flex flex-col gap-1 border-t p-2">
            <p className="text-muted-foreground">{file.reason}</p>
            {file.secret ? (
              <p>A secret: its content is not shown.</p>
            ) : (
              file.diff !== '' && <DiffView diff={file.diff} label={`Difference of ${file.path}`} />
            )}
          </div>
        </details>
      ))}
      {same > 0 && (
        <p className="text-xs text-muted-foreground">
          {same === 1 ? '1 file stays as it is.' : `${same} files stay as they are.`}
        </p>
      )}
    </>
  );
}

function Actions({ actions, director }: { actions: readonly KernelAction[]; director: string }) {
  if (actions.length === 0) return null;
  return (
    <details className="rounded border">
      <summary className="px-2 py-1">
        {actions.length} {actions.length === 1 ? 'change' : 'changes'} in the kernel and to daemons
      </summary>
      <ul aria-label={`Kernel changes on ${director}`} className="flex flex-col gap-1.5 border-t p-2">
        {actions.map((action, index) => (
          <li key={index}>
            <code className="block overflow-x-auto rounded bg-shell px-1.5 py-0.5 text-xs whitespace-pre">
              {action.command}
            </code>
            <span className="text-xs text-muted-foreground">
              {action.kind}, {action.change}: {action.reason}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
