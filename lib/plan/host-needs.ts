// The check list of what a packet needs on one director: modules, settings, marks, delivery, services; wanted beside live.
import type { IpvsService, KernelIntent, Role } from '../core/kernel-state';
import type { HostNeed, HostNeeds } from '../core/views/live-needs';
import type { ExpectedRelease } from './find-drift';
import { printRoute, printRule } from './live-trace/route-packet';
import { marksPresent } from './marks-present';
import type { ObservedHost } from './observed-host';

type Always = KernelIntent['always'];
type Needs = Pick<HostNeeds, 'revision' | 'problem' | 'items' | 'more' | 'isMarkedByNftables'>;
type State = HostNeed['state'];

/** A page of them says enough; what differs is never left out before what is well. */
const TOLD = 300;
const ORDER: Record<State, number> = { differs: 0, unknown: 1, ok: 2 };

/** `host` absent: `problems` say why it could not be read. */
export function needsOf(
  expected: ExpectedRelease | undefined,
  role: Role | 'unknown',
  { host, problems }: { host?: ObservedHost; problems: readonly string[] },
): Needs {
  const head = { items: [], more: 0, isMarkedByNftables: expected?.host.intent.always.nftables !== undefined };
  if (!expected)
    return { ...head, problem: 'Nothing was deployed by this console yet, so nothing is known to be needed.' };
  const { revision } = expected;
  if (!host) return { ...head, revision, problem: problems.join(' ') };
  const { intent } = expected.host;
  const all = [
    ...modules(intent.always, host),
    ...sysctls(intent.always, host),
    ...marks(intent, host),
    ...policyRules(intent.always, host),
    ...routes(intent.always, host),
    ...services(intent, hasFloating(intent) ? role : 'active', host),
  ];
  // Stable: within one state they stay in the order of a packet's way.
  const items = all.toSorted((a, b) => ORDER[a.state] - ORDER[b.state]);
  return { ...head, revision, items: items.slice(0, TOLD), more: Math.max(0, items.length - TOLD) };
}

/** Without addresses that move between two directors there is one, and it is always the active one. */
function hasFloating({ active }: KernelIntent): boolean {
  return active.virtualAddresses.length > 0;
}

const stateOf = (isOk: boolean): State => (isOk ? 'ok' : 'differs');

/** A kernel with IPVS built in has its settings and no module of that name. */
function modules({ modules: wanted }: Always, host: ObservedHost): HostNeed[] {
  const isBuiltIn = !host.modules.includes('ip_vs') && 'net.ipv4.vs.conntrack' in host.sysctls;
  return wanted.map((name) => {
    const isLoaded = host.modules.includes(name);
    const live = isLoaded ? 'loaded' : isBuiltIn ? 'no module: IPVS is built into this kernel' : 'not loaded';
    const state = isLoaded ? 'ok' : isBuiltIn ? 'unknown' : 'differs';
    return { kind: 'module', what: name, wanted: 'loaded', live, state };
  });
}

function sysctls({ sysctls: wanted }: Always, host: ObservedHost): HostNeed[] {
  return Object.entries(wanted).map(([what, value]) => {
    const live = host.sysctls[what]?.replace(/\s+/g, ' ');
    return { kind: 'sysctl', what, wanted: value, live: live ?? 'not there', state: stateOf(live === value) };
  });
}

function marks({ active }: KernelIntent, host: ObservedHost): HostNeed[] {
  const present = marksPresent(host);
  const wanted = [...new Set(active.ipvs.flatMap(({ mark }) => mark ?? []))];
  return wanted.map((mark) => {
    const item = { kind: 'mark' as const, what: `Mark ${mark}`, wanted: 'a rule sets it', mark };
    if (typeof present === 'string') return { ...item, live: present, state: 'unknown' };
    const isThere = present.has(mark);
    return { ...item, live: isThere ? 'a rule sets it' : 'no rule of the console sets it', state: stateOf(isThere) };
  });
}

function policyRules({ policyRules: wanted }: Always, host: ObservedHost): HostNeed[] {
  return wanted.map((rule) => {
    const destination = rule.destination ?? 'all';
    const isSame = (live: ObservedHost['policyRules'][number]) =>
      live.family === rule.family &&
      live.priority === rule.priority &&
      live.interface === rule.interface &&
      live.mark === rule.mark &&
      live.destination === destination &&
      live.table === String(rule.table) &&
      !live.more;
    const isThere = host.policyRules.some(isSame);
    return {
      ...{ kind: 'policy-rule', what: printRule({ ...rule, source: 'all', destination, table: String(rule.table) }) },
      ...presence(isThere),
      ...(rule.mark !== undefined && { mark: rule.mark }),
    };
  });
}

function routes({ routes: wanted }: Always, host: ObservedHost): HostNeed[] {
  return wanted.map((route) => {
    const isSame = (live: ObservedHost['routes'][number]) =>
      live.family === route.family &&
      live.type === route.type &&
      live.destination === route.destination &&
      live.table === route.table &&
      (route.device === undefined || live.device === route.device);
    const text = printRoute(route);
    const what = route.family === 6 && route.destination === 'default' ? `${text} (IPv6)` : text;
    return { kind: 'route', what, ...presence(host.routes.some(isSame)) };
  });
}

function presence(isThere: boolean): Pick<HostNeed, 'wanted' | 'live' | 'state'> {
  return { wanted: 'there', live: isThere ? 'there' : 'not there', state: stateOf(isThere) };
}

/** Also on a director that is meant to have none now: what differs there is a service too many. */
function services(intent: KernelIntent, role: Role | 'unknown', host: ObservedHost): HostNeed[] {
  return intent.active.ipvs.map(({ key, mark }) => {
    const present = host.ipvs.find((service) => service.key === key);
    const live = present ? describe(present) : 'not there';
    const item = { kind: 'service' as const, what: key, live, ...(mark !== undefined && { mark }) };
    if (role === 'unknown') return { ...item, wanted: 'there on the active director', state: 'unknown' };
    const isWanted = intent[role].ipvs.some((service) => service.key === key);
    const state = stateOf(isWanted ? present !== undefined && canServe(present) : present === undefined);
    return {
      ...item,
      wanted: isWanted ? 'there, with a real server that takes connections' : `not there on a ${role}`,
      state,
    };
  });
}

function canServe({ realServers }: IpvsService): boolean {
  return realServers.some(({ weight }) => weight > 0);
}

function describe({ scheduler, realServers }: IpvsService): string {
  const up = realServers.filter(({ weight }) => weight > 0).length;
  return `${scheduler}, ${up} of ${realServers.length} real servers with a weight above 0`;
}
