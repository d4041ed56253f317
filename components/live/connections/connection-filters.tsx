'use client';
// What the director is asked for: it compares, so that rows which nobody wants do not cross the network.
import type { ConnectionFilter } from '@/lib/core/views/connections';
import { Input, Select } from '@/components/ui/input';

const STATES = [
  'ESTABLISHED',
  'SYN_RECV',
  'SYN_SENT',
  'FIN_WAIT',
  'TIME_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'CLOSE',
  'UDP',
  'ASSURED',
  'NONE',
];
const TEXTS = [
  ['client', 'Client', '203.0.113.0/24'],
  ['virtual', 'Virtual address', '192.168.0.7:80'],
  ['realServer', 'Real server', '192.168.6.2'],
  ['port', 'Virtual port', '80 or 8000-8099'],
] as const;

type ConnectionFiltersProps = {
  filter: ConnectionFilter;
  realServers: readonly string[];
  onChange: (change: Partial<ConnectionFilter>) => void;
};

export function ConnectionFilters({ filter, realServers, onChange }: ConnectionFiltersProps) {
  return (
    <div role="group" aria-label="Filter on the director" className="flex flex-wrap items-end gap-2">
      {TEXTS.map(([key, label, example]) => (
        <label key={key} className="flex w-40 flex-col text-xs text-muted-foreground">
          {label}
          <Input
            placeholder={example}
            maxLength={100}
            list={key === 'realServer' ? 'connection-real-servers' : undefined}
            value={filter[key]}
            onChange={(event) => onChange({ [key]: event.target.value })}
          />
        </label>
      ))}
      <datalist id="connection-real-servers">
        {realServers.map((address) => (
          <option key={address} value={address} />
        ))}
      </datalist>
      <label className="flex w-36 flex-col text-xs text-muted-foreground">
        State
        <Select value={filter.state} onChange={(event) => onChange({ state: event.target.value })}>
          <option value="">any</option>
          {STATES.map((state) => (
            <option key={state}>{state}</option>
          ))}
        </Select>
      </label>
      <label className="flex w-28 flex-col text-xs text-muted-foreground">
        Origin
        <Select
          value={filter.origin}
          onChange={(event) => onChange({ origin: event.target.value as ConnectionFilter['origin'] })}
        >
          <option value="">any</option>
          <option value="local">local</option>
          <option value="synced">synced</option>
        </Select>
      </label>
    </div>
  );
}
