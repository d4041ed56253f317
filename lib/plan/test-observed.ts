// For tests: a director as it would be read when its kernel is exactly what a release says.
import type { HostRelease } from '../core/release';
import type { Role } from '../core/kernel-state';
import { seedDocument } from '../core/seed';
import type { TopologyDocument } from '../core/document';
import { resolveTopology } from '../core/resolve';
import { renderTopology } from '../render/render-topology';
import type { DirectorFacts } from './host-facts';
import type { ObservedHost } from './observed-host';
import { planPair, type PairPlan, type PlanInput } from './plan-pair';

export function render(document: TopologyDocument, heartbeatKey = 'k'.repeat(40)) {
  const { topology } = resolveTopology(document);
  if (!topology) throw new Error('the document resolves');
  return { topology, releases: renderTopology({ topology, secrets: { heartbeatKey } }).releases };
}

/** As a Debian host is before the console came. */
export function emptyHost(confirmed = 'origin'): ObservedHost {
  return {
    status: {
      version: '1',
      state: 'idle',
      step: '',
      busy: '',
      transaction: '',
      generation: 0,
      live: confirmed,
      confirmed,
      bootId: 'b',
    },
    ...{
      addresses: [],
      policyRules: [],
      routes: [],
      ipvs: [],
      syncDaemons: [],
      firewall: [],
      sysctls: {},
      modules: [],
    },
    daemons: { heartbeat: 'stopped', ldirectord: 'stopped' },
  };
}

export function deployedHost(release: HostRelease, role: Role, confirmed = '1-aaaaaaaa'): ObservedHost {
  const { intent } = structuredClone(release); // tests change what they get
  const { always, active } = intent;
  const tables = [...new Set(always.chains.map(({ table }) => table))];
  const sync = intent[role].syncDaemon;
  return {
    ...emptyHost(confirmed),
    addresses:
      role === 'active'
        ? active.virtualAddresses.map(({ address, prefixLength, interface: device }) => ({
            interface: device,
            family: 4,
            address,
            prefixLength,
            scope: 'global',
          }))
        : [],
    policyRules: always.policyRules.map((rule) => ({
      family: 4,
      priority: rule.priority,
      interface: rule.interface,
      mark: rule.mark,
      source: 'all',
      destination: 'all',
      table: String(rule.table),
      protocol: '76',
    })),
    routes: always.routes.map((route) => ({
      family: 4,
      type: route.type,
      destination: route.destination,
      table: route.table,
      protocol: '76',
      ...(route.device !== undefined && { device: route.device }),
    })),
    ipvs: intent[role].ipvs,
    syncDaemons: sync ? [sync] : [],
    firewall: tables.map((name) => ({
      name,
      chains: [],
      rules: [
        ...always.jumps
          .filter(({ table }) => table === name)
          .map(({ from, to }) => ({
            chain: from,
            text: `-A ${from} -m comment --comment lvs-console -j ${to}`,
            line: 1,
          })),
        ...always.chains
          .filter(({ table }) => table === name)
          .flatMap(({ chain, rules }) => rules.map((text) => ({ chain, text, line: 1 }))),
      ],
    })),
    sysctls: { ...always.sysctls },
    modules: [...always.modules],
    daemons: { heartbeat: 'running', ldirectord: role === 'active' ? 'running' : 'stopped' },
  };
}

export function facts(hostName: string, more: Partial<DirectorFacts> = {}): DirectorFacts {
  return {
    render: { os: 'debian', iptablesVariant: 'legacy' },
    plain: {},
    tools: ['ip', 'iptables', 'iptables-save', 'iptables-restore', 'ipvsadm', 'ldirectord', 'heartbeat', 'modprobe'],
    modules: {},
    capabilities: {},
    addresses: [],
    freeKilobytes: 1_000_000,
    freeInodes: 100_000,
    isWritable: true,
    hostName,
    ...more,
  };
}

/** The plan from a deployed document to another one; director1 is active. */
export function planChange(
  before: TopologyDocument | undefined,
  next: TopologyDocument,
  change: (input: PlanInput) => PlanInput = (same) => same,
): PairPlan {
  const old = before && render(before);
  const { topology, releases } = render(next);
  const observe = (index: number, role: Role) => {
    const release = old?.releases[index];
    return release ? deployedHost(release, role) : emptyHost();
  };
  return planPair(
    change({
      ...{ topologyId: 't', revision: 2, document: next, topology, releases, problems: [] },
      observed: { director1: observe(0, 'active'), director2: observe(1, 'standby') },
      facts: { director1: facts('director1'), director2: facts('director2') },
      ...(before && old && { previous: { document: before, releases: old.releases } }),
    }),
  );
}

export function changed(change: (document: TopologyDocument) => void): TopologyDocument {
  const document = seedDocument();
  change(document);
  return document;
}
