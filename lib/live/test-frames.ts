// For tests: an answer of `guard read` as a lab director gives it, with the sections that a test changes.
import type { GuardFrame } from '../parse/guard-frames';

const HEADER =
  'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n';
const STATS =
  'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n  -> RemoteAddress:Port\n';
const TEXTS: Record<string, string> = {
  status:
    'version=1\nstate=confirmed\nstep=\ntx=3-aaaaaaaa\ngeneration=3\nseconds_left=\nlive=3-aaaaaaaa\nconfirmed=3-aaaaaaaa\nboot_id=b\n',
  addresses:
    '[{"ifname":"eth0","addr_info":[{"family":"inet","local":"192.168.7.4","prefixlen":24,"scope":"global"},{"family":"inet","local":"192.168.7.240","prefixlen":24,"scope":"global"}]},{"ifname":"eth1","addr_info":[{"family":"inet","local":"192.168.6.240","prefixlen":24,"scope":"global"}]}]\n',
  'policy-rules': '[]\n',
  routes: '[]\n',
  ipvs: '-A -f 1 -s rr\n-a -f 1 -r 192.168.6.2:0 -m -w 1\n',
  'ipvs-list': `${HEADER}FWM  1 rr\n  -> 192.168.6.2:0                Masq    1      3          12        \n`,
  'ipvs-stats': `${STATS}FWM  1                                  15       90       80     9000    80000\n`,
  'ipvs-rate': `${STATS.replace('Conns', 'CPS')}FWM  1                                   1        9        8      900     8000\n`,
  'ipvs-daemon': 'master sync daemon (mcast=eth1, syncid=240)\n',
  firewall: `*mangle
:PREROUTING ACCEPT [1:60]
:LVS-CONSOLE - [0:0]
[7:420] -A PREROUTING -m comment --comment lvs-console -j LVS-CONSOLE
[2:120] -A PREROUTING -s 203.0.113.77/32 -j MARK --set-xmark 0x4000/0x4000
[5:300] -A LVS-CONSOLE -d 192.168.0.0/24 -i eth0 -m comment --comment "lvs:everything" -j MARK --set-xmark 0x1/0xffffffff
COMMIT
`,
  nftables: '{"nftables": []}\n',
  sets: '',
  'mangle-list': 'Chain PREROUTING\n',
  'nat-list': 'Chain POSTROUTING\n',
  sysctls: 'net.ipv4.ip_forward=1\n',
  modules: 'ip_vs\nip_vs_rr\n',
  clock: 'epoch=1795464000\nuptime=93784\nboot_id=b\nkernel=6.1.0-41-amd64\nheartbeat=all\n',
  daemons: 'heartbeat\trunning\nldirectord\trunning\nkeepalived\tstopped\n',
  files: '',
};

export function liveFrames(changes: Record<string, Partial<GuardFrame>> = {}): Map<string, GuardFrame> {
  return new Map(Object.entries(TEXTS).map(([section, text]) => [section, { status: 0, text, ...changes[section] }]));
}
