// The rules of the console's own nftables table as the page lists rules: in nft's words, without counters, which they do not have.
import { OWNED } from '../core/kernel-state';
import type { FirewallRule } from '../core/views/live';
import type { NftTable } from '../parse/nftables-table';
import { printNftRule } from '../render/print-nftables';

const UNCOUNTED = { packets: null, bytes: null, packetsPerSecond: null, bytesPerSecond: null };

export function nftablesRulesOf({ chains }: NftTable): FirewallRule[] {
  return chains.flatMap(({ name, rules }) =>
    rules.map((rule) => {
      const group = /^lvs:(.+)$/.exec(rule.comment ?? '')?.[1];
      return {
        ...{ table: `inet ${OWNED.nftablesTable}`, chain: name, rule: printNftRule(rule), own: true, ...UNCOUNTED },
        ...(rule.action.do === 'mark' && { mark: rule.action.mark }),
        ...(group !== undefined && { group }),
      };
    }),
  );
}
