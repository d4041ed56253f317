// The installer, run in a copy-on-write view of this machine: whole or not at all, again without harm, root only.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadGuardProgram } from './guard-program';
import { guardInstallScript } from './install-script';
import { runInView } from './test-view';

const program = loadGuardProgram();
const script = guardInstallScript(program.text);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvs-install-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The scripts lie at /whole, /cut and so on. */
const inView = (commands: string, files: Record<string, string> = {}) =>
  runInView(folder, commands, { whole: script, ...files });

describe('the installer', () => {
  it.each(['dash', 'busybox sh', 'bash --posix'])('installs under %s, prints the version, and again', (shell) => {
    const { stdout, stderr } = inView(`${shell} /whole && ${shell} -s < /whole && /usr/lib/lvs-console/guard version
      stat -c '%a %U %n' /usr/lib/lvs-console/guard /etc/lvs-console/policy /var/lib/lvs-console/releases /etc/systemd/system/lvs-console-boot.service
      readlink /etc/systemd/system/sysinit.target.wants/lvs-console-boot.service; ls -A /usr/lib/lvs-console`);
    expect(stderr).toBe('');
    expect(stdout).toBe(`guard ${program.version} installed
guard ${program.version} installed
${program.version}
755 root /usr/lib/lvs-console/guard
644 root /etc/lvs-console/policy
755 root /var/lib/lvs-console/releases
644 root /etc/systemd/system/lvs-console-boot.service
/etc/systemd/system/lvs-console-boot.service
guard
`);
  });

  it('installs exactly the text of the program', () => {
    expect(inView('sh /whole > /dev/null && cat /usr/lib/lvs-console/guard').stdout).toBe(program.text);
  });

  it('keeps a policy that is there', () => {
    expect(
      inView(
        'mkdir -p /etc/lvs-console; echo marks=1-9 > /etc/lvs-console/policy; sh /whole > /dev/null; cat /etc/lvs-console/policy',
      ).stdout,
    ).toBe('marks=1-9\n');
  });

  it('refuses everybody but root', () => {
    const { stdout, stderr } = inView(
      'chmod 644 /whole; setpriv --reuid=65534 --clear-groups sh /whole; echo $?; ls /usr/lib/lvs-console 2>&1',
    );
    expect(stderr).toContain('run this as root');
    expect(stdout).toMatch(/^1\nls: cannot access/);
  });

  it.each([0.2, 0.5, 0.9, 0.99])('does nothing when only %d of it arrives', (part) => {
    const { stdout } = inView('sh -s < /cut 2>/dev/null; ls /usr/lib/lvs-console /etc/lvs-console 2>/dev/null', {
      cut: script.slice(0, Math.floor(script.length * part)),
    });
    expect(stdout).toBe('');
  });

  it('refuses a guard that did not arrive whole', () => {
    const { stdout, stderr } = inView('sh /bent; ls -A /usr/lib/lvs-console', {
      bent: script.replace('LVS Console guard: changes', 'LVS Console guard: chances'),
    });
    expect(stderr).toContain('the guard did not arrive whole');
    expect(stdout).not.toMatch(/^guard$/m);
  });

  it('refuses to replace the guard while its timer may run', () => {
    const state = 'tx=1-000000aa\\ngeneration=1\\nstate=switched\\nend=1\\n';
    const { stderr } = inView(`sh /whole > /dev/null; printf '${state}' > /var/lib/lvs-console/tx; sh /whole`);
    expect(stderr).toContain('a deploy is open on this host');
  });
});

describe('the guard’s version', () => {
  it('names the text, and the installed text says it', () => {
    expect(program.version).toMatch(/^[0-9.]+\+[0-9a-f]{8}$/);
    expect(program.text).toContain(`\nGUARD_VERSION=${program.version}\n`);
    expect(program.text).toMatch(/^ROOT=''$/m);
  });

  it.each(['guard', 'installer'])('is a %s that shellcheck accepts', (which) => {
    const run = spawnSync(
      'shellcheck',
      ['-s', 'sh', '-e', which === 'guard' ? 'SC0000' : 'SC2015,SC2016,SC2317,SC3013', '-'],
      { input: which === 'guard' ? program.text : script, encoding: 'utf8' },
    );
    expect(run.stdout).toBe('');
  });
});
