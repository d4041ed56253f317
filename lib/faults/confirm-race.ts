// A confirmation and the dead-man timer's roll back at the same moment, a thousand times on a real director: exactly one of them wins.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../lab/lab';
import { untilEnded } from '../worker/test-console';
import { planAndAsk } from './answers';
import type { Broken } from './invariants';
import { DIRECTORS, type Rig } from './rig';
import { END_MS, type Scene } from './run-cell';

/** On each director; both race at the same time. */
const ROUNDS = 500;
/** A round starts three guards, and a roll back that wins has work to do: 1 to 4 s on the machines that were seen. */
const LIMIT_MS = 3_000_000;

/**
 * Each round begins from a release that is switched and not confirmed: the guard's own state is put back to that by hand, and both
 * verbs start within 45 ms of each other, in either order. Prints a line for each round that does not end as one of the two, and the sum.
 * As few programs as can be: each costs a director of the lab some milliseconds.
 */
const RACE = `cd /var/lib/lvs-console || exit 1
g=/usr/lib/lvs-console/guard
while IFS='=' read -r key value; do
  case $key in tx) tx=$value ;; generation) generation=$value ;; boot_id) boot=$value ;; esac
done << STATUS
$($g status)
STATUS
base=$($g list | sed -n 's/ earlier$//p' | sort -n | tail -n 1)
[ -n "$base" ] && [ -f "releases/$tx/snapshot/complete" ] || { echo "no earlier release beside $tx"; exit 1; }
switched() {
  ln -sfn "releases/$tx" live
  ln -sfn "releases/$base" confirmed
  [ ! -e undo ] || rm -rf undo
  [ ! -e "releases/$tx/was-confirmed" ] || rm -f "releases/$tx/was-confirmed"
  printf 'tx=%s\\ngeneration=%s\\nstate=switched\\nstep=\\nboot_id=%s\\ndeadline=\\ntimer=\\nend=1\\n' "$tx" "$generation" "$boot" > tx
}
confirms() { $g confirm "$tx" "$generation" > /dev/null 2> /run/race.confirm; echo $? > /run/race.c; }
times_out() { $g rollback "$tx" > /dev/null 2> /run/race.rollback; echo $? > /run/race.r; }
leads_to() { if [ "$1" -ef "releases/$tx" ]; then to=new; elif [ "$1" -ef "releases/$base" ]; then to=old; else to=nothing; fi; }
# A round that lasts: where each guard is, and whatever waits in the kernel, every five seconds, with no program started.
looks_on() {
  while sleep 5; do
    read -r now < /run/race.round
    if [ "$now" = "$seen" ]; then looks=$((looks + 1)); else looks=0; fi
    [ "$looks" -ne 2 ] || echo w > /proc/sysrq-trigger # the stacks of what waits in the kernel, into its log
    if [ "$looks" -ge 2 ] && [ "$looks" -lt 20 ]; then
      for p in /proc/[0-9]*; do
        line='' place='' call=''
        { read -r line < "$p/stat"; read -r place < "$p/wchan"; read -r call < "$p/syscall"; } 2> /dev/null
        case $line in *"(guard) "* | *") D "*) echo "round $now, look $looks: $line, in $place, call $call" ;; esac
      done
    fi
    seen=$now
  done
}
confirmed=0 back=0 round=0 longest=0 began=0
echo 0 > /run/race.round
seen='' looks=0
looks_on > /run/race.stuck 2>&1 &
looker=$!
while [ "$round" -lt ROUNDS ]; do
  round=$((round + 1))
  read -r ends _ < /proc/uptime
  took=$((\${ends%.*} - began)) began=\${ends%.*}
  [ "$round" -le 2 ] || [ "$took" -le "$longest" ] || longest=$took
  echo "$round" > /run/race.round
  switched
  case $((round % 2)) in 0) first=confirms second=times_out ;; *) first=times_out second=confirms ;; esac
  $first &
  first_id=$!
  sleep "0.0$((round / 2 % 10 / 2))$((round % 10 / 5 * 5))"
  $second &
  wait "$first_id" "$!"
  read -r c < /run/race.c; read -r r < /run/race.r
  leads_to live; live=$to
  leads_to confirmed
  case "$c $r live=$live confirmed=$to $($g status)" in
    "0 10 live=new confirmed=new "*"state=confirmed"*) confirmed=$((confirmed + 1)) ;;
    # A roll back waits two seconds for a confirmation before it ends it.
    "10 0 live=old confirmed=old "*"state=rolled-back"* | "137 0 live=old confirmed=old "*"state=rolled-back"*) back=$((back + 1)) ;;
    *) echo "round $round: confirm $c, roll back $r, live $live, confirmed $to; $(cat /run/race.confirm /run/race.rollback | tr '\\n' ' ')" ;;
  esac
done
kill "$looker"
# As the console left it: the earlier release holds, then the newer one is put in place again.
switched
$g rollback "$tx" > /dev/null 2>&1
echo "$generation" > "releases/$tx/was-confirmed"
$g apply "$tx" > /dev/null || echo "the release could not be put back"
echo "won $confirmed $back $longest"`;

