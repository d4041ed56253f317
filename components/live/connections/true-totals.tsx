// Connections by group and real server as the service table counts them: exact at any size, and read with the rest of the live page.
import type { TopologyDocument } from '@/lib/core/document';
import type { LiveHost } from '@/lib/core/views/live';
import { serviceRows } from '../service-rows';

export function TrueTotals({ host, document }: { host: LiveHost; document: TopologyDocument | undefined }) {
  const rows = serviceRows(host, document);
  const services = rows.filter(({ realServer }) => realServer === undefined);
  const total = services.reduce((sum, { active, inactive }) => sum + active + inactive, 0);
  return (
    <section aria-label={`Connections of ${host.director} by group`} className="flex flex-col gap-1">
      <p>
        <strong className="tabular-nums">{total.toLocaleString('en-US')}</strong> connections on {host.director},
        counted by the kernel:
      </p>
      <ul className="flex flex-wrap gap-2">
        {services.map(({ service, group, active, inactive }) => (
          <li key={service.key} className="rounded border px-2 py-1 text-xs">
            <p className="font-medium">
              {group ?? (service.mark === undefined ? service.key : `mark ${service.mark}`)}{' '}
              <span className="tabular-nums">{(active + inactive).toLocaleString('en-US')}</span>
            </p>
            {rows
              .filter((row) => row.service === service && row.realServer !== undefined)
              .map(({ realServer, active: open, inactive: closing }) => (
                <p key={`${realServer?.address} ${realServer?.port}`} className="text-muted-foreground">
                  <span className="font-mono">
                    {realServer?.address}
                    {realServer?.port ? `:${realServer.port}` : ''}
                  </span>{' '}
                  <span className="tabular-nums">
                    {open.toLocaleString('en-US')} active, {closing.toLocaleString('en-US')} inactive
                  </span>
                </p>
              ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
