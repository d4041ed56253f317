// What is generated in another way than the document may suggest, or needs something beyond it: said, never silent.
import { warning, type Diagnostic } from '../core/diagnostic';
import type { HostFacts } from '../core/release';
import type { FwMarkGroup, Topology } from '../core/topology';
import { hasIpfail } from './heartbeat-model';

export function warnAboutChoices(topology: Topology, facts: Record<string, HostFacts>): Diagnostic[] {
  return [
    ...(topology.stack === 'keepalived' ? [] : warnAboutIntervals(topology)),
    ...(topology.stack === 'heartbeat' ? warnAboutGatewayWatch(topology, facts) : []),
    ...(topology.ftp ? topology.groups.flatMap(warnAboutPassiveFtp) : []),
  ];
}

/** See ldirectord-model.ts: without forked children there is one interval. */
function warnAboutIntervals({ groups }: Topology): Diagnostic[] {
  const intervals = [...new Set(groups.map(({ pool }) => pool.healthCheck.intervalSeconds))].toSorted((a, b) => a - b);
  if (intervals.length < 2) return [];
  const message = `ldirectord checks all pools in one round, every ${intervals[0] ?? ''} seconds: the smallest of the intervals ${intervals.join(', ')}.`;
  return [warning('render.check-interval', ['pools'], message, 'Give the pools the same intervalSeconds.')];
}

function warnAboutGatewayWatch({ gateways, directors }: Topology, facts: Record<string, HostFacts>): Diagnostic[] {
  if (gateways.length === 0) {
    const message = 'Without a gateway heartbeat cannot tell that the active director lost its external network.';
    return [warning('render.no-gateway', ['gateways'], message, 'Name the router that leads to the ranges.')];
  }
  return directors
    .filter(({ name }) => !hasIpfail(facts[name] ?? {}))
    .map(({ name }) => {
      const message = `${name} is not a Debian host, and where ipfail stands there is not known: the loss of its external network moves nothing.`;
      return warning('render.no-ipfail', ['gateways'], message);
    });
}

/** The helper follows the data connection only when its packets reach IPVS, so they must be marked too (lvs.md S12). */
function warnAboutPassiveFtp({ name, matches }: FwMarkGroup, at: number): Diagnostic[] {
  const ports = matches.flatMap(({ protocol, ports: all }) => (protocol === 'tcp' && all !== 'all' ? all : []));
  const hasControl = ports.some(({ first, last }) => first <= 21 && 21 <= last);
  const hasData =
    ports.some(({ last }) => last >= 1024) ||
    matches.some(({ protocol, ports: all }) => protocol !== 'udp' && all === 'all');
  if (!hasControl || hasData) return [];
  const message = `Group "${name}" marks FTP's port 21 but no data ports: passive transfers would be answered "unreachable".`;
  return [
    warning(
      'render.ftp-data-ports',
      ['groups', at, 'matches'],
      message,
      'Add the passive port range of the real servers, e.g. 50000-50999.',
    ),
  ];
}
