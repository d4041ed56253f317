// What a lab instance is called and where it lives: hosts, addresses, namespaces, ports, paths. Pure.
import path from 'node:path';

export type LabOptions = {
  /** Prefix of every namespace and name of the run folder. */
  name?: string;
  /** SSH of director N answers on 127.0.0.1:(portBase + N). 2200 belongs to the default instance. */
  portBase?: number;
  /** How many real servers: rs1 is 192.168.6.2, rs2 192.168.6.3 and so on, before the directors' .4 only two fit: rs3 is 192.168.6.20. */
  realServers?: number;
  /** How many more that are machines with a kernel of their own (ipip: the host's has no tunnels). They follow the others in names and addresses. */
  umlRealServers?: number;
  /** The gateway also stands on the internal network (.1): gate and ipip answer through it, past the directors. */
  directReturn?: boolean;
};

type Machine = {
  name: string;
  /** Of its taps, hardware addresses and SSH port: directors are 1 and 2, real servers follow. */
  number: number;
  internal: string;
  internal6: string;
  management: string;
  sshPort: number;
};
export type DirectorHost = Machine & { kind: 'director'; external: string; external6: string };
export type UmlRealServer = Machine & { kind: 'real-server'; routers: string[] };
/** User-mode Linux: has a disk, a console and SSH, and can lose its power. */
export type UmlHost = DirectorHost | UmlRealServer;
export type NamespaceHost = {
  kind: 'real-server' | 'client' | 'gateway';
  name: string;
  namespace: string;
  addresses: string[];
};
export type LabHost = UmlHost | NamespaceHost;

export type LabLayout = {
  name: string;
  portBase: number;
  runFolder: string;
  /** The namespace of the bridges, the taps and the directors' processes. */
  coreNamespace: string;
  directors: DirectorHost[];
  realServers: NamespaceHost[];
  umlRealServers: UmlRealServer[];
  directReturn: boolean;
  client: NamespaceHost;
  gateway: NamespaceHost;
};

/** IPv4 as in the seed, IPv6 with the same last number in documentation networks (RFC 3849). */
export const floating = {
  external: '192.168.7.240',
  internal: '192.168.6.240',
  external6: '2001:db8:7::240',
  internal6: '2001:db8:6::240',
};
export const gatewayAddress = '192.168.7.1';
export const gatewayAddress6 = '2001:db8:7::1';
/** The gateway's leg for direct return. */
export const internalRouter = { address: '192.168.6.1', address6: '2001:db8:6::1' };
export const clientNet = {
  gateway: '203.0.113.1',
  client: '203.0.113.9',
  gateway6: '2001:db8:cb::1',
  client6: '2001:db8:cb::9',
};
export const serviceRange = '192.168.0.0/24';
export const serviceRange6 = '2001:db8:1::/64';
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
  const { realServers = 2, umlRealServers = 0, directReturn = false } = options;
  if (umlRealServers > 7)
    throw new Error('at most 7 real servers of user-mode Linux: their hardware addresses end there');
  return {
    name,
    portBase,
    runFolder,
    coreNamespace: name,
    directors: [1, 2].map((number) => directorHost(number, portBase)),
    realServers: Array.from({ length: realServers }, (_, index) =>
      inNamespace('real-server', `rs${index + 1}`, `rs${index + 1}`, ...realServerAddresses(index)),
    ),
    umlRealServers: Array.from({ length: umlRealServers }, (_, index) =>
      umlRealServer(realServers + index, machine(`rs${realServers + index + 1}`, index + 3, portBase), directReturn),
    ),
    directReturn,
    client: inNamespace('client', 'client', 'client', clientNet.client, clientNet.client6),
    gateway: inNamespace(
      'gateway',
      'gateway',
      'gw',
      ...[gatewayAddress, gatewayAddress6, clientNet.gateway, clientNet.gateway6],
      ...(directReturn ? [internalRouter.address, internalRouter.address6] : []),
    ),
  };
}

function realServerAddresses(index: number): [string, string] {
  const last = index < 2 ? index + 2 : index + 18;
  return [`192.168.6.${last}`, `2001:db8:6::${last}`];
}

const machine = (name: string, number: number, portBase: number) => ({
  name,
  number,
  management: `10.99.0.${number + 10}`,
  sshPort: portBase + number,
});

const directorHost = (number: number, portBase: number): DirectorHost => ({
  kind: 'director',
  ...machine(`director${number}`, number, portBase),
  external: `192.168.7.${number + 3}`,
  external6: `2001:db8:7::${number + 3}`,
  internal: `192.168.6.${number + 3}`,
  internal6: `2001:db8:6::${number + 3}`,
});

function umlRealServer(index: number, head: ReturnType<typeof machine>, directReturn: boolean): UmlRealServer {
  const [internal, internal6] = realServerAddresses(index);
  const routers = directReturn
    ? [internalRouter.address, internalRouter.address6]
    : [floating.internal, floating.internal6];
  return { kind: 'real-server', ...head, internal, internal6, routers };
}

export const listMachines = (layout: LabLayout): UmlHost[] => [...layout.directors, ...layout.umlRealServers];
export const isMachine = (host: LabHost): host is UmlHost => !('namespace' in host);

export const listHosts = (layout: LabLayout): LabHost[] => [
  ...layout.directors,
  ...layout.realServers,
  ...layout.umlRealServers,
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

/** A host with a power switch. */
export function findMachine(layout: LabLayout, name: string): UmlHost {
  const found = listMachines(layout).find((host) => host.name === name);
  if (!found) throw new Error(`no machine "${name}" in lab ${layout.name}: it has no power switch`);
  return found;
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
