// The lists of a release's `intent/` folder that are one object a line (lib/DESIGN.md, Release on the wire).
import type { KernelIntent } from '../core/kernel-state';

type Always = KernelIntent['always'];

export function printModules({ modules }: Always): string {
  return lines(modules);
}

export function printSysctls({ sysctls }: Always): string {
  return lines(Object.entries(sysctls).map(([key, value]) => `${key}=${value}`));
}

export function printJumps({ jumps }: Always): string {
  return lines(jumps.map(({ table, from, to }) => `${table} ${from} ${to}`));
}

export function printPolicyRules({ policyRules }: Always): string {
  return lines(
    policyRules.map(
      (rule) =>
        `${rule.priority} ${rule.interface} ${rule.mark === undefined ? '-' : `0x${rule.mark.toString(16)}`} ${rule.table}`,
    ),
  );
}

export function printRoutes({ routes }: Always): string {
  return lines(
    routes.map(({ type, destination, table, device }) =>
      [type, destination, table, ...(device === undefined ? [] : [device])].join(' '),
    ),
  );
}

export function lines(values: readonly string[]): string {
  return values.map((value) => `${value}\n`).join('');
}
