// The literal output of a director's own tools, as last read.
import { z } from 'zod';

/** Sections of `guard read`, with the command that each is the output of;
 * `guard` is the console's own program there, where several commands are needed. */
export const LITERAL_COMMANDS = {
  'ipvs-list': 'ipvsadm -L -n',
  'ipvs-stats': 'ipvsadm -L -n --stats --exact',
  'ipvs-rate': 'ipvsadm -L -n --rate --exact',
  ipvs: 'ipvsadm -S -n (with -x and -y of --thresholds)',
  'conn-list': 'ipvsadm -L -n -c | head -n 200',
  'ipvs-daemon': 'ipvsadm -L -n --daemon',
  'mangle-list': 'iptables -t mangle -L -n -v',
  'nat-list': 'iptables -t nat -L -n -v',
  firewall: 'iptables-save -c',
  firewall6: 'ip6tables-save -c',
  sets: 'ipset save (own sets)',
  nftables: 'nft -j list table inet lvs-console',
  'policy-rules': 'ip -j -d rule',
  'policy-rules6': 'ip -6 -j -d rule',
  routes: 'ip -j -d route show table all',
  routes6: 'ip -6 -j -d route show table all',
  addresses: 'ip -j addr',
  modules: 'cut -d" " -f1 /proc/modules',
  sysctls: 'guard read sysctls',
  daemons: 'guard read daemons',
  status: 'guard read status',
  files: 'guard read files',
} as const;
export type LiteralSection = keyof typeof LITERAL_COMMANDS;
/** Read when somebody looks; the poller asks for all the others. Rows of clients, so not part of a support bundle. */
export const ASKED_SECTIONS: readonly LiteralSection[] = ['conn-list'];
export const literalSections = Object.keys(LITERAL_COMMANDS) as LiteralSection[];
export const literalSectionSchema = z.enum(literalSections as [LiteralSection, ...LiteralSection[]]);

/** `status`: of the command; 127 where the host has no such tool. */
export const literalOutputSchema = z.object({ section: literalSectionSchema, status: z.number(), text: z.string() });
export const hostReadingSchema = z.object({
  /** When the fast sections were read, and when the settings were; absent = never. */
  readAt: z.string().optional(),
  settingsReadAt: z.string().optional(),
  /** Why nothing could be read. */
  problem: z.string().optional(),
  outputs: z.array(literalOutputSchema),
});
export type LiteralOutput = z.infer<typeof literalOutputSchema>;
export type HostReading = z.infer<typeof hostReadingSchema>;
