// How a pool sends packets on: its real servers one way, its fallback perhaps another.
import type { Forwarding } from './document';

type Forwarded = { forwarding: Forwarding; fallback?: { forwarding: Forwarding } | undefined };

/** Whether replies of it must find their way back through the director. */
export function doesMasq({ forwarding, fallback }: Forwarded): boolean {
  return forwarding === 'masq' || fallback?.forwarding === 'masq';
}
