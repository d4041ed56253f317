'use client';
// The terminal of both directors: one command for both, and everything at once to take away.
import { Download } from 'lucide-react';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { LITERAL_COMMANDS, literalSections, type LiteralSection } from '@/lib/core/views/live-output';
import type { LivePair } from '@/lib/core/views/live';
import { useCanEdit } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/input';
import type { Feed } from '../freshness';
import { HostColumns } from '../host-columns';
import { TerminalView } from './terminal-view';

type TerminalTabProps = {
  pair: LivePair;
  feed: Feed;
  topologyId: string;
  shown: string;
  onShow: (director: string) => void;
};

export function TerminalTab({ topologyId, ...columns }: TerminalTabProps) {
  const [section, setSection] = useQueryState(
    'command',
    parseAsStringLiteral(literalSections).withDefault('ipvs-list'),
  );
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <Field label="Command" className="w-full sm:w-96">
          {(control) => (
            <Select
              {...control}
              value={section}
              className="font-mono text-xs"
              onChange={(event) => void setSection(event.target.value as LiteralSection)}
            >
              {literalSections.map((each) => (
                <option key={each} value={each}>
                  {LITERAL_COMMANDS[each]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <BundleButton topologyId={topologyId} />
      </div>
      <HostColumns {...columns}>
        {(host) => <TerminalView host={host} topologyId={topologyId} section={section} />}
      </HostColumns>
    </div>
  );
}

/** The browser saves it: a link, so that a failure is shown by the browser too. */
function BundleButton({ topologyId }: { topologyId: string }) {
  if (!useCanEdit()) return null;
  return (
    <Button asChild size="small">
      <a href={`/api/v1/live/${encodeURIComponent(topologyId)}/support-bundle`} download>
        <Download /> Download support bundle
      </a>
    </Button>
  );
}
