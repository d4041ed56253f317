// The configuration of the daemons that make a director active, by stack: heartbeat with ldirectord, keepalived, or ldirectord alone.
import type { HostFacts, RenderedFile, RenderSecrets } from '../core/release';
import type { Director, Topology } from '../core/topology';
import { parseKeepalivedConfig } from '../parse/keepalived-config';
import { parseLdirectordConfig } from '../parse/ldirectord-config';
import { heartbeatFilesOf } from './heartbeat-files';
import { keepalivedConfigOf } from './keepalived-model';
import { ldirectordConfigOf } from './ldirectord-model';
import { printLdirectordUnit } from './ldirectord-unit';
import { PATHS } from './owned-paths';
import { printKeepalivedConfig } from './print-keepalived-config';
import { printLdirectordConfig } from './print-ldirectord-config';
import { proven } from './prove';
import { rememberFor } from './remember-for';

export function daemonFilesOf(
  topology: Topology,
  director: Director,
  facts: HostFacts,
  secrets: RenderSecrets,
): RenderedFile[] {
  switch (topology.stack) {
    case 'keepalived':
      return [keepalivedFile(topology, director)];
    case 'single':
      return [ldirectordFile(topology), ldirectordUnitFile()];
    case 'heartbeat':
      return [ldirectordFile(topology), ...heartbeatFilesOf(topology, director, facts, secrets)];
  }
}

const titlesOf = ({ groups }: Topology) => groups.map(({ name, pool }) => `Group ${name}, pool ${pool.name}`);

function keepalivedFile(topology: Topology, director: Director): RenderedFile {
  const model = keepalivedConfigOf(topology, director);
  return {
    path: PATHS.keepalived,
    mode: '0644',
    content: proven('keepalived.conf', model, printKeepalivedConfig(model, titlesOf(topology)), parseKeepalivedConfig),
    secret: false,
    purpose:
      'Tells keepalived which addresses the active director holds, and which real servers serve each firewall mark.',
  };
}

/** The same on both directors, so it is made and proven once. */
function ldirectordFile(topology: Topology): RenderedFile {
  const content = rememberFor(topology, 'ldirectord.cf', () => {
    const model = ldirectordConfigOf(topology);
    return proven('ldirectord.cf', model, printLdirectordConfig(model, titlesOf(topology)), parseLdirectordConfig);
  });
  return {
    path: PATHS.ldirectord,
    mode: '0644',
    content,
    secret: false,
    purpose: 'Tells ldirectord which real servers serve each firewall mark and how to check them.',
  };
}

function ldirectordUnitFile(): RenderedFile {
  return {
    path: PATHS.ldirectordUnit,
    mode: '0644',
    content: printLdirectordUnit(),
    secret: false,
    purpose: 'Starts ldirectord at boot, after the rules, with the file that the console manages.',
  };
}
