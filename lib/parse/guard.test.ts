// The guard's answers: whole sections only, and a status that is known or not there.
import { describe, expect, it } from 'vitest';
import { parseGuardFrames } from './guard-frames';
import { parseGuardStatus } from './guard-status';
import { parseHostClock } from './host-clock';
import { told } from './test-recorded';

describe('parseGuardFrames', () => {
  it('keeps the bytes and the exit status of every section', () => {
    const text = '@@ begin ipvs\n-A -f 1 -s rr\n\n-a -f 1\n@@ end ipvs 0\n@@ begin routes\n@@ end routes 1\n';
    const { value, diagnostics } = parseGuardFrames(text);
    expect([...value]).toEqual([
      ['ipvs', { status: 0, text: '-A -f 1 -s rr\n\n-a -f 1\n' }],
      ['routes', { status: 1, text: '' }],
    ]);
    expect(diagnostics).toEqual([]);
  });

  it('does not know a section without its end, and knows the others', () => {
    const { value, diagnostics } = parseGuardFrames(
      '@@ begin clock\nepoch=1\n@@ end clock 0\n@@ begin ipvs\n-A -f 1 -s rr\n',
    );
    expect([...value.keys()]).toEqual(['clock']);
    expect(told(diagnostics)).toEqual(['4: guard-frames.unfinished']);
  });

  it('does not take an end that is cut off for an end', () => {
    expect(parseGuardFrames('@@ begin ipvs\n@@ end ipvs 1').value.size).toBe(0);
  });

  it('is not misled by the end of another section in the bytes of one', () => {
    const { value } = parseGuardFrames('@@ begin ipvs\n@@ end routes 0\n-A -f 1\n@@ end ipvs 0\n');
    expect(value.get('ipvs')?.text).toBe('@@ end routes 0\n-A -f 1\n');
  });

  it.each([
    ['hello\n', ['1: guard-frames.outside']],
    ['@@ begin a\n@@ begin b\n@@ end b 0\n', ['1: guard-frames.unfinished']],
    ['@@ begin a\n@@ end a 0\n@@ begin a\n@@ end a 0\n', ['4: guard-frames.duplicate']],
    ['', []],
  ])('tells about %j', (text, expected) => expect(told(parseGuardFrames(text).diagnostics)).toEqual(expected));
});

describe('parseHostClock', () => {
  it('reads time, age, kernel and what the cluster daemon says', () => {
    const words = { epochSeconds: 1_795_464_000, uptimeSeconds: 93_784, kernel: '6.1.0-41-amd64' };
    const text = 'epoch=1795464000\nuptime=93784\nboot_id=b\nkernel=6.1.0-41-amd64\n';
    expect(parseHostClock(`${text}vrrp=MASTER\n`)).toEqual({ value: { ...words, vrrp: 'MASTER' }, diagnostics: [] });
    expect(parseHostClock(text).value).toEqual(words);
    expect(parseHostClock('epoch=1795464000\nuptime=7\n').value).toEqual({
      ...{ epochSeconds: 1_795_464_000, uptimeSeconds: 7 },
    });
  });

  it.each([['uptime=7\n'], ['epoch=soon\nuptime=7\n'], ['']])('says that %j has no time', (text) => {
    const { value, diagnostics } = parseHostClock(text);
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toContain('host-clock.incomplete');
  });
});

describe('parseGuardStatus', () => {
  const text =
    'version=1\nstate=armed\nstep=armed\nbusy=check\ntx=12-0a1b2c3d\ngeneration=7\nseconds_left=118\nlive=11-00000000\nconfirmed=11-00000000\nboot_id=b\n';

  it('reads an open transaction', () => {
    expect(parseGuardStatus(text)).toEqual({
      value: {
        version: '1',
        state: 'armed',
        step: 'armed',
        busy: 'check',
        transaction: '12-0a1b2c3d',
        generation: 7,
        secondsLeft: 118,
        live: '11-00000000',
        confirmed: '11-00000000',
        bootId: 'b',
      },
      diagnostics: [],
    });
  });

  it('reads an idle guard without transaction and timer', () => {
    const idle = text
      .replace('tx=12-0a1b2c3d', 'tx=')
      .replace('seconds_left=118', 'seconds_left=')
      .replaceAll('armed', 'idle');
    const { value } = parseGuardStatus(idle);
    expect(value).toMatchObject({ state: 'idle', transaction: '' });
    expect(value).not.toHaveProperty('secondsLeft');
  });

  it.each([
    ['', 'a fact is missing'],
    [text.replace('generation=7\n', ''), 'the generation is missing'],
    [text.replace('generation=7', 'generation=x'), 'the generation is no number'],
    [text.replace('state=armed', 'state=exploded'), 'the state is unknown'],
  ])('is not a status when %s: %s', (answer) => {
    const { value, diagnostics } = parseGuardStatus(answer);
    expect(value).toBeUndefined();
    expect(diagnostics.length).toBeGreaterThan(0);
  });
});
