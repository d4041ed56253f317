// Connections as a download: CSV (RFC 4180) or JSON lines, a part at a time as the reader takes them.
import 'server-only';
import type { NamedConnection } from '@/lib/core/views/connections';

const COLUMNS = [
  'protocol',
  'client',
  'virtual',
  'realServer',
  'state',
  'expiresSeconds',
  'kind',
  'origin',
  'mark',
  'group',
] as const;
type Parts = AsyncGenerator<NamedConnection[]>;
type Format = 'csv' | 'ndjson';

export function printConnections(first: IteratorResult<NamedConnection[]>, parts: Parts, format: Format): Response {
  const print = format === 'csv' ? csvOf : linesOf;
  let head: string | undefined = format === 'csv' ? `${COLUMNS.join(',')}\r\n` : '';
  let pending: IteratorResult<NamedConnection[]> | undefined = first;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = pending ?? (await parts.next());
      pending = undefined;
      const text = (head ?? '') + (part.done ? '' : print(part.value));
      head = undefined;
      if (text !== '') controller.enqueue(new TextEncoder().encode(text));
      if (part.done) controller.close();
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
  const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
  const disposition = `attachment; filename="connections.${format}"`;
  return new Response(body, { headers: { 'content-type': type, 'content-disposition': disposition } });
}

function csvOf(rows: readonly NamedConnection[]): string {
  return rows.map((row) => `${COLUMNS.map((column) => quote(row[column])).join(',')}\r\n`).join('');
}

function linesOf(rows: readonly NamedConnection[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** A group's name may begin with a sign that a spreadsheet would take for a formula. */
function quote(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
