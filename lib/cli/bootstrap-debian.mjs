// Debian packages that the lab and the tests need; installed with apt-get as root or through sudo. Node built-ins only.
import { spawnSync } from 'node:child_process';
import { runQuietly, step } from './bootstrap-step.mjs';

const packages = {
  lab: ['user-mode-linux', 'mmdebstrap', 'socat', 'iproute2', 'e2fsprogs', 'openssh-client', 'procps', 'curl'],
  tests: [
    'chromium',
    'fonts-dejavu',
    'shellcheck',
    'busybox',
    'dash',
    'iptables',
    'nftables',
    'ipset',
    'iproute2',
    'python3',
    'ipvsadm',
    'ldirectord',
    'keepalived',
    'ifupdown',
    'util-linux',
    'kmod',
    'sudo',
    'openssh-server',
  ],
  /** What the lab's fast kernel is compiled with. */
  kernel: ['gcc', 'make', 'flex', 'bison', 'bc', 'libc6-dev', 'xz-utils', 'patch', 'kmod', 'util-linux'],
  /** What this console is compared with. */
  compared: ['ansible-core', 'openssh-client', 'python3', 'mawk'],
};

const isInstalled = (name) =>
  spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' }).stdout?.includes(
    'install ok installed',
  ) ?? false;

/** `what` is `lab`, `tests`, `kernel` or `compared`. In the demo a missing lab is not fatal: the demo itself says which part is missing. */
export async function ensureDebianPackages(what) {
  const missing = packages[what].filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  try {
    await step(`Debian packages for the ${what} (${missing.join(' ')})`, () => install(missing));
  } catch (error) {
    if (what !== 'lab') throw error;
    process.stderr.write(`  could not install: ${error.message.split('\n')[0]}\n`);
  }
}

async function install(missing) {
  const prefix = process.getuid() === 0 ? [] : ['sudo', '-n'];
  const apt = async (...args) => {
    const [program, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    await runQuietly(program, rest);
  };
  await apt('update', '-qq');
  await apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
}
