// How a careful administrator puts the same six files on both directors without this console: an Ansible playbook, and a script of scp and ssh.
// Both check with the real programs before they put a file in place, and read the kernel back; neither has a timer or a way back.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Lab } from '../../lab/lab';

export const DIRECTORS = ['director1', 'director2'];
/** Of heartbeat with ldirectord: what a change of a group is written into, and what it travels with. */
export const SIX_FILES = [
  '/etc/ha.d/authkeys',
  '/etc/ha.d/ha.cf',
  '/etc/ha.d/haresources',
  '/etc/ha.d/ldirectord.cf',
  '/etc/lvs-console/rules.v4',
  '/etc/sysctl.d/90-lvs-console.conf',
];

/** `portOf`: of director 1 or 2, on 127.0.0.1, with whatever delay the line has. */
export type Target = { lab: Lab; portOf: (director: number) => number };
/** `change` puts the files of that number on both directors and answers the seconds it took; throws when it failed. */
export type Contender = { change: (count: number) => Promise<number>; close: () => Promise<void> };

const LIMIT_MS = 300_000;
const RULES = '/etc/lvs-console/rules.v4';
/** The port that tells one change from another; documentOf of the fault rig makes it. */
const portOfCount = (count: number) => String(8000 + count);

type Files = { folder: string; write: (count: number) => void };

/** The six files as they stand on the first director, beside each other; `write` makes the change that the console's deploy makes. */
async function fetchFiles({ lab }: Target): Promise<Files> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-bench-'));
  const texts = new Map<string, string>();
  for (const file of SIX_FILES) {
    const { code, stdout, stderr } = await lab.exec('director1', ['cat', file]);
    if (code !== 0) throw new Error(`${file}: ${stderr}`);
    texts.set(path.basename(file), stdout);
  }
  const write = (count: number) => {
    for (const [name, text] of texts) {
      const changed = text
        .replace(/--dports 80,\d+/, `--dports 80,${portOfCount(count)}`)
        .replaceAll(/(real=192\.168\.6\.3\S* masq )\d+/g, `$1${1 + (count % 9)}`);
      fs.writeFileSync(path.join(folder, name), changed, { mode: 0o600 });
    }
  };
  return { folder, write };
}

/** Ends in words when the program ends badly or not at all. */
async function run(program: string, argv: string[], env: Record<string, string>): Promise<number> {
  const started = performance.now();
  const child = spawn(program, argv, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 128));
  }).finally(() => clearTimeout(timer));
  if (code !== 0) throw new Error(`${program} ended with status ${code}:\n${said.slice(-3_000)}`);
  return (performance.now() - started) / 1000;
}

const SSH_OPTIONS = [
  'StrictHostKeyChecking=no',
  'UserKnownHostsFile=/dev/null',
  'LogLevel=ERROR',
  'IdentitiesOnly=yes',
];
const optionsOf = () => SSH_OPTIONS.flatMap((option) => ['-o', option]).join(' ');
const keyOf = ({ lab }: Target): string => lab.ssh['director1']?.keyFile ?? '';

/** 3 is what ldirectord says of a good file whose daemon does not run (LSB). */
const CHECK = `iptables-restore --test < DIR/rules.v4 && { ldirectord DIR/ldirectord.cf status > /dev/null 2>&1; [ $? -eq 0 ] || [ $? -eq 3 ] || [ $? -eq 1 ]; }`;
/** ldirectord runs on the active director only, and reads its file again when it is told to. */
const APPLY = `iptables-restore -n < ${RULES} && sysctl -q -p /etc/sysctl.d/90-lvs-console.conf && { p=$(cat /var/run/ldirectord.ldirectord.pid 2> /dev/null) && kill -HUP $p || :; }`;
/** Up to five seconds for ldirectord to follow. */
const VERIFY = `iptables-save -t mangle | grep -q 'dports 80,PORT ' || exit 1
[ -s /var/run/ldirectord.ldirectord.pid ] || exit 0
for try in 1 2 3 4 5 6 7 8 9 10; do ipvsadm -Ln | grep -q '192.168.6.3:.* WEIGHT ' && exit 0; sleep 0.5; done; exit 1`;

const verifyOf = (count: number) =>
  VERIFY.replace('PORT', portOfCount(count)).replace('WEIGHT', `Masq *${1 + (count % 9)}`);

