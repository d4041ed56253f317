// Own chains as text for `iptables-restore -n`: declaring a chain empties it, so one run replaces exactly our rules.
import type { KernelIntent } from '../core/kernel-state';
import type { Family } from '../core/topology';

/** Of one family, for iptables-restore or ip6tables-restore. */
export function printRules(chains: KernelIntent['always']['chains'], family: Family = 4): string {
  return chains
    .filter((own) => own.family === family)
    .map((own) => [`*${own.table}`, ...printChain(own), 'COMMIT', ''].join('\n'))
    .join('');
}

/** Declaration and rules, a line each. */
export function printChain({ chain, rules }: KernelIntent['always']['chains'][number]): string[] {
  return [`:${chain} - [0:0]`, ...rules];
}

/** As the console adds it to a built-in chain, after the words `iptables -t <table>` and an option such as `-C`. */
export function printJump({ from, to }: KernelIntent['always']['jumps'][number]): string {
  return `${from} -m comment --comment lvs-console -j ${to}`;
}
