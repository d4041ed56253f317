// A bounded read of a director's connection table: reading it whole is quadratic on most kernels (lab.md).
import { HostError } from '../core/errors';
import type { ConnectionPage } from '../core/views/live';
import { parseIpVsConn } from '../parse/ip-vs-conn';
import { framesOf, type GuardHost } from '../ssh/guard-host';

const READ_MS = 20_000;
const NOTHING = { rows: [], truncated: false };

/** A filter that the director refuses because its table is large gives an empty page with the reason, not an error. */
export async function readConnections(host: GuardHost, limit: number, filter: string): Promise<ConnectionPage> {
  const head = { director: host.name, readAt: new Date().toISOString() };
  const text = filter.trim();
  if (!/^[0-9A-Za-z.:_]*$/.test(text))
    return { ...head, ...NOTHING, total: 0, reason: 'A filter holds letters, digits, dots and colons only.' };
  try {
    const args = text === '' ? [String(limit)] : [String(limit), text];
    const { stdout } = await host.guard('connections', args, { timeoutMs: READ_MS });
    return { ...head, ...toPage(host.name, stdout, limit, text) };
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'guard-refused') throw error;
    const words = error.details.stderr?.replace(/^guard: /, '').trim() ?? error.message;
    const total = Number(/^(\d+)$/m.exec(error.details.stdout ?? '')?.[1] ?? 0);
    return { ...head, rows: [], total, truncated: true, reason: `Not filtered: ${words}` };
  }
}

function toPage(
  name: string,
  stdout: string,
  limit: number,
  filter: string,
): Omit<ConnectionPage, 'director' | 'readAt'> {
  const frames = framesOf(name, stdout, ['count', 'rows']);
  const rows = frames.get('rows');
  // No table: the module is not loaded.
  if (frames.get('count')?.status !== 0 || rows?.status !== 0)
    return { ...NOTHING, total: 0, reason: 'This director has no connection table: IPVS is not loaded.' };
  const total = Number(frames.get('count')?.text.trim() ?? 0);
  const { value } = parseIpVsConn(rows.text);
  const isShort = filter === '' ? total > value.length : value.length >= limit;
  const reason = isShort ? `Only the first ${value.length} rows were read, to spare the director.` : '';
  return { rows: value, total, truncated: isShort, reason };
}
