// Looks at both directors as fast as they answer while the virtual addresses move from one to the other.
import 'server-only';
import { HostError } from '../core/errors';
import type { Look } from '../live/measure-gap';
import { parseIpAddresses } from '../parse/ip-json';
import { parseIpvsadmList } from '../parse/ipvsadm-list';
import { pause } from '../deploy/run-step';
import { readSection } from '../plan/observed-host';
import type { GuardHost } from '../ssh/guard-host';

const READ_MS = 5_000;
/** Between an answer and the next question: a director that moves its resources has better things to do. */
const PAUSE_MS = 100;

type Wanted = { virtualAddresses: readonly string[]; services: number };

/** Until the signal aborts. A read that fails is no look: it says nothing about who holds what. */
export async function watchHolder(
  host: GuardHost,
  wanted: Wanted,
  note: (look: Look) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const sentAt = Date.now();
    const isWhole = await lookAt(host, wanted, signal);
    if (isWhole !== undefined) note({ director: host.name, sentAt, answeredAt: Date.now(), isWhole });
    await pause(PAUSE_MS, signal);
  }
}

/** Addresses without the table would be answered with nothing, so both count. */
async function lookAt(
  host: GuardHost,
  { virtualAddresses, services }: Wanted,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    const frames = await host.read(['addresses', 'ipvs-list'], { timeoutMs: READ_MS, signal });
    const held = readSection(frames, 'addresses', parseIpAddresses);
    if ('problem' in held) return undefined;
    const table = readSection(frames, 'ipvs-list', parseIpvsadmList);
    const count = 'problem' in table ? 0 : table.value.length;
    return (
      virtualAddresses.every((address) => held.value.some((each) => each.address === address)) && count >= services
    );
  } catch (error) {
    if (error instanceof HostError || signal.aborted) return undefined;
    throw error;
  }
}
