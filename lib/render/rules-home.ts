// The three homes of the rules on a director: who puts marks, masquerading and local delivery in place at boot.
import type { Stack } from '../core/document';
import type { KernelIntent } from '../core/kernel-state';
import type { HostFacts, RenderedFile } from '../core/release';
import type { Director, Topology } from '../core/topology';
import { mergeSysconfigIptables } from './merge-sysconfig-iptables';
import { GENERATED, PATHS } from './owned-paths';
import { printIpSets } from './print-ip-sets';
import { printRules } from './print-rules';
import { printRulesScript } from './rules-script';

type Always = KernelIntent['always'];

/**
 * redhat: iptables.service restores /etc/sysconfig/iptables, so the IPv4 chains live in it; a merge that is not possible
 * was refused before (refuse-unsupported.ts). IPv6 chains and the nftables table are files of ours that the own unit loads
 * after the host's services: a table of its own needs no merging, and each restart of those services restarts the unit.
 */
export function rulesHomeFilesOf(
  topology: Topology,
  director: Director,
  always: Always,
  { sysconfigIptables }: HostFacts,
): RenderedFile[] {
  const isMerged = topology.rulesHome === 'redhat' && always.chains.some(({ family }) => family === 4);
  const script = rulesScriptFile(printRulesScript(topology, director, always, { loadsChains: !isMerged }));
  const texts = isMerged
    ? [sysconfigFile(sysconfigIptables, always), ...ruleTexts(always).filter(({ path }) => path !== PATHS.rulesText)]
    : ruleTexts(always);
  const starter =
    topology.rulesHome === 'ifupdown'
      ? interfacesFile(topology, director)
      : unitFile(topology.stack, isMerged ? ['iptables.service'] : []);
  return [...texts, script, starter];
}

/** They empty or replace tables when they start, so the rules come after them and again after each of their restarts. */
const FLUSHING_SERVICES = [
  'netfilter-persistent.service',
  'nftables.service',
  'iptables.service',
  'ip6tables.service',
  'firewalld.service',
];

function rulesScriptFile(content: string): RenderedFile {
  const purpose =
    'Puts modules, sysctls, marks, masquerading and local delivery in place, takes them away, or checks them.';
  return { path: PATHS.rulesScript, mode: '0755', content, secret: false, purpose };
}

function ruleTexts(always: Always): RenderedFile[] {
  const files = [
    {
      path: PATHS.rulesText,
      text: printRules(always.chains, 4),
      purpose: "The console's own IPv4 chains: firewall marks and masquerading, and nothing else of the firewall.",
    },
    {
      path: PATHS.rulesText6,
      text: printRules(always.chains, 6),
      purpose: "The console's own IPv6 chains: firewall marks and masquerading, and nothing else of the firewall.",
    },
    {
      path: PATHS.sets,
      text: printIpSets(always),
      purpose: 'The sets that say which address gets which firewall mark, so that thousands cost no more than one.',
    },
    {
      path: PATHS.rulesNft,
      text: always.nftables ?? '',
      purpose: "The console's own nftables table: firewall marks and masquerading, and nothing else of the firewall.",
    },
  ];
  return files
    .filter(({ text }) => text !== '')
    .map(({ path, text, purpose }) => ({
      path,
      mode: '0644',
      content: `${GENERATED}\n${text}`,
      secret: false,
      purpose,
    }));
}

function sysconfigFile(present: string | undefined, always: Always): RenderedFile {
  const merged = mergeSysconfigIptables(present ?? '', always);
  const purpose = "The host's firewall as iptables.service loads it, with the console's own chains and jumps in it.";
  const content = merged.ok ? merged.value : '';
  return { path: PATHS.sysconfigIptables, mode: '0600', content, secret: false, purpose };
}

const DAEMON_UNITS: Record<Stack, string> = {
  heartbeat: 'heartbeat.service',
  keepalived: 'keepalived.service',
  single: 'lvs-console-ldirectord.service',
};

/** Before the daemon, so that the first packet after a takeover finds its mark; policy rules need no interface to exist. */
function unitFile(stack: Stack, wanted: readonly string[]): RenderedFile {
  const flushing = FLUSHING_SERVICES.filter((service) => !wanted.includes(service)).join(' ');
  const needs = wanted.length > 0 ? `After=${wanted.join(' ')}\nWants=${wanted.join(' ')}\n` : '';
  const content = `${GENERATED}
[Unit]
Description=LVS Console: firewall marks and local delivery of this director
After=network.target systemd-modules-load.service systemd-sysctl.service lvs-console-boot.service
${needs}After=${flushing}
PartOf=${flushing}
Before=${DAEMON_UNITS[stack]}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${PATHS.rulesScript} start
ExecStop=${PATHS.rulesScript} stop

[Install]
WantedBy=multi-user.target
`;
  const purpose = 'Puts the rules in place at boot, before the daemons can make this director active.';
  return { path: PATHS.rulesUnit, mode: '0644', content, secret: false, purpose };
}

/**
 * A second stanza beside the host's own for the same interface; ifup runs both. On the external interface, where the
 * packets arrive (the seed had it on the internal one), and never failing, because a failed \`up\` ends the ifup.
 */
function interfacesFile({ stack }: Topology, { external, internal }: Director): RenderedFile {
  const hasSync = stack === 'heartbeat' && internal.interface !== external.interface;
  const stanzas = [
    stanza(external.interface, ['up', 'start'], ['down', 'stop']),
    ...(hasSync ? [stanza(internal.interface, ['up', 'sync-daemon'])] : []),
  ];
  const purpose = 'Puts the rules in place when the external interface comes up and takes them away when it goes down.';
  const content = `${GENERATED}\n${stanzas.join('')}`;
  return { path: PATHS.interfaces, mode: '0644', content, secret: false, purpose };
}

function stanza(device: string, ...hooks: [event: string, verb: string][]): string {
  const commands = hooks.map(([event, verb]) => `    ${event} ${PATHS.rulesScript} ${verb} || true\n`);
  return `\niface ${device} inet manual\n${commands.join('')}`;
}
