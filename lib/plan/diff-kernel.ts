// Where a director's kernel differs from what a release must produce; one comparison for plan, verify and drift.
import { isOwned, OWNED, type IpvsService, type KernelIntent, type Role } from '../core/kernel-state';
import { diffFirewall } from './diff-firewall';
import { diffIpvs } from './diff-ipvs';
import { ABSENT, PRESENT, type KernelDifference } from './kernel-difference';
import type { ObservedHost } from './observed-host';

type Always = KernelIntent['always'];

/** `ownServices`: keys of services that earlier releases made; other services are foreign and never looked at. */
export function diffKernel(
  intent: KernelIntent,
  role: Role,
  observed: ObservedHost,
  ownServices: readonly string[] = [],
): KernelDifference[] {
  const wanted: IpvsService[] = intent[role].ipvs;
  return [
    ...diffModules(intent.always, observed),
    ...diffSysctls(intent.always, observed),
    ...diffRoutes(intent.always, observed),
    ...diffPolicyRules(intent.always, observed),
    ...diffFirewall(intent.always, observed),
    ...diffAddresses(intent.always, observed),
    ...diffVirtualAddresses(intent, role, observed),
    ...diffIpvs(wanted, observed.ipvs, [...ownServices, ...intent.active.ipvs.map(({ key }) => key)]),
    ...diffSyncDaemon(intent, role, observed),
  ];
}

/** A kernel with IPVS built in has the sysctls without a module of that name: then nothing can be said about modules. */
function diffModules({ modules }: Always, observed: ObservedHost): KernelDifference[] {
  const isBuiltIn = !observed.modules.includes('ip_vs') && 'net.ipv4.vs.conntrack' in observed.sysctls;
  const missing = isBuiltIn ? [] : modules.filter((module) => !observed.modules.includes(module));
  return missing.map((module) => ({
    kind: 'module',
    change: 'add',
    command: `modprobe ${module}`,
    sentence: `Module ${module} is not loaded.`,
    ...{ what: `Module ${module}`, expected: 'loaded', observed: 'not loaded' },
  }));
}

function diffSysctls({ sysctls }: Always, observed: ObservedHost): KernelDifference[] {
  return Object.entries(sysctls).flatMap(([key, value]): KernelDifference[] => {
    const now = observed.sysctls[key];
    if (now?.replace(/\s+/g, ' ') === value) return [];
    const sentence = `${key} is ${now ?? 'not there'}, wanted ${value}.`;
    const of = { what: key, expected: value, observed: now ?? ABSENT };
    return [{ kind: 'sysctl', change: 'edit', command: `sysctl -w ${key}=${value}`, sentence, ...of }];
  });
}

const FAMILIES = [4, 6] as const;
const ofFamily =
  (wanted: 4 | 6) =>
  ({ family }: { family: 4 | 6 }) =>
    family === wanted;

function diffRoutes({ routes }: Always, observed: ObservedHost): KernelDifference[] {
  const print = (route: { type: string; destination: string; table: string; device?: string | undefined }) =>
    `${route.type} ${route.destination}${route.type === 'local' ? ` dev ${route.device ?? 'lo'}` : ''} table ${route.table}`;
  const own = observed.routes.filter(isOwned);
  return FAMILIES.flatMap((family) =>
    diffLists(routes.filter(ofFamily(family)).map(print), own.filter(ofFamily(family)).map(print), {
      kind: 'route',
      tool: family === 4 ? 'ip route' : 'ip -6 route',
      word: 'Route',
      suffix: ` proto ${OWNED.routeProtocol}`,
    }),
  );
}

function diffPolicyRules({ policyRules }: Always, observed: ObservedHost): KernelDifference[] {
  const own = observed.policyRules.filter(isOwned);
  const suffix = ` protocol ${OWNED.routeProtocol}`;
  return FAMILIES.flatMap((family) => {
    const tool = family === 4 ? 'ip rule' : 'ip -6 rule';
    const words = { kind: 'policy-rule', tool, word: 'Policy rule', suffix } as const;
    const [wanted, present] = [policyRules.filter(ofFamily(family)), own.filter(ofFamily(family))];
    return diffLists(wanted.map(printPolicyRule), present.map(printPolicyRule), words);
  });
}

