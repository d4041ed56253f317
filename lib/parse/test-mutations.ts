// Lines of tools, damaged in the ways that a cut, a broken link, another version or another program would damage them.
import type { Random } from '../testing/bench/random-marks';

type Mutation = (line: string, random: Random) => string;
const ODD = ['é', '\u00a0', '\u2028', '\ud83d', '😀', '\0', '\t', '\r', '\x1b[31m', '-', '"', '}', '0', '9', 'F', ' '];
const HUGE = [
  '4294967296',
  '2147483648',
  '99999999999999999999',
  '9'.repeat(400),
  '-1',
  '1e9',
  '0x10',
  '007',
  '65536',
  'NaN',
];

const splice = (line: string, at: number, gone: number, put = '') => line.slice(0, at) + put + line.slice(at + gone);
const fields = (line: string, change: (words: string[]) => void) => {
  const words = line.split(/( +)/);
  change(words);
  return words.join('');
};
const fieldAt = (words: readonly string[], random: Random) => 2 * random.below((words.length + 1) >> 1);

const MUTATIONS: readonly Mutation[] = [
  (line, random) => {
    const at = random.below(line.length);
    return splice(line, at, 1, String.fromCharCode(line.charCodeAt(at) ^ (1 << random.below(7))));
  },
  (line, random) => splice(line, random.below(line.length), 1 + random.below(3)),
  (line, random) => {
    const at = random.below(line.length);
    return splice(line, at, 0, line.slice(at, at + 1 + random.below(8)));
  },
  (line, random) => line.slice(0, random.below(line.length)),
  (line, random) => line.slice(random.below(line.length)),
  (line, random) => splice(line, random.below(line.length), random.below(2), random.pick(ODD)),
  (line, random) =>
    fields(line, (words) => {
      const [a, b] = [fieldAt(words, random), fieldAt(words, random)];
      [words[a], words[b]] = [words[b] ?? '', words[a] ?? ''];
    }),
  (line, random) => fields(line, (words) => words.splice(fieldAt(words, random), 2)),
  (line, random) =>
    fields(line, (words) => {
      const at = fieldAt(words, random);
      words.splice(at, 0, words[at] ?? '', ' ');
    }),
  (line, random) => {
    const numbers = [...line.matchAll(/\d+/g)];
    const found = numbers[random.below(numbers.length)];
    return found ? splice(line, found.index, found[0].length, random.pick(HUGE)) : line;
  },
];
const LONG = 20_000;

/** One line in, one line out: none of the mutations makes a line end. */
export function mutated(line: string, random: Random): string {
  if (line === '') return random.pick(ODD);
  if (random.below(5000) === 0)
    return splice(line, random.below(line.length), 0, random.pick([...line, ...ODD]).repeat(LONG));
  const once = random.pick(MUTATIONS)(line, random);
  const twice = once !== '' && random.chance(0.2) ? random.pick(MUTATIONS)(once, random) : once;
  return twice.replaceAll('\n', '');
}

const SLOW_MS = 50;
const TRIES = 5;
/** A reader may take as long as so many splits of 4,000 short lines (about 1 ms each), done at the same moment. */
const SLOW_SPLITS = 100;

/** Milliseconds of one split, over as long a time as a slow text takes: a shorter look would slip between the turns of a busy machine. */
function splitMs(): number {
  const start = performance.now();
  for (let splits = 1, words = 0; ; splits += 1) {
    for (let at = 0; at < 4_000; at += 1) words += `  -> 10.20.${at}.1:80 Masq ${at}`.split(/ +/).length;
    const elapsed = performance.now() - start;
    if (elapsed >= SLOW_MS && words > 0) return elapsed / splits;
  }
}

/**
 * The answer; throws when the text takes too long each time, which is told by other work of the same machine under the same load:
 * 57 ms on a busy one say nothing of the reader.
 */
export function timed<T>(parse: (text: string) => T, text: string): T {
  let least = Infinity;
  for (let turn = 0; turn < TRIES; turn += 1) {
    const start = performance.now();
    const result = parse(text);
    least = Math.min(least, performance.now() - start);
    if (least < SLOW_MS || least < SLOW_SPLITS * splitMs()) return result;
  }
  throw new Error(`${least.toFixed(0)} ms for ${text.length} letters: ${JSON.stringify(text.slice(0, 400))}`);
}

/** What no tool says and no reader may make of its words: a number that is none, or that is not the one that stood there. */
export function oddNumbers(value: unknown): number[] {
  if (typeof value === 'number') return Number.isInteger(value) && value < 2 ** 64 ? [] : [value];
  if (value instanceof Map) return oddNumbers([...(value as Map<unknown, unknown>)]);
  return value instanceof Object ? Object.values(value).flatMap(oddNumbers) : [];
}
