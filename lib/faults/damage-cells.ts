// Part E of the matrix: a release that lies damaged on a director's disk between its check and its switch, each file alone and all of them. What arrives damaged is
// refused by the guard's own tests (lib/guard/guard-stage.test.ts: archives cut at each tenth, flipped bits, links, devices, huge members).
import type { DeployState } from '../core/views/deploy';
import type { HostCell } from './host-cells';

const NOTHING_DONE: DeployState[] = ['refused', 'failed', 'rolled-back'];
/** The release of the open transaction, from the guard's own words. */
const RELEASE = 'cd "/var/lib/lvs-console/releases/$(/usr/lib/lvs-console/guard status | sed -n s/^tx=//p)" || exit 1';
/** What arrived; the guard writes the others itself, and believes none of them. */
const FILES = "find . -type f -size +0c -not -path './snapshot/*' -not -path './rehearsal/*' -not -name name";
const cutAt = (tenth: number) =>
  `${RELEASE}; for f in $(${FILES}); do truncate -s $(($(stat -c %s "$f") * ${tenth} / 10)) "$f"; done`;
/** One file after the other is cut, found damaged by the verb that would come next, and put back. */
const cutAlone = (tenth: number) => `${RELEASE}
read_tx() {
  while IFS='=' read -r key value; do
    case $key in tx) tx=$value ;; generation) generation=$value ;; state) state=$value ;; esac
  done < /var/lib/lvs-console/tx
}
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
/** The first byte of the largest file of the kind gets another lowest bit. */
const flipIn = (where: string) =>
  `${RELEASE}; f=$(find ${where} -type f -printf '%s %p\\n' | sort -n | tail -n 1 | cut -d ' ' -f 2)
b=$(od -An -tu1 -N1 "$f"); printf "\\\\$(printf %o $((b ^ 1)))" | dd of="$f" conv=notrunc bs=1 count=1 2> /dev/null`;

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
];
