// What the topology means to do with the packet, and why.
import type { MeantTrace } from '@/lib/core/views/live-trace';
import { ServerShares } from './server-shares';

export function MeantAnswer({ meant }: { meant: MeantTrace }) {
  const { isRunning, mark, group, pool, delivered, realServers, reasons } = meant;
  return (
    <div className="flex flex-col gap-2">
      {!isRunning && (
        <p className="text-xs text-warn">This revision was not deployed yet: it is only what is planned.</p>
      )}
      <p className="font-medium">
        {mark === null ? 'No mark' : `Mark ${mark}, group ${group ?? ''}`}
        {pool === null ? `, ${WORDS[delivered]}.` : `: pool ${pool} gets it.`}
      </p>
      <ServerShares servers={realServers} label="Real servers as meant" />
      <ol aria-label="Why it is meant so" className="list-decimal pl-5 text-xs">
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ol>
    </div>
  );
}

const WORDS = { local: 'the director itself answers', unreachable: 'answered unreachable', forwarded: 'forwarded' };
