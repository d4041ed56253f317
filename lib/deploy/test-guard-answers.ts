// For tests: what a fake director answers to `guard facts` and `guard read`, in the guard's own form.
import type { HostError } from '../core/errors';
import type { GuardState } from '../parse/guard-status';

export type FakeHost = {
  name: string;
  state: GuardState;
  live: string;
  confirmed: string;
  generation: number;
  firesAt: number | undefined;
  /** The verb that is at work there. */
  busy?: string | undefined;
  isActive: boolean;
  isAway: boolean;
  /** A managed file that hands have changed in the live release. */
  edited?: string;
  /** Why it cannot be asked while it is away; a line that is cut when absent. */
  refusal?: HostError | undefined;
  differs: boolean;
  guardVersion: string;
  isHeartbeatStopped: boolean;
  /** As `ipvsadm -Sn` prints it. */
  ipvs: string;
  /** As sshd tells it; empty: sudo hides it. */
  connection: string;
  /** `cl_status rscstatus`; by the role when absent. */
  held?: string | undefined;
  /** Transaction of an earlier deploy that is still staged. */
  leftOver?: string | undefined;
};

export const TRANSACTION = '7-0123abcd';
export const addresses = { external: '192.168.7.240', internal: '192.168.6.240' };

export function transactionNow({ state, confirmed, leftOver }: FakeHost): string {
  if (leftOver !== undefined) return leftOver;
  if (state === 'idle') return '';
  return state === 'confirmed' ? confirmed : TRANSACTION;
}

const frame = (section: string, text: string) =>
  `@@ begin ${section}\n${text}${text === '' || text.endsWith('\n') ? '' : '\n'}@@ end ${section} 0\n`;

/** The host has no tool for it. */
const missing = (section: string) => `@@ begin ${section}\n@@ end ${section} 127\n`;

/** Of a director that delivers what it was asked about; these topologies ask about nothing. */
export const deliveryFrames = frame('delivery4', 'local 192.168.0.0 dev lo') + missing('delivery6');

export function readFrames(host: FakeHost): string {
  const rules =
    host.differs && host.live === TRANSACTION ? '*mangle\n:LVS-CONSOLE - [0:0]\n-A LVS-CONSOLE -j DROP\nCOMMIT\n' : '';
  return [
    frame('status', statusText(host)),
    frame('addresses', addressText(host)),
    frame('policy-rules', '[]'),
    frame('routes', '[]'),
    frame('ipvs', host.ipvs),
    frame('ipvs-daemon', ''),
    frame('firewall', rules),
    ...['policy-rules6', 'routes6', 'firewall6', 'sets', 'nftables'].map(missing),
    frame('sysctls', ''),
    frame('modules', 'ip_vs'),
    frame('daemons', `heartbeat\t${host.isHeartbeatStopped ? 'stopped' : 'running'}\nldirectord\trunning`),
    frame('files', host.edited === undefined ? '' : `changed ${host.edited}`),
    frame('clock', `epoch=1\nuptime=1\nheartbeat=${host.held ?? (host.isActive ? 'all' : 'none')}`),
  ].join('');
}

export function factFrames(host: FakeHost): string {
  const tools = [
    'ip',
    'iptables',
    'iptables-save',
    'iptables-restore',
    'ipvsadm',
    'ldirectord',
    'heartbeat',
    'modprobe',
  ];
  return [
    frame('uname', `Linux ${host.name} 6.1`),
    frame('os-release', 'PRETTY_NAME="Debian"'),
    frame('tools', tools.map((tool) => `${tool}\t/x`).join('\n')),
    frame('modules', 'ip_vs\tyes'),
    frame('disk', ''),
    frame('writable', '/etc\tyes'),
    frame('addresses', addressText(host)),
    frame('clock', 'epoch=1'),
    frame('status', statusText(host)),
    frame('capabilities', 'iptables\tyes'),
    frame('boot', 'fallback\tyes'),
    frame('session', `user=root\nvia=ssh\nread_only=no\nclient=${host.connection}`),
  ].join('');
}

function statusText(host: FakeHost): string {
  return `version=${host.guardVersion}\nstate=${host.state}\ntx=${transactionNow(host)}\ngeneration=${host.generation}\nseconds_left=\nlive=${host.live}\nconfirmed=${host.confirmed}\nboot_id=b`;
}

function addressText({ isActive }: FakeHost): string {
  const held = (device: string, local: string) => ({
    ifname: device,
    addr_info: [{ family: 'inet', local, prefixlen: 24, scope: 'global' }],
  });
  return JSON.stringify(isActive ? [held('eth0', addresses.external), held('eth1', addresses.internal)] : []);
}