/** A round takes seconds; one that takes this long hangs, as one did for half an hour, until `ps` had looked at it. */
const STUCK_MS = 60_000;
/** More than that is not explained by the work of three guards on a loaded machine; what hung is in /run/race.stuck. */
const LAST_SECONDS = 25;

type Race = { director: string; confirmed: number; back: number; longestSeconds: number; broken: Broken[] };

async function race({ lab }: Rig, director: string): Promise<Race> {
  const script = RACE.replace('ROUNDS', String(ROUNDS));
  const over = new AbortController();
  const raced = lab.exec(director, ['sh', '-c', script], { timeoutMs: LIMIT_MS });
  const { code, stdout, stderr } = await Promise.race([raced, needRounds(lab, director, over.signal)]).finally(() =>
    over.abort(),
  );
  const lines = stdout.trim().split('\n');
  const [, confirmed = '0', back = '0', longest = '0'] = /^won (\d+) (\d+) (\d+)$/.exec(lines.at(-1) ?? '') ?? [];
  const odd = lines.slice(0, -1);
  const broken: Broken[] = odd.slice(0, 5).map((what) => ({ invariant: 6, what: `${director}: ${what}` }));
  if (code !== 0 || Number(confirmed) + Number(back) + odd.length !== ROUNDS)
    broken.push({ invariant: 0, what: `${director}: ended with ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}` });
  if (confirmed === '0' || back === '0')
    broken.push({ invariant: 0, what: `${director}: one of the two never won: no race` });
  if (Number(longest) > LAST_SECONDS) broken.push({ invariant: 0, what: `${director}: a round took ${longest} s` });
  return { director, confirmed: Number(confirmed), back: Number(back), longestSeconds: Number(longest), broken };
}

/** Throws while a round hangs, so that the evidence of the failed cell is read then. */
async function needRounds(lab: Lab, director: string, signal: AbortSignal): Promise<never> {
  for (let last = ''; ;) {
    await sleep(STUCK_MS, undefined, { signal });
    const { stdout: round } = await lab.exec(director, ['cat', '/run/race.round']).catch(() => ({ stdout: '' }));
    if (round !== '' && round === last)
      throw new Error(`${director}: round ${round.trim()} has taken more than ${STUCK_MS / 1000} s`);
    last = round;
  }
}

export const confirmRace: Scene = {
  id: 'D/confirm-races-the-timer',
  ends: ['verified'],
  hasOwnTimers: true,
  play: async (rig, { revision }) => {
    const deploy = await untilEnded(rig.db, await planAndAsk(rig.answers, rig.topologyId, revision), END_MS);
    const races = await Promise.all(DIRECTORS.map((director) => race(rig, director)));
    const note = races.map(
      ({ director, confirmed, back, longestSeconds }) =>
        `${director}: of ${ROUNDS} races the confirmation won ${confirmed}, the timer ${back}, the longest round took ${longestSeconds} s`,
    );
    return { deploy, note: note.join('; '), broken: races.flatMap(({ broken }) => broken) };
  },
};
