// A root folder and a network namespace of its own in which the real guard runs with real iptables, ip, tar and files.
// Only what cannot run here is a stand-in: ipvsadm and modprobe (no IPVS in this kernel), systemctl and systemd-run (no systemd).
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';

export type Outcome = {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  ms: number;
};
export type RunOptions = { input?: Buffer | string | undefined; env?: Record<string, string> };
export type Sandbox = {
  root: string;
  guard: (args: string[], options?: RunOptions) => Promise<Outcome>;
  run: (argv: string[], options?: RunOptions) => Promise<Outcome>;
  /** Everything a rollback must bring back: files, links, rules, policy rules, routes, sysctls. */
  picture: () => Promise<string>;
  tree: () => Promise<string>;
  status: () => Promise<Record<string, string>>;
  calls: () => string;
  close: () => void;
};

/** Names whose calls are counted when a test kills the guard at its Nth command. */
const COUNTED =
  'awk chmod cp head ip ip6tables-restore ip6tables-save ipset iptables-restore iptables-save ln mkdir mv nft readlink rm rmdir sha256sum sync tar'.split(
    ' ',
  );

/** Under `busybox sh` these are busybox's own too, as on a small distribution. */
const BUSYBOX =
  'awk chmod cp date df head ln ls mkdir mv readlink rm rmdir setsid sha256sum sleep tar timeout uname'.split(' ');

const STAND_INS: Record<string, string> = {
  systemctl: 'for t; do :; done; case "$*" in *"stop "*.timer) rm -f "ROOT/run/systemd/transient/$t" ;; esac',
  'systemd-run':
    'case "$*" in *--scope*) while case $1 in --*) true ;; *) false ;; esac; do shift; done; exec "$@" ;; esac; for a; do case $a in --unit=*) mkdir -p ROOT/run/systemd/transient; : > "ROOT/run/systemd/transient/${a#--unit=}.timer" ;; esac; done',
  ipvsadm: 'case $1 in -Sn) [ ! -f ROOT/ipvs ] || cat ROOT/ipvs ;; -R) cat >> ROOT/ipvs ;; esac',
  modprobe: ':',
  sync: ':', // the disk of a busy machine takes its time; that the guard syncs in the right places is proven by power cuts in the lab
  ldirectord: 'exit 3',
  keepalived: '',
};

/** SHIM_KILL=before:N or after:N kills the guard's whole process group at its Nth counted command; SHIM_TRACE=1 writes them down. */
const COUNTING = `#!/bin/sh
[ -z "\${SHIM_TRACE:-}" ] || echo "$(basename "$0") $*" >> ROOT/trace
read -r n 2>/dev/null < ROOT/count || n=0
n=$((n + 1))
echo "$n" > ROOT/count
[ "\${SHIM_KILL:-}" != "before:$n" ] || { : > ROOT/killed; kill -KILL 0; }
if [ "\${SHIM_KILL:-}" = "after:$n" ]; then "REAL" "$@"; : > ROOT/killed; kill -KILL 0; fi
exec "REAL" "$@"
`;

/** A daemon that lives as long as its pid file; systemctl waits for it to end, as the real one does. */
const SYSTEMCTL = `for unit; do :; done
name=\${unit%.service} name=\${name#lvs-console-}
pid=ROOT/run/$name.pid conf=ROOT/etc/$name/$name.conf
case $name in ldirectord) pid=ROOT/run/ldirectord.ldirectord.cf.pid conf=ROOT/etc/ha.d/ldirectord.cf ;; heartbeat) conf=ROOT/etc/ha.d/ha.cf ;; esac
case $* in
  *"stop "*.timer) rm -f "ROOT/run/systemd/transient/$unit" ;;
  "stop "*) echo "$name stops by $(sha256sum < $conf | cut -c1-8)" >> ROOT/calls; read -r p < $pid && kill "$p"; rm -f $pid ;;
  "restart "*) "$0" stop "$unit"; "$0" start "$unit" ;;
  "start "*)
    setsid env --default-signal=HUP sh -c 'note() { echo "$1 $2 by $(sha256sum < $3 | cut -c1-8)" >> ROOT/calls; }; trap "note $0 reads $1" HUP; note $0 starts $1; while [ -d ROOT/run ]; do sleep 0.1; done' $name $conf > /dev/null 2>&1 < /dev/null &
    echo $! > $pid ;;
esac`;

