// A release as the tar that `guard stage` reads (lib/DESIGN.md, Release on the wire), and the hash that names its content.
import { createHash } from 'node:crypto';
import type { DaemonAction, HostRelease } from '../core/release';
import { printJumps, printModules, printPolicyRules, printRoutes, printSysctls } from './print-intent';
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

/** The `intent/` files by name, without `daemon`. */
export function printIntentFiles(release: HostRelease): Record<string, string> {
  const { always, active } = release.intent;
  return {
    modules: printModules(always),
    sysctl: printSysctls(always),
    'rules.v4': printRules(always.chains),
    jumps: printJumps(always),
    'policy-rules': printPolicyRules(always),
    routes: printRoutes(always),
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
