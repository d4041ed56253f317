// A director of which nothing is known: every list is empty because nobody looked, and the role says so.
import type { LiveHost } from './views/live';

export function neverRead(director: string): LiveHost {
  return {
    ...{ director, role: 'unknown', heldVirtualAddresses: [], services: [], statistics: [], rates: [], rules: [] },
    ...{ syncDaemon: [], daemons: {}, pollMs: 0 },
    drift: { state: 'unknown', items: [], more: 0 },
    terminal: { ipvsadm: '', mangle: '', nat: '', daemon: '' },
    release: { live: '', confirmed: '', transaction: '' },
  };
}