const SET_UP = `mount -t sysfs sysfs /sys
ip link set lo up
ip link add eth0 type veth peer name peer0
ip link set eth0 addrgenmode none
ip link set peer0 addrgenmode none
ip link set eth0 up
ip address add 192.168.7.4/24 dev eth0
ip address add 2001:db8:7::4/64 dev eth0 nodad
ip link set peer0 up
ip route add 10.9.0.0/16 via 192.168.7.1
ip rule add priority 50 fwmark 0x77 lookup 77
iptables -t mangle -A PREROUTING -p udp --dport 9 -j ACCEPT
iptables -t mangle -A PREROUTING -p udp --dport 10 -m comment --comment "not ours" -j MARK --set-mark 0x77
iptables -A INPUT -p tcp --dport 22 -j ACCEPT
iptables -t nat -A POSTROUTING -s 10.9.0.0/16 -j MASQUERADE
ip -6 rule add priority 50 fwmark 0x77 lookup 77
ip6tables -t mangle -A PREROUTING -p udp --dport 9 -j ACCEPT
ipset create foreign hash:ip
nft add table inet foreign
echo ready
exec cat > /dev/null`;

export type SandboxOptions = {
  /** `dash`, `busybox sh`, `bash --posix`. */
  shell: string;
  /** Size of a tmpfs over the whole root, or over var/lib only (then hard links from /etc fail). */
  tmpfs?: { at: '' | 'var/lib'; options: string };
  /** Use the counting shims in front of the real tools. */
  counted?: boolean;
  /** The real ldirectord takes a quarter of a second a check; tests that are not about it say yes to everything at once. */
  realLdirectord?: boolean;
  realKeepalived?: boolean;
  systemd?: boolean;
  /** `systemctl` starts and stops daemons that leave a pid file, and note in `calls` what they are told and which file they read. */
  daemons?: boolean;
  /** Tools that this host does not have. */
  without?: string[];
};

export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const root = mkdtempSync(path.join(tmpdir(), 'lvs-guard-'));
  const holder = spawn('unshare', ['-n', '-m', 'sh', '-c', `${mountCommand(root, options)}\n${SET_UP}`], {
    stdio: ['pipe', 'pipe', 'inherit'], // it ends with its standard input, so also when the runner is killed
  });
  await firstOutput(holder);
  const enter = ['-t', String(holder.pid), '-n', '-m', '--'];
  const run = (argv: string[], how: RunOptions = {}) => runProcess('nsenter', [...enter, ...argv], how);
  await run(['sh', '-c', `mkdir -p ${FOLDERS.map((f) => `${root}/${f}`).join(' ')}`]);
  // Through the namespace: a tmpfs over the root is visible only there.
  const put = (file: string, text: string) =>
    run(['sh', '-c', `cat > ${root}/${file} && chmod 755 ${root}/${file}`], { input: text });
  await put('usr/lib/lvs-console/guard', guardText(root, options));
  if (options.without) await run(['sh', '-c', hideTools(root, options.without)]);
  for (const [name, body] of standIns(options)) await put(`shims/${name}`, body.replaceAll('ROOT', root));
  if (options.systemd ?? true) await run(['mkdir', '-p', `${root}/run/systemd/system`]);
  await run(['touch', `${root}/lib/systemd/system/heartbeat.service`]);
  return sandboxOf(root, holder, run, options.shell);
}

const FOLDERS =
  'etc/ha.d/resource.d etc/init.d etc/keepalived etc/lvs-console run var/lib usr/lib/lvs-console shims lib/systemd/system'.split(
    ' ',
  );

function mountCommand(root: string, { tmpfs }: SandboxOptions): string {
  if (!tmpfs) return '';
  const at = path.join(root, tmpfs.at);
  return `mkdir -p ${at}; mount -t tmpfs -o ${tmpfs.options} tmpfs ${at}`;
}

function guardText(root: string, { without }: SandboxOptions): string {
  const tools = without ? `${root}/tools` : '/usr/sbin:/usr/bin:/sbin:/bin';
  return readFileSync(path.join(import.meta.dirname, 'guard.sh'), 'utf8')
    .replace(/^ROOT=''$/m, `ROOT=${root}`)
    .replaceAll('/proc/net/ip_vs ', `${root}/ip_vs `)
    .replace(/^PATH=.*$/m, `PATH=${root}/shims:${tools}`);
}

/** A folder with every tool of this machine but these. */
function hideTools(root: string, names: string[]): string {
  const hidden = names.map((name) => `${root}/tools/${name}`).join(' ');
  return `mkdir ${root}/tools && ln -s /usr/bin/* ${root}/tools/ && ln -sf /usr/sbin/* ${root}/tools/ && rm -f ${hidden}`;
}

