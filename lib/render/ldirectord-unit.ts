// The systemd unit of ldirectord for stack single, where no heartbeat starts it.
import { GENERATED, PATHS } from './owned-paths';

/** ldirectord names it after the file that it is given. */
const PID_FILE = '/run/ldirectord.ldirectord.cf.pid';

/**
 * It forks: in the foreground (\`-d\`) it writes no pid file, so its own \`status\` and \`reload\` would not find it. A stop is
 * its own verb, which empties the table before it returns. The packaged unit starts a second daemon over the same table.
 */
export function printLdirectordUnit(): string {
  return `${GENERATED}
[Unit]
Description=LVS Console: ldirectord of this director
After=network-online.target lvs-console-boot.service lvs-console-rules.service
Wants=network-online.target
Conflicts=ldirectord.service
ConditionPathExists=${PATHS.ldirectord}

[Service]
Type=forking
PIDFile=${PID_FILE}
ExecStart=/usr/sbin/ldirectord ${PATHS.ldirectord} start
ExecReload=/usr/sbin/ldirectord ${PATHS.ldirectord} reload
ExecStop=/usr/sbin/ldirectord ${PATHS.ldirectord} stop
KillMode=mixed
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
`;
}
