// Questions about what a director last answered: one packet through it, or its tools' own words.
import 'server-only';
import { parsePacket } from '../core/packet-text';
import { ServiceError } from '../core/errors';
import type { HostReading, LiteralSection } from '../core/views/live-output';
import { whyNotRead, type Reading } from '../live/last-readings';
import { traceHost } from '../plan/live-trace/trace-host';
import { toObservedHost } from '../plan/observed-host';
import type { WorkerOutput } from './verbs';

type Load = () => Promise<Reading>;

/** Throws ServiceError('invalid') for a text that is no packet. `device`: where a packet arrives that names no interface. */
export async function traceLive(load: Load, text: string, device: string): Promise<WorkerOutput<'traceLive'>> {
  const packet = parsePacket(text, device);
  if (!packet.ok) throw new ServiceError('invalid', packet.problem);
  const reading = await tryLoad(load);
  if (typeof reading === 'string') return { problem: reading };
  const { frames, readAt, settingsReadAt } = reading;
  const { host, problems } = toObservedHost(frames);
  if (!host) return { readAt, settingsReadAt, problem: problems.join(' ') };
  return { readAt, settingsReadAt, answer: traceHost(host, packet.value) };
}

export async function readOutputs(load: Load, sections: readonly LiteralSection[]): Promise<HostReading> {
  const reading = await tryLoad(load);
  if (typeof reading === 'string') return { problem: reading, outputs: [] };
  const { frames, readAt, settingsReadAt } = reading;
  const outputs = sections.flatMap((section) => {
    const frame = frames.get(section);
    return frame ? [{ section, status: frame.status, text: frame.text }] : [];
  });
  return { readAt, settingsReadAt, outputs };
}

async function tryLoad(load: Load): Promise<Reading | string> {
  try {
    return await load();
  } catch (error) {
    return whyNotRead(error);
  }
}
