// What `guard facts` says of a host: what rendering depends on, what a person wants to see, what stands in the way of a deploy.
import { error, warning, type Diagnostic } from '../core/diagnostic';
import type { Stack } from '../core/document';
import type { KernelIntent } from '../core/kernel-state';
import type { HostFacts } from '../core/release';
import type { GuardFrame } from '../parse/guard-frames';
import { parseIpAddresses, type HeldAddress } from '../parse/ip-json';

export type DirectorFacts = {
  render: HostFacts;
  /** Label -> value, for people. */
  plain: Record<string, string>;
  tools: string[];
  /** Module -> can be loaded. */
  modules: Record<string, boolean>;
  addresses: HeldAddress[];
  freeKilobytes: number | undefined;
  freeInodes: number | undefined;
  isWritable: boolean;
  hostName: string;
  /** Firewall tool -> whether the kernel does what it asks for. */
  capabilities: Record<string, boolean>;
  /** Whether a start of the host puts the confirmed release in place; absent: another init than systemd, or not told. */
  hasBootFallback?: boolean;
  /** `<client> <port> <server> <port>` of the connection that asked, when the host told: a plain sudo hides it. */
  sshConnection?: string;
};

export const FACT_SECTIONS = ['uname', 'os-release', 'tools', 'modules', 'disk', 'writable', 'addresses', 'clock'];
const TOOLS = ['ip', 'ipvsadm', 'modprobe'];
const STACK_TOOLS: Record<Stack, string[]> = {
  heartbeat: ['ldirectord', 'heartbeat'],
  keepalived: ['keepalived'],
  single: ['ldirectord'],
};
const FIREWALL_TOOLS = {
  iptables: ['iptables', 'iptables-save', 'iptables-restore'],
  ip6tables: ['ip6tables', 'ip6tables-save', 'ip6tables-restore'],
  ipset: ['ipset'],
  nft: ['nft'],
};
type FirewallTool = keyof typeof FIREWALL_TOOLS;
const MIN_FREE_KILOBYTES = 20_000;
const MIN_FREE_INODES = 300;

type Frames = ReadonlyMap<string, GuardFrame>;

export function parseHostFacts(frames: Frames): DirectorFacts {
  const text = (section: string) => (frames.get(section)?.status === 0 ? (frames.get(section)?.text ?? '') : '');
  const tools = table(text('tools'));
  const os = Object.fromEntries(
    [...text('os-release').matchAll(/^([A-Z_]+)="?([^"\n]*)"?$/gm)].map(([, key, value]) => [key, value]),
  );
  const uname = text('uname').trim().split(' ');
  const iptables = text('iptables-version').trim();
  const disk = readDisk(text('disk'));
  const sysconfig = frames.get('sysconfig-iptables');
  const addresses = parseIpAddresses(text('addresses')).value;
  const sshConnection = /^client=(.+)$/m.exec(text('session'))?.[1];
  const { fallback } = answersIn(text('boot'));
  const isRedHat = /rhel|fedora|centos/.test(`${os['ID'] ?? ''} ${os['ID_LIKE'] ?? ''}`);
  return {
    render: {
      os: isRedHat ? 'redhat' : 'debian',
      iptablesVariant: iptables.includes('nf_tables') ? 'nft' : 'legacy',
      hasIpSet: 'ipset' in tools,
      allowedCheckPrograms: checkPrograms(text('policy')),
      ...(sysconfig?.status === 0 && { sysconfigIptables: sysconfig.text }),
    },
    plain: {
      'Host name': uname[1] ?? '',
      'Operating system': os['PRETTY_NAME'] ?? '',
      Kernel: uname[2] ?? '',
      iptables,
      'Free space': disk.freeKilobytes === undefined ? 'unknown' : `${Math.round(disk.freeKilobytes / 1024)} MB`,
      Addresses: addresses
        .filter(({ scope }) => scope === 'global')
        .map((held) => `${held.address}/${held.prefixLength} ${held.interface}`)
        .join(', '),
      Tools: Object.keys(tools).join(', '),
      'At its start': printStart(fallback),
      Releases: printReleases(frames.get('releases')),
    },
    tools: Object.keys(tools),
    modules: answersIn(text('modules')),
    addresses,
    ...disk,
    isWritable: Object.values(answersIn(text('writable'))).every(Boolean),
    hostName: uname[1] ?? '',
    capabilities: answersIn(text('capabilities')),
    ...(fallback !== undefined && { hasBootFallback: fallback }),
    ...(sshConnection !== undefined && { sshConnection }),
  };
}

function printStart(hasFallback: boolean | undefined): string {
  if (hasFallback === undefined) return 'cannot be seen';
  return hasFallback ? 'the confirmed release is put in place' : 'nothing is put in place';
}

