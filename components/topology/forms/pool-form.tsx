'use client';
// A pool: forwarding method, health check, real servers.
import { renameObject } from '../document-edits';
import { useEditor } from '../editor-context';
import { NumberField, SelectField, TextField } from './document-fields';
import { ObjectForm } from './object-form';
import { RealServersField } from './real-servers-field';

const forwarding = [
  { value: 'masq', label: 'masq: rewrite, replies through the director (-m)' },
  { value: 'gate', label: 'gate: direct routing, replies direct (-g)' },
  { value: 'ipip', label: 'ipip: tunnel, replies direct (-i)' },
];
const forwardingHelp: Record<string, string> = {
  masq: 'The destination is rewritten; real servers need the internal virtual address as default gateway, nothing else.',
  gate: 'Only the MAC address is rewritten; each real server must hold the ranges locally and sit on the internal network.',
  ipip: 'Packets arrive in a tunnel; each real server must hold the ranges on tunl0.',
};
const checkTypes = [
  { value: 'connect', label: 'connect: TCP connection to a port' },
  { value: 'negotiate', label: 'negotiate: ask and compare the answer' },
  { value: 'ping', label: 'ping: ICMP echo' },
  { value: 'off', label: 'off: never checked' },
];
const services = ['http', 'https', 'ftp', 'smtp', 'imap', 'pop', 'dns'].map((value) => ({ value, label: value }));

export function PoolForm({ index }: { index: number }) {
  const { document, replace } = useEditor();
  const at = (...rest: (string | number)[]) => ['pools', index, ...rest];
  const pool = document.pools[index];
  return (
    <ObjectForm lead="Real servers that serve the same packets in the same way.">
      <TextField
        path={at('name')}
        label="Name"
        help="Groups refer to the pool by this name; a rename is carried through."
        onCommit={(name) => replace(renameObject(document, 'pools', index, name))}
      />
      <SelectField
        path={at('forwarding')}
        label="Forwarding"
        options={forwarding}
        help={forwardingHelp[pool?.forwarding ?? ''] ?? ''}
      />
      <RealServersField index={index} />
      <h3 className="border-t pt-3 font-semibold">Health check</h3>
      <HealthCheckFields index={index} />
    </ObjectForm>
  );
}

function HealthCheckFields({ index }: { index: number }) {
  const { document, change } = useEditor();
  const at = (...rest: string[]) => ['pools', index, 'healthCheck', ...rest];
  const type = document.pools[index]?.healthCheck.type;
  const changeType = (next: string) => {
    const { intervalSeconds = 10, timeoutSeconds = 3, port = 80 } = document.pools[index]?.healthCheck ?? {};
    const common = { type: next, intervalSeconds, timeoutSeconds };
    const more =
      next === 'connect' ? { port } : next === 'negotiate' ? { port, service: 'http', request: '/', receive: '' } : {};
    change(at(), { ...common, ...more });
  };
  return (
    <>
      <SelectField
        path={at('type')}
        label="Check type"
        options={checkTypes}
        onCommit={changeType}
        help="A real server that fails the check is removed from the table on both directors."
      />
      {type === 'negotiate' && (
        <>
          <SelectField
            path={at('service')}
            label="Service"
            options={services}
            help="What is spoken with the real server."
          />
          <TextField
            path={at('request')}
            label="Request"
            isMono
            isOptional
            help="What is asked for: a path under http, a name under dns."
          />
          <TextField
            path={at('receive')}
            label="Expected answer"
            isMono
            isOptional
            help="Regular expression that the answer must match."
          />
        </>
      )}
      {type !== 'off' && (
        <div className="grid grid-cols-3 gap-2">
          {type !== 'ping' && (
            <NumberField
              path={at('port')}
              label="Check port"
              isOptional
              min={1}
              max={65535}
              help="A mark has no port of its own, so the check needs one."
            />
          )}
          <NumberField
            path={at('intervalSeconds')}
            label="Interval (s)"
            help="Pause between checks."
            defaultValue="10"
          />
          <NumberField
            path={at('timeoutSeconds')}
            label="Timeout (s)"
            help="No answer by then is a failure."
            defaultValue="3"
          />
        </div>
      )}
    </>
  );
}
