// What a lab instance is called and where it lives: hosts, addresses, namespaces, ports, paths. Pure.
import path from 'node:path';

export type LabOptions = {
  /** Prefix of every namespace and name of the run folder. */
  name?: string;
  /** SSH of director N answers on 127.0.0.1:(portBase + N). 2200 belongs to the default instance. */
  portBase?: number;
  /** How many real servers: rs1 is 192.168.6.2, rs2 192.168.6.3 and so on, before the directors' .4 only two fit: rs3 is 192.168.6.20. */
  realServers?: number;
};

export type DirectorHost = {
  kind: 'director';
  name: string;
  number: number;
  external: string;
  internal: string;
  management: string;
  sshPort: number;
};
export type NamespaceHost = {
  kind: 'real-server' | 'client' | 'gateway';
  name: string;
  namespace: string;
  addresses: string[];
};
export type LabHost = DirectorHost | NamespaceHost;

export type LabLayout = {
  name: string;
  portBase: number;
  runFolder: string;
  /** The namespace of the bridges, the taps and the directors' processes. */
  coreNamespace: string;
  directors: DirectorHost[];
  realServers: NamespaceHost[];
  client: NamespaceHost;
  gateway: NamespaceHost;
};

export const floating = { external: '192.168.7.240', internal: '192.168.6.240' };
export const gatewayAddress = '192.168.7.1';
export const clientNet = { gateway: '203.0.113.1', client: '203.0.113.9' };
export const serviceRange = '192.168.0.0/24';
export const defaultName = 'lvslab';
export const defaultPortBase = 2200;

export const runRoot = (): string => process.env['LVS_CONSOLE_RUN'] ?? '/tmp/lvs-console-lab';

/** Throws on a name that cannot be a namespace, or whose sockets would be too long for a Unix socket address (108 bytes). */
export function layoutLab(options: LabOptions = {}): LabLayout {
  const name = options.name ?? defaultName;
  const portBase = options.portBase ?? defaultPortBase;
  const runFolder = path.join(runRoot(), name);
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) throw new Error(`lab name "${name}": small letters, digits and - only`);
  if (runFolder.length > 70)
    throw new Error(`run folder ${runFolder} is too long for Unix sockets: set LVS_CONSOLE_RUN`);
  const inNamespace = (kind: NamespaceHost['kind'], host: string, suffix: string, ...addresses: string[]) => ({
    kind,
    name: host,
    namespace: `${name}-${suffix}`,
    addresses,
  });
  return {
    name,
    portBase,
    runFolder,
    coreNamespace: name,
    directors: [1, 2].map((number) => directorHost(number, portBase)),
    realServers: Array.from({ length: options.realServers ?? 2 }, (_, index) =>
      inNamespace('real-server', `rs${index + 1}`, `rs${index + 1}`, realServerAddress(index)),
    ),
    client: inNamespace('client', 'client', 'client', clientNet.client),
    gateway: inNamespace('gateway', 'gateway', 'gw', gatewayAddress, clientNet.gateway),
  };
}

const realServerAddress = (index: number): string => `192.168.6.${index < 2 ? index + 2 : index + 18}`;

function directorHost(number: number, portBase: number): DirectorHost {
  return {
    kind: 'director',
    name: `director${number}`,
    number,
    external: `192.168.7.${number + 3}`,
    internal: `192.168.6.${number + 3}`,
    management: `10.99.0.${number + 10}`,
    sshPort: portBase + number,
  };
}

export const listHosts = (layout: LabLayout): LabHost[] => [
  ...layout.directors,
  ...layout.realServers,
  layout.client,
  layout.gateway,
];

export const namespaceHosts = (layout: LabLayout): NamespaceHost[] => [
  ...layout.realServers,
  layout.client,
  layout.gateway,
];

export function findDirector(layout: LabLayout, name: string): DirectorHost {
  const director = layout.directors.find((host) => host.name === name);
  if (!director) throw new Error(`no director "${name}" in lab ${layout.name}`);
  return director;
}

export function findHost(layout: LabLayout, name: string): LabHost {
  const host = listHosts(layout).find((candidate) => candidate.name === name);
  if (!host)
    throw new Error(
      `no host "${name}" in lab ${layout.name}: ${listHosts(layout)
        .map((h) => h.name)
        .join(', ')}`,
    );
  return host;
}

/** Files of one instance, all inside the run folder. */
export const labFiles = (runFolder: string) => ({
  state: path.join(runFolder, 'state.json'),
  keys: path.join(runFolder, 'authorized-keys.disk'),
  disk: (director: string) => path.join(runFolder, `${director}.cow`),
  console: (director: string) => path.join(runFolder, `${director}.console`),
  sshSocket: (director: string) => path.join(runFolder, `ssh-${director}.sock`),
  sshMaster: (director: string) => path.join(runFolder, `cm-${director}`),
  log: (what: string) => path.join(runFolder, `${what}.log`),
});
