// ldirectord.cf as text: tab-indented sections, no blank line inside one, comments only on lines of their own (lvs.md 3.1).
import { LDIRECTORD_DIRECTIVES } from '../parse/ldirectord-directives';
import type {
  LdirectordConfig,
  LdirectordDirective,
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

function printSection({ mark, realServers, directives }: LdirectordVirtual): string {
  const inside = [...realServers.map(printRealServer), ...directives.map(printDirective)];
  return [`virtual=${mark}`, ...inside.map((line) => `\t${line}`), ''].join('\n');
}

function printDirective({ name, value }: LdirectordDirective): string {
  return LDIRECTORD_DIRECTIVES.get(name)?.kind === 'quoted' ? `${name}="${value}"` : `${name}=${value}`;
}

function printRealServer({ address, port, forwarding, weight }: LdirectordRealServer): string {
  return `real=${address}${port === undefined ? '' : `:${port}`} ${forwarding} ${weight}`;
}
