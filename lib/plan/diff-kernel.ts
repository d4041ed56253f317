// Where a director's kernel differs from what a release must produce; one comparison for plan, verify and drift.
import { OWNED, type IpvsService, type KernelIntent, type Role } from '../core/kernel-state';
import { diffIpvs } from './diff-ipvs';
import type { KernelDifference } from './kernel-difference';
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
    ...intent.always.chains.flatMap((chain) => diffChain(chain, observed)),
    ...intent.always.jumps.flatMap((jump) => diffJump(jump, observed)),
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
  }));
}

function diffSysctls({ sysctls }: Always, observed: ObservedHost): KernelDifference[] {
  return Object.entries(sysctls).flatMap(([key, value]): KernelDifference[] => {
    const now = observed.sysctls[key];
    if (now?.replace(/\s+/g, ' ') === value) return [];
    const sentence = `${key} is ${now ?? 'not there'}, wanted ${value}.`;
    return [{ kind: 'sysctl', change: 'edit', command: `sysctl -w ${key}=${value}`, sentence }];
  });
}

function diffRoutes({ routes }: Always, observed: ObservedHost): KernelDifference[] {
  const print = (route: { type: string; destination: string; table: string; device?: string | undefined }) =>
    `${route.type} ${route.destination}${route.type === 'local' ? ` dev ${route.device ?? 'lo'}` : ''} table ${route.table}`;
  const wanted = routes.map(print);
  const present = observed.routes.filter(({ protocol }) => protocol === String(OWNED.routeProtocol)).map(print);
  return diffLists(wanted, present, {
    kind: 'route',
    tool: 'ip route',
    word: 'Route',
    suffix: ` proto ${OWNED.routeProtocol}`,
  });
}

function diffPolicyRules({ policyRules }: Always, observed: ObservedHost): KernelDifference[] {
  const print = (rule: { priority: number; interface?: string; mark?: number | undefined; table: string | number }) =>
    `priority ${rule.priority} iif ${rule.interface ?? ''} fwmark 0x${(rule.mark ?? 0).toString(16)} lookup ${rule.table}`;
  const own = observed.policyRules.filter(({ protocol }) => protocol === String(OWNED.routeProtocol));
  const suffix = ` protocol ${OWNED.routeProtocol}`;
  const words = { kind: 'policy-rule', tool: 'ip rule', word: 'Policy rule', suffix } as const;
  return diffLists(policyRules.map(print), own.map(print), words);
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
  });
  return [
    ...wanted.filter((text) => !present.includes(text)).map((text) => item('add', text)),
    ...present.filter((text) => !wanted.includes(text)).map((text) => item('remove', text)),
  ];
}

function diffChain({ table, chain, rules }: Always['chains'][number], observed: ObservedHost): KernelDifference[] {
  const kind = table === 'nat' ? 'nat-rules' : 'mark-rules';
  const present = rulesOf(observed, table, chain).map((text) => text.trim());
  const item = (change: 'add' | 'edit' | 'remove', command: string, sentence: string): KernelDifference => ({
    kind,
    change,
    command: `iptables -t ${table} ${command}`,
    sentence,
  });
  const added = rules.filter((rule) => !present.includes(rule));
  const removed = present.filter((rule) => !rules.includes(rule));
  const differences = [
    ...added.map((rule) => item('add', rule, `Rule "${rule}" is missing from table ${table}.`)),
    ...removed.map((rule) =>
      item('remove', rule.replace(/^-A/, '-D'), `Rule "${rule}" is in table ${table}, but not wanted.`),
    ),
  ];
  if (differences.length > 0 || rules.join('\n') === present.join('\n')) return differences;
  return [item('edit', `-F ${chain}`, `The rules of chain ${chain} are in another order, or one is there twice.`)];
}

function diffJump({ table, from, to }: Always['jumps'][number], observed: ObservedHost): KernelDifference[] {
  const count = rulesOf(observed, table, from).filter((rule) => rule.trim().endsWith(` -j ${to}`)).length;
  if (count === 1) return [];
  const command = `iptables -t ${table} ${count === 0 ? '-A' : '-D'} ${from} -m comment --comment ${OWNED.comment} -j ${to}`;
  return [
    {
      kind: table === 'nat' ? 'nat-rules' : 'mark-rules',
      change: count === 0 ? 'add' : 'remove',
      command,
      sentence: `${from} of table ${table} leads to ${to} ${count === 0 ? 'nowhere' : `${count} times`}.`,
    },
  ];
}

function diffVirtualAddresses(intent: KernelIntent, role: Role, observed: ObservedHost): KernelDifference[] {
  return intent.active.virtualAddresses.flatMap(({ address, prefixLength, interface: device }): KernelDifference[] => {
    const isHeld = observed.addresses.some((held) => held.address === address && held.interface === device);
    if (isHeld === (role === 'active')) return [];
    const [change, word] = isHeld ? (['remove', 'del'] as const) : (['add', 'add'] as const);
    const command = `ip addr ${word} ${address}/${prefixLength} dev ${device}`;
    const sentence = `Virtual address ${address} is ${isHeld ? 'held by a director that is not active' : 'not held'}.`;
    return [{ kind: 'virtual-address', change, command, sentence }];
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
  return [{ kind: 'sync-daemon', change: 'add', command, sentence: `The sync daemon does not run as ${wanted.role}.` }];
}

function rulesOf({ firewall }: ObservedHost, table: string, chain: string): string[] {
  const found = firewall.find(({ name }) => name === table);
  return found ? found.rules.filter((rule) => rule.chain === chain).map(({ text }) => text) : [];
}
