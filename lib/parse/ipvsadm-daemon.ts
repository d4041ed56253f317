// Reads `ipvsadm -Ln --daemon`: none, one or two sync daemons.
import type { LiveHost } from '../core/views/live';
import { numberedLines, readCount, unreadable, type Parsed } from './parsed';

export type SyncDaemon = LiveHost['syncDaemon'][number];
const LINE = /^(master|backup) sync daemon \(mcast=([^,)\s]+), syncid=(\d+)(?:, [a-z]+=[^,)]*)*\)\s*$/;

export function parseIpvsadmDaemon(text: string): Parsed<SyncDaemon[]> {
  const daemons: SyncDaemon[] = [];
  const diagnostics = numberedLines(text).flatMap((line) => {
    const [, role, device, syncId] = LINE.exec(line.text) ?? [];
    const id = readCount(syncId, 255);
    if (device === undefined || id === undefined) return [unreadable('ipvsadm-daemon', line)];
    daemons.push({ role: role === 'master' ? 'master' : 'backup', interface: device, syncId: id });
    return [];
  });
  return { value: daemons, diagnostics };
}
