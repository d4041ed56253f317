'use client';
// What the FTP wizard will do to the topology, and what must be set on the FTP service of the real servers.
import { CopyButton } from '@/components/ui/copy-button';
import { useEditor } from '../editor-context';
import { CONTROL_PORT, ftpNotes, ftpSettings, type FtpChoice, type FtpPlan } from './ftp-plan';

export function FtpOutcome({ choice, plan }: { choice: FtpChoice; plan: FtpPlan }) {
  const { document } = useEditor();
  const { group, takesFrom } = plan;
  const ports = `tcp ${CONTROL_PORT} and ${choice.passiveFirst} to ${choice.passiveLast}`;
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <section aria-label="What is done">
        <h3 className="font-semibold">What is done</h3>
        <ul className="list-disc pl-4">
          <li>
            Group {group.name} with mark {group.mark} takes {ports} of {choice.ranges.join(', ')}.
          </li>
          {takesFrom.length > 0 && <li>It takes these packets from {takesFrom.join(', ')}.</li>}
          {plan.document.ftp && !document.ftp && (
            <li>
              The module ip_vs_ftp is loaded and net.ipv4.vs.conntrack is on: a mark has no port 21 to infer it from.
            </li>
          )}
          {group.persistence && (
            <li>
              Persistence of {group.persistence.timeoutSeconds} s keeps both connections of a client on one real server.
            </li>
          )}
        </ul>
      </section>
      <section aria-label="What to set on the FTP service" className="min-w-0">
        <h3 className="font-semibold">What to set on the FTP service</h3>
        {ftpSettings(choice).map(({ daemon, file, lines }) => (
          <div key={daemon} className="flex items-start justify-between gap-2 py-1">
            <div className="min-w-0">
              <p className="text-xs text-muted-foreground">
                {daemon}, in <span className="font-mono">{file}</span>
              </p>
              <pre className="font-mono text-xs whitespace-pre-wrap">{lines.join('\n')}</pre>
            </div>
            <CopyButton text={`${lines.join('\n')}\n`} label={`Copy for ${daemon}`} isIconOnly />
          </div>
        ))}
        <ul className="list-disc pl-4 text-xs text-muted-foreground">
          {ftpNotes(document, choice).map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </section>
    </div>
  );
}
