'use client';
// The literal output of the tools, as in a terminal on the director.
import type { LiveHost } from '@/lib/core/views/live';
import { CodeBlock } from '@/components/ui/code-block';
import { CopyButton } from '@/components/ui/copy-button';

const commands = [
  ['ipvsadm', 'ipvsadm -L -n'],
  ['mangle', 'iptables -t mangle -L -n -v'],
  ['nat', 'iptables -t nat -L -n -v'],
  ['daemon', 'ipvsadm -L --daemon'],
] as const;

export function TerminalView({ host }: { host: LiveHost }) {
  return (
    <div className="flex flex-col gap-3">
      {commands.map(([key, command]) => (
        <div key={key} className="flex flex-col gap-1">
          <div className="flex items-center justify-between gap-2">
            <code className="text-xs">
              {host.director}# <span className="font-semibold">{command}</span>
            </code>
            <CopyButton text={host.terminal[key]} />
          </div>
          <CodeBlock
            label={`${command} on ${host.director}`}
            text={host.terminal[key] || '(no output)'}
            className="max-h-96"
          />
        </div>
      ))}
    </div>
  );
}
