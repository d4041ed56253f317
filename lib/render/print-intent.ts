// The lists of a release's `intent/` folder that are one object a line (lib/DESIGN.md, Release on the wire).
import type { KernelIntent } from '../core/kernel-state';
import type { Family } from '../core/topology';

type Always = KernelIntent['always'];

export function printModules({ modules }: Always): string {
  return lines(modules);
}

export function printSysctls({ sysctls }: Always): string {
  return lines(Object.entries(sysctls).map(([key, value]) => `${key}=${value}`));
}

export function printJumps({ jumps }: Always, family: Family): string {
  return lines(jumps.filter((jump) => jump.family === family).map(({ table, from, to }) => `${table} ${from} ${to}`));
}

/** Stack single only. */
export function printAddresses({ addresses }: Always): string {
  return lines(addresses.map(({ address, prefixLength, interface: device }) => `${address}/${prefixLength} ${device}`));
}

export function printPolicyRules({ policyRules }: Always, family: Family): string {
  return lines(
    policyRules
      .filter((rule) => rule.family === family)
      .map(({ priority, interface: device, mark, table, destination }) =>
        [priority, device, mark === undefined ? '-' : `0x${mark.toString(16)}`, table, destination ?? '']
          .join(' ')
          .trimEnd(),
      ),
  );
}

export function printRoutes({ routes }: Always, family: Family): string {
  return lines(
    routes
      .filter((route) => route.family === family)
      .map(({ type, destination, table, device }) =>
        device === undefined ? `${type} ${destination} ${table}` : `${type} ${destination} ${table} ${device}`,
      ),
  );
}

/** By one join: there may be a hundred thousand. */
export function lines(values: readonly string[]): string {
  return values.length === 0 ? '' : `${values.join('\n')}\n`;
}
