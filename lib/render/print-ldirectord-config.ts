// ldirectord.cf as text: tab-indented sections, no blank line inside one, comments only on lines of their own (lvs.md 3.1).
import { LDIRECTORD_DIRECTIVES } from '../parse/ldirectord-directives';
import type {
  LdirectordConfig,
  LdirectordDirective,
  LdirectordEndpoint,
  LdirectordRealServer,
  LdirectordVirtual,
} from '../parse/ldirectord-config';
import { GENERATED } from './owned-paths';

/** `titles`: a comment for each section, by its place. */
export function printLdirectordConfig({ globals, virtuals }: LdirectordConfig, titles: readonly string[]): string {
  const sections = virtuals.map(
    (virtual, at) => `\n# ${titles[at] ?? `Mark ${virtual.mark}`}\n${printSection(virtual)}`,
  );
  return `${GENERATED}\n${globals.map((each) => `${printDirective(each)}\n`).join('')}${sections.join('')}`;
}

function printSection({ mark, family, realServers, fallback, directives }: LdirectordVirtual): string {
  const suffix = family === 6 ? '6' : '';
  const inside = [
    ...realServers.map((server) => `real${suffix}=${printRealServer(server)}`),
    ...(fallback ? [`fallback${suffix}=${printEndpoint(fallback)}`] : []),
    ...directives.map(printDirective),
  ];
  return [`virtual${suffix}=${mark}`, ...inside.map((line) => `\t${line}`), ''].join('\n');
}

function printDirective({ name, value }: LdirectordDirective): string {
  return LDIRECTORD_DIRECTIVES.get(name)?.kind === 'quoted' ? `${name}="${value}"` : `${name}=${value}`;
}

function printRealServer({ weight, lowerThreshold, upperThreshold, ...endpoint }: LdirectordRealServer): string {
  const lower = lowerThreshold === undefined ? '' : ` l:${lowerThreshold}`;
  const upper = upperThreshold === undefined ? '' : ` u:${upperThreshold}`;
  return `${printEndpoint(endpoint)} ${weight}${lower}${upper}`;
}

function printEndpoint({ address, port, forwarding }: LdirectordEndpoint): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${host}${port === undefined ? '' : `:${port}`} ${forwarding}`;
}
