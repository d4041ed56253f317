// The part of the installer that decides who may log in for the console, and what such a login may do: the guard, nothing else.

/** How the console acts on a director: root by a forced command, or a user of its own that sudo lets start the guard. */
export type AccessForm = 'root' | 'sudo';
export type Access = {
  form: AccessForm;
  /** Who logs in; `root` for the form root. */
  user: string;
  /** Public halves, as lines of authorized_keys; comments are dropped. */
  deployKey: string;
  readKey: string;
};

const GUARD = '/usr/lib/lvs-console/guard';
const SUDOERS = '/etc/sudoers.d/lvs-console';
/** Root's, so that the user cannot authorize anybody else. */
const LOGIN_HOME = '/usr/lib/lvs-console/login';
const USER = /^[a-z_][a-z0-9_-]{0,30}$/;

/** The two command lines of a form; `restrict` leaves no terminal, no forwarding and no rc file. */
function authorizedKeys({ form, deployKey, readKey }: Access): string {
  const prefix = form === 'root' ? GUARD : `sudo -n ${GUARD}`;
  return [
    `restrict,command="${prefix} --ssh" ${keyOf(deployKey)} lvs-console-deploy`,
    `restrict,command="${prefix} --ssh --read-only" ${keyOf(readKey)} lvs-console-read`,
  ].join('\n');
}

/** Only these go into a text that root runs. */
function keyOf(line: string): string {
  const [, key] = /^(ssh-ed25519 [A-Za-z0-9+/]+={0,2})(?: |$)/.exec(line.trim()) ?? [];
  if (key === undefined) throw new Error('not the public half of an ed25519 key');
  return key;
}

/**
 * Exactly two commands, arguments included, without a pattern. What the client asked for comes in SSH_ORIGINAL_COMMAND, which the
 * guard reads as data. The defaults of the host that could break or record a release (terminal, input log) do not hold here.
 */
export function printSudoers(user: string): string {
  return `# LVS Console: user ${user} may start the guard as root, by these two command lines and no other.
Defaults:${user} env_reset, !setenv, env_keep = "SSH_ORIGINAL_COMMAND SSH_CONNECTION"
Defaults:${user} !requiretty, !use_pty, !log_input, !log_output
${user} ALL = (root) NOPASSWD: NOSETENV: ${GUARD} --ssh, ${GUARD} --ssh --read-only
`;
}

/** Shell text for the installer, after the guard is in place; uses its `fail`. */
export function printAccessScript(access: Access): string {
  if (!mayLogIn(access)) throw new Error(`not the user of the form ${access.form}: ${JSON.stringify(access.user)}`);
  return `keys=$(mktemp /run/lvs-console-keys.XXXXXX)
cat > "$keys" <<'LVS_CONSOLE_KEYS_END'
${authorizedKeys(access)}
LVS_CONSOLE_KEYS_END
root_home=$(awk -F: '$1 == "root" { print $6; exit }' /etc/passwd)
root_keys=\${root_home:-/root}/.ssh/authorized_keys
write_root_keys() { # FILE: the lines of root's authorized_keys that hold neither key, and those of FILE behind them
  mkdir -p "\${root_keys%/*}" && chmod 0700 "\${root_keys%/*}"
  [ -f "$root_keys" ] || : > "$root_keys"
  awk 'FNR == 1 { file++ } file == 1 { for (i = 1; i < NF; i++) if ($i == "ssh-ed25519") ours[$(i + 1)] = 1; next }
    { for (i = 1; i <= NF; i++) if ($i in ours) next; print }' "$keys" "$root_keys" > "$root_keys.lvs-console"
  cat "$1" >> "$root_keys.lvs-console"
  chmod 0600 "$root_keys.lvs-console"
  sync "$root_keys.lvs-console" 2>/dev/null || sync
  mv -f "$root_keys.lvs-console" "$root_keys"
}
${access.form === 'root' ? ROOT_FORM : sudoForm(access.user)}
rm -f "$keys"
`;
}

export function mayLogIn({ form, user }: Pick<Access, 'form' | 'user'>): boolean {
  return form === 'root' ? user === 'root' : user !== 'root' && USER.test(user);
}

/** What an earlier form left is taken away: one way in, not two. */
const ROOT_FORM = `write_root_keys "$keys"
rm -f ${SUDOERS} ${LOGIN_HOME}/.ssh/authorized_keys
echo 'the console logs in as root; its two keys may start the guard only'`;

function sudoForm(user: string): string {
  return `command -v sudo > /dev/null && command -v visudo > /dev/null || fail 'sudo is not installed on this host: install the package sudo, or choose the form root'
if id -u ${user} > /dev/null 2>&1; then
  [ "$(awk -F: '$1 == "${user}" { print $6 }' /etc/passwd)" = ${LOGIN_HOME} ] || fail 'user ${user} exists already and does not belong to the console: choose another name'
  [ "$(id -u ${user})" != 0 ] || fail 'user ${user} is root'
else
  useradd --system --user-group --home-dir ${LOGIN_HOME} --no-create-home --shell /bin/sh --comment 'LVS Console' ${user} || fail 'user ${user} could not be made'
fi
# No password at all: unlike a locked account, sshd without PAM lets it in by key.
usermod -p '*' -s /bin/sh ${user}
mkdir -p ${LOGIN_HOME}/.ssh
chown -R root:root ${LOGIN_HOME}
chmod 0755 ${LOGIN_HOME} ${LOGIN_HOME}/.ssh
cat > /etc/sudoers.d/.lvs-console.new <<'LVS_CONSOLE_SUDOERS_END'
${printSudoers(user)}LVS_CONSOLE_SUDOERS_END
chown root:root /etc/sudoers.d/.lvs-console.new
chmod 0440 /etc/sudoers.d/.lvs-console.new
visudo -cqf /etc/sudoers.d/.lvs-console.new || { rm -f /etc/sudoers.d/.lvs-console.new; fail 'visudo refuses the rule for ${user}'; }
mv -f /etc/sudoers.d/.lvs-console.new ${SUDOERS}
# The way the console will come, as that user: a later rule or a missing include shows here and not at the first deploy.
said=$(su -s /bin/sh ${user} -c "SSH_ORIGINAL_COMMAND='guard version' exec sudo -n ${GUARD} --ssh" 2>&1 < /dev/null) || :
[ "$said" = "$(${GUARD} version)" ] || { rm -f ${SUDOERS}; fail "sudo does not let ${user} start the guard (is /etc/sudoers.d included, does a later rule forbid it?): $said"; }
cat "$keys" > ${LOGIN_HOME}/.ssh/.new
chmod 0644 ${LOGIN_HOME}/.ssh/.new
mv -f ${LOGIN_HOME}/.ssh/.new ${LOGIN_HOME}/.ssh/authorized_keys
write_root_keys /dev/null
echo 'the console logs in as ${user}; its two keys may start the guard only, through sudo'`;
}
