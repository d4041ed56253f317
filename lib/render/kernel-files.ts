// Modules and sysctls for the next boot, before anything else of the console runs.
import type { KernelIntent } from '../core/kernel-state';
import type { RenderedFile } from '../core/release';
import { GENERATED, PATHS } from './owned-paths';
import { lines } from './print-intent';

export function kernelFilesOf({ modules, sysctls }: KernelIntent['always']): RenderedFile[] {
  return [
    {
      path: PATHS.modules,
      mode: '0644',
      content: `${GENERATED}\n${lines(modules)}`,
      secret: false,
      purpose: 'Loads IPVS, its schedulers and helpers at boot, before the sysctls that they bring.',
    },
    {
      path: PATHS.sysctl,
      mode: '0644',
      content: `${GENERATED}\n# net.ipv4.vs exists only after ip_vs is loaded (${PATHS.modules}).\n${lines(sysctlLines(sysctls))}`,
      secret: false,
      purpose: 'Lets the director forward, and sets how IPVS treats removed and drained real servers.',
    },
  ];
}

/** The name of an interface may hold dots; then slashes must part the key (sysctl.d(5)). */
function sysctlLines(sysctls: Record<string, string>): string[] {
  return Object.entries(sysctls).map(([key, value]) => {
    const [, family, device, setting] = /^net\.(ipv[46])\.conf\.(.*\..*)\.(\w+)$/.exec(key) ?? [];
    return device === undefined ? `${key} = ${value}` : `net/${family}/conf/${device}/${setting} = ${value}`;
  });
}
