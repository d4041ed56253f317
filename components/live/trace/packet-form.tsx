'use client';
// The packet to follow: field by field, or as the line of text that the topology page takes.
import { useState } from 'react';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { EMPTY_PACKET, fromPacketText, toPacketText, type PacketFields } from './packet-fields';

type PacketFormProps = {
  text: string;
  onText: (text: string) => void;
  devices: readonly string[];
  problem: string | undefined;
};

export function PacketForm({ text, onText, devices, problem }: PacketFormProps) {
  const [fields, setFields] = useState<PacketFields>(() => fromPacketText(text) ?? EMPTY_PACKET);
  const change = (part: Partial<PacketFields>) => {
    const next = { ...fields, ...part };
    setFields(next);
    onText(toPacketText(next));
  };
  const changeText = (next: string) => {
    const read = fromPacketText(next);
    if (read) setFields(read);
    onText(next);
  };
  return (
    <form aria-label="Packet" className="flex flex-col gap-2" onSubmit={(event) => event.preventDefault()}>
      <div className="grid gap-2 sm:grid-cols-2 lg:grid-cols-[7rem_1fr_1fr_6rem_9rem]">
        <FieldsOf fields={fields} onChange={change} devices={devices} />
      </div>
      <Field
        label="As text"
        help="The same line works in the bar above the topology and with the command line."
        problems={problem === undefined ? [] : [{ severity: 'error', message: problem }]}
      >
        {(control) => (
          <Input
            {...control}
            value={text}
            onChange={(event) => changeText(event.target.value)}
            placeholder="tcp 203.0.113.9 -> 192.168.0.17:443"
            className="font-mono text-xs"
          />
        )}
      </Field>
    </form>
  );
}

type FieldsProps = {
  fields: PacketFields;
  onChange: (part: Partial<PacketFields>) => void;
  devices: readonly string[];
};

function FieldsOf({ fields, onChange, devices }: FieldsProps) {
  const input = (key: 'source' | 'destination' | 'port', label: string, placeholder: string) => (
    <Field label={label}>
      {(control) => (
        <Input
          {...control}
          value={fields[key]}
          onChange={(event) => onChange({ [key]: event.target.value })}
          placeholder={placeholder}
          disabled={key === 'port' && fields.protocol === 'icmp'}
          className="font-mono text-xs"
        />
      )}
    </Field>
  );
  return (
    <>
      <Field label="Protocol">
        {(control) => (
          <Select {...control} value={fields.protocol} onChange={(event) => onChange({ protocol: event.target.value })}>
            {['tcp', 'udp', 'sctp', 'icmp'].map((protocol) => (
              <option key={protocol}>{protocol}</option>
            ))}
          </Select>
        )}
      </Field>
      {input('source', 'Source', 'any')}
      {input('destination', 'Destination', '192.168.0.17')}
      {input('port', 'Port', 'any')}
      <Field label="Arrives on">
        {(control) => (
          <Select {...control} value={fields.device} onChange={(event) => onChange({ device: event.target.value })}>
            <option value="">external interface</option>
            {[...new Set([...devices, fields.device])].filter(Boolean).map((device) => (
              <option key={device}>{device}</option>
            ))}
          </Select>
        )}
      </Field>
    </>
  );
}