type AnyPolicyRule = {
  priority: number;
  interface?: string;
  mark?: number | undefined;
  destination?: string | undefined;
  table: string | number;
};

function printPolicyRule({
  priority,
  interface: device = '',
  mark,
  destination = 'all',
  table,
}: AnyPolicyRule): string {
  const fwmark = mark === undefined ? '' : ` fwmark 0x${mark.toString(16)}`;
  const to = destination === 'all' ? '' : ` to ${destination}`;
  return `priority ${priority} iif ${device}${to}${fwmark} lookup ${table}`;
}

function diffLists(
  wanted: readonly string[],
  present: readonly string[],
  { kind, tool, word, suffix }: { kind: 'route' | 'policy-rule'; tool: string; word: string; suffix: string },
): KernelDifference[] {
  const item = (change: 'add' | 'remove', text: string): KernelDifference => ({
    kind,
    change,
    command: `${tool} ${change === 'add' ? 'add' : 'del'} ${text}${suffix}`,
    sentence: `${word} "${text}" is ${change === 'add' ? 'missing' : 'there, but not wanted'}.`,
    ...{ what: `${word} "${text}"`, ...sidesOf(change) },
  });
  return [
    ...wanted.filter((text) => !present.includes(text)).map((text) => item('add', text)),
    ...present.filter((text) => !wanted.includes(text)).map((text) => item('remove', text)),
  ];
}

const sidesOf = (change: 'add' | 'remove') =>
  change === 'add' ? { expected: PRESENT, observed: ABSENT } : { expected: ABSENT, observed: PRESENT };

/** Stack single: addresses that no daemon moves. */
function diffAddresses({ addresses }: Always, observed: ObservedHost): KernelDifference[] {
  return addresses.flatMap(({ address, prefixLength, interface: device }): KernelDifference[] => {
    if (observed.addresses.some((held) => held.address === address && held.interface === device)) return [];
    const command = `ip addr add ${address}/${prefixLength} dev ${device}`;
    const of = { what: `Virtual address ${address}`, expected: `held on ${device}`, observed: 'not held' };
    return [
      { kind: 'virtual-address', change: 'add', command, sentence: `Virtual address ${address} is not held.`, ...of },
    ];
  });
}

function diffVirtualAddresses(intent: KernelIntent, role: Role, observed: ObservedHost): KernelDifference[] {
  return intent.active.virtualAddresses.flatMap(({ address, prefixLength, interface: device }): KernelDifference[] => {
    const isHeld = observed.addresses.some((held) => held.address === address && held.interface === device);
    if (isHeld === (role === 'active')) return [];
    const [change, word] = isHeld ? (['remove', 'del'] as const) : (['add', 'add'] as const);
    const command = `ip addr ${word} ${address}/${prefixLength} dev ${device}`;
    const sentence = `Virtual address ${address} is ${isHeld ? 'held by a director that is not active' : 'not held'}.`;
    const [expected, seen] = isHeld ? ['not held', `held on ${device}`] : [`held on ${device}`, 'not held'];
    const of = { what: `Virtual address ${address}`, expected, observed: seen };
    return [{ kind: 'virtual-address', change, command, sentence, ...of }];
  });
}

function diffSyncDaemon(intent: KernelIntent, role: Role, observed: ObservedHost): KernelDifference[] {
  const wanted = intent[role].syncDaemon;
  if (!wanted) return [];
  const isRunning = observed.syncDaemons.some(
    (daemon) => daemon.role === wanted.role && daemon.interface === wanted.interface && daemon.syncId === wanted.syncId,
  );
  if (isRunning) return [];
  const command = `ipvsadm --start-daemon ${wanted.role} --mcast-interface ${wanted.interface} --syncid ${wanted.syncId}`;
  const now = observed.syncDaemons.map((daemon) => `${daemon.role} on ${daemon.interface}, id ${daemon.syncId}`);
  return [
    {
      ...{ kind: 'sync-daemon', change: 'add', command },
      sentence: `The sync daemon does not run as ${wanted.role}.`,
      ...{ what: 'Sync daemon', expected: `${wanted.role} on ${wanted.interface}, id ${wanted.syncId}` },
      observed: now.length === 0 ? 'stopped' : now.join('; '),
    },
  ];
}
