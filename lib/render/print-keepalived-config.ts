// keepalived.conf as text: one statement a line, four blanks a level, texts in quotes; the layout that its own samples have.
import type { BfdInstance, KeepalivedConfig, KeepalivedSyncDaemon } from '../parse/keepalived-config';
import type { VrrpAddress, VrrpInstance } from '../parse/keepalived-config-vrrp';
import { GENERATED } from './owned-paths';
import { block, printLines, quoted, type Line } from './print-keepalived-lines';
import { printVirtualServer } from './print-keepalived-services';

/** `titles`: a comment for each virtual server, by its place. */
export function printKeepalivedConfig(config: KeepalivedConfig, titles: readonly string[]): string {
  const { trackFiles, bfdInstances, syncGroup, instances, virtualServers } = config;
  const blocks: { comment?: string; lines: Line[] }[] = [
    { lines: [printGlobals(config)] },
    ...trackFiles.map(({ name, file, weight }) => ({
      lines: [block(`track_file ${name}`, [`file ${quoted(file)}`, `weight ${weight}`])],
    })),
    ...bfdInstances.map((instance) => ({ lines: [printBfd(instance)] })),
    ...(syncGroup
      ? [{ lines: [block(`vrrp_sync_group ${syncGroup.name}`, [block('group', syncGroup.instances)])] }]
      : []),
    ...instances.map((instance) => ({ lines: [printInstance(instance)] })),
    ...virtualServers.map((server, at) => ({
      comment: titles[at] ?? `Mark ${server.mark}`,
      lines: [printVirtualServer(server)],
    })),
  ];
  const texts = blocks.map(
    ({ comment, lines }) => `\n${comment === undefined ? '' : `# ${comment}\n`}${printLines(lines, '')}`,
  );
  return `${GENERATED}\n${texts.join('')}`;
}

function printGlobals({
  routerId,
  isScriptSecurityOn,
  scriptUser,
  garpRefreshSeconds,
  syncDaemon,
}: KeepalivedConfig): Line {
  return block('global_defs', [
    `router_id ${routerId}`,
    ...(isScriptSecurityOn ? ['enable_script_security'] : []),
    ...(scriptUser === undefined ? [] : [`script_user ${scriptUser}`]),
    ...(garpRefreshSeconds === undefined ? [] : [`vrrp_garp_master_refresh ${garpRefreshSeconds}`]),
    ...(syncDaemon ? [printSyncDaemon(syncDaemon)] : []),
  ]);
}

function printSyncDaemon({ interface: device, instance, id, group }: KeepalivedSyncDaemon): string {
  return `lvs_sync_daemon ${device} ${instance} id ${id}${group === undefined ? '' : ` group ${group}`}`;
}

function printBfd({ name, neighbor, source, intervalMs, multiplier }: BfdInstance): Line {
  return block(`bfd_instance ${name}`, [
    `neighbor_ip ${neighbor}`,
    `source_ip ${source}`,
    `min_rx ${intervalMs}`,
    `min_tx ${intervalMs}`,
    `multiplier ${multiplier}`,
  ]);
}

function printInstance(instance: VrrpInstance): Line {
  const { name, interface: device, routerId, priority, advertSeconds, source, peers, addresses, excluded } = instance;
  return block(`vrrp_instance ${name}`, [
    'state BACKUP',
    'nopreempt',
    `interface ${device}`,
    `virtual_router_id ${routerId}`,
    `priority ${priority}`,
    `advert_int ${advertSeconds}`,
    `unicast_src_ip ${source}`,
    block('unicast_peer', peers),
    block('virtual_ipaddress', addresses.map(printAddress)),
    ...(excluded.length === 0 ? [] : [block('virtual_ipaddress_excluded', excluded.map(printAddress))]),
  ]);
}

function printAddress({ address, prefixLength, interface: device }: VrrpAddress): string {
  return `${address}/${prefixLength} dev ${device}`;
}
