// Part E of the matrix: a release that lies damaged on a director's disk between its check and its switch, or between its switch and its confirmation, each file alone
// and all of them; and archives that no console sends. Those that are cut or have a flipped bit are in the guard's own tests (lib/guard/guard-stage.test.ts).
import type { DeployState } from '../core/views/deploy';
import { HALVES } from './cells';
import type { HostCell } from './host-cells';

const NOTHING_DONE: DeployState[] = ['refused', 'failed', 'rolled-back'];
/** The release of the open transaction, from the guard's own words. */
const RELEASE = 'cd "/var/lib/lvs-console/releases/$(/usr/lib/lvs-console/guard status | sed -n s/^tx=//p)" || exit 1';
/** What arrived; the guard writes the others itself, and believes none of them. */
const FILES = "find . -type f -size +0c -not -path './snapshot/*' -not -path './rehearsal/*' -not -name name";
const cutAt = (tenth: number) =>
  `${RELEASE}; for f in $(${FILES}); do truncate -s $(($(stat -c %s "$f") * ${tenth} / 10)) "$f"; done`;
const READ_TX = `read_tx() {
  while IFS='=' read -r key value; do
    case $key in tx) tx=$value ;; generation) generation=$value ;; state) state=$value ;; esac
  done < /var/lib/lvs-console/tx
}`;
/** One file after the other is cut, found damaged by the verb that would come next, and put back. */
const cutAlone = (tenth: number) => `${RELEASE}
${READ_TX}
next_verb() {
  read_tx
  case $state in checked) set -- check "$tx" ;; *) set -- switch "$tx" "$generation" ;; esac
  words=$(/usr/lib/lvs-console/guard "$@" 2>&1 < /dev/null); code=$?
}
${FILES} -printf '%s %p\n' > /run/files.lvs
while read -r size f; do
  cp -p "$f" /run/kept.lvs && truncate -s $((size * ${tenth} / 10)) "$f" || exit 1
  next_verb
  was=$state; read_tx
  [ "$state" = "$was" ] || next_verb # the console's arm was at work still
  cp -p /run/kept.lvs "$f"
  [ "$code" = 11 ] || { echo "$f is cut, and guard ended with $code: $words" >&2; exit 1; }
done < /run/files.lvs
`;
/** The staged release once more, with a member that `add` appends to /run/odd.tar; the guard must refuse it for that one, and keep what it had. */
const oddArchive = (add: string, words: string) => `${RELEASE}
${READ_TX}
read_tx
{ echo MANIFEST; cut -d ' ' -f 3 MANIFEST; } | tar -cf /run/odd.tar -T - || exit 1
mkdir -p /run/odd && (cd /run/odd && ${add}) || exit 1
said=$(/usr/lib/lvs-console/guard stage "$tx" "$generation" 2>&1 < /run/odd.tar); code=$?
rm -rf /run/odd /run/odd.tar
[ "$code" = 11 ] || { echo "guard ended with $code: $said" >&2; exit 1; }
case $said in *${JSON.stringify(words)}*) ;; *) echo "refused, but not for the member: $said" >&2; exit 1 ;; esac
[ ! -e /run/climbed ] && [ ! -e /var/lib/lvs-console/incoming ] || { echo "something of it is there" >&2; exit 1; }
echo "refused: ${words}" >&2`;
const appended = (file: string, as: string) => `tar -P --transform 's,.*,${as},S' -rf /run/odd.tar ${file}`; // S: not the targets of links
const ODD: [string, string, string][] = [
  ['a-name-that-climbs', `echo x > x && ${appended('x', 'files/../../../../../run/climbed')}`, 'name not plain'],
  ['a-symbolic-link', `ln -s /etc/shadow x && ${appended('x', 'files/etc/ha.d/x')}`, 'not a regular file'],
  ['a-hard-link', `echo x > x && ln x y && ${appended('x y', 'files/etc/ha.d/&')}`, 'not a regular file'],
  ['a-device', `mknod x c 1 3 && ${appended('x', 'files/etc/ha.d/x')}`, 'not a regular file'],
  ['2-gb-that-are-not-there', `truncate -s 2G x && ${appended('-S x', 'files/etc/ha.d/x')}`, 'more than '],
];
/** The first byte of the largest file of the kind gets another lowest bit. */
const flipIn = (where: string) =>
  `${RELEASE}; f=$(find ${where} -type f -printf '%s %p\\n' | sort -n | tail -n 1 | cut -d ' ' -f 2)
b=$(od -An -tu1 -N1 "$f"); printf "\\\\$(printf %o $((b ^ 1)))" | dd of="$f" conv=notrunc bs=1 count=1 2> /dev/null`;

/** Through its link, as an editor or another tool does it; the kernel is as intended, so only the sums tell. */
const BY_HAND = 'f=/etc/ha.d/ldirectord.cf; [ -L "$f" ] || f=/etc/keepalived/keepalived.conf; echo "# by hand" >> "$f"';

const cell = (name: string, half: HostCell['half'], strike: string): HostCell => ({
  ...{ id: `E/${name}@${half}`, half, at: 'arm', strike, heal: ':', holdsWorker: true },
  ends: NOTHING_DONE,
});

export const MATRIX_E: HostCell[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) =>
    cell(
      `every-file-cut-at-${tenth}-tenths`,
      tenth % 2 === 0 ? 'active' : 'standby',
      `${cutAlone(tenth)}${cutAt(tenth)}`,
    ),
  ),
  cell('every-file-empty', 'active', cutAt(0)),
  cell('bit-flipped-in-a-file', 'standby', flipIn('files')),
  cell('bit-flipped-in-an-intent', 'active', flipIn('intent')),
  cell('bit-flipped-in-the-manifest', 'standby', flipIn('MANIFEST')),
  cell('manifest-gone', 'active', `${RELEASE}; rm MANIFEST`),
  ...HALVES.map((half): HostCell => ({
    ...cell('changed-between-switch-and-confirm', half, BY_HAND),
    at: 'verify',
  })),
  ...ODD.map(([name, add, words], at): HostCell => ({
    ...cell(`archive-with-${name}`, at % 2 === 0 ? 'active' : 'standby', oddArchive(add, words)),
    ...{ at: 'check', ends: ['verified'] },
  })),
];
