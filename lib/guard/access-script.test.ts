// Who may log in after the installer, and what that login may do: real sshd, sudo and visudo in a copy-on-write view of this machine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { printSudoers, type Access } from './access-script';
import { loadGuardProgram } from './guard-program';
import { guardInstallScript } from './install-script';
import { runInView } from './test-view';

const program = loadGuardProgram();
const keys = mkdtempSync(path.join(tmpdir(), 'lvs-keys-'));
const textOf = (name: string) => readFileSync(path.join(keys, name), 'utf8').trim();
let folder: string;

beforeAll(() => {
  for (const name of ['deploy', 'read', 'other'])
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path.join(keys, name)]);
});
afterAll(() => rmSync(keys, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvs-access-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const accessOf = (form: Access['form'], user: string): Access => ({
  ...{ form, user },
  deployKey: textOf('deploy.pub'),
  readKey: textOf('read.pub'),
});

/** `as KEY USER WORDS...`: a login over the network; every answer ends with its exit status. */
const SSHD = `ssh-keygen -q -t ed25519 -N '' -f /hostkey; mkdir -p /run/sshd
printf 'HostKey /hostkey\\nUsePAM no\\nPasswordAuthentication no\\nPermitRootLogin forced-commands-only\\n' > /sshd.conf
/usr/sbin/sshd -f /sshd.conf -p 22 -o PidFile=/run/sshd.pid
until [ -s /run/sshd.pid ]; do sleep 0.1; done # written once it listens
as() { key=$1 user=$2; shift 2
  ssh -F none -i "/$key" -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p 22 "$user@127.0.0.1" -- "$*" 2>&1; echo "= $?"; }
`;

function inView(commands: string, access: Access, more: Record<string, string> = {}) {
  const files = { ...more, deploy: textOf('deploy'), read: textOf('read'), other: textOf('other') };
  const install = guardInstallScript(program.text, access);
  const { stdout, stderr } = runInView(
    folder,
    `rm -rf /root/.ssh; sed -i '/^lvs-console:/d' /etc/passwd /etc/shadow /etc/group /etc/gshadow; sh /install || exit; ${SSHD}\n${commands}\nkill "$(cat /run/sshd.pid)"`,
    { ...files, install },
  );
  return `${stdout}${stderr}`;
}

const forms: [Access['form'], string][] = [
  ['root', 'root'],
  ['sudo', 'lvs-console'],
];

describe.each(forms)('form %s, user %s', (form, user) => {
  it('lets the deploying key run the guard as root, and the reading key only read', () => {
    const said = inView(
      `as deploy ${user} /usr/lib/lvs-console/guard version
as deploy ${user} /usr/lib/lvs-console/guard session
as read ${user} guard session
as deploy ${user} guard abort 1-aaaaaaaa 1
as read ${user} guard abort 1-aaaaaaaa 1
as read ${user} guard stage 1-aaaaaaaa 1 < /dev/zero
as read ${user} guard status | grep -e state= -e '= '
echo 192.0.2.1 192.0.2.2 lo 1 | as read ${user} guard delivery | sed -n '1p;$p'
as read ${user} guard read addresses then abort 1-aaaaaaaa 1 | tail -n 2
as read ${user} guard status then switch 1-aaaaaaaa 1 | tail -n 2`,
      accessOf(form, user),
    );
    expect(said).toMatch(
      new RegExp(
        [
          `^the console logs in as ${user}.*`,
          'guard \\S+ installed',
          program.version.replace(/[.+]/g, '\\$&'),
          '= 0',
          `user=${user}`,
          'via=ssh',
          'read_only=no',
          'client=127.0.0.1 [0-9]+ 127.0.0.1 22',
          '= 0',
          `user=${user}`,
          'via=ssh',
          'read_only=yes',
          'client=127.0.0.1 [0-9]+ 127.0.0.1 22',
          '= 0',
          'guard: transaction 1-aaaaaaaa is not open here \\(open: none\\)',
          '= 14',
          'guard: this key may only read, abort changes something',
          '= 15',
          'guard: this key may only read, stage changes something',
          '= 15',
          'state=idle',
          '= 0',
          '@@ begin delivery4',
          '= 0',
          'guard: abort cannot be part of a sequence',
          '= 2',
          'guard: this key may only read, switch changes something',
          '= 15\n$',
        ].join('\n'),
      ),
    );
  });

  const hostile = [
    ...['id', '/bin/sh', 'guard version; id', 'guard $(id)', 'guard `id`', 'guard version && id', 'guard version | id'],
    ...[
      'sudo -n id',
      'sudo -n -s guard',
      'sudo guard version',
      'guard --ssh version',
      "guard 'version'",
      'guard version\nid',
    ],
    ...[
      'scp -t /etc',
      'internal-sftp',
      'guard * version',
      'guardian version',
      'guard boot',
      'guard apply origin',
      'guard apply 1-aaaaaaaa',
    ],
  ];
  const traversal = [
    'stage ../../x-aaaaaaaa 1',
    'check ../../etc',
    'rollback 1-../../aa',
    'abort 1-aaaaaaaa/../.. 1',
    '../../bin/id',
  ];

  it('runs nothing else, whatever the client asks for', () => {
    const words = [...hostile, ...traversal.map((each) => `guard ${each}`)];
    const files = Object.fromEntries(words.map((each, at) => [`words${at}`, each]));
    const said = inView(
      `for i in $(seq 0 ${words.length - 1}); do as deploy ${user} "$(cat /words$i)" < /dev/null | tail -n 1; done
       for k in deploy read; do echo put /etc/passwd /etc/x | sftp -q -b - -F none -i /$k -o StrictHostKeyChecking=no ${user}@127.0.0.1 > /dev/null 2>&1; echo "sftp $?"; done
       ssh -F none -i /deploy -o StrictHostKeyChecking=no -o ExitOnForwardFailure=yes -R 9999:127.0.0.1:22 ${user}@127.0.0.1 guard version 2>&1 | tail -n 1 | cut -c1-40
       ls -A /var/lib/lvs-console /etc/x 2>&1`,
      accessOf(form, user),
      files,
    );
    expect(said.split('\n').slice(2)).toEqual([
      ...hostile.map(() => '= 15'),
      ...traversal.map(() => '= 2'),
      ...['sftp 255', 'sftp 255'],
      'Error: remote port forwarding failed for',
      "ls: cannot access '/etc/x': No such file or directory",
      '/var/lib/lvs-console:',
      'releases',
      '',
    ]);
  });
});

describe('form sudo', () => {
  it('has a rule that visudo accepts, for two command lines and without a pattern', () => {
    const file = path.join(keys, 'sudoers');
    writeFileSync(file, printSudoers('lvs-console'), { mode: 0o440 });
    expect(spawnSync('visudo', ['-cf', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(printSudoers('lvs-console')).not.toMatch(/[*?[\]]|\bALL\b(?! = )|SETENV(?<!NOSETENV)/);
  });

  it('gives the user no other command, no variable, no word of its own, and no file to change', () => {
    const said = inView(
      `try() { su -s /bin/sh lvs-console -c "$1" > /out 2>&1 < /dev/null; echo "$? $(tail -n 1 /out | cut -c1-60)"; }
       G=/usr/lib/lvs-console/guard
       try "SSH_ORIGINAL_COMMAND='guard version' sudo -n $G --ssh"
       for bad in id "$G" "$G version" "$G status" "$G --ssh version" "$G --ssh --read-only status" "-u root sh" "-s" "-e /etc/sudoers" "PATH=/tmp $G --ssh" "LD_PRELOAD=/tmp/x $G --ssh" "-E $G --ssh"; do
         try "SSH_ORIGINAL_COMMAND='guard version' sudo -n $bad"; done
       su -s /bin/sh lvs-console -c 'find / -xdev \\( -path /proc -o -path /tmp -o -path /run -o -path /dev -o -path /var/tmp -o -path /var/lock \\) -prune -o -path "*lvs-console*" -writable -print 2>/dev/null'
       su -s /bin/sh lvs-console -c 'cat /etc/sudoers.d/lvs-console' 2>&1 | cut -c1-60
       stat -c '%a %U %n' /etc/sudoers.d/lvs-console /usr/lib/lvs-console /usr/lib/lvs-console/login/.ssh /usr/lib/lvs-console/login/.ssh/authorized_keys
       awk -F: '$1 == "lvs-console" { print $2 }' /etc/shadow; ls -A /etc/sudoers.d`,
      accessOf('sudo', 'lvs-console'),
    );
    const asked = Array<string>(9).fill('1 sudo: a password is required');
    expect(said.split('\n').slice(2)).toEqual([
      `0 ${program.version}`,
      ...asked,
      '1 sudo: sorry, you are not allowed to set the following enviro',
      '1 sudo: sorry, you are not allowed to set the following enviro',
      '1 sudo: sorry, you are not allowed to preserve the environment',
      'cat: /etc/sudoers.d/lvs-console: Permission denied',
      '440 root /etc/sudoers.d/lvs-console',
      '755 root /usr/lib/lvs-console',
      '755 root /usr/lib/lvs-console/login/.ssh',
      '644 root /usr/lib/lvs-console/login/.ssh/authorized_keys',
      ...['*', 'README', 'lvs-console', ''],
    ]);
  });

  it('is refused by the installer when sudo would not let the user through, and leaves no rule behind', () => {
    const said = inView(
      `echo 'lvs-console ALL = (ALL) PASSWD: ALL' > /etc/sudoers.d/zz; chmod 440 /etc/sudoers.d/zz; sh /install 2>&1; echo "= $?"; ls -A /etc/sudoers.d
       rm /etc/sudoers.d/zz; rm -f /usr/sbin/visudo /usr/bin/sudo; sh /install 2>&1 | cut -c1-49`,
      accessOf('sudo', 'lvs-console'),
    );
    expect(said.split('\n').slice(2)).toEqual([
      'not installed: sudo does not let lvs-console start the guard (is /etc/sudoers.d included, does a later rule forbid it?): sudo: a password is required',
      ...['= 1', 'README', 'zz', 'not installed: sudo is not installed on this host', ''],
    ]);
  });

  it('takes the console out of root’s keys, and the form root takes the rule and the user’s keys away', () => {
    const foreign = textOf('other.pub');
    const said = inView(
      `mkdir -p /root/.ssh; { cat /foreign /plain; } > /root/.ssh/authorized_keys; sh /install > /dev/null; cat /root/.ssh/authorized_keys
       sh /root-form > /dev/null; cut -d' ' -f1-3 /root/.ssh/authorized_keys; sh /root-form > /dev/null; wc -l < /root/.ssh/authorized_keys
       stat -c %a /root/.ssh/authorized_keys; ls -A /etc/sudoers.d /usr/lib/lvs-console/login/.ssh`,
      accessOf('sudo', 'lvs-console'),
      {
        ...{ foreign, plain: textOf('deploy.pub') },
        'root-form': guardInstallScript(program.text, accessOf('root', 'root')),
      },
    );
    expect(said.split('\n').slice(2)).toEqual([
      foreign,
      foreign.split(' ').slice(0, 3).join(' '),
      ...[
        'restrict,command="/usr/lib/lvs-console/guard --ssh" ssh-ed25519',
        'restrict,command="/usr/lib/lvs-console/guard --ssh --read-only"',
      ],
      ...['3', '600', '/etc/sudoers.d:', 'README', '', '/usr/lib/lvs-console/login/.ssh:', ''],
    ]);
  });

  it.each([
    ['sudo', 'root'],
    ['sudo', 'a b'],
    ['sudo', 'x;id'],
    ['sudo', 'ALL'],
    ['root', 'admin'],
  ] as const)('is not written for form %s and user %j', (form, user) => {
    expect(() => guardInstallScript(program.text, accessOf(form, user))).toThrow();
  });

  it.each(['ssh-rsa AAAA', 'ssh-ed25519 AAAA\nid', 'ssh-ed25519', "ssh-ed25519 A'A"])(
    'takes no key %j',
    (deployKey) => {
      expect(() => guardInstallScript(program.text, { ...accessOf('root', 'root'), deployKey })).toThrow('public half');
    },
  );

  it.each(forms)('has an installer for form %s that shellcheck accepts', (form, user) => {
    const input = guardInstallScript(program.text, accessOf(form, user));
    const { stdout } = spawnSync('shellcheck', ['-s', 'sh', '-e', 'SC2015,SC2016,SC2317,SC3013', '-'], {
      input,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  });
});
