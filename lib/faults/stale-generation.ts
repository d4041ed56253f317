// Invariant 6 on the directors themselves: a console that was overtaken sends what it still has, and is refused without any effect.
import { setTimeout as sleep } from 'node:timers/promises';
import { DIRECTORS, type Rig } from './rig';

/**
 * A release of an older generation, one of the same generation in other hands, and the timer of the last transaction with an older
 * generation. Prints what was not refused for its generation, and whether anything changed; a reading of the facts may write its probe meanwhile.
 */
const ASK = `cd /var/lib/lvs-console || exit 1
read -r newest owner < generation || exit 1
picture() { find . ! -path . ! -name .probe -printf '%y %m %s %T@ %p %l\\n' | sort; cat generation; [ ! -e tx ] || cat tx; }
refuses() {
  words=$(/usr/lib/lvs-console/guard "$@" 2>&1 < /dev/null); code=$?
  case "$code $words" in
    "10 "*" is stale: generation "* | "10 "*" has generation "*", not "* | "14 "*" is not open here "*) ;;
    *) echo "guard $* ended with $code: $words" ;;
  esac
}
before=$(picture)
refuses stage "$newest-57a1e57a" $((newest - 1))
refuses stage "$newest-57a1e57a" "$newest"
refuses arm "$owner" $((newest - 1)) 60
[ "$(picture)" = "$before" ] || echo "generation $((newest - 1)) behind $newest changed what the guard keeps"`;

/** The console may still be taking away what a director kept of an ended deploy: a guard at work answers nothing of generations, and changes what is kept. */
const ATTEMPTS = 4;
const PAUSE_MS = 5_000;

/** Sentences. What a guard does wrong it does each time. */
export async function writesStale(rig: Rig): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await askAll(rig);
    if (found.length === 0 || attempt === ATTEMPTS) return found;
    await sleep(PAUSE_MS);
  }
}

async function askAll(rig: Rig): Promise<string[]> {
  const found = await Promise.all(
    DIRECTORS.map(async (director) => {
      const { code, stdout, stderr } = await rig.lab.exec(director, ['sh', '-c', ASK], { timeoutMs: 60_000 });
      const lines = stdout.split('\n').filter(Boolean);
      return [...lines, ...(code === 0 ? [] : [`ended with ${code}: ${stderr}`])].map((what) => `${director}: ${what}`);
    }),
  );
  return found.flat();
}
