// Topology and host facts -> complete releases for the directors, files for the hosts around them, or diagnostics that say why not.
import { error, hasErrors, type Diagnostic } from '../core/diagnostic';
import type { HostFacts, HostRelease, RenderedFile, RenderSecrets } from '../core/release';
import type { Director, Topology } from '../core/topology';
import { checkFilesOf } from './check-script';
import { companionsOf } from './companions';
import { daemonFilesOf } from './daemon-files';
import { kernelFilesOf } from './kernel-files';
import { kernelIntentOf } from './kernel-intent';
import { mergeSysconfigIptables } from './merge-sysconfig-iptables';
import { refuseUnsupported } from './refuse-unsupported';
import { rulesHomeFilesOf } from './rules-home';
import { warnAboutChoices } from './warn-about-choices';

export type RenderInput = { topology: Topology; facts?: Record<string, HostFacts>; secrets: RenderSecrets };
/** `host`: `real-servers/<address>` or `gateways/<address>`; nothing is deployed there, the files are to be copied. */
export type Companion = { host: string; files: RenderedFile[] };
export type Rendered = { releases: HostRelease[]; companions: Companion[]; diagnostics: Diagnostic[] };

/** Pure. With an error among the diagnostics there are no releases and no companions. */
export function renderTopology(input: RenderInput): Rendered {
  const { releases, diagnostics } = renderReleases(input);
  return { releases, companions: hasErrors(diagnostics) ? [] : companionsOf(input.topology), diagnostics };
}

/** Without the companions, which a preview does not wait for; `only`: one director's release alone. */
export function renderReleases(
  { topology, facts = {}, secrets }: RenderInput,
  only?: string,
): Pick<Rendered, 'releases' | 'diagnostics'> {
  const unsupported = refuseUnsupported(topology, facts);
  const refusals = hasErrors(unsupported) ? unsupported : refuseFacts(topology, facts);
  if (hasErrors(refusals)) return { releases: [], diagnostics: refusals };
  const directors = topology.directors.filter(({ name }) => only === undefined || name === only);
  return {
    releases: directors.map((director) => releaseOf(topology, director, facts[director.name] ?? {}, secrets)),
    diagnostics: [...refusals, ...warnAboutChoices(topology, facts)],
  };
}

/** A firewall file of the host that cannot be merged is the host's fault, and is left alone. */
function refuseFacts(topology: Topology, facts: Record<string, HostFacts>): Diagnostic[] {
  if (topology.rulesHome !== 'redhat') return [];
  return topology.directors.flatMap((director) => {
    const present = facts[director.name]?.sysconfigIptables ?? '';
    const merged = mergeSysconfigIptables(present, kernelIntentOf(topology, director, facts[director.name]).always);
    if (merged.ok) return [];
    const message = `/etc/sysconfig/iptables of ${director.name} cannot be merged: ${merged.problem}.`;
    return [error('render.sysconfig-iptables', ['rulesHome'], message, 'Repair the file on the director.')];
  });
}

/** Files by path, so that a release is the same bytes whatever the order of the printers. */
function releaseOf(topology: Topology, director: Director, facts: HostFacts, secrets: RenderSecrets): HostRelease {
  const intent = kernelIntentOf(topology, director, facts);
  const files = [
    ...daemonFilesOf(topology, director, facts, secrets),
    ...checkFilesOf(topology),
    ...kernelFilesOf(intent.always),
    ...rulesHomeFilesOf(topology, director, intent.always, facts),
  ];
  return { director: director.name, files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), intent };
}
