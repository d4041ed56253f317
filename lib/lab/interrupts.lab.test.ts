// A director's disk while packets come from both sides. User-mode Linux loses an interrupt then (fast-kernel/one-event-at-a-time.patch), and a
// write waits until something else uses the disk: what a deploy does next hangs for a minute and more.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { locateFastKernel } from './fast-kernel.mjs';
import { openLab, type Lab } from './lab';

const SECONDS = 20;
/** A read past the page cache ends such a wait, so that it can be told from a host that is gone. */
const READ_EVERY_SECONDS = 10;

const FLOOD = `const socket = require('node:dgram').createSocket('udp4');
const end = Date.now() + ${SECONDS * 1000};
socket.on('error', () => {});
(function burst() {
  if (Date.now() > end) return socket.close();
  for (let i = 0; i < 8; i += 1) socket.send('x', 9, process.argv[1]);
  setTimeout(burst, 0.2);
})();`;

const WRITE = `use IO::Handle; use Time::HiRes qw(time);
my ($end, $longest, $count) = (time + ${SECONDS}, 0, 0);
while (time < $end) {
  open my $file, '>', "/root/written.$$" or die $!;
  my $began = time;
  syswrite $file, 'x' x 4096; $file->sync or die $!;
  $longest = time - $began if time - $began > $longest;
  $count++;
}
printf "%d %.3f\\n", $count, $longest;`;

const WRITERS = `(for i in 1 2 3; do sleep ${READ_EVERY_SECONDS}; dd if=/dev/ubda of=/dev/null iflag=direct bs=4k count=1 skip=$((i * 1000)) status=none; done) > /dev/null 2>&1 &
for i in 1 2 3; do perl -e "$0" & done
wait`;

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ name: 'lab-interrupts', portBase: 2640 });
});
afterAll(() => lab?.down());

// Debian's own kernel, which the lab takes where the fast one is not built, has the fault.
it.skipIf(!locateFastKernel().isBuilt)(
  'never keeps a write waiting while packets come from both sides',
  async () => {
    const floods = [
      ['gateway', '192.168.7.4'],
      ['rs1', '192.168.6.4'],
      ['rs2', '192.168.6.4'],
    ].map(([host = '', to = '']) => lab.exec(host, ['node', '-e', FLOOD, to]));
    const { stdout, stderr } = await lab.exec('director1', ['sh', '-c', WRITERS, WRITE], { timeoutMs: 120_000 });
    expect((await Promise.all(floods)).map(({ code }) => code)).toEqual([0, 0, 0]);
    const written = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number));
    expect(written, stderr).toHaveLength(3);
    for (const [count = 0, longest = Infinity] of written) {
      expect(count).toBeGreaterThan(20);
      expect(longest).toBeLessThan(READ_EVERY_SECONDS / 5);
    }
  },
  180_000,
);
