// Releases for the guard's tests: the seed's director in small, with the mark as the only thing that usually differs.
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { printTar, type TarMember } from './test-tar';

export type TestRelease = Record<string, { content: string; mode?: string }>;

const LDIRECTORD_CF = `checktimeout=3
checkinterval=10
autoreload=no
logfile="/dev/null"
quiescent=no
virtual=MARK
	real=192.168.6.2 masq 1
	fallback=127.0.0.1 gate
	service=http
	checkport=80
	scheduler=rr
	protocol=fwm
`;

const RULES = `*mangle
:LVS-CONSOLE - [0:0]
-A LVS-CONSOLE -d 192.168.0.0/24 -i eth0 -p tcp -m multiport --dports 80,443 -m comment --comment "lvs:web" -j MARK --set-xmark 0xMARK/0xffffffff
COMMIT
*nat
:LVS-CONSOLE-NAT - [0:0]
-A LVS-CONSOLE-NAT -s 192.168.6.0/24 ! -d 192.168.6.0/24 -o eth0 -j MASQUERADE
COMMIT
`;

/** A complete release for this machine; `change` adds, replaces or (undefined) removes members. */
export function testRelease(
  mark: number,
  change: Record<string, string | undefined> = {},
  node = hostname(),
): TestRelease {
  const release: TestRelease = {
    'files/etc/ha.d/authkeys': { content: 'auth 1\n1 sha1 topsecret\n', mode: '0600' },
    'files/etc/ha.d/ha.cf': { content: `# from the console\nnode ${node}\nbcast lo\n` },
    'files/etc/ha.d/haresources': { content: `${node} ldirectord::ldirectord.cf IPaddr2::192.168.7.240/24/eth0\n` },
    'files/etc/ha.d/ldirectord.cf': { content: LDIRECTORD_CF.replace('MARK', String(mark)) },
    'files/etc/ha.d/resource.d/IPaddr2': { content: '#!/bin/sh\n', mode: '0755' },
    'files/etc/ha.d/resource.d/ldirectord': { content: '#!/bin/sh\n', mode: '0755' },
    'files/etc/sysctl.d/90-lvs-console.conf': { content: 'net.ipv4.ip_forward=1\n' },
    'intent/modules': { content: 'ip_vs\n' },
    'intent/sysctl': { content: 'net.ipv4.ip_forward=1\n' },
    'intent/rules.v4': { content: RULES.replace('0xMARK', `0x${mark.toString(16)}`) },
    'intent/jumps': { content: 'mangle PREROUTING LVS-CONSOLE\nnat POSTROUTING LVS-CONSOLE-NAT\n' },
    'intent/policy-rules': { content: `100 eth0 0x${mark.toString(16)} 100\n` },
    'intent/routes': { content: 'local default 100 lo\nunreachable 192.168.0.0/24 main\n' },
    'intent/ipvs': { content: `-A -f ${mark} -s rr\n-a -f ${mark} -r 192.168.6.2:0 -m -w 1\n` },
    'intent/daemon': { content: 'none\n' },
    'intent/meta': { content: 'stack=heartbeat\n' },
  };
  for (const [name, content] of Object.entries(change)) {
    if (content === undefined) Reflect.deleteProperty(release, name);
    else release[name] = { ...release[name], content };
  }
  return release;
}

export function manifestOf(release: TestRelease): string {
  return Object.entries(release)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { content, mode }]) =>
        `${createHash('sha256').update(content).digest('hex')} ${mode ?? '0644'} ${name}\n`,
    )
    .join('');
}

export function releaseMembers(release: TestRelease): TarMember[] {
  const files = Object.entries(release).map(([name, { content }]) => ({ name, content }));
  return [{ name: 'MANIFEST', content: manifestOf(release) }, ...files];
}

export function releaseTar(release: TestRelease): Buffer {
  return printTar(releaseMembers(release));
}