/** Pipelining on, no facts gathered, both directors at once: as fast as a playbook gets without a plugin. */
export async function openAnsible(target: Target): Promise<Contender> {
  await bringPython(target);
  const { folder, write } = await fetchFiles(target);
  const hosts = DIRECTORS.map((director, at) => `${director} ansible_port=${target.portOf(at + 1)}`).join('\n');
  const variables = [
    'ansible_host=127.0.0.1',
    'ansible_user=root',
    `ansible_ssh_private_key_file=${keyOf(target)}`,
    'ansible_python_interpreter=/usr/bin/python3.11',
    `ansible_ssh_common_args=${optionsOf()}`,
  ].join('\n');
  fs.writeFileSync(path.join(folder, 'hosts'), `[pair]\n${hosts}\n[pair:vars]\n${variables}\n`);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-ansible-'));
  const change = async (count: number) => {
    write(count);
    fs.writeFileSync(path.join(folder, 'play.yml'), playbook(folder, count));
    const env = { HOME: home, ANSIBLE_PIPELINING: 'True', ANSIBLE_LOCALHOST_WARNING: 'False', LC_ALL: 'C.UTF-8' };
    return run('ansible-playbook', ['-i', path.join(folder, 'hosts'), path.join(folder, 'play.yml')], env);
  };
  return {
    change,
    close: async () => {
      for (const each of [folder, home]) fs.rmSync(each, { recursive: true, force: true });
    },
  };
}

function playbook(folder: string, count: number): string {
  const shell = (name: string, script: string) =>
    `    - name: ${name}\n      shell: |\n${script.replaceAll(/^/gm, '        ')}\n`;
  const copies = SIX_FILES.map((file) => {
    const name = path.basename(file);
    const validate = file === RULES ? '\n        validate: iptables-restore --test %s' : '';
    return `    - name: ${name}\n      copy:\n        src: ${path.join(folder, name)}\n        dest: ${file}\n        mode: "0600"${validate}\n`;
  });
  const status = `ldirectord /etc/ha.d/ldirectord.cf status > /dev/null 2>&1; r=$?; [ $r -eq 0 ] || [ $r -eq 3 ] || [ $r -eq 1 ]`;
  return [
    `- hosts: pair\n  gather_facts: false\n  tasks:\n`,
    ...copies,
    shell('check', status),
    shell('apply', APPLY),
    shell('verify', verifyOf(count)),
  ].join('');
}

/** The lab's directors have no Python, which Ansible's modules need: the host's own, which is the same Debian. */
async function bringPython({ lab }: Target): Promise<void> {
  const skip = ['test', '__pycache__', 'idlelib', 'lib2to3', 'tkinter', 'ensurepip', 'config-3.11-*', 'dist-packages'];
  const libraries = `ldd /usr/bin/python3.11 /usr/lib/python3.11/lib-dynload/*.so | awk '$3 ~ /^\\// { print $3 }' | sort -u | grep -E 'libexpat|libz|libffi|libssl|libcrypto|libbz2|liblzma|libuuid'`;
  for (const director of DIRECTORS) {
    const [program = '', ...argv] = lab.execArgv(director, ['tar', '-xz', '--skip-old-files', '-C', '/']);
    const send = `cd / && tar -czhf - ${skip.map((name) => `--exclude='${name}'`).join(' ')} usr/bin/python3.11 usr/lib/python3.11 $(${libraries} | sed s,^/,,) | ${[program, ...argv].map((word) => `'${word}'`).join(' ')}`;
    await run('sh', ['-c', send], {});
    const { code, stderr } = await lab.exec(director, [
      '/usr/bin/python3.11',
      '-c',
      'import json, zlib, hashlib, tempfile',
    ]);
    if (code !== 0) throw new Error(`${director} has no Python: ${stderr}`);
  }
}

/** One director after the other, a connection for each command: what a short script does. */
export async function openScpScript(target: Target): Promise<Contender> {
  const { folder, write } = await fetchFiles(target);
  const names = SIX_FILES.map((file) => path.basename(file)).join(' ');
  const moves = SIX_FILES.map((file) => `mv /run/new/${path.basename(file)} ${file}`).join(' && ');
  const change = async (count: number) => {
    write(count);
    const script = DIRECTORS.map((_, at) => {
      const port = target.portOf(at + 1);
      const ssh = `ssh -p ${port} -i ${keyOf(target)} ${optionsOf()} root@127.0.0.1`;
      const scp = `scp -q -P ${port} -i ${keyOf(target)} ${optionsOf()}`;
      return [
        `${ssh} 'mkdir -p /run/new'`,
        `(cd ${folder} && ${scp} ${names} root@127.0.0.1:/run/new/)`,
        `${ssh} '${CHECK.replaceAll('DIR', '/run/new')}'`,
        `${ssh} '${moves} && ${APPLY}'`,
        `${ssh} "$(cat <<'END'\n${verifyOf(count)}\nEND\n)"`,
      ].join('\n');
    }).join('\n');
    return run('bash', ['-ec', script], {});
  };
  return { change, close: async () => fs.rmSync(folder, { recursive: true, force: true }) };
}