/** As `guard list`: a line for each release, `<name> <word>...`, what can be put back there without the console; the newest first. */
function printReleases(frame: GuardFrame | undefined): string {
  if (frame?.status !== 0) return 'cannot be seen';
  const lines = frame.text.split('\n').filter((line) => line !== '');
  const generationOf = (line: string) => Number.parseInt(line, 10) || 0; // `origin` has none
  const rows = lines
    .toSorted((a, b) => generationOf(b) - generationOf(a))
    .map((line) => {
      const [name = '', ...words] = line.split(' ');
      return words.length > 0 ? `${name} (${words.join(', ').replaceAll('-', ' ')})` : name;
    });
  return rows.length > 0 ? rows.join(', ') : 'none';
}

/** Why this host cannot carry the release whose kernel state is `intent`. */
export function checkHostFacts(
  director: string,
  facts: DirectorFacts,
  intent: KernelIntent,
  stack: Stack,
): Diagnostic[] {
  const fail = (code: string, message: string, hint: string) => error(code, [], `${director}: ${message}`, hint);
  const families = firewallTools(intent);
  const wanted = [...TOOLS, ...STACK_TOOLS[stack], ...families.flatMap((tool) => FIREWALL_TOOLS[tool])];
  const missingTools = wanted.filter((tool) => !facts.tools.includes(tool));
  const powerless = families.filter(
    (tool) => facts.capabilities[tool] === false && FIREWALL_TOOLS[tool].every((each) => facts.tools.includes(each)),
  );
  const missingModules = intent.always.modules.filter((module) => facts.modules[module] === false);
  const found: Diagnostic[] = [];
  if (missingTools.length > 0)
    found.push(fail('host.tool-missing', `${missingTools.join(', ')} not installed.`, 'Install the packages.'));
  if (missingModules.length > 0)
    found.push(
      fail('host.module-missing', `The kernel has no ${missingModules.join(', ')}.`, 'Choose another scheduler.'),
    );
  if (powerless.length > 0)
    found.push(
      fail(
        'host.firewall',
        `The kernel does not do what ${powerless.join(' and ')} asks for.`,
        'Look at which modules it has, or choose the other firewall in the topology.',
      ),
    );
  if (facts.hasBootFallback === false)
    found.push(
      fail(
        'host.boot-fallback',
        'lvs-console-boot.service is not enabled: a power cut in the middle of a deploy would leave a release in force that nobody confirmed.',
        "Install the guard again on the director's page.",
      ),
    );
  if (!facts.isWritable) found.push(fail('host.read-only', 'The file system cannot be written.', 'Look at the disk.'));
  if ((facts.freeKilobytes ?? Infinity) < MIN_FREE_KILOBYTES || (facts.freeInodes ?? Infinity) < MIN_FREE_INODES)
    found.push(fail('host.disk-full', 'There is too little space in /var/lib.', 'Free some space.'));
  if (facts.hostName !== director)
    found.push(
      fail(
        'host.name',
        `The host calls itself ${facts.hostName}, and heartbeat finds its node by that name.`,
        `Set the host name to ${director}, or rename the director in the topology.`,
      ),
    );
  if (facts.render.iptablesVariant === 'nft')
    found.push(
      warning('host.iptables-nft', [], `${director} runs iptables over nf_tables; tested with iptables-legacy.`),
    );
  return found;
}

/** By the names of `guard facts`. */
function firewallTools({ always: { chains, jumps, sets, nftables } }: KernelIntent): FirewallTool[] {
  if (nftables !== undefined) return ['nft'];
  const hasIpv6 = [...chains, ...jumps].some(({ family }) => family === 6);
  return ['iptables', ...(hasIpv6 ? (['ip6tables'] as const) : []), ...(sets.length > 0 ? (['ipset'] as const) : [])];
}

/** Root's policy on the director: `check-scripts<TAB>/path /other/path`. */
function checkPrograms(policy: string): string[] {
  return policy
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([name]) => name === 'check-scripts')
    .flatMap(([, value = '']) => value.split(/\s+/).filter(Boolean));
}

/** Two tables of df: `-Pk`, then `-Pi`; the fourth column is what is free. */
function readDisk(text: string): Pick<DirectorFacts, 'freeKilobytes' | 'freeInodes'> {
  const rows = text.split('\n').filter((line) => /\s\d+%?\s|\s-\s/.test(line) && !line.startsWith('Filesystem'));
  const free = rows.map((row) => Number(row.trim().split(/\s+/)[3]));
  const known = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : undefined);
  return { freeKilobytes: known(free[0]), freeInodes: free[1] === 0 ? undefined : known(free[1]) };
}

/** `NAME<TAB>yes|no|unknown` a line; what is not known has no answer. */
function answersIn(text: string): Record<string, boolean> {
  const known = Object.entries(table(text)).filter(([, word]) => word !== 'unknown');
  return Object.fromEntries(known.map(([name, word]) => [name, word === 'yes']));
}

function table(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([name]) => name !== undefined && name !== '')
      .map(([name = '', value = '']) => [name, value]),
  );
}
