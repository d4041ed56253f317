// A release as the tar that `guard stage` reads (lib/DESIGN.md, Release on the wire), and the hash that names its content.
import { createHash } from 'node:crypto';
import type { DaemonAction, HostRelease } from '../core/release';
import { printAddresses, printJumps, printModules, printPolicyRules, printRoutes, printSysctls } from './print-intent';
import { printIpSets } from './print-ip-sets';
import { printIpvs } from './print-ipvs';
import { printMeta } from './print-meta';
import { printRules } from './print-rules';
import { packTar, type TarMember } from './tar';

const encoder = new TextEncoder();

/** The same bytes for the same release and action. MANIFEST is the first member; the others follow by path. */
export function packRelease(release: HostRelease, daemonAction: DaemonAction): Uint8Array {
  const members = [...fileMembers(release), ...intentMembers(release, daemonAction)].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const manifest = members.map(({ name, mode, content }) => `${sha256(content)} ${mode} ${name}\n`).join('');
  return packTar([{ name: 'MANIFEST', mode: '0644', content: encoder.encode(manifest) }, ...members]);
}

/** sha256 in hex over everything but the daemon action, which says how to get there and not what is there. */
export function releaseHash(release: HostRelease): string {
  return sha256(packRelease(release, 'none'));
}

/** The `intent/` files by name, without `daemon`. Lists that not every release has are left out where they are empty. */
export function printIntentFiles(release: HostRelease): Record<string, string> {
  const { always, active } = release.intent;
  const optional = {
    'rules.v6': printRules(always.chains, 6),
    'rules.nft': always.nftables ?? '',
    jumps6: printJumps(always, 6),
    sets: printIpSets(always),
    addresses: printAddresses(always),
    'policy-rules6': printPolicyRules(always, 6),
    routes6: printRoutes(always, 6),
  };
  return {
    modules: printModules(always),
    sysctl: printSysctls(always),
    'rules.v4': printRules(always.chains, 4),
    jumps: printJumps(always, 4),
    'policy-rules': printPolicyRules(always, 4),
    routes: printRoutes(always, 4),
    ...Object.fromEntries(Object.entries(optional).filter(([, text]) => text !== '')),
    ipvs: printIpvs(active.ipvs),
    meta: printMeta(release),
  };
}

function fileMembers({ files }: HostRelease): TarMember[] {
  return files.map(({ path, mode, content }) => ({ name: `files${path}`, mode, content: encoder.encode(content) }));
}

function intentMembers(release: HostRelease, daemonAction: DaemonAction): TarMember[] {
  const texts = { ...printIntentFiles(release), daemon: `${daemonAction}\n` };
  return Object.entries(texts).map(([name, text]) => ({
    name: `intent/${name}`,
    mode: '0644',
    content: encoder.encode(text),
  }));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