function standIns({ counted, shell, realLdirectord, realKeepalived, daemons }: SandboxOptions): [string, string][] {
  const real = [...(realLdirectord ? ['ldirectord'] : []), ...(realKeepalived ? ['keepalived'] : [])];
  const fixed = Object.entries(STAND_INS)
    .filter(([name]) => !real.includes(name))
    .map(([name, body]): [string, string] => [name, daemons && name === 'systemctl' ? SYSTEMCTL : body])
    .map(([name, body]): [string, string] => [name, `#!/bin/sh\necho "${name} $*" >> ROOT/calls\n${body}\n`]);
  const busybox = BUSYBOX.map((name): [string, string] => [name, `#!/bin/sh\nexec busybox ${name} "$@"\n`]);
  if (!counted) return shell.startsWith('busybox') ? [...fixed, ...busybox] : fixed;
  const counting = COUNTED.map((name): [string, string] => [
    name,
    COUNTING.replaceAll('REAL', name === 'sync' ? '/bin/true' : realPath(name)),
  ]);
  return [...fixed, ...counting];
}

function realPath(name: string): string {
  const folder = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].find((f) => existsExecutable(`${f}/${name}`));
  if (folder === undefined) throw new Error(`${name} is missing: run the bootstrap`);
  return `${folder}/${name}`;
}

function existsExecutable(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

function sandboxOf(root: string, holder: ChildProcess, run: Sandbox['run'], shell: string): Sandbox {
  const guard: Sandbox['guard'] = (args, how) =>
    run([...shell.split(' '), `${root}/usr/lib/lvs-console/guard`, ...args], how);
  const text = async (command: string) => (await run(['sh', '-c', command])).stdout;
  const tree = () =>
    text(`cd ${root} && find etc usr -printf '%y %m %p %l\\n' | sort; find etc usr -type f | sort | xargs sha256sum`);
  const kernel = () =>
    text(
      `for t in iptables ip6tables; do $t-save | grep -v '^#' | sed 's/ \\[[0-9:]*\\]$//'; done
       ipset save | sed 's/ hashsize.*//' | sort; nft list tables | grep inet | while read -r _ f t; do nft -s list table $f $t; done
       ip -o addr | sed 's/ *valid_lft.*//'; for f in 4 6; do ip -$f rule | sort; ip -$f route show table all; done; cat /proc/sys/net/ipv4/ip_forward`,
    );
  return {
    root,
    guard,
    run,
    tree,
    picture: async () => `${await tree()}${await kernel()}`,
    status: async () =>
      Object.fromEntries(
        (await guard(['status'])).stdout
          .split('\n')
          .filter(Boolean)
          .map((l) => l.split('=', 2) as [string, string]),
      ),
    calls: () => readFileSync(path.join(root, 'calls'), 'utf8'),
    close: () => {
      holder.kill('SIGKILL');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function firstOutput(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => {
      resolve();
    });
    child.once('exit', (code) => {
      reject(new Error(`the namespace did not start: ${String(code)}`));
    });
  });
}

function runProcess(command: string, args: string[], { input, env }: RunOptions): Promise<Outcome> {
  const started = performance.now();
  const child = spawn(command, args, { detached: true, env: { ...process.env, ...env } });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined); // a guard that refuses does not read its input
  child.stdin.end(input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({
        code,
        signal,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
        ms: performance.now() - started,
      });
    });
  });
}

/** stage, check and arm; throws with the guard's words when one refuses. */
export async function armRelease(
  box: Sandbox,
  tx: string,
  generation: number,
  tar: Buffer,
  seconds = 600,
): Promise<void> {
  for (const [args, input] of [
    [['stage', tx, String(generation)], tar],
    [['check', tx], undefined],
    [['arm', tx, String(generation), String(seconds)], undefined],
  ] as const) {
    const { code, stderr } = await box.guard([...args], { input });
    if (code !== 0) throw new Error(`guard ${args.join(' ')}: exit ${String(code)}: ${stderr}`);
  }
}

/** What opens sandboxes in a test file; each is closed after its test. */
export function keepSandboxes(): (options: SandboxOptions) => Promise<Sandbox> {
  const boxes: Sandbox[] = [];
  afterEach(() => {
    for (const box of boxes.splice(0)) box.close();
  });
  return async (options) => {
    const box = await openSandbox(options);
    boxes.push(box);
    return box;
  };
}
