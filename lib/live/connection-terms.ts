// A filter as the guard's terms: column, low, high, in the spelling of /proc/net/ip_vs_conn_sync, where words of one length compare as numbers do.
import { parseInterval } from '../core/address';
import { ServiceError } from '../core/errors';
import { parsePorts } from '../core/ports';
import type { AddressInterval } from '../core/topology';
import type { ConnectionFilter } from '../core/views/connections';

/** As in CONN_AWK of guard.sh. */
const COLUMN = {
  client: '2',
  virtual: '4',
  virtualPort: '5',
  realServer: '6',
  realServerPort: '7',
  state: '8',
  origin: '9',
};
const ORIGIN = { local: 'LOCAL', synced: 'SYNC' };

/** Throws ServiceError('invalid') that names the field. */
export function termsOf({ client, virtual, realServer, port, state, origin }: ConnectionFilter): string[] {
  return [
    ...(client.trim() === '' ? [] : addressTerm('Client', COLUMN.client, client.trim())),
    ...endpointTerms('Virtual address', COLUMN.virtual, COLUMN.virtualPort, virtual),
    ...endpointTerms('Real server', COLUMN.realServer, COLUMN.realServerPort, realServer),
    ...(port.trim() === '' ? [] : portTerms('Port', COLUMN.virtualPort, port.trim())),
    ...(state.trim() === '' ? [] : wordTerm('State', COLUMN.state, state.trim().toUpperCase())),
    ...(origin === '' ? [] : wordTerm('Origin', COLUMN.origin, ORIGIN[origin])),
  ];
}

function endpointTerms(field: string, column: string, portColumn: string, value: string): string[] {
  const text = value.trim();
  if (text === '') return [];
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):([0-9-]+)$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined || port === undefined) return addressTerm(field, column, text.replace(/^\[|\]$/g, ''));
  return [...addressTerm(field, column, address), ...portTerms(field, portColumn, port)];
}

function addressTerm(field: string, column: string, text: string): string[] {
  const parsed = parseInterval(text);
  if (!parsed.ok) throw new ServiceError('invalid', `${field}: ${parsed.problem}.`);
  const { interval } = parsed.value;
  return [column, kernelAddress(interval, interval.first), kernelAddress(interval, interval.last)];
}

function kernelAddress({ family }: AddressInterval, value: bigint): string {
  if (family === 4) return value.toString(16).padStart(8, '0').toUpperCase();
  return (value.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':').toUpperCase();
}

function portTerms(field: string, column: string, text: string): string[] {
  const parsed = parsePorts([text]);
  if (!parsed.ok) throw new ServiceError('invalid', `${field}: ${parsed.problem}.`);
  const hex = (port: number) => port.toString(16).padStart(4, '0').toUpperCase();
  return parsed.value.flatMap(({ first, last }) => [column, hex(first), hex(last)]);
}

function wordTerm(field: string, column: string, word: string): string[] {
  if (!/^[A-Z_]{1,11}$/.test(word))
    throw new ServiceError('invalid', `${field}: "${word}" is no state of a connection, e.g. ESTABLISHED.`);
  return [column, word, word];
}
