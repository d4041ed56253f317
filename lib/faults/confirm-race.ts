// A confirmation and the dead-man timer's roll back at the same moment, a thousand times on a real director: exactly one of them wins.
import { requestDeploy, untilEnded } from '../worker/test-console';
import type { Broken } from './invariants';
import { END_MS, type Scene } from './run-cell';

const ROUNDS = 1_000;
/** A round starts two guards, and programs start slowly in the lab. */
const LIMIT_MS = 2_400_000;

/**
 * Each round begins from a release that is switched and not confirmed: the guard's own state is put back to that by hand, and both
 * verbs start within 45 ms of each other, in either order. Prints a line for each round that does not end as one of the two, and the sum.
 */
const RACE = `cd /var/lib/lvs-console || exit 1
g=/usr/lib/lvs-console/guard
status() { $g status | sed -n "s/^$1=//p"; }
tx=$(status tx) generation=$(status generation) boot=$(status boot_id)
base=$($g list | sed -n 's/ earlier$//p' | sort -n | tail -n 1)
[ -n "$base" ] && [ -f "releases/$tx/snapshot/complete" ] || { echo "no earlier release beside $tx"; exit 1; }
switched() {
  ln -sfn "releases/$tx" live.race && mv -fT live.race live
  ln -sfn "releases/$base" confirmed.race && mv -fT confirmed.race confirmed
  rm -rf undo "releases/$tx/was-confirmed"
  printf 'tx=%s\\ngeneration=%s\\nstate=switched\\nstep=\\nboot_id=%s\\ndeadline=\\ntimer=\\nend=1\\n' "$tx" "$generation" "$boot" > tx.race && mv -f tx.race tx
}
confirms() { $g confirm "$tx" "$generation" > /dev/null 2> /run/race.confirm; echo $? > /run/race.c; }
times_out() { $g rollback "$tx" > /dev/null 2> /run/race.rollback; echo $? > /run/race.r; }
confirmed=0 back=0 round=0
while [ "$round" -lt ROUNDS ]; do
  round=$((round + 1))
  switched
  case $((round % 2)) in 0) first=confirms second=times_out ;; *) first=times_out second=confirms ;; esac
  $first &
  sleep "0.0$((round / 2 % 10 / 2))$((round % 10 / 5 * 5))"
  $second &
  wait
  read -r c < /run/race.c; read -r r < /run/race.r
  now="$c $r $(status state) $(basename "$(readlink live)") $(basename "$(readlink confirmed)")"
  case $now in
    "0 10 confirmed $tx $tx") confirmed=$((confirmed + 1)) ;;
    "10 0 rolled-back $base $base") back=$((back + 1)) ;;
    *) echo "round $round: confirm, roll back, state, live, confirmed: $now; $(cat /run/race.confirm /run/race.rollback | tr '\\n' ' ')" ;;
  esac
done
# As the console left it: the earlier release holds, then the newer one is put in place again.
switched
$g rollback "$tx" > /dev/null 2>&1
$g apply "$tx" > /dev/null || echo "the release could not be put back"
echo "won $confirmed $back"`;

export const confirmRace: Scene = {
  id: 'D/confirm-races-the-timer',
  ends: ['verified'],
  play: async (rig, { revision, standby }) => {
    const deploy = await untilEnded(rig.db, await requestDeploy(rig.db, rig.topologyId, revision), END_MS);
    const script = RACE.replace('ROUNDS', String(ROUNDS));
    const { code, stdout, stderr } = await rig.lab.exec(standby, ['sh', '-c', script], { timeoutMs: LIMIT_MS });
    const lines = stdout.trim().split('\n');
    const [, confirmed = '0', back = '0'] = /^won (\d+) (\d+)$/.exec(lines.at(-1) ?? '') ?? [];
    const odd = lines.slice(0, -1);
    const broken: Broken[] = odd.slice(0, 5).map((what) => ({ invariant: 6, what }));
    if (code !== 0 || Number(confirmed) + Number(back) + odd.length !== ROUNDS)
      broken.push({ invariant: 0, what: `the race ended with ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}` });
    if (confirmed === '0' || back === '0') broken.push({ invariant: 0, what: 'one of the two never won: no race' });
    return { deploy, note: `of ${ROUNDS} races the confirmation won ${confirmed}, the timer ${back}`, broken };
  },
};
