// What a plan means for traffic, in plain words.
import type { HostPlan, PairMode } from '../core/views/plan';
import type { VrrpChange } from './vrrp-change';

export function explainImpact(hosts: readonly HostPlan[], mode: PairMode, vrrp?: VrrpChange): string[] {
  const actions = hosts.map(({ daemonAction }) => daemonAction);
  const kinds = new Set(hosts.flatMap(({ actions: list }) => list.map(({ kind }) => kind)));
  const isUnchanged = hosts.every(
    ({ files, actions: list, daemonAction }) =>
      daemonAction === 'none' && list.length === 0 && files.every(({ change }) => change === 'unchanged'),
  );
  const any = hosts.length === 1 ? 'the director' : 'either director';
  if (isUnchanged) return [`Nothing changes on ${any}; the deploy only verifies.`];
  if (vrrp) return [...explainVrrp(vrrp), ...removedServers(hosts)];
  if (mode === 'rolling-restart') return [...explainRestart(hosts), ...removedServers(hosts)];
  if (actions.includes('restart-heartbeat'))
    return [
      'Heartbeat restarts on both directors inside one window: the virtual addresses and all services are away until it has started again, half a minute to a minute.',
      'Established connections break when their director gives the virtual addresses up.',
    ];
  if (actions.includes('start-heartbeat'))
    return [
      'Heartbeat starts on both directors inside one window. Services answer when one of them holds the virtual addresses, about half a minute after the start.',
    ];
  if (actions.includes('start-keepalived'))
    return [
      'keepalived starts on both directors inside one window. Services answer a few seconds later, when one of them holds the virtual addresses.',
    ];
  if (hosts.length === 1 && actions.some((action) => action === 'start-ldirectord' || action === 'restart-ldirectord'))
    return ['ldirectord starts: services answer when it has made them. There is no second director to take over.'];
  if (actions.includes('reload-keepalived'))
    return [
      'keepalived is reloaded, not restarted: services that stay keep their connections, and the virtual addresses do not move.',
      ...removedServers(hosts),
    ];
  return [
    ...(actions.includes('start-ldirectord')
      ? [
          'ldirectord starts again on the active director and takes the services that stand; the virtual addresses do not move.',
        ]
      : []),
    ...(actions.includes('reload-ldirectord')
      ? [
          'ldirectord is reloaded, not restarted: services that stay keep their connections, and the virtual addresses do not move.',
        ]
      : []),
    ...(actions.every((action) => action === 'none')
      ? ['No daemon is touched and the virtual addresses do not move.']
      : []),
    ...(kinds.has('mark-rules') ? ['The mark rules change in one transaction: no packet sees half of them.'] : []),
    ...removedServers(hosts),
  ];
}

function explainVrrp({ words, unknown }: VrrpChange): string[] {
  return [
    ...(words.length > 0
      ? [`The two keepalived must agree on what changes here to hear each other: ${words.join(', ')}.`]
      : []),
    ...(unknown.length > 0
      ? [
          `What keepalived runs with on ${unknown.join(' and ')} is not known to the console, and the two must agree on it to hear each other.`,
        ]
      : []),
    'On one director alone it would make both active, so both get it inside one window.',
    'Until both have it and one of them has won, some seconds, neither director or both may hold the virtual addresses; either may be the active one from then on.',
    'Established connections go on where their director has the virtual addresses again, else only where the sync daemon has told the other one about them lately; the others break.',
  ];
}

function explainRestart(hosts: readonly HostPlan[]): string[] {
  const of = (role: HostPlan['role']) => hosts.find((host) => host.role === role);
  const [active, standby] = [of('active'), of('standby')];
  const anew = (host: HostPlan | undefined) => host !== undefined && /^(re)?start-(heart|keep)/.test(host.daemonAction);
  const first = anew(standby)
    ? [`${daemonOf(standby)} starts anew on ${standby?.director}, which is standby: nobody notices.`]
    : [];
  if (!anew(active)) return [...first, `${active?.director} keeps the virtual addresses.`];
  return [
    ...first,
    `One takeover: ${active?.director} gives the virtual addresses up, ${standby?.director} takes them and is the active director from then on. Nothing answers meanwhile, half a minute to a minute.`,
    `Established connections can go on after it only where the sync daemon has told ${standby?.director} about them lately; the others break.`,
  ];
}

function daemonOf(host: HostPlan | undefined): string {
  return host?.daemonAction.replace(/^(re)?start-/, '') ?? '';
}

function removedServers(hosts: readonly HostPlan[]): string[] {
  const removed = hosts.flatMap(({ actions }) =>
    actions.filter(({ kind, change }) => kind === 'ipvs' && change === 'remove').map(({ command }) => command),
  );
  return removed.length === 0 ? [] : ['Connections to what is removed are reset by the director (expire_nodest_conn).'];
}
