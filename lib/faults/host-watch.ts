// Invariants 2 and 7 in every cell, seen on the director itself: an eye that needs neither console nor network, from before the deploy until after it.
import type { Broken } from './invariants';
import { DIRECTORS, type Rig } from './rig';

const LOG = '/run/lvs-watch.log';
const PID = '/run/lvs-watch.pid';
/** No cell lasts so long; the race of 1,000 confirmations is not watched to its end. */
const LAST_SECONDS = 1200;
/** Every timer of a plan or a rehearsal lasts a multiple of so many seconds; to arm one takes less. */
const GRAIN = 10;
const FOLDERS = '/var/lib/lvs-console /run/systemd/transient';

/**
 * One process that starts no other as long as nothing is due: it reads the guard's transaction file (a whole one at every instant, by rename) and
 * /proc/uptime, which no clock changes, five times a second. While a change is not confirmed the dead-man timer must be there; 5 s after its time
 * nothing of the change may be open or marked in the kernel. It tells what it saw when it is ended, so a full /run does not matter before.
 */
export const WATCH = `use strict; use warnings; use POSIX (); use Time::HiRes ();
my ($grain, $log, $last, $root, $timers) = @ARGV;
my (@told, %due, %without, %once);
$SIG{HUP} = 'IGNORE';
$SIG{TERM} = sub { open my $out, '>', $log or exit 1; print $out @told, "end\\n"; close $out; exit 0; };
if (open my $oom, '>', '/proc/self/oom_score_adj') { print $oom -1000; close $oom; }
sub slurp { my ($file) = @_; open my $in, '<', $file or return ''; local $/; my $text = <$in>; return defined $text ? $text : ''; }
sub up { return (split ' ', slurp('/proc/uptime'))[0]; }
sub confirmed { return (readlink("$root/confirmed") || '') =~ m{([^/]+)$} ? $1 : ''; }
sub timer_is_there {
  my ($timer) = @_;
  return slurp("/proc/$1/cmdline") =~ /guard-timer/ if $timer =~ /^sleeper-(\\d+)$/;
  return -e "$timers/$timer.timer";
}
sub age { # how long before this look systemd was given it: the transaction file is on the disk some time later
  my $made = (Time::HiRes::stat("$timers/$_[0].timer"))[9];
  my $age = defined $made ? Time::HiRes::time() - $made : 0;
  return $age > 0 && $age < 20 ? $age : 0;
}
sub note { my ($key, $what) = @_; push @told, "$what\\n" unless $once{"$key $what"}++; }
sub ports { my %seen = map { $_ => 1 } $_[0] =~ /dports (80,\\d+)/g; return join ' ', sort keys %seen; }
my $boot = slurp('/proc/sys/kernel/random/boot_id'); chomp $boot;
my $open = '';
my $end = up() + $last;
while (up() < $end) {
  my %tx = map { /^(\\w+)=(.*)$/ ? ($1 => $2) : () } split /\\n/, slurp("$root/tx");
  my ($state, $now) = ($tx{state} || '', up());
  if ($tx{end} && $tx{timer} && $tx{boot_id} eq $boot && $state =~ /^(armed|switched)$/ && confirmed() ne $tx{tx}) {
    my $key = "$tx{tx} $tx{timer}";
    unless ($due{$key}) { # its length: from the beginning of the call that armed it, in whole seconds, to its deadline
      my $made = $now - age($tx{timer});
      $due{$key} = $made + $grain * POSIX::ceil(($tx{deadline} - $made) / $grain);
    }
    $open = $key;
    if ($tx{step} ne 'rolling-back' && $now < $due{$key} - 5 && !timer_is_there($tx{timer})) {
      $without{$key} = $now unless $without{$key};
      note($key, "7 $tx{tx} is $state $tx{step} and its timer $tx{timer} does not run") if $now - $without{$key} > 1.5;
    } else { delete $without{$key}; }
    note($key, "2 $tx{tx} is still $state $tx{step} 5 s after its time") if $now > $due{$key} + 5;
  } elsif ($open ne '' && $tx{end}) {
    my ($name) = split ' ', $open;
    if ($now > $due{$open} - 1 && $tx{tx} eq $name && $state eq 'rolled-back') {
      note($open, sprintf('late %.1f', $now - $due{$open}));
      my $marked = ports(scalar \`iptables-save -t mangle\`);
      my $wanted = ports(slurp("$root/confirmed/files/etc/lvs-console/rules.v4"));
      note($open, "2 the kernel has $marked when $name was rolled back, the confirmed release $wanted") if $marked ne $wanted;
    }
    $open = '';
  }
  select undef, undef, undef, 0.2;
}
`;

const START = `[ ! -e ${PID} ] || kill -9 "$(cat ${PID})" 2> /dev/null; rm -f ${LOG}
cat > /run/lvs-watch.pl && { setsid perl /run/lvs-watch.pl ${GRAIN} ${LOG} ${LAST_SECONDS} ${FOLDERS} < /dev/null > /dev/null 2>&1 & echo $! > ${PID}; }`;
/** A host that was started anew has neither process nor file: what it would have done was done by its boot, which invariant 1 sees. */
const STOP = `[ -e ${PID} ] || { echo booted; exit; }
read -r pid < ${PID}; kill "$pid"; n=0
while [ -e "/proc/$pid" ] && [ "$n" -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
cat ${LOG}; rm -f ${PID} ${LOG}`;

export type Watched = {
  broken: Broken[];
  /** Seconds between the time of a dead-man timer and the moment at which all was as before, of those that ran out. */
  late: number[];
};

export async function startHostWatch({ lab }: Rig): Promise<() => Promise<Watched>> {
  await Promise.all(
    DIRECTORS.map(async (director) => {
      const options = { input: WATCH, timeoutMs: 30_000 };
      const { code, stderr } = await lab.exec(director, ['sh', '-c', START], options);
      if (code !== 0) throw new Error(`${director} cannot be watched: ${stderr}`);
    }),
  );
  return async () => {
    const told = await Promise.all(
      DIRECTORS.map(async (director) => {
        const { stdout } = await lab.exec(director, ['sh', '-c', STOP], { timeoutMs: 30_000 });
        return readWatch(director, stdout);
      }),
    );
    return { broken: told.flatMap(({ broken }) => broken), late: told.flatMap(({ late }) => late) };
  };
}

/** Of the lines that a watch has told; one that tells no end was ended by something else, and saw less than it should. */
export function readWatch(director: string, text: string): Watched {
  const lines = text.trim().split('\n');
  if (lines[0] === 'booted') return { broken: [], late: [] };
  const late = lines.flatMap((line) => (line.startsWith('late ') ? [Number(line.slice(5))] : []));
  const broken = lines.flatMap((line): Broken[] => {
    const [, number = '', what = ''] = /^(\d) (.*)$/.exec(line) ?? [];
    return number === '' ? [] : [{ invariant: Number(number), what: `${director}: ${what}` }];
  });
  if (lines.at(-1) !== 'end') broken.push({ invariant: 0, what: `${director}: the watch was ended by something else` });
  return { broken, late };
}
