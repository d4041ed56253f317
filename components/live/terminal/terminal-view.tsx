'use client';
// The literal output of a director's own tools, as in a terminal there, refreshed with the stream.
import { LITERAL_COMMANDS, type LiteralSection } from '@/lib/core/views/live-output';
import type { LiveHost } from '@/lib/core/views/live';
import { Failure } from '@/components/data/failure';
import { useLiveOutput } from '@/components/data/live-queries';
import { CopyButton } from '@/components/ui/copy-button';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { LiteralBlock } from './literal-block';

/** Of what is read every few rounds only. */
const SETTINGS: readonly LiteralSection[] = [
  ...(['mangle-list', 'nat-list', 'policy-rules', 'policy-rules6', 'routes', 'routes6'] as const),
  ...(['sets', 'nftables', 'sysctls', 'modules', 'files'] as const),
];

type TerminalViewProps = { host: LiveHost; topologyId: string; section: LiteralSection };

export function TerminalView({ host, topologyId, section }: TerminalViewProps) {
  const { director, readAt } = host;
  const { data, isError, error, refetch } = useLiveOutput(topologyId, { director, section, readAt });
  const output = data?.outputs.find((each) => each.section === section);
  const at = SETTINGS.includes(section) ? data?.settingsReadAt : data?.readAt;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <code className="text-xs">
          {director}# <span className="font-semibold">{LITERAL_COMMANDS[section]}</span>
        </code>
        <span className="flex items-center gap-2 text-xs text-muted-foreground">
          {at && (
            <span>
              read <RelativeTime at={at} />
            </span>
          )}
          <CopyButton text={output?.text ?? ''} />
        </span>
      </div>
      {isError && <Failure error={error} what="The output could not be read" onRetry={() => void refetch()} />}
      {!data && !isError && <SkeletonRows rows={6} label="Reading the output" />}
      {data?.problem && <p className="text-muted-foreground">{data.problem}</p>}
      {output && output.status !== 0 && <p className="text-xs text-warn">{statusWords(output.status)}</p>}
      {output && (
        <LiteralBlock
          key={section}
          text={output.text === '' ? '(no output)' : output.text}
          label={`${LITERAL_COMMANDS[section]} on ${director}`}
        />
      )}
    </div>
  );
}

function statusWords(status: number): string {
  return status === 127 ? 'This host has no such tool.' : `The command ended with status ${status}.`;
}
