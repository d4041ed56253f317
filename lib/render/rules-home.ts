// The three homes of the rules on a director: who puts marks, masquerading and local delivery in place at boot.
import type { KernelIntent } from '../core/kernel-state';
import type { HostFacts, RenderedFile } from '../core/release';
import type { Director, Topology } from '../core/topology';
import { mergeSysconfigIptables } from './merge-sysconfig-iptables';
import { GENERATED, PATHS } from './owned-paths';
import { printRules } from './print-rules';
import { printRulesScript } from './rules-script';

type Always = KernelIntent['always'];

/** A merge that is not possible was refused before (refuse-unsupported.ts). */
export function rulesHomeFilesOf(
  topology: Topology,
  director: Director,
  always: Always,
  { sysconfigIptables }: HostFacts,
): RenderedFile[] {
  const isRedhat = topology.rulesHome === 'redhat';
  const script = rulesScriptFile(printRulesScript(topology, director, always, { loadsChains: !isRedhat }));
  if (isRedhat) return [sysconfigFile(sysconfigIptables, always), script, unitFile(['iptables.service'], true)];
  if (topology.rulesHome === 'ifupdown') return [rulesTextFile(always), script, interfacesFile(director)];
  return [rulesTextFile(always), script, unitFile(FLUSHING_SERVICES, false)];
}

/** They empty or replace tables when they start, so the rules come after them and again after each of their restarts. */
const FLUSHING_SERVICES = ['netfilter-persistent.service', 'nftables.service', 'iptables.service', 'firewalld.service'];

function rulesScriptFile(content: string): RenderedFile {
  const purpose =
    'Puts modules, sysctls, marks, masquerading and local delivery in place, takes them away, or checks them.';
  return { path: PATHS.rulesScript, mode: '0755', content, secret: false, purpose };
}

function rulesTextFile({ chains }: Always): RenderedFile {
  const purpose = "The console's own two chains: firewall marks and masquerading, and nothing else of the firewall.";
  const content = `${GENERATED}\n${printRules(chains)}`;
  return { path: PATHS.rulesText, mode: '0644', content, secret: false, purpose };
}

function sysconfigFile(present: string | undefined, always: Always): RenderedFile {
  const merged = mergeSysconfigIptables(present ?? '', always);
  const purpose = "The host's firewall as iptables.service loads it, with the console's own chains and jumps in it.";
  const content = merged.ok ? merged.value : '';
  return { path: PATHS.sysconfigIptables, mode: '0600', content, secret: false, purpose };
}

/** Before heartbeat, so that the first packet after a takeover finds its mark; policy rules need no interface to exist. */
function unitFile(services: readonly string[], wantsThem: boolean): RenderedFile {
  const list = services.join(' ');
  const content = `${GENERATED}
[Unit]
Description=LVS Console: firewall marks and local delivery of this director
After=network.target systemd-modules-load.service systemd-sysctl.service lvs-console-boot.service
After=${list}
${wantsThem ? `Wants=${list}` : `PartOf=${list}`}
Before=heartbeat.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${PATHS.rulesScript} start
ExecStop=${PATHS.rulesScript} stop

[Install]
WantedBy=multi-user.target
`;
  const purpose = 'Puts the rules in place at boot, before heartbeat can make this director active.';
  return { path: PATHS.rulesUnit, mode: '0644', content, secret: false, purpose };
}

/**
 * A second stanza beside the host's own for the same interface; ifup runs both. On the external interface, where the
 * packets arrive (the seed had it on the internal one), and never failing, because a failed \`up\` ends the ifup.
 */
function interfacesFile({ external, internal }: Director): RenderedFile {
  const stanzas = [
    stanza(external.interface, ['up', 'start'], ['down', 'stop']),
    ...(internal.interface === external.interface ? [] : [stanza(internal.interface, ['up', 'sync-daemon'])]),
  ];
  const purpose = 'Puts the rules in place when the external interface comes up and takes them away when it goes down.';
  const content = `${GENERATED}\n${stanzas.join('')}`;
  return { path: PATHS.interfaces, mode: '0644', content, secret: false, purpose };
}

function stanza(device: string, ...hooks: [event: string, verb: string][]): string {
  const commands = hooks.map(([event, verb]) => `    ${event} ${PATHS.rulesScript} ${verb} || true\n`);
  return `\niface ${device} inet manual\n${commands.join('')}`;
}
