// The files of heartbeat: who the directors are, what the active one holds, their shared secret, and the sync daemon's script.
import type { HostFacts, RenderedFile, RenderSecrets } from '../core/release';
import type { Director, Topology } from '../core/topology';
import { parseAuthKeys, parseHaCf, parseHaResources } from '../parse/heartbeat-config';
import { authKeysOf, haCfOf, haResourcesOf } from './heartbeat-model';
import { PATHS } from './owned-paths';
import { printAuthKeys, printHaCf, printHaResources } from './print-heartbeat-config';
import { proven } from './prove';
import { printSyncDaemonSwap } from './sync-daemon-script';

export function heartbeatFilesOf(
  topology: Topology,
  director: Director,
  facts: HostFacts,
  secrets: RenderSecrets,
): RenderedFile[] {
  return [
    haCfFile(topology, facts),
    haResourcesFile(topology),
    authKeysFile(secrets),
    {
      path: PATHS.syncDaemonSwap,
      mode: '0755',
      content: printSyncDaemonSwap(topology, director),
      secret: false,
      purpose:
        'Makes the active director send its connection table to the standby; Debian 12 no longer ships this script.',
    },
  ];
}

function haCfFile(topology: Topology, facts: HostFacts): RenderedFile {
  const model = haCfOf(topology, facts);
  return {
    path: PATHS.haCf,
    mode: '0644',
    content: proven('ha.cf', model, printHaCf(model), parseHaCf),
    secret: false,
    purpose: 'Tells heartbeat which directors there are, how they reach each other and when one counts as dead.',
  };
}

function haResourcesFile(topology: Topology): RenderedFile {
  const model = haResourcesOf(topology);
  return {
    path: PATHS.haResources,
    mode: '0644',
    content: proven('haresources', model, printHaResources(model), parseHaResources),
    secret: false,
    purpose: 'Names what only the active director has: ldirectord, the sync master and both virtual addresses.',
  };
}

function authKeysFile({ heartbeatKey }: RenderSecrets): RenderedFile {
  const model = authKeysOf(heartbeatKey);
  return {
    path: PATHS.authKeys,
    mode: '0600',
    content: proven('authkeys', model, printAuthKeys(model), parseAuthKeys),
    secret: true,
    purpose: 'The shared secret by which the two directors trust each other.',
  };
}
