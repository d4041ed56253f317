// intent/meta: what a release says of itself, and which units the guard must enable.
import type { Stack } from '../core/document';
import type { HostRelease } from '../core/release';
import { daemonUnitOf, PATHS } from './owned-paths';
import { lines } from './print-intent';

/** Grows when the same topology is rendered to other bytes, so that a host tells by which renderer its release was made. */
export const RENDERER_VERSION = 3;

export function printMeta({ director, files, intent: { active, standby } }: HostRelease): string {
  const sync = ({ role, interface: device, syncId }: NonNullable<typeof active.syncDaemon>) =>
    `${role} ${device} ${syncId}`;
  return lines([
    `renderer=${RENDERER_VERSION}`,
    `stack=${stackOf(files)}`,
    `director=${director}`,
    ...active.virtualAddresses.map((vip) => `vip=${vip.address}/${vip.prefixLength} ${vip.interface}`),
    ...(active.syncDaemon ? [`sync-active=${sync(active.syncDaemon)}`] : []),
    ...(standby.syncDaemon ? [`sync-standby=${sync(standby.syncDaemon)}`] : []),
    ...unitsOf(files).map((unit) => `unit=${unit}`),
  ]);
}

/** Told by what the release configures, as everything else that the guard does. */
export function stackOf(files: HostRelease['files']): Stack {
  const has = (path: string) => files.some((file) => file.path === path);
  if (has(PATHS.keepalived)) return 'keepalived';
  return has(PATHS.haCf) ? 'heartbeat' : 'single';
}

/** Units that must start at boot: those of the release, and the daemon that its files configure. */
function unitsOf(files: HostRelease['files']): string[] {
  const own = files.flatMap(({ path }) => /^\/etc\/systemd\/system\/([^/]+\.service)$/.exec(path)?.[1] ?? []);
  return [...new Set([...own, daemonUnitOf(stackOf(files))])];
}
