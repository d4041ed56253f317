// The health check of a pool as directives of ldirectord, which tries one port of a real server.
import type { LdirectordDirective } from '../parse/ldirectord-config';
import type { FwMarkGroup } from '../core/topology';
import { onlyPortOf } from './check-ports';

/** ldirectord's `off` means "never used"; what the document calls off (not checked, always used) is its `on`. */
export function ldirectordCheckOf(group: FwMarkGroup): LdirectordDirective[] {
  const { type, timeoutSeconds, failures, command } = group.pool.healthCheck;
  if (type === 'off') return [directive('checktype', 'on')];
  const limits = [
    directive('checktimeout', timeoutSeconds),
    ...(failures === undefined ? [] : [directive('failurecount', failures)]),
  ];
  if (type === 'ping') return [directive('checktype', 'ping'), ...limits];
  const port = checkPortOf(group);
  const checkPort = port === undefined ? [] : [directive('checkport', port)];
  if (type === 'connect') return [directive('checktype', 'connect'), ...checkPort, ...limits];
  if (type === 'external')
    return [directive('checktype', 'external'), directive('checkcommand', command ?? ''), ...limits];
  return [
    directive('checktype', 'negotiate'),
    ...optional('service', group.pool.healthCheck.service),
    ...checkPort,
    ...limits,
    directive('negotiatetimeout', timeoutSeconds),
    ...negotiationOf(group),
  ];
}

function negotiationOf({ pool: { healthCheck } }: FwMarkGroup): LdirectordDirective[] {
  const { request, receive, virtualHost, httpMethod, login, database } = healthCheck;
  return [
    ...optional('request', request),
    ...optional('receive', receive),
    ...optional('virtualhost', virtualHost),
    ...optional('httpmethod', httpMethod),
    ...optional('login', login),
    ...optional('database', database),
  ];
}

/**
 * The port to try. Without `port` in the check it is that of the real servers (ldirectord takes it by itself), else the
 * only port of the group; undefined leaves negotiate to the port of its service.
 */
export function checkPortOf(group: FwMarkGroup): number | undefined {
  const { healthCheck, realServers } = group.pool;
  if (healthCheck.port !== undefined) return healthCheck.port;
  if (realServers.length > 0 && realServers.every(({ port }) => port !== undefined)) return undefined;
  return onlyPortOf(group);
}

function optional(name: string, value: string | undefined): LdirectordDirective[] {
  return value === undefined || value === '' ? [] : [directive(name, value)];
}

function directive(name: string, value: string | number): LdirectordDirective {
  return { name, value: String(value) };
}
