import { describe, expect, it } from 'vitest';
import { parseHostFacts } from './host-facts';
import { toObservedHost } from './observed-host';

const good = {
  status: 'version=1\nstate=idle\ntx=\ngeneration=0\nseconds_left=\nlive=origin\nconfirmed=origin\nboot_id=b\n',
  addresses: '[]\n',
  'policy-rules': '[]\n',
  routes: '[]\n',
  ipvs: '',
  'ipvs-daemon': '',
  firewall: '',
  sysctls: '',
  modules: 'ip_vs\n',
  daemons: 'heartbeat\tstopped\n',
};
const frames = (changes: Record<string, { status?: number; text?: string }> = {}) =>
  new Map(Object.entries(good).map(([section, text]) => [section, { status: 0, text, ...changes[section] }]));

describe('toObservedHost', () => {
  it('reads a bare host', () => {
    expect(toObservedHost(frames())).toMatchObject({
      problems: [],
      host: { ipvs: [], daemons: { heartbeat: 'stopped' } },
    });
  });

  it.each(Object.keys(good))('is no host at all when section %s failed or is missing', (section) => {
    expect(toObservedHost(frames({ [section]: { status: 1 } })).host).toBeUndefined();
    const missing = frames();
    missing.delete(section);
    expect(toObservedHost(missing).host).toBeUndefined();
  });

  it.each([
    ['firewall', '*mangle\n:PREROUTING ACCEPT [0:0]\n'],
    ['addresses', '{"half":'],
    ['ipvs', '-A -f 1 -s rr\n-a -f 1 -r\n'],
  ])('is no host when the text of %s is cut off', (section, text) => {
    const { host, problems } = toObservedHost(frames({ [section]: { text } }));
    expect(host).toBeUndefined();
    expect(problems).toHaveLength(1);
  });

  it('takes a failing ipvsadm for an empty table only when the module is not loaded', () => {
    const failing = { ipvs: { status: 255 }, 'ipvs-daemon': { status: 255 } };
    expect(toObservedHost(frames({ ...failing, modules: { text: 'ext4\n' } })).host?.ipvs).toEqual([]);
    expect(toObservedHost(frames(failing)).host).toBeUndefined();
  });
});

describe('parseHostFacts', () => {
  it('reads what a Debian director says', () => {
    const text = (section: string) =>
      ({
        uname: 'Linux director1 6.1.0-28 #1 Debian x86_64 GNU/Linux\n',
        'os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
        tools: 'ip\t/usr/sbin/ip\nipvsadm\t/usr/sbin/ipvsadm\n',
        'iptables-version': 'iptables v1.8.9 (legacy)\n',
        modules: 'ip_vs\tyes\nip_vs_mh\tno\n',
        disk: 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/root 900000 300000 540000 36% /\nFilesystem Inodes IUsed IFree IUse% Mounted on\n/dev/root 57600 12000 45600 21% /\n',
        writable: '/var/lib/lvs-console\tyes\n/etc\tyes\n',
        addresses:
          '[{"ifname":"eth0","addr_info":[{"family":"inet","local":"192.168.7.4","prefixlen":24,"scope":"global"}]}]\n',
      })[section];
    const sections = ['uname', 'os-release', 'tools', 'iptables-version', 'modules', 'disk', 'writable', 'addresses'];
    const facts = parseHostFacts(
      new Map(sections.map((section) => [section, { status: 0, text: text(section) ?? '' }])),
    );
    expect(facts).toMatchObject({
      render: { os: 'debian', iptablesVariant: 'legacy' },
      tools: ['ip', 'ipvsadm'],
      modules: { ip_vs: true, ip_vs_mh: false },
      freeKilobytes: 540_000,
      freeInodes: 45_600,
      isWritable: true,
      hostName: 'director1',
    });
    expect(facts.plain['Addresses']).toBe('192.168.7.4/24 eth0');
  });
});
