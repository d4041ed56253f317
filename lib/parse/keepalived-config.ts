// Reads keepalived.conf, as far as the console writes it: one pair of VRRP instances and virtual servers by firewall mark.
import type { Diagnostic } from '../core/diagnostic';
import { block, count, flag, problemAt, readFields, value, word, type Fields } from './keepalived-config-fields';
import { readVirtualServer, type KeepalivedVirtualServer } from './keepalived-config-services';
import { parseKeepalivedTree, type KeepalivedStatement } from './keepalived-config-tree';
import { readVrrpInstance, type VrrpInstance } from './keepalived-config-vrrp';
import type { Parsed } from './parsed';

export type KeepalivedSyncDaemon = { interface: string; instance: string; id: number; group?: string };
export type BfdInstance = {
  name: string;
  neighbor: string;
  source: string;
  intervalMs: number;
  multiplier: number;
};
export type KeepalivedConfig = {
  routerId: string;
  /** Programs are run as this user, and only when nobody else could have changed them. */
  scriptUser?: string;
  isScriptSecurityOn: boolean;
  garpRefreshSeconds?: number;
  syncDaemon?: KeepalivedSyncDaemon;
  trackFiles: { name: string; file: string; weight: number }[];
  bfdInstances: BfdInstance[];
  syncGroup?: { name: string; instances: string[] };
  instances: VrrpInstance[];
  virtualServers: KeepalivedVirtualServer[];
};

export function parseKeepalivedConfig(text: string): Parsed<KeepalivedConfig> {
  const { value: tree, diagnostics } = parseKeepalivedTree(text);
  const config: KeepalivedConfig = {
    routerId: '',
    isScriptSecurityOn: false,
    trackFiles: [],
    bfdInstances: [],
    instances: [],
    virtualServers: [],
  };
  const repeated = ['track_file', 'bfd_instance', 'vrrp_instance', 'virtual_server'];
  readFields(tree, topFields(config, diagnostics), diagnostics, { repeated });
  return { value: config, diagnostics };
}

function topFields(config: KeepalivedConfig, diagnostics: Diagnostic[]): Fields {
  return {
    global_defs: block(0, (children) => readFields(children, globalFields(config), diagnostics)),
    track_file: block(1, (children, [name = '']) => {
      const file = { name, file: '', weight: 1 };
      readFields(
        children,
        { file: word((text) => (file.file = text)), weight: count((n) => (file.weight = n)) },
        diagnostics,
      );
      return addNamed(config.trackFiles, file);
    }),
    bfd_instance: block(1, (children, [name = '']) =>
      addNamed(config.bfdInstances, readBfd(name, children, diagnostics)),
    ),
    vrrp_sync_group: block(1, (children, [name = ''], at) => {
      const instances: string[] = [];
      readFields(
        children,
        { group: block(0, (names) => void instances.push(...readList(names, diagnostics))) },
        diagnostics,
      );
      config.syncGroup = { name, instances };
      // keepalived warns, and ends its test with 5, when there is nothing to keep together.
      if (instances.length < 2) diagnostics.push(problemAt(at, 'a sync group of fewer than two instances'));
    }),
    vrrp_instance: block(1, (children, [name = ''], at) => {
      const found = readVrrpInstance(name, children, diagnostics);
      if (config.instances.some(({ routerId }) => routerId === found.routerId)) {
        diagnostics.push(problemAt(at, `virtual_router_id ${found.routerId} is there twice`));
      }
      return addNamed(config.instances, found);
    }),
    virtual_server: block(2, (children, words, at) =>
      addServer(config, readVirtualServer(words, children, diagnostics, at)),
    ),
  };
}

/** `keepalived -t` takes two blocks of one mark without a word (lvs.md 4.1). */
function addServer({ virtualServers }: KeepalivedConfig, server: KeepalivedVirtualServer | string): string | undefined {
  if (typeof server === 'string') return server;
  const isSame = ({ mark, family }: KeepalivedVirtualServer) => mark === server.mark && family === server.family;
  if (virtualServers.some(isSame)) return `mark ${server.mark} has a virtual server of this family already`;
  virtualServers.push(server);
  return undefined;
}

function addNamed<T extends { name: string }>(all: T[], one: T): string | undefined {
  if (all.some(({ name }) => name === one.name)) return `${one.name} is there twice`;
  all.push(one);
  return undefined;
}

function globalFields(config: KeepalivedConfig): Fields {
  return {
    router_id: word((text) => (config.routerId = text)),
    enable_script_security: flag(() => (config.isScriptSecurityOn = true)),
    script_user: word((text) => (config.scriptUser = text)),
    vrrp_garp_master_refresh: count((seconds) => (config.garpRefreshSeconds = seconds)),
    lvs_sync_daemon: ({ words }) => {
      const [, device = '', instance = '', idWord, id = '', groupWord, group, ...others] = words;
      const isRight = idWord === 'id' && /^\d{1,3}$/.test(id) && Number(id) <= 255 && others.length === 0;
      if (!isRight || (groupWord !== undefined && (groupWord !== 'group' || group === undefined))) {
        return 'not INTERFACE INSTANCE id NUMBER [group ADDRESS]';
      }
      config.syncDaemon = { interface: device, instance, id: Number(id), ...(group !== undefined && { group }) };
      return undefined;
    },
  };
}

function readBfd(name: string, children: readonly KeepalivedStatement[], diagnostics: Diagnostic[]): BfdInstance {
  const found: BfdInstance = { name, neighbor: '', source: '', intervalMs: 0, multiplier: 0 };
  const fields: Fields = {
    neighbor_ip: word((text) => (found.neighbor = text)),
    source_ip: word((text) => (found.source = text)),
    min_rx: count((ms) => (found.intervalMs = ms)),
    // The console asks for one interval both ways.
    min_tx: value((text) => text === String(found.intervalMs)),
    multiplier: count((times) => (found.multiplier = times), { from: 1, to: 255 }),
  };
  readFields(children, fields, diagnostics);
  return found;
}

function readList(names: readonly KeepalivedStatement[], diagnostics: Diagnostic[]): string[] {
  return names.flatMap((statement) => {
    if (statement.words.length === 1 && !statement.children) return statement.words;
    diagnostics.push(problemAt(statement, 'one name a line'));
    return [];
  });
}
