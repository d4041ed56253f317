// The firewall part of a director's kernel: own chains with their sets, or the own nftables table, in the families that have marks.
import { invariant } from '../core/errors';
import { OWNED, type IpSet, type KernelIntent } from '../core/kernel-state';
import type { HostFacts } from '../core/release';
import type { Director, Family, Topology } from '../core/topology';
import { iptablesMarksOf } from './iptables-marks';
import { markedFamilies } from './mark-items';
import { markLayoutOf } from './mark-layout';
import { masqueradeOf, natRulesOf } from './nat-rules';
import { nftablesTableOf } from './nftables-table';
import { printChainRule } from './print-mark-rule';
import { printNftables } from './print-nftables';
import { provenNftables } from './prove-nftables';
import { provenChain, provenSets } from './prove-marks';
import { rememberFor } from './remember-for';

type Firewall = Pick<KernelIntent['always'], 'chains' | 'jumps' | 'sets' | 'nftables'>;

export function firewallIntentOf(topology: Topology, director: Director, facts: HostFacts): Firewall {
  if (topology.firewall === 'nftables') return nftablesIntentOf(topology, director);
  const parts = markedFamilies(topology).map((family) => iptablesIntentOf(topology, director, family, facts));
  return {
    chains: parts.flatMap(({ chains }) => chains),
    jumps: parts.flatMap(({ jumps }) => jumps),
    sets: parts.flatMap(({ sets }) => sets),
  };
}

function iptablesIntentOf(
  topology: Topology,
  director: Director,
  family: Family,
  facts: HostFacts,
): Omit<Firewall, 'nftables'> {
  const { rules, sets } = marksFor(topology, director, family, canUseSets(topology, facts));
  const nat = natRulesOf(topology, director, family);
  const { mangleChain, natChain } = OWNED;
  return {
    chains: [
      { family, table: 'mangle', chain: mangleChain, rules },
      ...(nat.length > 0 ? [{ family, table: 'nat', chain: natChain, rules: nat }] : []),
    ],
    jumps: [
      { family, table: 'mangle', from: 'PREROUTING', to: mangleChain },
      ...(nat.length > 0 ? [{ family, table: 'nat', from: 'POSTROUTING', to: natChain }] : []),
    ],
    sets,
  };
}

/**
 * On Red Hat iptables.service loads the rules before anything of ours has run, and a rule that names a set which is not
 * there yet would make it refuse the whole firewall of the host.
 */
function canUseSets({ rulesHome }: Topology, { hasIpSet = true }: HostFacts): boolean {
  return hasIpSet && rulesHome !== 'redhat';
}

/** Both directors have the same marks where their interfaces have the same names. */
function marksFor(
  topology: Topology,
  director: Director,
  family: Family,
  hasSets: boolean,
): { rules: string[]; sets: IpSet[] } {
  const key = `iptables ${family} ${director.external.interface} ${String(hasSets)}`;
  return rememberFor(topology, key, () => {
    const layout = markLayoutOf(topology, director, family, hasSets ? {} : { from: Infinity });
    const marks =
      iptablesMarksOf(layout) ?? iptablesMarksOf(markLayoutOf(topology, director, family, { from: Infinity }));
    invariant(marks, 'plain rules can always be had');
    if (layout.kind === 'flat' && marks.sets.length > 0) provenSets(layout.maps, marks);
    return { rules: provenChain(marks.rules, family, marks.rules.map(printChainRule)), sets: marks.sets };
  });
}

function nftablesIntentOf(topology: Topology, director: Director): Firewall {
  const families = markedFamilies(topology);
  const masquerades = families.flatMap((family) => {
    const masquerade = masqueradeOf(topology, director, family);
    return masquerade ? [{ ...masquerade, family }] : [];
  });
  const key = `nftables ${director.external.interface} ${JSON.stringify(masquerades)}`;
  const nftables = rememberFor(topology, key, () => {
    const layouts = families.map((family) => markLayoutOf(topology, director, family));
    const table = nftablesTableOf(layouts, { masquerades, isLogged: topology.logForwarded });
    return provenNftables(table, printNftables(table));
  });
  return { chains: [], jumps: [], sets: [], nftables };
}
