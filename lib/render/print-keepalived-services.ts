// Virtual servers, real servers and checks of keepalived.conf. Without `protocol`, which keepalived refuses for a mark (lvs.md 4.1).
import { CHECKS, type KeepalivedCheck } from '../parse/keepalived-config-checks';
import {
  LVS_METHODS,
  type KeepalivedRealServer,
  type KeepalivedVirtualServer,
} from '../parse/keepalived-config-services';
import { block, quoted, type Line } from './print-keepalived-lines';

export function printVirtualServer(server: KeepalivedVirtualServer): Line {
  const { mark, family, scheduler, flags, onePacket, forwarding, persistenceSeconds, persistenceNetmask } = server;
  return block(`virtual_server fwmark ${mark}`, [
    ...(forwarding === 'ipip' ? [`ip_family ${family === 4 ? 'inet' : 'inet6'}`] : []),
    `lvs_sched ${scheduler}`,
    ...flags,
    ...(onePacket ? ['ops'] : []),
    `lvs_method ${LVS_METHODS[forwarding]}`,
    ...(persistenceSeconds === undefined ? [] : [`persistence_timeout ${persistenceSeconds}`]),
    ...(persistenceNetmask === undefined ? [] : [`persistence_granularity ${persistenceNetmask}`]),
    ...(server.isInhibited ? ['inhibit_on_failure'] : []),
    `delay_loop ${server.delaySeconds}`,
    `connect_timeout ${server.timeoutSeconds}`,
    ...server.realServers.map(printRealServer),
    ...printSorryServer(server),
  ]);
}

function printRealServer({
  address,
  port,
  weight,
  upperThreshold,
  lowerThreshold,
  checks,
}: KeepalivedRealServer): Line {
  return block(`real_server ${endpoint(address, port)}`, [
    `weight ${weight}`,
    ...(upperThreshold === undefined ? [] : [`uthreshold ${upperThreshold}`]),
    ...(lowerThreshold === undefined ? [] : [`lthreshold ${lowerThreshold}`]),
    ...checks.map((check) => block(CHECKS[check.kind], printCheck(check))),
  ]);
}

function printSorryServer({ sorryServer }: KeepalivedVirtualServer): Line[] {
  if (!sorryServer) return [];
  const { address, port, forwarding } = sorryServer;
  return [`sorry_server ${endpoint(address, port)}`, `sorry_server_lvs_method ${LVS_METHODS[forwarding]}`];
}

function printCheck(check: KeepalivedCheck): Line[] {
  if (check.kind === 'file') return [`track_file ${check.trackFile}`];
  if (check.kind === 'bfd') return [`name ${check.instance}`];
  const retry = `retry ${check.retries}`;
  if (check.kind === 'ping') return [retry];
  if (check.kind === 'external') {
    return [`misc_path ${quoted(check.command)}`, `misc_timeout ${check.timeoutSeconds}`, retry];
  }
  const common = [`connect_port ${check.port}`, retry];
  if (check.kind === 'dns')
    return [...common, ...(check.name === undefined ? [] : ['type A', `name ${quoted(check.name)}`])];
  if (check.kind !== 'http' && check.kind !== 'https') return common;
  const { kind, path, statusCode, virtualHost, receive } = check;
  const url = block('url', [
    `path ${quoted(path)}`,
    ...(statusCode === undefined ? [] : [`status_code ${statusCode}`]),
    ...(virtualHost === undefined ? [] : [`virtualhost ${quoted(virtualHost)}`]),
    ...(receive === undefined ? [] : [`regex ${quoted(receive)}`]),
  ]);
  return [...common, ...(kind === 'https' && virtualHost !== undefined ? ['enable_sni'] : []), url];
}

function endpoint(address: string, port: number | undefined): string {
  return port === undefined ? address : `${address} ${port}`;
}
